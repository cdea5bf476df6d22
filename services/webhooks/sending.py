"""Send webhook deliveries: in batches per webhook, at least once, with retries for three days.

Nothing is written while waiting for the receiver: a transaction with a number delays the journal's chain for everybody.
So an advisory lock, which needs no number, gives the batch to one worker, and results are written at the end. If a
worker is killed in between, its deliveries are sent again, with the same `webhook-id`.

A failing webhook is paused, longer each time, and then tried with one delivery: it costs the workers ten seconds now
and then, however many deliveries are pending. After five days it is disabled, which is journaled.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col

from models import DeliveryFailure, DeliveryState, JournalEntry, Webhook, WebhookDelivery, WebhookDisabling
from services.core.jobs.jobs import enqueue, every, job
from services.core.outside.requests import NotSent, Outbound
from services.core.statements import matching
from services.core.work import Work
from services.webhooks.bodies import body, signed
from services.webhooks.registering import fail_what_waits, secrets_of

ANSWER_SECONDS = 10
"""Timeout for the receiver's answer."""
DELIVERIES_PER_BATCH, DELIVERIES_AT_ONCE = 50, 8
"""Number of deliveries in a batch, and how many are sent concurrently."""
BATCH_SECONDS = 5.0
"""Seconds after which a batch starts no further delivery."""
TRIED_FOR = timedelta(days=3)
FAILING_FOR = timedelta(days=5)
"""Period of failures after which a webhook is disabled."""
DELIVERIES_KEPT_FOR = timedelta(days=30)
"""How long finished deliveries are kept, and can be replayed."""
_BUSY = timedelta(seconds=2)
_MINUTE = timedelta(minutes=1)
_WAITS = [timedelta(seconds=s) for s in (5, 30, 300, 1_800, 7_200, 18_000, 28_800)]

_FAILURES = {"forbidden": DeliveryFailure.FORBIDDEN, "too slow": DeliveryFailure.TOO_SLOW}
_GONE = 410


@dataclass(frozen=True)
class Try:
    """Result of a delivery attempt."""

    delivery: WebhookDelivery
    at: datetime
    status: int | None
    failure: DeliveryFailure | None


def wait_after(tries: int) -> timedelta:
    """Delay after this many attempts: from five seconds to eight hours, with a random variation of a fifth."""
    wait = _WAITS[min(tries, len(_WAITS)) - 1]
    return wait * (80 + secrets.randbelow(41)) / 100


@job("deliver_webhook", at_once=4, share=2)  # a receiver may take ten seconds to answer
async def deliver_webhook(work: Work, *, webhook_id: UUID) -> None:
    """Send a batch of a webhook's pending deliveries, and enqueue the rest for when it is due."""
    connection = await work.connection()
    lock = f"{work.tenant_id}:deliveries of {webhook_id}"
    if not await connection.fetchval("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", lock):
        # The worker that holds the lock may have read the deliveries before these were written.
        await enqueue(work, "deliver_webhook", key=str(webhook_id), after=_BUSY, webhook_id=webhook_id)
        return
    query = work.select(Webhook).where(col(Webhook.id) == webhook_id)
    webhook = (await work.session.execute(query)).scalar_one_or_none()
    if webhook is None or webhook.disabled_at is not None:
        return
    if webhook.rests_until is None or webhook.rests_until <= work.now:
        due = await _due(work, webhook)
        if due:
            await _note(work, webhook, await _send(work, webhook, due))
    if webhook.disabled_at is None:
        await _next(work, webhook)


async def _due(work: Work, webhook: Webhook) -> Sequence[tuple[WebhookDelivery, JournalEntry]]:
    query = (
        work.select(WebhookDelivery, JournalEntry)
        .join(JournalEntry, matching(WebhookDelivery.entry_id, JournalEntry.id))
        .where(_waiting(webhook.id), col(WebhookDelivery.next_try_at) <= work.now)
        .order_by(col(WebhookDelivery.next_try_at), col(WebhookDelivery.id))
        .limit(DELIVERIES_PER_BATCH)
    )
    return [(delivery, entry) for delivery, entry in await work.session.execute(query)]


def _waiting(webhook_id: UUID) -> ColumnElement[bool]:
    return and_(col(WebhookDelivery.webhook_id) == webhook_id, col(WebhookDelivery.state) == DeliveryState.PENDING)


