"""Messages to Ana about her registration, and how they read."""

from datetime import UTC, datetime
from typing import Any

from models import Message, MessageState, Registration, RegistrationMessage
from tests.access.world import World

AFTER = ("events.registrations",)


async def rows(world: World) -> None:
    """One that was sent."""
    make, registration = world.make, world.row(Registration, "confirmed")
    sent: dict[str, Any] = {"state": MessageState.SENT, "sent_at": datetime.now(UTC), "attempts": 1}
    world.add("Message sent", await make.registration_message(registration, **sent))
    message = world.row(Message, "sent")
    world.add("RegistrationMessage", (await make.all(RegistrationMessage, message_id=message.id))[0])
    for name in ("published", "draft"):
        world.reached("MessagePreview", f"of {name}", *world.samples["Event"][name], "messagePreview")
