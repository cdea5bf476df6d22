"""Messages to Ana that are about nothing of another domain's."""

from datetime import UTC, datetime
from typing import Any

from models import MessageState
from tests.access.world import World


async def rows(world: World) -> None:
    """One that signs her in, which nobody's staff read."""
    sent: dict[str, Any] = {"state": MessageState.SENT, "sent_at": datetime.now(UTC), "attempts": 1}
    signing_in = await world.make.message(world.person("own"), "identity.sign_in_link", **sent)
    world.add("Message that signs in", signing_in)
