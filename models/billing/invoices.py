"""Invoices in an unbroken sequence, their lines, and the credit notes that cancel them."""

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
    """Kind of invoice. An issued invoice is never changed; a credit note cancels it."""

    INVOICE = "INVOICE", "An invoice, to be paid."
    CREDIT_NOTE = "CREDIT_NOTE", "Cancels an invoice that was issued."


class InvoiceSequence(TenantRecord, table=True):
    """The last invoice number of an association. Locking its row keeps the sequence without gaps. Nobody's to read."""

    __table_args__ = (belongs_to("association", "association_id"), unique("association_id", name="one_sequence_each"))
    __tablename__ = "invoice_sequence"

    association_id: UUID
    last: int = 0


class Invoice(TenantRecord, table=True):
    """An invoice to a payer, or a credit note that cancels one. The payer; STAFF of the association.

    Append-only: an issued invoice never changes. Its lines say what it is for; a credit note cancels all of them. A
    link table in each domain says which of its rows a line charges for.
    """

    __table_args__ = (
        belongs_to("billing_account", "account_id", "association_id", "currency"),
        belongs_to("billing_account", "account_id", "person_id"),
        belongs_to("billing_account", "account_id", "payer_id"),
        # A credit note cancels a whole invoice of the same account.
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
        # Cancelled at most once.
        unique("credits_id", name="one_credit_note_an_invoice"),
        Index("invoice_by_account", "confederation_id", "account_id"),
        Index("invoice_by_original", "confederation_id", "original_id"),
        Index("invoice_by_person", "confederation_id", "person_id"),
        Index("invoice_by_payer", "confederation_id", "payer_id"),
    )

    account_id: UUID
    association_id: UUID  # the issuer
    person_id: UUID | None = None  # the payer: a person,
    payer_id: UUID | None = None  # or an association
    number: int
    kind: InvoiceKind = choice(InvoiceKind, default=InvoiceKind.INVOICE)
    label: dict[str, str] = localized()
    total: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str
    issued_on: date
    due_on: date
    credits_id: UUID | None = None  # of a credit note: the invoice that it cancels
    # The invoice concerned: for a credit note the one that it cancels, whose lines it shares.
    original_id: UUID = Field(
        default=None,
        sa_column=Column(PG_UUID(as_uuid=True), Computed("coalesce(credits_id, id)", persisted=True), nullable=False),
    )


class InvoiceLine(TenantRecord, table=True):
    """A line of an invoice: a charge, or a discount (below zero). Visible to whoever sees the invoice."""

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
