"""Scans at the event that has begun, and Ana, who came to another and left."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import Event, Registration, RegistrationState, Scan, ScanKind, ScanRefusal
from tests.access.world import World

AFTER = ("events.planning", "events.registrations", "people.persons")

NOW = datetime.now(UTC).replace(microsecond=0)


async def rows(world: World) -> None:
    """One accepted, one refused, and one of an unknown code."""
    make, begun, here = world.make, world.row(Event, "begun"), world.row(Registration, "here")
    for name, columns in (
        ("accepted", {"registration_id": here.id, "code": here.ticket_code, "device": "door"}),
        (
            "refused",
            {"registration_id": here.id, "code": here.ticket_code, "refusal": ScanRefusal.ALREADY_IN},
        ),
        ("unknown", {"code": "NOBODYS", "refusal": ScanRefusal.UNKNOWN_TICKET}),
    ):
        row = await make.add(
            Scan,
            columns,
            event_id=begun.id,
            association_id=begun.association_id,
            nonce=name,
            kind=ScanKind.CHECK_IN,
            at=NOW,
            received_at=NOW,
        )
        world.add(f"Scan {name}", row)
    event = await make.event(world.home, largest_party=2)
    left: dict[str, Any] = {"checked_in_at": NOW - timedelta(hours=2), "checked_out_at": NOW, "seats": 2}
    registration = await make.registration(event, world.person("own"), RegistrationState.ATTENDED, **left)
    await make.guest(registration)
    world.add("Registration left", registration)
    world.reached("EventCounts", "of begun", *world.samples["Event"]["begun"], "deskCounts")


def roots(world: World) -> dict[str, dict[str, str]]:
    """What is watched, asked for."""
    asked = {"of begun": world.ids["Event begun"], "absent": "none"}
    return {
        "eventCounts": {case: f'eventCounts(eventId: "{id}") {{ registered lastScanAt }}' for case, id in asked.items()}
    }


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What desks do."""
    ids = world.ids

    def scans(at: datetime) -> dict[str, Any]:
        scan = {"nonce": "new", "kind": "CHECK_IN", "code": "NOBODYS", "at": at.isoformat()}
        return {"eventId": ids["Event begun"], "scans": [scan]}

    def somebody(event: str) -> dict[str, Any]:
        return {"eventId": ids[f"Event {event}"], "personId": ids["Person Ana"]}

    return {
        "recordScans": {"begun": scans(NOW), "too early": scans(NOW - timedelta(days=30))},
        "checkOut": {name: {"registrationId": ids[f"Registration {name}"]} for name in ("here", "left")},
        "registerWalkIn": {"Ana, open": somebody("open"), "Ana, again": somebody("published")},
    }
