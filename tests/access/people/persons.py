"""Persons, their positions and mandates."""

from models import ManagementLevel, MandateRole, PersonReference, Position
from tests.access.world import FAR, World


async def rows(world: World) -> None:
    """Ana, and the chief whose file she doesn't see."""
    make, ana = world.make, world.person("own")
    chief = await make.member(person={"region": "Québec"})
    director = await make.position(await make.member())
    post = await make.position(chief, reports_to_id=director.id, level=ManagementLevel.EXECUTIVE, ends_on=FAR)
    await make.mandate(chief, published=False)
    await make.position(ana, reports_to_id=post.id, level=ManagementLevel.MIDDLE, ends_on=FAR)
    world.add("Person Ana", ana)
    world.add("Person chief", chief)
    called = {"system": "payroll", "value": "1", "association_ids": [world.home.id]}
    world.add("PersonReference", await make.add(PersonReference, called, person_id=ana.id))
    world.add("Position Ana's", (await make.all(Position, person_id=ana.id))[0])
    world.add("Position chief's", post)
    world.add("Mandate closed", await make.mandate(ana, published=False, ends_on=FAR))
    world.add("Mandate published", await make.mandate(ana, role=MandateRole.SECRETARY, ends_on=FAR))
    world.named("Person foreign", world.stranger)
    world.named("Person elsewhere", await make.member(world.elsewhere))


def roots(world: World) -> dict[str, dict[str, str]]:
    """Whoever asks."""
    return {"me": {"": "me { id }"}}
