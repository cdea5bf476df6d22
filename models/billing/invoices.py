"""Invoices in an unbroken sequence, their lines, and the credit notes that take them back."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, Index
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.personal import classified
from models.base.policies import holds, nobody, policy
from models.base.records import TenantRecord, belongs_to, carries, choice, localized, localized_check, unique
from models.billing.accounts import MANAGE_FEES, payer_or_issuer


class InvoiceKind(DescribedEnum):
    """An invoice, or a credit note that takes one back: an invoice that was issued is never changed."""

    INVOICE = "INVOICE", "Asks for money."
    CREDIT_NOTE = "CREDIT_NOTE", "Takes back an invoice that was issued."


class InvoiceSequence(TenantRecord, table=True):
    """The last number that an association's invoices have. Its row is the lock that leaves no gap. Nobody's to read."""

    __table_args__ = (belongs_to("association", "association_id"), unique("association_id", name="one_sequence_each"))
    __tablename__ = "invoice_sequence"

    association_id: UUID
    last: int = 0


class Invoice(TenantRecord, table=True):
    """What a payer owes an association, or a credit note that takes it back. The payer; STAFF of the association.

    Append-only: what was issued stays as it is. What an invoice is for, its lines say; a credit note takes back all of
    them. Which of a domain's rows a line charges for is said by a link table of that domain.
    """

    __table_args__ = (
        belongs_to("billing_account", "account_id", "association_id", "currency"),
        belongs_to("billing_account", "account_id", "person_id"),
        belongs_to("billing_account", "account_id", "payer_id"),
        # A credit note takes back the whole of an invoice, of the same account.
        belongs_to("invoice", "credits_id", "account_id", "total"),
        carries("account_id", "total"),
        carries("account_id"),
        carries("association_id", "currency"),
        carries("person_id"),
        carries("payer_id"),
        unique("association_id", "number", name="an_invoice_a_number"),
        localized_check("invoice", "label"),
        CheckConstraint("number > 0", name="invoice_counts_from_one"),
        CheckConstraint("total >= 0", name="invoice_total_not_negative"),
        CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_id is not null)", name="invoice_credits_another"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="invoice_one_payer"),
        # Taken back at most once.
        unique("credits_id", name="one_credit_note_an_invoice"),
        Index("invoice_by_account", "confederation_id", "account_id"),
        Index("invoice_by_original", "confederation_id", "original_id"),
        Index("invoice_by_person", "confederation_id", "person_id"),
        Index("invoice_by_payer", "confederation_id", "payer_id"),
    )

    account_id: UUID
    association_id: UUID  # who issues it
    person_id: UUID | None = None  # who pays: a person,
    payer_id: UUID | None = None  # or an association
    number: int
    kind: InvoiceKind = choice(InvoiceKind, default=InvoiceKind.INVOICE)
    label: dict[str, str] = localized()
    total: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str
    issued_on: date
    due_on: date
    credits_id: UUID | None = None  # the invoice that a credit note takes back
    # The invoice that this is about: of a credit note the one that it takes back, whose lines are its own too.
    original_id: UUID = Field(
        default=None,
        sa_column=Column(PG_UUID(as_uuid=True), Computed("coalesce(credits_id, id)", persisted=True), nullable=False),
    )


class InvoiceLine(TenantRecord, table=True):
    """One thing that an invoice charges for, or a discount (below zero). As the invoice."""

    __table_args__ = (
        belongs_to("invoice", "invoice_id", "association_id", "currency"),
        belongs_to("invoice", "invoice_id", "person_id"),
        belongs_to("invoice", "invoice_id", "payer_id"),
        carries("invoice_id", "association_id"),
        carries("person_id"),
        carries("payer_id"),
        unique("invoice_id", "rank", name="an_invoice_line_a_rank"),
        localized_check("invoice_line", "label"),
        CheckConstraint("quantity > 0", name="invoice_line_of_something"),
        CheckConstraint("amount = quantity * unit_amount", name="invoice_line_adds_up"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="invoice_line_one_payer"),
    )
    __tablename__ = "invoice_line"

    invoice_id: UUID
    association_id: UUID
    person_id: UUID | None = None
    payer_id: UUID | None = None
    rank: int  # from 0
    label: dict[str, str] = localized()
    quantity: int
    unit_amount: Decimal = Field(max_digits=12, decimal_places=2)
    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str


policy(InvoiceSequence, read=nobody, write=nobody)
policy(Invoice, read=payer_or_issuer(Invoice), write=holds(MANAGE_FEES, Invoice.association_id), append_only=True)
policy(
    InvoiceLine,
    read=payer_or_issuer(InvoiceLine),
    write=holds(MANAGE_FEES, InvoiceLine.association_id),
    append_only=True,
)

classified(InvoiceSequence, neither="association_id last")
classified(
    Invoice,
    personal={"person_id": "number label total issued_on due_on"},
    neither="account_id association_id payer_id kind currency credits_id original_id",
)
classified(
    InvoiceLine,
    personal={"person_id": "label quantity unit_amount amount"},
    neither="invoice_id association_id payer_id rank currency",
)
