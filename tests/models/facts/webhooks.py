"""Webhooks and their deliveries."""

from datetime import UTC, datetime

from models import JournalEntry, Webhook, WebhookDelivery
from tests.models.facts import Facts
from tests.models.world import STAFF_FOR_PERSONS, World

AFTER = ("journal",)

FACTS: Facts = {
    "webhook": (STAFF_FOR_PERSONS, STAFF_FOR_PERSONS),
    "webhook_delivery": (STAFF_FOR_PERSONS, STAFF_FOR_PERSONS),
}


async def rows(world: World) -> None:
    """One of home's, which was told something."""
    now, home = datetime.now(UTC), {"association_id": world.home.id}
    told = {"url": "https://hook.example/", "events": ["*"], "secret": b"sealed", "registered_at": now}
    webhook = await world.make.add(Webhook, home, **told)
    world.add(webhook)
    of = {"webhook_id": webhook.id, "entry_id": world.row(JournalEntry).id}
    world.add(await world.make.add(WebhookDelivery, home | of, begun_at=now, next_try_at=now))
