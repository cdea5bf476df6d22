"""Webhooks: URLs to which an association's changes are sent, and each delivery."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import UNNAMED, classified
from models.base.policies import holds, policy
from models.base.records import TenantRecord, belongs_to, carries, choice, many, moment, unique


class WebhookDisabling(DescribedEnum):
    """Why a webhook is disabled."""

    BY_STAFF = "BY_STAFF", "Staff disabled it."
    GONE = "GONE", "The receiver answered 410 Gone."
    FAILING = "FAILING", "Deliveries failed for days."


class DeliveryState(DescribedEnum):
    """Status of a webhook delivery."""

    PENDING = "PENDING", "Not delivered yet; it is tried again."
    DELIVERED = "DELIVERED", "The receiver accepted it."
    FAILED = "FAILED", "Given up after three days, or because the webhook was disabled."


class DeliveryFailure(DescribedEnum):
    """Why the last delivery attempt failed."""

    STATUS = "STATUS", "The receiver answered with a status other than 200 to 299."
    UNREACHABLE = "UNREACHABLE", "No connection could be made."
    TOO_SLOW = "TOO_SLOW", "The receiver did not answer in time."
    FORBIDDEN = "FORBIDDEN", "The address is one that requests are never sent to, such as a private network's."


class Webhook(TenantRecord, table=True):
    """A URL to which an association's changes are sent. STAFF who manage webhooks.

    The secret is stored encrypted (`services.core.outside.sealing`). After a rotation, both secrets sign for a day.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        carries("association_id"),
        CheckConstraint("cardinality(events) > 0", name="webhook_of_some_events"),
        CheckConstraint("(disabled_at is null) = (disabled_because is null)", name="webhook_disabled_for_a_reason"),
        CheckConstraint("(old_secret is null) = (old_secret_until is null)", name="webhook_old_secret_until_a_time"),
    )

    unnoted: ClassVar[frozenset[str]] = frozenset({"failing_since", "failures", "rests_until"})

    association_id: UUID
    url: str
    events: list[str] = many(Text)  # journal actions or patterns: "registration.*"
    secret: bytes = Field(sa_type=LargeBinary)
    old_secret: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    old_secret_until: datetime | None = moment(nullable=True)
    registered_at: datetime = moment()
    disabled_at: datetime | None = moment(nullable=True)
    disabled_because: WebhookDisabling | None = choice(WebhookDisabling, nullable=True)
    failing_since: datetime | None = moment(nullable=True)
    failures: int = 0  # consecutive failures
    rests_until: datetime | None = moment(nullable=True)  # while it fails, deliveries pause until then


class WebhookDelivery(TenantRecord, table=True):
    """The delivery of a journal entry to a webhook. STAFF who manage webhooks."""

    __table_args__ = (
        belongs_to("webhook", "webhook_id", "association_id"),
        belongs_to("journal_entry", "entry_id"),
        unique("webhook_id", "entry_id", name="a_delivery_once"),
        CheckConstraint("(next_try_at is null) = (state <> 'PENDING')", name="delivery_is_tried_while_it_waits"),
        CheckConstraint("(delivered_at is null) = (state <> 'DELIVERED')", name="delivery_delivered_at_a_time"),
        Index(
            "delivery_to_try",
            "confederation_id",
            "webhook_id",
            "next_try_at",
            "id",
            postgresql_where=text("state = 'PENDING'"),
        ),
        Index("delivery_by_webhook", "confederation_id", "webhook_id", "begun_at", "id"),
    )
    __tablename__ = "webhook_delivery"

    webhook_id: UUID
    association_id: UUID
    entry_id: UUID  # the journal's
    state: DeliveryState = choice(DeliveryState, default=DeliveryState.PENDING)
    begun_at: datetime = moment()  # retries stop three days after this; a replay resets it
    next_try_at: datetime | None = moment(nullable=True)
    tries: int = 0
    last_try_at: datetime | None = moment(nullable=True)
    last_status: int | None = None
    last_failure: DeliveryFailure | None = choice(DeliveryFailure, nullable=True)
    delivered_at: datetime | None = moment(nullable=True)


MANAGE_WEBHOOKS = Permission("webhooks.manage", about_persons=True, scope=False)

policy(
    Webhook,
    read=holds(MANAGE_WEBHOOKS, Webhook.association_id),
    write=holds(MANAGE_WEBHOOKS, Webhook.association_id),
)
policy(
    WebhookDelivery,
    read=holds(MANAGE_WEBHOOKS, WebhookDelivery.association_id),
    write=holds(MANAGE_WEBHOOKS, WebhookDelivery.association_id),
)

classified(
    Webhook,
    confidential={UNNAMED: "url secret old_secret"},
    neither="association_id events old_secret_until registered_at disabled_at disabled_because failing_since "
    "failures rests_until",
)
classified(
    WebhookDelivery,
    neither="webhook_id association_id entry_id state begun_at next_try_at tries last_try_at last_status "
    "last_failure delivered_at",
)
