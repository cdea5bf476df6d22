"""Replay deliveries: one entry, a period, or a test. Every operation asks for `webhooks.manage`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from models import MANAGE_WEBHOOKS, JournalEntry, Webhook, WebhookDelivery
from services.core.checks import check_after, check_moment
from services.core.errors import InvalidInput
from services.core.work import Work
from services.webhooks.errors import WebhookDisabled
from services.webhooks.outbox import begin_deliveries
from services.webhooks.registering import managed_webhook

MOST_REPLAYED_ENTRIES = 10_000
"""Maximum number of entries in one replay."""


async def send_test(work: Work, webhook_id: UUID) -> WebhookDelivery:
    """Send a `webhook.tested` message, whatever the webhook's events are. WebhookDisabled if it is disabled."""
    row = await _enabled(work, webhook_id)
    entry = await work.record("webhook.tested", row)
    await work.flush()
    await begin_deliveries(work, row, [entry.id])
    return await work.find_by(WebhookDelivery, webhook_id=row.id, entry_id=entry.id)


async def replay_delivery(work: Work, delivery_id: UUID) -> WebhookDelivery:
    """Deliver an entry again, with retries for three days. The receiver gets the same `webhook-id`."""
    delivery = await work.find_managed(WebhookDelivery, delivery_id, MANAGE_WEBHOOKS, "webhookDeliveryId")
    row = await _enabled(work, delivery.webhook_id)
    await begin_deliveries(work, row, [delivery.entry_id], anew=True)
    await work.record("webhook.replayed", row, data={"entry_id": str(delivery.entry_id)})
    return await work.find(WebhookDelivery, delivery_id, lock=True)


async def replay_period(work: Work, webhook_id: UUID, *, since: datetime, until: datetime) -> Webhook:
    """Deliver all matching entries of a period again, from a moment to before another.

    This includes entries from while the webhook was disabled, but not from before it was registered. InvalidInput for a
    period with more than ten thousand entries.
    """
    row = await _enabled(work, webhook_id)
    check_after(check_moment(since, "since"), check_moment(until, "until"), "until")
    query = work.select(col(JournalEntry.id)).where(
        col(JournalEntry.association_id) == row.association_id,
        col(JournalEntry.at) >= max(since, row.registered_at),
        col(JournalEntry.at) < until,
        or_(*(_means(pattern) for pattern in row.events)),
    )
    async with work.elevated("whoever manages webhooks may not read the journal, and the webhook was told of it"):
        ids = (await work.session.scalars(query.limit(MOST_REPLAYED_ENTRIES + 1))).all()
    if len(ids) > MOST_REPLAYED_ENTRIES:
        raise InvalidInput(
            f"a period of {MOST_REPLAYED_ENTRIES} entries at the most",
            f"more than {MOST_REPLAYED_ENTRIES}",
            path=("until",),
        )
    await begin_deliveries(work, row, ids, anew=True)
    await work.record("webhook.replayed", row, data={"since": since.isoformat(), "until": until.isoformat()})
    return row


async def _enabled(work: Work, webhook_id: UUID) -> Webhook:
    row = await managed_webhook(work, webhook_id)
    if row.disabled_at is not None:
        raise WebhookDisabled
    return row


def _means(pattern: str) -> ColumnElement[bool]:
    action = col(JournalEntry.action)
    if pattern == "*":
        return action.is_not(None)
    return action.startswith(pattern[:-1], autoescape=True) if pattern.endswith("*") else action == pattern
