"""A convention that is under way when the demo is loaded: two desks, a late scan, a ticket scanned twice, a walk-in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models import Event, EventFormat, EventKind, Registration, ScanKind
from services.demo.stage import Stage
from services.events.desk.checkin import walk_in
from services.events.desk.scans import ScanInput, record_scans
from services.events.planning.life import close_registration, open_registration, publish_event
from services.events.planning.planning import PoolInput, plan_event
from services.events.registrations.registering import register_on_behalf

HOME, SLUG = "cadres-municipaux-mille-ponts", "congres-mille-ponts"


async def convention(stage: Stage) -> None:
    """Create a convention that began yesterday and ends tomorrow."""
    stage.events[SLUG] = event = await _announced(stage)
    organiser, members = stage.staff[HOME], stage.members[HOME]
    coming = [person for person in members if person.id != organiser.id][:19]
    async with stage.acting_as(organiser, stage.at(stage.today - timedelta(days=20), 11)) as work:
        registered = [await register_on_behalf(work, event.id, person.id) for person in coming[:18]]
        await close_registration(work, event.id)
    async with stage.acting_as(organiser, event.starts_at + timedelta(hours=3)) as work:
        await record_scans(work, event.id, _at_the_doors(event.starts_at, registered))
        await walk_in(work, event.id, coming[18].id, reason="Inscription à la porte")


async def _announced(stage: Stage) -> Event:
    starts_at = stage.at(stage.today - timedelta(days=1), 9)
    async with stage.acting_as(stage.staff[HOME], stage.at(stage.today - timedelta(days=40), 10)) as work:
        event = await plan_event(
            work,
            association_id=stage.associations[HOME].id,
            slug=SLUG,
            title={"fr": "Congrès des cadres municipaux", "en": "Municipal managers' convention"},
            kind=EventKind.CONVENTION,
            format=EventFormat.IN_PERSON,
            starts_at=starts_at,
            ends_at=stage.at(stage.today + timedelta(days=1), 17),
            venue="Hôtel des Mille-Ponts",
            city="Mille-Ponts",
            pools=[PoolInput(EventFormat.IN_PERSON, 40)],
        )
        await publish_event(work, event.id)
        await open_registration(work, event.id)
    return event


def _at_the_doors(opened: datetime, registered: Sequence[Registration]) -> list[ScanInput]:
    """Scans at two doors: most people came, one left, one ticket was scanned twice, and one is unknown."""

    def scan(number: int, minute: int, code: str, kind: ScanKind = ScanKind.CHECK_IN) -> ScanInput:
        door = f"door-{1 + number % 2}"
        return ScanInput(f"{door}-{number:04d}", kind, code, opened + timedelta(minutes=minute), door)

    codes = [registration.ticket_code for registration in registered]
    scans = [scan(number, 2 * number - 20, code) for number, code in enumerate(codes[:14])]
    scans.append(scan(14, 30, codes[0]))
    scans.append(scan(15, 31, "0123456789ABCDEF0123"))
    scans.append(scan(16, 120, codes[1], ScanKind.CHECK_OUT))
    return scans


STEPS = (convention,)
