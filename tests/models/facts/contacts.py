"""Contact points: the person's, and staff's where the person lets them."""

from models import ContactKind, ContactVisibility
from tests.models.facts import Facts
from tests.models.world import DESK, OWN, STAFF_FOR_PERSONS, World

AFTER = ("people",)

FACTS: Facts = {
    # Staff may enter one that they then don't see; what they don't see they don't change.
    "contact_point hidden": (OWN, OWN | STAFF_FOR_PERSONS),
    "contact_point shown": (OWN | DESK, OWN | STAFF_FOR_PERSONS),
}


async def rows(world: World) -> None:
    """Ana's."""
    make, ana = world.make, world.people["own"]
    world.add(await make.contact_point(ana), "hidden")
    shown = {"kind": ContactKind.PHONE, "value": "+1 418 555 0123", "visibility": ContactVisibility.STAFF}
    world.add(await make.contact_point(ana, **shown), "shown")
