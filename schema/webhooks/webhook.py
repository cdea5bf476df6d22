"""Webhooks and their deliveries, as the staff read them who manage them. The secret is nowhere among them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, connection, extends, many, one, read_type
from schema.core.journal import JournalEntry
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association
from services.webhooks.registering import MOST_WEBHOOKS


@read_type(models.Webhook)
class Webhook(Node):
    """Where an association has its changes told to. STAFF who hold `webhooks.manage`.

    Signed as Standard Webhooks, tried for three days; each change comes at least once, in no order.
    """

    url: str = column("The address.")
    events: list[str] = column("Which changes: actions of the journal, all of a noun (`registration.*`), or all (`*`).")
    registered_at: datetime = column("Since when.")
    old_secret_until: datetime | None = column("Until when a secret that was replaced still signs, too.")
    disabled_at: datetime | None = column("Since when it is told nothing; null while it is.")
    disabled_because: models.WebhookDisabling | None = column("Why it is told nothing.")
    failing_since: datetime | None = column("Since when it has taken nothing; null where the last time it did.")
    association: Association = one("Whose changes.", via="association_id")


WebhookId = Annotated[UUID, Ref("Webhook", "The webhook.")]


@read_type(models.WebhookDelivery)
class WebhookDelivery(Node):
    """A change that a webhook is told of. STAFF who hold `webhooks.manage`."""

    state: models.DeliveryState = column("Where it stands.", where=True)
    begun_at: datetime = column("When it was begun, or was replayed last.", where=True, order=True)
    tries: int = column("How often it was tried since.")
    next_try_at: datetime | None = column("When it is tried next; null where it isn't any more.")
    last_try_at: datetime | None = column("When it was tried last.")
    last_status: int | None = column("The status of the last answer; null where there was none.")
    last_failure: models.DeliveryFailure | None = column("Why the last try was none; null where it was.")
    delivered_at: datetime | None = column("When it was taken.")
    webhook: Webhook | None = one("Which webhook is told.", via="webhook_id")
    entry: JournalEntry | None = one("What it is told of, for those who may read the journal.", via="entry_id")


WebhookDeliveryId = Annotated[UUID, Ref("WebhookDelivery", "The delivery.")]


@extends(Webhook)
class _WebhookDeliveries:
    deliveries: Connection[WebhookDelivery] = connection(
        "What it was told in the last month, the latest first.", via="webhook_id", order=("-begun_at",)
    )


@extends(Association)
class _AssociationWebhooks:
    webhooks: list[Webhook] = many(
        "Where it has its changes told to, for those who manage them.",
        via="association_id",
        order=("registered_at",),
        limit=MOST_WEBHOOKS,
    )
