"""Mail to Ana, and how it reads."""

from datetime import UTC, datetime

from models import MailState, Registration
from tests.access.world import World

AFTER = ("events.registrations",)


async def rows(world: World) -> None:
    """One message that was sent."""
    registration = world.row(Registration, "confirmed")
    sent = {"state": MailState.SENT, "sent_at": datetime.now(UTC), "attempts": 1}
    world.add("Mail sent", await world.make.mail(registration, **sent))
    for name in ("published", "draft"):
        world.reached("MailPreview", f"of {name}", *world.samples["Event"][name], "mailPreview")
