"""Roles."""

from models import Role
from tests.models.facts import Facts
from tests.models.world import OWN, STAFF, World

FACTS: Facts = {"role_grant": (OWN | STAFF, STAFF)}


async def rows(world: World) -> None:
    """A role that gives Ana nothing here."""
    world.add(await world.make.grant(world.people["own"], Role.COUNSELLOR, world.home))
