"""How Ana is reached."""

from datetime import UTC, datetime
from typing import Any

from models import ContactKind, ContactVisibility
from tests.access.world import World

AFTER = ("people.persons",)


async def rows(world: World) -> None:
    """An address that is her own affair, and a number that staff may call."""
    ana, verified = world.person("own"), datetime.now(UTC)
    world.add("ContactPoint hidden", await world.make.contact_point(ana, verified_at=verified))
    shown = {"kind": ContactKind.PHONE, "value": "+1 418 555 0123", "visibility": ContactVisibility.STAFF}
    world.add("ContactPoint shown", await world.make.contact_point(ana, verified_at=verified, **shown))


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What she and her associations' staff do about it."""
    ids = world.ids
    address = {"kind": "EMAIL", "value": "ana@example.org"}

    def point(label: str) -> dict[str, Any]:
        return {"contactPointId": ids[f"ContactPoint {label}"]}

    return {
        "createContactPoint": {"Ana's": address | {"personId": ids["Person Ana"]}},
        "updateContactPoint": {label: point(label) | {"visibility": "STAFF"} for label in ("hidden", "shown")},
        "preferContactPoint": {label: point(label) for label in ("hidden", "shown")},
        "deleteContactPoint": {label: point(label) for label in ("hidden", "shown")},
    }
