"""Site keys."""

from datetime import UTC, datetime

from models import SiteKey, SiteKeyKind
from tests.models.facts import Facts
from tests.models.world import STAFF, World

FACTS: Facts = {"site_key": (STAFF, STAFF)}


async def rows(world: World) -> None:
    """A key of home's."""
    key = {"name": "Website", "digest": "d" * 64, "last_four": "dddd", "origins": [], "scopes": []}
    columns = {"association_id": world.home.id, "kind": SiteKeyKind.PUBLISHABLE, "made_at": datetime.now(UTC)}
    world.add(await world.make.add(SiteKey, key, **columns))
