"""Fees: what an event costs whom, invoices in an unbroken sequence, and what was paid."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, nobody, own, policy, when
from models.base.records import TenantRecord, belongs_to, carries, choice, localized, localized_check, moment, unique
from models.events.events import MANAGE_EVENTS
from models.membership.memberships import CategoryKind


class InvoiceKind(DescribedEnum):
    """An invoice, or a credit note that takes one back: an invoice that was issued is never changed."""

    INVOICE = "INVOICE", "Asks for money."
    CREDIT_NOTE = "CREDIT_NOTE", "Takes back an invoice that was issued."


class PaymentMethod(DescribedEnum):
    """How money came or went."""

    TRANSFER = "TRANSFER", "Bank transfer."
    CHEQUE = "CHEQUE", "Cheque."
    AT_DESK = "AT_DESK", "Paid at the event's desk."
    ONLINE = "ONLINE", "Paid online through a payment provider."


def _money(*, default: Decimal | None = None) -> Decimal:
    made: Decimal = Field(default=default if default is not None else ..., max_digits=12, decimal_places=2)
    return made


class Price(TenantRecord, table=True):
    """What a seat costs, by whom it is for: the first of an event that fits applies. PUBLIC with the event."""

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
    amount: Decimal = _money()
    currency: str = "CAD"  # ISO 4217
    segment_id: UUID | None = None  # for whom; null: everybody
    category: CategoryKind | None = choice(CategoryKind, nullable=True)  # of a member of the event's association
    until: datetime | None = moment(nullable=True)  # the last moment that it can be had


class InvoiceSequence(TenantRecord, table=True):
    """The last number that an association's invoices have. Its row is the lock that leaves no gap. Nobody's to read."""

    __table_args__ = (belongs_to("association", "association_id"), unique("association_id", name="one_sequence_each"))
    __tablename__ = "invoice_sequence"

    association_id: UUID
    last: int = 0


class Invoice(TenantRecord, table=True):
    """What somebody owes, or is given back, for a registration. The payer's; STAFF of the issuing association.

    Append-only: what was issued stays as it is, and a credit note takes it back.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        belongs_to("event", "event_id"),
        belongs_to("registration", "registration_id"),
        belongs_to("person", "person_id"),
        belongs_to("association", "payer_id"),
        belongs_to("invoice", "credits_id"),
        carries("association_id"),
        unique("association_id", "number", name="an_invoice_a_number"),
        CheckConstraint("number > 0", name="invoice_counts_from_one"),
        CheckConstraint("total >= 0", name="invoice_total_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="invoice_in_a_currency"),
        CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_id is not null)", name="invoice_credits_another"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="invoice_one_payer"),
        # Taken back at most once.
        unique("credits_id", name="one_credit_note_an_invoice"),
        Index("invoice_by_registration", "confederation_id", "registration_id"),
        Index("invoice_by_person", "confederation_id", "person_id"),
        Index("invoice_by_payer", "confederation_id", "payer_id"),
        Index("invoice_by_event", "confederation_id", "event_id", "number", "id"),
    )

    association_id: UUID  # who issues it
    number: int
    kind: InvoiceKind = choice(InvoiceKind, default=InvoiceKind.INVOICE)
    event_id: UUID
    registration_id: UUID
    person_id: UUID | None = None  # who pays: a person,
    payer_id: UUID | None = None  # or an association for its delegates
    label: dict[str, str] = localized()
    seats: int
    unit_amount: Decimal = _money()
    total: Decimal = _money()
    currency: str
    issued_on: date
    due_on: date
    credits_id: UUID | None = None  # the invoice that a credit note takes back


class Payment(TenantRecord, table=True):
    """Money that came for an invoice, or went back (negative). STAFF of the issuing association, and the payer.

    Append-only: what was recorded wrongly is set right by another.
    """

    __table_args__ = (
        belongs_to("invoice", "invoice_id", "association_id"),
        belongs_to("person", "person_id"),
        belongs_to("association", "payer_id"),
        belongs_to("person", "recorded_by_id"),
        CheckConstraint("amount <> 0", name="payment_of_something"),
        Index("payment_by_invoice", "confederation_id", "invoice_id"),
        # A provider that tells twice of what came pays once.
        Index(
            "one_online_payment_a_reference",
            "confederation_id",
            "invoice_id",
            "reference",
            unique=True,
            postgresql_where=text("method = 'ONLINE' and amount > 0"),
        ),
    )

    invoice_id: UUID
    association_id: UUID
    # The invoice's payer, a person or an association: whoever sees an invoice sees what was paid for it.
    person_id: UUID | None = None
    payer_id: UUID | None = None
    method: PaymentMethod = choice(PaymentMethod)
    amount: Decimal = _money()
    received_on: date
    reference: str | None = None
    recorded_by_id: UUID | None = None


MANAGE_FEES = Permission("fees.manage", about_persons=True, scope=True)

policy(
    Price,
    read=when(Price.published) | holds(MANAGE_EVENTS, Price.association_id),
    write=holds(MANAGE_EVENTS, Price.association_id),
)
policy(InvoiceSequence, read=nobody, write=nobody)
policy(
    Invoice,
    read=own(Invoice.person_id) | holds(MANAGE_FEES, Invoice.association_id) | holds(MANAGE_FEES, Invoice.payer_id),
    write=holds(MANAGE_FEES, Invoice.association_id),
    append_only=True,
)
policy(
    Payment,
    read=own(Payment.person_id) | holds(MANAGE_FEES, Payment.association_id) | holds(MANAGE_FEES, Payment.payer_id),
    write=holds(MANAGE_FEES, Payment.association_id),
    append_only=True,
)

classified(Price, neither="event_id association_id published rank label amount currency segment_id category until")
classified(InvoiceSequence, neither="association_id last")
classified(
    Invoice,
    personal={"person_id": "number label seats unit_amount total issued_on due_on"},
    neither="association_id kind event_id registration_id payer_id currency credits_id",
)
classified(
    Payment,
    personal={"person_id": "method amount received_on reference", "recorded_by_id": ""},
    neither="invoice_id association_id payer_id",
)
