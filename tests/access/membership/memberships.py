"""Memberships and their categories."""

from models import Membership
from tests.access.world import World


async def rows(world: World) -> None:
    """A membership that runs, and one that was cancelled."""
    make = world.make
    world.add("MembershipCategory regular", await make.category())
    for label, standing in (("Membership Ana's", "own"), ("Membership ex-member's", "ex-member")):
        world.add(label, (await make.all(Membership, person_id=world.person(standing).id))[0])
