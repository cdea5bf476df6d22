"""Webhooks and their deliveries. The secret is not among the fields."""

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
    """An HTTP endpoint that is notified of an association's changes. STAFF who hold `webhooks.manage`.

    Requests are signed as in Standard Webhooks and retried for three days. Each change is delivered at least once; the
    order is not guaranteed.
    """

    url: str = column("URL.")
    events: list[str] = column(
        "Changes to deliver: actions of the journal, all actions of a noun (`registration.*`), or all (`*`)."
    )
    registered_at: datetime = column("Time at which it was created.")
    old_secret_until: datetime | None = column(
        "Time until which requests are also signed with the replaced secret; null if there is none."
    )
    disabled_at: datetime | None = column("Time at which it was disabled; null if it is enabled.")
    disabled_because: models.WebhookDisabling | None = column("Reason for disabling it; null if it is enabled.")
    failing_since: datetime | None = column(
        "Time of the first failed delivery since the last success; null if the last delivery succeeded."
    )
    association: Association = one("Association whose changes are delivered.", via="association_id")


WebhookId = Annotated[UUID, Ref("Webhook", "The webhook.")]


@read_type(models.WebhookDelivery)
class WebhookDelivery(Node):
    """The delivery of a change to a webhook. STAFF who hold `webhooks.manage`."""

    state: models.DeliveryState = column("Status.", where=True)
    begun_at: datetime = column("Time at which it was created or last replayed.", where=True, order=True)
    tries: int = column("Number of attempts since then.")
    next_try_at: datetime | None = column("Time of the next attempt; null if there will be none.")
    last_try_at: datetime | None = column("Time of the last attempt; null if there was none.")
    last_status: int | None = column("HTTP status of the last response; null if there was none.")
    last_failure: models.DeliveryFailure | None = column(
        "Reason for the last failure; null if the last attempt succeeded."
    )
    delivered_at: datetime | None = column("Time at which the delivery succeeded; null if it has not.")
    webhook: Webhook | None = one("The webhook.", via="webhook_id")
    entry: JournalEntry | None = one(
        "Journal entry that is delivered; null if the reader may not read the journal.", via="entry_id"
    )


WebhookDeliveryId = Annotated[UUID, Ref("WebhookDelivery", "The delivery.")]


@extends(Webhook)
class _WebhookDeliveries:
    deliveries: Connection[WebhookDelivery] = connection(
        "Deliveries of the last month, the latest first.", via="webhook_id", order=("-begun_at",)
    )


@extends(Association)
class _AssociationWebhooks:
    webhooks: list[Webhook] = many(
        "Its webhooks. Visible to STAFF who hold `webhooks.manage`.",
        via="association_id",
        order=("registered_at",),
        limit=MOST_WEBHOOKS,
    )
