"""A meeting with every registration feature: an allotment, delegates, a party, a waiting list, and an open offer."""

from datetime import timedelta

from models import Event, EventFormat, EventKind, SeatPool
from services.demo.stage import Stage
from services.events.planning.life import open_registration, publish_event
from services.events.planning.planning import PoolInput, plan_event
from services.events.planning.rules import RegistrationRules
from services.events.registrations.groups import register_group
from services.events.registrations.registering import cancel_registration, register
from services.events.seats.allotments import allot

HOME, GUESTS_OF_HONOUR, SLUG = "cadres-energie-bas-pays", "cadres-transport-grande-baie", "rencontre-des-regions"


async def meeting(stage: Stage) -> None:
    """Twelve seats, five of them reserved; the others are taken, and yesterday's cancellation led to an offer."""
    event = await _announced(stage)
    organiser, delegates = stage.staff[HOME], stage.members[GUESTS_OF_HONOUR]
    people = [person for person in stage.members[HOME] if person.id != organiser.id]
    opened = stage.at(stage.announced(event.starts_at.date()) + timedelta(days=2))
    async with stage.acting_as(people[0], opened) as work:
        await register(work, event.id, guests=["Camille Lointain"])
    async with stage.acting_as(stage.staff[GUESTS_OF_HONOUR], opened + timedelta(hours=1)) as work:
        sent = [person.id for person in delegates[2:5]]
        await register_group(work, event.id, sent, association_id=stage.associations[GUESTS_OF_HONOUR].id)
    alone = []
    for number, person in enumerate(people[1:8]):
        async with stage.acting_as(person, opened + timedelta(hours=2, minutes=number)) as work:
            alone.append(await register(work, event.id))
    async with stage.acting_as(people[1], stage.at(stage.today - timedelta(days=1), 16)) as work:
        await cancel_registration(work, alone[0].id, reason="Un empêchement")


async def _announced(stage: Stage) -> Event:
    day = stage.ahead(27)
    starts_at = stage.at(day, 10)
    async with stage.acting_as(stage.staff[HOME], stage.at(stage.announced(day), 10)) as work:
        event = await plan_event(
            work,
            association_id=stage.associations[HOME].id,
            slug=SLUG,
            title={"fr": "Rencontre des régions", "en": "Meeting of the regions"},
            kind=EventKind.STUDY_AND_EXCHANGE_MEETING,
            format=EventFormat.IN_PERSON,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=5),
            city="Bas-Pays",
            pools=[PoolInput(EventFormat.IN_PERSON, 12)],
            rules=RegistrationRules(offer_hours=96, largest_party=4),
        )
        await publish_event(work, event.id)
        await open_registration(work, event.id)
        pool = await work.find_by(SeatPool, event_id=event.id)
        kept_for = stage.associations[GUESTS_OF_HONOUR].id
        await allot(work, pool.id, kept_for, seats=5, releases_at=stage.at(stage.today + timedelta(days=10), 17))
    return event


STEPS = (meeting,)
