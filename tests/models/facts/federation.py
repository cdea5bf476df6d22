"""Associations and their affiliations."""

from models import AffiliationState, Confederation
from services.core.actor import system
from services.core.work import begin
from tests.models.facts import Facts
from tests.models.world import EVERYBODY, NOBODY, STAFF, World

FACTS: Facts = {
    "confederation": (EVERYBODY, NOBODY),
    "association": (EVERYBODY, STAFF),
    "affiliation": (EVERYBODY, {"staff beside"}),
    "affiliation applied for": ({"staff elsewhere", "staff above"}, {"staff above"}),
}


async def rows(world: World) -> None:
    """Home, and an affiliation of each kind."""
    make = world.make
    async with begin(make.database, system(make.tenant)) as work:
        confederation = await work.session.get(Confederation, make.tenant.id)
    assert confederation is not None
    world.add(confederation)
    world.add(world.home)
    world.add(world.affiliation)
    applied = await make.affiliation(world.elsewhere, world.above, state=AffiliationState.APPLIED)
    world.add(applied, "applied for")
