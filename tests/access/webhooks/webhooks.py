"""Home's webhooks: one that is told, and one that failed for days."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import DeliveryFailure, DeliveryState, JournalEntry, Webhook, WebhookDelivery, WebhookDisabling
from services.core.outside.sealing import seal
from services.webhooks.bodies import new_secret
from tests.access.world import World

AFTER = ("core.journal", "tenancy.federation")


async def rows(world: World) -> None:
    """Both, with a delivery that waits and one that was taken."""
    now = datetime.now(UTC)
    enabled = await _webhook(world, now)
    failed: dict[str, Any] = {"disabled_at": now, "disabled_because": WebhookDisabling.FAILING, "failing_since": now}
    old = {"old_secret": b"", "old_secret_until": now + timedelta(days=1)}
    world.add("Webhook enabled", enabled)
    world.add("Webhook disabled", await _webhook(world, now, **failed, **old))
    entry = world.row(JournalEntry, "about Ana")
    waiting = {"next_try_at": now, "last_try_at": now, "last_status": 500, "last_failure": DeliveryFailure.STATUS}
    taken: dict[str, Any] = {"state": DeliveryState.DELIVERED, "delivered_at": now}
    for label, webhook, columns in (("waiting", enabled, waiting), ("taken", world.rows["Webhook disabled"], taken)):
        of = {"webhook_id": webhook.id, "entry_id": entry.id, "association_id": world.home.id}
        world.add(f"WebhookDelivery {label}", await world.make.add(WebhookDelivery, of, begun_at=now, **columns))


async def _webhook(world: World, now: datetime, **columns: Any) -> Webhook:
    row = Webhook(
        confederation_id=world.make.tenant.id,
        association_id=world.home.id,
        url="https://hook.example/",
        events=["registration.*"],
        secret=b"",
        registered_at=now,
        **columns,
    )
    row.secret = seal(world.make.database.settings, new_secret(), row.confederation_id, "webhook", row.id)
    if row.old_secret is not None:
        row.old_secret = row.secret
    await world.make.save(row)
    return row


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What its staff do about them."""
    both = {label: {"webhookId": world.ids[f"Webhook {label}"]} for label in ("enabled", "disabled")}
    enabled = {"enabled": both["enabled"]}
    period = {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    home = {"associationId": world.ids["Association home"], "url": "https://hook.example/", "events": ["*"]}
    return {
        "createWebhook": {"home": home, "to a private address": home | {"url": "https://169.254.169.254/"}},
        "updateWebhook": {"enabled": both["enabled"] | {"events": ["event.*"]}},
        "disableWebhook": enabled,
        "enableWebhook": {"disabled": both["disabled"]},
        "deleteWebhook": enabled,
        "rotateWebhookSecret": enabled,
        "showWebhookSecret": enabled,
        "testWebhook": both,
        "replayDelivery": {
            label: {"webhookDeliveryId": world.ids[f"WebhookDelivery {label}"]} for label in ("waiting", "taken")
        },
        "replayWebhook": {label: webhook | period for label, webhook in both.items()},
    }
