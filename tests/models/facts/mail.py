"""Mail about registrations."""

from models import Registration
from tests.models.facts import Facts
from tests.models.world import DESK, OWN, World

AFTER = ("registrations",)

FACTS: Facts = {"mail": (OWN | DESK, OWN | DESK)}


async def rows(world: World) -> None:
    """To Ana."""
    world.add(await world.make.mail(world.row(Registration)))
