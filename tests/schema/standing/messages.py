"""Messages to Ana, and how those about events read."""

from datetime import UTC, datetime
from typing import Any

from models import MessageState, Registration
from tests.schema.world import World

AFTER = ("registrations",)


async def rows(world: World) -> None:
    """One about her registration that was sent, and one that signs her in."""
    registration = world.row(Registration, "confirmed")
    sent: dict[str, Any] = {"state": MessageState.SENT, "sent_at": datetime.now(UTC), "attempts": 1}
    world.add("Message sent", await world.make.registration_message(registration, **sent))
    signing_in = await world.make.message(registration.person_id, "identity.sign_in_link", **sent)
    world.add("Message that signs in", signing_in)
    for name in ("published", "draft"):
        world.reached("MessagePreview", f"of {name}", *world.samples["Event"][name], "messagePreview")
