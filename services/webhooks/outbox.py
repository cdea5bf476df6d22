"""Create deliveries from committed journal entries, in the order of the chain, for each matching webhook.

A webhook gets only its own association's entries. Entries that no staff may read (confidential, without association)
are never sent.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col

from models import DeliveryState, Webhook, WebhookDelivery
from services.core.jobs.jobs import enqueue
from services.core.journal.chaining import Entry, follows_journal
from services.core.work import Work
from services.webhooks.matching import matches


@follows_journal
async def tell_webhooks(work: Work, entries: Sequence[Entry]) -> None:
    """Write deliveries for the webhooks that match an entry, and enqueue their sending."""
    associations = {entry.association_id for entry in entries if entry.association_id is not None}
    if not associations:
        return
    query = work.select(Webhook).where(
        col(Webhook.association_id).in_(associations),
        col(Webhook.disabled_at).is_(None),
    )
    for webhook in (await work.session.scalars(query)).all():
        told = [
            entry.id
            for entry in entries
            if entry.association_id == webhook.association_id
            and entry.at >= webhook.registered_at
            and matches(webhook.events, entry.action)
        ]
        await begin_deliveries(work, webhook, told)


async def begin_deliveries(work: Work, webhook: Webhook, entry_ids: Iterable[UUID], *, anew: bool = False) -> None:
    """Write deliveries of entries. `anew`: also of those that were delivered or have failed."""
    waiting: dict[str, Any] = {
        "state": DeliveryState.PENDING,
        "begun_at": work.now,
        "next_try_at": work.now,
        "tries": 0,
        "delivered_at": None,
    }
    of = {"webhook_id": webhook.id, "association_id": webhook.association_id}
    rows = work.all_completed(WebhookDelivery, [{**of, **waiting, "entry_id": id} for id in entry_ids])
    if not rows:
        return
    statement = work.inserting(WebhookDelivery)
    if anew:
        changed = {**waiting, "updated_at": work.now}
        statement = statement.on_conflict_do_update(constraint="a_delivery_once", set_=changed)
    else:
        statement = statement.on_conflict_do_nothing()
    await work.session.execute(statement, rows)
    await enqueue(work, "deliver_webhook", key=str(webhook.id), webhook_id=webhook.id)
