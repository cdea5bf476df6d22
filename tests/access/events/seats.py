"""Seats that are kept for associations: home's own, and another's that were released."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import Event
from tests.access.world import World

AFTER = ("events.planning", "events.registrations")


async def rows(world: World) -> None:
    """Both of the same published event."""
    make, event = world.make, world.row(Event, "published")
    world.add("Allotment for home", await make.allotment(event, world.home))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    world.add("Allotment released", await make.allotment(event, world.elsewhere, released_at=yesterday))
    draft = await make.allotment(world.row(Event, "draft"), world.home, released_at=yesterday)
    world.add("Allotment of a draft", draft)
    for name in ("published", "draft"):
        steps = world.samples["Event"][name]
        world.reached("Availability", f"of {name}", *steps, "seatPools", "availability")


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do about them."""
    ids = world.ids

    def seats(label: str) -> dict[str, Any]:
        return {
            "seatPoolId": ids[f"SeatPool {label}"],
            "beneficiaryId": ids["Association beside"],
            "seats": 1,
            "releasesAt": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        }

    def allotment(*labels: str) -> dict[str, dict[str, Any]]:
        return {label: {"allotmentId": ids[f"Allotment {label}"]} for label in labels}

    return {
        "createAllotment": {label: seats(label) for label in ("of published", "of draft")},
        "updateAllotment": {"for home": allotment("for home")["for home"] | {"seats": 2}},
        "releaseAllotment": allotment("for home", "released"),
    }
