"""Sending what webhooks are to be told: a batch of one webhook at a time, at least once, for three days.

Nothing is written while the other side is waited for: a transaction that has a number holds up the journal's chain,
for everybody. So a batch is kept to one worker by a lock that needs none, what came of it is written at the end, and
what a worker sent that is killed in between is sent again, with the same `webhook-id`.

A webhook that takes nothing rests, longer each time, and is then tried with one delivery: it costs the workers ten
seconds now and then, however much waits for it. After five days it is disabled, and its association's journal says so.
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
"""How long the other side has for an answer."""
DELIVERIES_PER_BATCH, DELIVERIES_AT_ONCE = 50, 8
"""Deliveries that a batch takes up, and how many of them at the same time."""
BATCH_SECONDS = 5.0
"""Seconds after which a batch begins no further delivery."""
TRIED_FOR = timedelta(days=3)
FAILING_FOR = timedelta(days=5)
"""After which a webhook that took nothing is disabled."""
DELIVERIES_KEPT_FOR = timedelta(days=30)
"""How long deliveries that are over can be looked up, and replayed."""
_BUSY = timedelta(seconds=2)
_MINUTE = timedelta(minutes=1)
_WAITS = [timedelta(seconds=s) for s in (5, 30, 300, 1_800, 7_200, 18_000, 28_800)]

_FAILURES = {"forbidden": DeliveryFailure.FORBIDDEN, "too slow": DeliveryFailure.TOO_SLOW}
_GONE = 410


@dataclass(frozen=True)
class Try:
    """What came of sending a delivery."""

    delivery: WebhookDelivery
    at: datetime
    status: int | None
    failure: DeliveryFailure | None


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: from five seconds to eight hours, a fifth more or less by chance."""
    wait = _WAITS[min(tries, len(_WAITS)) - 1]
    return wait * (80 + secrets.randbelow(41)) / 100


@job("deliver_webhook", at_once=4, share=2)  # a receiver may take ten seconds for an answer
async def deliver_webhook(work: Work, *, webhook_id: UUID) -> None:
    """Send a batch of what waits for a webhook, and have the rest sent when it is due."""
    connection = await work.connection()
    lock = f"{work.tenant_id}:deliveries of {webhook_id}"
    if not await connection.fetchval("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", lock):
        # Who is at it may have looked before what this is about was there.
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
    """Send what is due, as far as it is taken: one after another failure, several at once otherwise."""
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
    """Tell it nothing more; the association learns of it in its journal."""
    webhook.disabled_at, webhook.disabled_because = work.now, because
    await fail_what_waits(work, webhook)
    await work.record("webhook.disabled", webhook, data={"because": because.value})


async def _next(work: Work, webhook: Webhook) -> None:
    """Have what still waits sent when it is due, and the webhook doesn't rest."""
    query = work.select(func.min(col(WebhookDelivery.next_try_at)), of=WebhookDelivery).where(_waiting(webhook.id))
    due: datetime | None = (await work.session.execute(query)).scalar_one()
    if due is not None:
        wait = max(due, webhook.rests_until or due) - work.now
        after = wait if wait > timedelta() else None
        await enqueue(work, "deliver_webhook", key=str(webhook.id), after=after, webhook_id=webhook.id)


@every("* * * * *")
async def take_up_deliveries(work: Work) -> None:
    """Have sent what has been due for a minute: whatever became of the job that should have."""
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
    """Delete the deliveries that have been over for a month."""
    over = (
        col(WebhookDelivery.state) != DeliveryState.PENDING,
        col(WebhookDelivery.begun_at) < work.now - DELIVERIES_KEPT_FOR,
    )
    await work.session.execute(work.delete(WebhookDelivery, *over))
