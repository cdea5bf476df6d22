"""Memberships and their categories."""

from models import Membership
from tests.models.facts import Facts
from tests.models.world import EVERYBODY, OWN, STAFF_FOR_PERSONS, World

FACTS: Facts = {
    "membership_category": (EVERYBODY, STAFF_FOR_PERSONS),
    "membership": (OWN | STAFF_FOR_PERSONS, STAFF_FOR_PERSONS),
}


async def rows(world: World) -> None:
    """Ana's, and its category."""
    world.add(await world.make.category(world.home))
    world.add((await world.make.all(Membership, person_id=world.people["own"].id))[0])
