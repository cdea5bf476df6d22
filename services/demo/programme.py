"""Events of the demo: planned, filled and, if past, held, each step at its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models import Event, EventFormat, EventKind, EventState, Person, Registration, RegistrationState
from services.demo.stage import Stage
from services.events.desk.checkin import check_in
from services.events.planning.life import close_registration, hold_event, open_registration, publish_event
from services.events.planning.planning import AudienceInput, HostInput, PoolInput, SpeakerInput, plan_event
from services.events.registrations.registering import cancel_registration, register, register_on_behalf

IN_PERSON, ONLINE, HYBRID = EventFormat.IN_PERSON, EventFormat.ONLINE, EventFormat.HYBRID


@dataclass(frozen=True, kw_only=True)
class Programmed:
    """An event of an association, `days` from the day of loading.

    `registered`: number of the association's members who register; more than `capacity` makes a waiting list.
    `cancelled`: number of them who cancel. A hybrid event has as many seats online as at the venue.
    """

    association: str
    slug: str
    kind: EventKind
    fr: str
    en: str
    days: int
    hour: int = 9
    hours: int = 3
    format: EventFormat = IN_PERSON
    capacity: int | None = None
    registered: int = 0
    cancelled: int = 0
    state: EventState = EventState.OPEN
    city: str | None = None
    venue: str | None = None
    hosts: Sequence[HostInput] = ()
    speakers: Sequence[str] = ()
    audiences: Sequence[AudienceInput] = ()
    summary: tuple[str, str] | None = None


async def put_on(stage: Stage, event: Programmed) -> Event:
    """Plan an event eight weeks ahead, publish and open it, take registrations, and bring it to its state."""
    day = stage.ahead(event.days)
    starts_at = stage.at(day, event.hour)
    organiser = stage.staff[event.association]
    announced = stage.announced(day)
    async with stage.acting_as(organiser, stage.at(announced, 10)) as work:
        planned = await plan_event(
            work,
            association_id=stage.associations[event.association].id,
            slug=event.slug,
            title={"fr": event.fr, "en": event.en},
            summary=None if event.summary is None else {"fr": event.summary[0], "en": event.summary[1]},
            kind=event.kind,
            format=event.format,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=event.hours),
            registration_closes_at=starts_at - timedelta(days=1),
            city=event.city,
            venue=event.venue,
            hosts=event.hosts,
            speakers=[SpeakerInput(speaker) for speaker in event.speakers],
            pools=_pools(event),
            audiences=event.audiences,
        )
        if event.state is EventState.DRAFT:
            return planned
        await publish_event(work, planned.id)
        if event.state is EventState.PUBLISHED:
            return planned
        await open_registration(work, planned.id)
    attending = stage.rng.sample(stage.members.get(event.association, []), event.registered)
    async with stage.acting_as(organiser, stage.at(announced + timedelta(days=7), 11)) as work:
        registrations = [
            await register_on_behalf(work, planned.id, person.id, format=_format(event, rank))
            for rank, person in enumerate(attending)
        ]
        for registration in registrations[: event.cancelled]:
            await cancel_registration(work, registration.id)
        if event.state is EventState.CLOSED:
            await close_registration(work, planned.id)
    if event.state is EventState.HELD:
        await hold(stage, planned, organiser, registrations, absent=len(registrations) // 10)
    return planned


def _pools(event: Programmed) -> list[PoolInput]:
    formats = (IN_PERSON, ONLINE) if event.format is HYBRID else (event.format,)
    return [PoolInput(format, event.capacity) for format in formats]


def _format(event: Programmed, rank: int) -> EventFormat:
    if event.format is not HYBRID:
        return event.format
    return ONLINE if rank % 3 == 0 else IN_PERSON


async def hold(
    stage: Stage, event: Event, organiser: Person, registrations: Sequence[Registration], *, absent: int = 0
) -> None:
    """Check in everybody with a seat, except the last few, and mark the event as held."""
    async with stage.acting_as(organiser, event.ends_at) as work:
        for registration in registrations[: len(registrations) - absent]:
            current = await work.find(Registration, registration.id)
            if current.state is RegistrationState.CONFIRMED:
                await check_in(work, registration.id, at=event.starts_at)
        await hold_event(work, event.id)


async def register_themselves(stage: Stage, event: Event, persons: Sequence[Person]) -> list[Registration]:
    """Register the persons by themselves, a minute apart, a week after the announcement."""
    moment = stage.at(stage.announced(event.starts_at.date()) + timedelta(days=7))
    registrations = []
    for rank, person in enumerate(persons):
        async with stage.acting_as(person, moment + timedelta(minutes=rank)) as work:
            registrations.append(await register(work, event.id))
    return registrations
