"""Seats kept for an association's members; the pools are with the events."""

from models import Event
from tests.models.facts import Facts
from tests.models.world import EVENT_STAFF, World

AFTER = ("events",)

# Home's members: resigned ones are none any more.
MEMBERS = {"own", "member"}

FACTS: Facts = {
    "allotment": (EVENT_STAFF | MEMBERS, EVENT_STAFF),
    "allotment to others": (EVENT_STAFF | {"staff elsewhere"}, EVENT_STAFF),
}


async def rows(world: World) -> None:
    """Of home's seats, for its own members and for another association's."""
    event = world.row(Event, "published")
    world.add(await world.make.allotment(event, world.home))
    world.add(await world.make.allotment(event, world.elsewhere), "to others")
