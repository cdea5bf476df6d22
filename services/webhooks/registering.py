"""Manage webhooks. Every operation asks for `webhooks.manage` in the association.

The secret is shown when it is created, and again after a recent sign-in. A replaced secret signs beside its successor
for a day, so that the receiver has time to switch.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from models import MANAGE_WEBHOOKS, Association, DeliveryState, Webhook, WebhookDelivery, WebhookDisabling
from services.core.jobs.jobs import enqueue
from services.core.outside.requests import check_url
from services.core.outside.sealing import seal, unseal
from services.core.work import Work
from services.webhooks.bodies import new_secret
from services.webhooks.errors import TooManyWebhooks
from services.webhooks.matching import check_patterns

MOST_WEBHOOKS = 10
"""Maximum number of webhooks per association."""
OLD_SECRET_SIGNS_FOR = timedelta(days=1)
"""How long a replaced secret still signs."""


async def register_webhook(work: Work, association_id: UUID, *, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
    """Register a webhook for an association's future changes. Returns it with its signing secret.

    InvalidInput for a URL to which requests are never sent, SecretKeyMissing if the server can't store secrets.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_WEBHOOKS, association_id)
    check_url(url, "url", private=work.settings.private_addresses)
    patterns = check_patterns(events, "events")
    await work.lock(f"webhooks of {association_id}")
    query = work.select(func.count(), of=Webhook).where(col(Webhook.association_id) == association_id)
    if (await work.session.execute(query)).scalar_one() >= MOST_WEBHOOKS:
        raise TooManyWebhooks(MOST_WEBHOOKS)
    secret = new_secret()
    row = Webhook(
        association_id=association_id,
        url=url,
        events=patterns,
        secret=b"",
        registered_at=work.now,
    )
    row.secret = _sealed(work, row, secret)
    await work.insert(row)
    await work.record("webhook.registered", row)
    return row, secret


async def change_webhook(
    work: Work, webhook_id: UUID, *, url: str | None = None, events: Sequence[str] | None = None
) -> Webhook:
    """Change a webhook's URL or events; None leaves a value unchanged."""
    row = await managed_webhook(work, webhook_id)
    if url is not None:
        row.url = check_url(url, "url", private=work.settings.private_addresses)
    if events is not None:
        row.events = check_patterns(events, "events")
    await work.flush()
    await work.record("webhook.changed", row)
    return row


async def disable_webhook(work: Work, webhook_id: UUID) -> Webhook:
    """Disable a webhook. Pending deliveries continue if it is enabled within three days."""
    row = await managed_webhook(work, webhook_id)
    if row.disabled_at is None:
        row.disabled_at, row.disabled_because = work.now, WebhookDisabling.BY_STAFF
        await work.flush()
        await work.record("webhook.disabled", row, data={"because": WebhookDisabling.BY_STAFF.value})
    return row


async def enable_webhook(work: Work, webhook_id: UUID) -> Webhook:
    """Enable a webhook for future changes. Earlier ones can be replayed."""
    row = await managed_webhook(work, webhook_id)
    if row.disabled_at is not None:
        row.disabled_at = row.disabled_because = row.failing_since = row.rests_until = None
        row.failures = 0
        await work.flush()
        await work.record("webhook.enabled", row)
        await enqueue(work, "deliver_webhook", key=str(row.id), webhook_id=row.id)
    return row


async def remove_webhook(work: Work, webhook_id: UUID) -> Webhook:
    """Delete a webhook and its deliveries."""
    row = await managed_webhook(work, webhook_id)
    await work.record("webhook.removed", row)
    await work.session.execute(work.delete(WebhookDelivery, col(WebhookDelivery.webhook_id) == row.id))
    await work.remove(row)
    return row


async def rotate_secret(work: Work, webhook_id: UUID) -> tuple[Webhook, str]:
    """Replace the secret, and return the new one. Both sign for a day. StepUpRequired as in `show_secret`."""
    row = await managed_webhook(work, webhook_id)
    work.actor.require_recent(work.now)
    secret = new_secret()
    row.old_secret, row.old_secret_until = row.secret, work.now + OLD_SECRET_SIGNS_FOR
    row.secret = _sealed(work, row, secret)
    await work.flush()
    await work.record("webhook.secret_rotated", row)
    return row, secret


async def show_secret(work: Work, webhook_id: UUID) -> tuple[Webhook, str]:
    """Return the current secret. StepUpRequired without a recent sign-in."""
    row = await managed_webhook(work, webhook_id)
    work.actor.require_recent(work.now)
    await work.record("webhook.secret_shown", row)
    return row, secrets_of(work, row)[0]


async def managed_webhook(work: Work, webhook_id: UUID) -> Webhook:
    """The webhook, locked, for holders of `webhooks.manage`; NotFound for everybody else."""
    return await work.find_managed(Webhook, webhook_id, MANAGE_WEBHOOKS, "webhookId")


def secrets_of(work: Work, row: Webhook) -> list[str]:
    """The secrets that currently sign, the newest first."""
    sealed = [row.secret]
    if row.old_secret is not None and row.old_secret_until is not None and row.old_secret_until > work.now:
        sealed.append(row.old_secret)
    return [unseal(work.settings, each, *_about(work, row)) for each in sealed]


async def fail_what_waits(work: Work, row: Webhook) -> None:
    """Mark pending deliveries of a permanently disabled webhook as failed. They can be replayed."""
    for delivery in await work.session.scalars(
        work.select(WebhookDelivery).where(
            col(WebhookDelivery.webhook_id) == row.id,
            col(WebhookDelivery.state) == DeliveryState.PENDING,
        )
    ):
        delivery.state, delivery.next_try_at = DeliveryState.FAILED, None


def _sealed(work: Work, row: Webhook, secret: str) -> bytes:
    return seal(work.settings, secret, *_about(work, row))


def _about(work: Work, row: Webhook) -> tuple[object, ...]:
    return (work.tenant_id, "webhook", row.id)
