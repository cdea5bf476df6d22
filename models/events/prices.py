"""Prices of seats, and the links from registrations to invoice lines."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base.personal import classified
from models.base.policies import holds, policy, when
from models.base.records import TenantRecord, belongs_to, choice, localized, localized_check, moment, unique
from models.base.topics import topic
from models.billing.accounts import MANAGE_FEES, payer_or_issuer
from models.events.events import MANAGE_EVENTS, Event
from models.membership.memberships import CategoryKind


class Price(TenantRecord, table=True):
    """A price of a seat, for certain people. The first price of an event that applies is charged. PUBLIC with the
    event.
    """

    __table_args__ = (
        belongs_to("event", "event_id", "association_id", "published"),
        belongs_to("segment", "segment_id"),
        unique("event_id", "rank", name="a_price_a_rank"),
        localized_check("price", "label"),
        CheckConstraint("amount >= 0", name="price_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="price_in_a_currency"),
    )

    event_id: UUID
    association_id: UUID  # the event's
    published: bool = False
    rank: int
    label: dict[str, str] = localized()
    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str = "CAD"  # ISO 4217
    segment_id: UUID | None = None  # who may have this price; null: everybody
    category: CategoryKind | None = choice(CategoryKind, nullable=True)  # of a member of the event's association
    until: datetime | None = moment(nullable=True)  # when the price ends


class RegistrationInvoice(TenantRecord, table=True):
    """The link from a registration to the invoice line that charges for it. The payer; STAFF of the event's
    association.
    """

    __table_args__ = (
        belongs_to("invoice_line", "line_id", "invoice_id", "association_id"),
        belongs_to("invoice_line", "line_id", "person_id"),
        belongs_to("invoice_line", "line_id", "payer_id"),
        belongs_to("registration", "registration_id", "event_id", "association_id", attendee_id="person_id"),
        unique("line_id", name="a_line_charges_one_registration"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="registration_invoice_one_payer"),
        Index("registration_invoice_by_registration", "confederation_id", "registration_id"),
        Index("registration_invoice_by_event", "confederation_id", "event_id"),
        Index("registration_invoice_by_invoice", "confederation_id", "invoice_id"),
    )
    __tablename__ = "registration_invoice"

    registration_id: UUID
    event_id: UUID
    attendee_id: UUID  # the registered person
    line_id: UUID
    invoice_id: UUID
    association_id: UUID  # the event's association, which issues the invoice
    person_id: UUID | None = None  # the payer: a person,
    payer_id: UUID | None = None  # or an association


policy(
    Price,
    read=when(Price.published) | holds(MANAGE_EVENTS, Price.association_id),
    write=holds(MANAGE_EVENTS, Price.association_id),
)
policy(
    RegistrationInvoice,
    read=payer_or_issuer(RegistrationInvoice),
    write=holds(MANAGE_FEES, RegistrationInvoice.association_id),
    append_only=True,
)

classified(Price, neither="event_id association_id published rank label amount currency segment_id category until")
classified(
    RegistrationInvoice,
    personal={"attendee_id": "", "person_id": ""},
    neither="registration_id event_id line_id invoice_id association_id payer_id",
)

topic(RegistrationInvoice, Event, by=RegistrationInvoice.event_id)
