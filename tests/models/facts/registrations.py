"""Registrations, and guests."""

from models import Event
from tests.models.facts import Facts
from tests.models.world import DESK, OWN, World

AFTER = ("events",)

FACTS: Facts = {
    "registration": (OWN | DESK, OWN | DESK),
    "registration delegated": (OWN | DESK | {"staff elsewhere"}, OWN | DESK | {"staff elsewhere"}),
    "registration_guest": (OWN | DESK, OWN | DESK),
}


async def rows(world: World) -> None:
    """Ana's, with a guest; and one as another association's delegate."""
    make, ana = world.make, world.people["own"]
    registration = await make.registration(world.row(Event, "published"), ana)
    world.add(registration)
    world.add(await make.guest(registration))
    event = await make.event(world.home)
    world.add(await make.registration(event, ana, delegated_by_id=world.elsewhere.id), "delegated")
