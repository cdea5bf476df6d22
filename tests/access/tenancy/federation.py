"""Associations and their affiliations."""

from decimal import Decimal

from models import Affiliation, AffiliationState, Confederation
from services.core.actor import system
from services.core.work import begin
from tests.access.asking import page
from tests.access.world import FAR, World


async def rows(world: World) -> None:
    """A confederation with everything said, and an affiliation of each kind."""
    make = world.make
    async with begin(make.database, system(make.tenant)) as work:
        confederation = await work.session.get(Confederation, make.tenant.id)
        assert confederation is not None
        confederation.privacy_officer = "Me Aubé"
    world.add("Confederation", confederation, "confederation")
    world.add("Association home", world.home)
    world.add("Association beside", world.beside)
    world.named("Association elsewhere", world.elsewhere)
    world.named("Association foreign", await world.foreign.home())
    world.add("Affiliation decided", (await make.all(Affiliation, umbrella_id=world.beside.id))[0])
    asked = {"state": AffiliationState.APPLIED, "per_capita_rate": Decimal("9.50"), "ends_on": FAR}
    applied = await make.affiliation(world.elsewhere, world.above, **asked)
    world.add("Affiliation applied for", applied)


def roots(world: World) -> dict[str, dict[str, str]]:
    """The confederation itself, and associations of this one and of another."""
    foreign = world.rows["Association foreign"].slug
    return {
        "confederation": {"": "confederation { id }"},
        "association": {
            "home": f'association(slug: "{world.home.slug}") {{ id }}',
            "another tenant's": f'association(slug: "{foreign}") {{ id }}',
        },
        "associations": {"": page("associations"), "another tenant's": page("associations", foreign)},
    }
