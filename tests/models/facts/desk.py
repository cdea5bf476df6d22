"""Scans: the desk's to read and to bring."""

from datetime import UTC, datetime

from models import Event, Registration, Scan, ScanKind
from tests.models.facts import Facts
from tests.models.world import DESK, World

AFTER = ("events", "registrations")

FACTS: Facts = {"scan": (DESK, DESK)}


async def rows(world: World) -> None:
    """One of Ana's ticket."""
    now, registration = datetime.now(UTC), world.row(Registration)
    world.add(
        await world.make.add(
            Scan,
            {},
            event_id=world.row(Event, "published").id,
            association_id=registration.association_id,
            nonce="1",
            kind=ScanKind.CHECK_IN,
            code=registration.ticket_code,
            registration_id=registration.id,
            at=now,
            received_at=now,
        )
    )
