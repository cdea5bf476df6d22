"""Registrations."""

from models import Event
from tests.models.facts import Facts
from tests.models.world import DESK, OWN, World

AFTER = ("events",)

FACTS: Facts = {"registration": (OWN | DESK, OWN | DESK)}


async def rows(world: World) -> None:
    """Ana's."""
    world.add(await world.make.registration(world.row(Event, "published"), world.people["own"]))
