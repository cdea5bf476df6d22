"""Persons, and what they are and do outside of associations and in their bodies."""

from models import PersonReference, Position
from tests.models.facts import Facts
from tests.models.world import DESK, EVERYBODY, OPEN, OWN, STAFF_FOR_PERSONS, World

FACTS: Facts = {
    "person": (OWN | DESK, STAFF_FOR_PERSONS),
    "person_reference": (OWN | DESK, STAFF_FOR_PERSONS),
    "position": (OWN | DESK, STAFF_FOR_PERSONS),
    "mandate closed": (OWN | DESK, STAFF_FOR_PERSONS),
    "mandate published": (EVERYBODY, STAFF_FOR_PERSONS),
}


async def rows(world: World) -> None:
    """Ana's."""
    make, ana = world.make, world.people["own"]
    world.add(ana)
    for model in (PersonReference, Position):
        world.add((await make.all(model, person_id=ana.id))[0])
    for way in OPEN:
        world.add(await make.mandate(ana, world.home, published=way == "published"), way)