async def _send(work: Work, webhook: Webhook, due: Sequence[tuple[WebhookDelivery, JournalEntry]]) -> Sequence[Try]:
    """Send due deliveries: one at a time after a failure, otherwise several concurrently."""
    keys, url = secrets_of(work, webhook), webhook.url
    outbound = Outbound(private=work.settings.private_addresses)

    async def send(delivery: WebhookDelivery, entry: JournalEntry) -> Try:
        content, at = body(entry), datetime.now(UTC)
        try:
            headers = signed(delivery.id, at, content, keys)
            answer = await outbound.send(
                "POST", url, headers=headers, content=content, seconds=ANSWER_SECONDS, reads=False
            )
        except NotSent as not_sent:
            return Try(delivery, at, None, _FAILURES.get(not_sent.reason, DeliveryFailure.UNREACHABLE))
        return Try(delivery, at, answer.status, None if 200 <= answer.status < 300 else DeliveryFailure.STATUS)

    tried: list[Try] = []
    began = asyncio.get_running_loop().time()
    try:
        abreast = 1 if webhook.failures else DELIVERIES_AT_ONCE
        while len(tried) < len(due) and asyncio.get_running_loop().time() < began + BATCH_SECONDS:
            part = await asyncio.gather(*(send(*one) for one in due[len(tried) : len(tried) + abreast]))
            tried += part
            if all(each.failure is not None for each in part) or any(each.status == _GONE for each in part):
                break
            abreast = DELIVERIES_AT_ONCE
    finally:
        await outbound.close()
    return tried


async def _note(work: Work, webhook: Webhook, tried: Sequence[Try]) -> None:
    for each in tried:
        delivery = each.delivery
        delivery.tries += 1
        delivery.last_try_at, delivery.last_status, delivery.last_failure = each.at, each.status, each.failure
        if each.failure is None:
            delivery.state, delivery.next_try_at, delivery.delivered_at = DeliveryState.DELIVERED, None, each.at
        elif work.now - delivery.begun_at >= TRIED_FOR:
            delivery.state, delivery.next_try_at = DeliveryState.FAILED, None
        else:
            delivery.next_try_at = each.at + wait_after(delivery.tries)
    if any(each.status == _GONE for each in tried):
        await _disable(work, webhook, WebhookDisabling.GONE)
    elif any(each.failure is None for each in tried):
        webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None
    else:
        webhook.failures += 1
        webhook.failing_since = webhook.failing_since or work.now
        webhook.rests_until = tried[-1].at + wait_after(webhook.failures)
        if work.now - webhook.failing_since >= FAILING_FOR:
            await _disable(work, webhook, WebhookDisabling.FAILING)
    await work.flush()


async def _disable(work: Work, webhook: Webhook, because: WebhookDisabling) -> None:
    """Disable the webhook, and record it in the association's journal."""
    webhook.disabled_at, webhook.disabled_because = work.now, because
    await fail_what_waits(work, webhook)
    await work.record("webhook.disabled", webhook, data={"because": because.value})


async def _next(work: Work, webhook: Webhook) -> None:
    """Enqueue the sending of the remaining deliveries for when they are due and the webhook isn't paused."""
    query = work.select(func.min(col(WebhookDelivery.next_try_at)), of=WebhookDelivery).where(_waiting(webhook.id))
    due: datetime | None = (await work.session.execute(query)).scalar_one()
    if due is not None:
        wait = max(due, webhook.rests_until or due) - work.now
        after = wait if wait > timedelta() else None
        await enqueue(work, "deliver_webhook", key=str(webhook.id), after=after, webhook_id=webhook.id)


@every("* * * * *")
async def take_up_deliveries(work: Work) -> None:
    """Enqueue the sending of deliveries that have been due for a minute, in case their job was lost."""
    query = (
        work.select(col(WebhookDelivery.webhook_id))
        .distinct()
        .where(
            col(WebhookDelivery.state) == DeliveryState.PENDING,
            col(WebhookDelivery.next_try_at) < work.now - _MINUTE,
        )
    )
    for webhook_id in (await work.session.scalars(query)).all():
        await enqueue(work, "deliver_webhook", key=str(webhook_id), webhook_id=webhook_id)


@every("23 4 * * *")
async def forget_deliveries(work: Work) -> None:
    """Delete deliveries that were finished a month ago."""
    over = (
        col(WebhookDelivery.state) != DeliveryState.PENDING,
        col(WebhookDelivery.begun_at) < work.now - DELIVERIES_KEPT_FOR,
    )
    await work.session.execute(work.delete(WebhookDelivery, *over))
