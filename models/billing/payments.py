"""Payments, and their allocations to invoices and refunds."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKeyConstraint, Index, Integer, text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.personal import classified
from models.base.policies import holds, policy
from models.base.records import TenantRecord, belongs_to, carries, choice, unique
from models.billing.accounts import MANAGE_FEES, payer_or_issuer


class PaymentMethod(DescribedEnum):
    """How a payment or a refund was made."""

    TRANSFER = "TRANSFER", "Bank transfer."
    CHEQUE = "CHEQUE", "Cheque."
    AT_DESK = "AT_DESK", "Paid at the desk."
    ONLINE = "ONLINE", "Paid online through a payment provider."


class Payment(TenantRecord, table=True):
    """A payment received; below zero, a refund or a returned payment. The payer; STAFF of the association.

    Append-only: a mistake is corrected by another payment. The unallocated part is the payer's credit.
    """

    __table_args__ = (
        belongs_to("billing_account", "account_id", "association_id", "currency"),
        belongs_to("billing_account", "account_id", "person_id"),
        belongs_to("billing_account", "account_id", "payer_id"),
        belongs_to("invoice", "invoice_id", "account_id"),
        belongs_to("payment", "returns_id", "account_id"),
        belongs_to("person", "recorded_by_id"),
        carries("account_id"),
        carries("account_id", "amount"),
        CheckConstraint("amount <> 0", name="payment_of_something"),
        CheckConstraint("returns_id is null or amount < 0", name="payment_returned_goes_back"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="payment_one_payer"),
        # A payment is returned at most once.
        unique("returns_id", name="one_return_a_payment"),
        Index("payment_by_account", "confederation_id", "account_id"),
        Index("payment_by_invoice", "confederation_id", "invoice_id"),
        # A payment that a payment provider reports twice is recorded once.
        Index(
            "one_online_payment_a_reference",
            "confederation_id",
            "invoice_id",
            "reference",
            unique=True,
            postgresql_where=text("method = 'ONLINE' and amount > 0"),
        ),
    )

    account_id: UUID
    association_id: UUID
    person_id: UUID | None = None
    payer_id: UUID | None = None
    # The invoice that the payer named. Its allocations say what the payment covers.
    invoice_id: UUID | None = None
    method: PaymentMethod = choice(PaymentMethod)
    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str
    received_on: date
    reference: str | None = None
    returns_id: UUID | None = None  # the payment that was returned: a bounced cheque, a recalled transfer
    recorded_by_id: UUID | None = None


class Allocation(TenantRecord, table=True):
    """A part of a payment that is allocated to an invoice or a refund; below zero, a deallocation. Visible to whoever
    sees the payment.

    Append-only. The allocations of a payment form a chain: each starts from the amount used by those before it, and
    stays within the payment's amount. So concurrent allocations never exceed a payment: of two that continue the same
    row, one is refused.
    """

    __table_args__ = (
        belongs_to("billing_account", "account_id", "association_id", "currency"),
        belongs_to("billing_account", "account_id", "person_id"),
        belongs_to("billing_account", "account_id", "payer_id"),
        belongs_to("payment", "payment_id", "account_id", payment_amount="amount"),
        belongs_to("invoice", "invoice_id", "account_id"),
        belongs_to("payment", "refund_id", "account_id"),
        # The previous row. The first row's key has a null, which PostgreSQL doesn't check.
        ForeignKeyConstraint(
            ["confederation_id", "payment_id", "previous", "used_before"],
            [f"allocation.{name}" for name in ("confederation_id", "payment_id", "rank", "used")],
            name="allocation_continues_the_row_before",
        ),
        unique("payment_id", "rank", name="an_allocation_a_rank"),
        unique("payment_id", "rank", "used", name="allocation_to_continue"),
        CheckConstraint("rank > 0", name="allocation_counts_from_one"),
        CheckConstraint("rank > 1 or used_before = 0", name="allocation_begins_with_nothing_used"),
        CheckConstraint("used = used_before + amount", name="allocation_adds_up"),
        CheckConstraint("used between 0 and payment_amount", name="allocation_within_the_payment"),
        CheckConstraint("amount <> 0", name="allocation_of_something"),
        CheckConstraint("num_nonnulls(invoice_id, refund_id) = 1", name="allocation_to_one_thing"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="allocation_one_payer"),
        Index("allocation_by_account", "confederation_id", "account_id"),
        Index("allocation_by_invoice", "confederation_id", "invoice_id"),
        Index(
            "allocation_by_refund",
            "confederation_id",
            "refund_id",
            postgresql_where=text("refund_id is not null"),
        ),
    )

    account_id: UUID
    association_id: UUID
    person_id: UUID | None = None
    payer_id: UUID | None = None
    payment_id: UUID
    payment_amount: Decimal = Field(max_digits=12, decimal_places=2)
    invoice_id: UUID | None = None  # what it is allocated to: an invoice,
    refund_id: UUID | None = None  # or the refund (a payment below zero)
    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str
    allocated_on: date  # the day from which it counts
    rank: int  # position among the payment's allocations, from 1
    used_before: Decimal = Field(max_digits=12, decimal_places=2)
    used: Decimal = Field(max_digits=12, decimal_places=2)  # amount of the payment used, this allocation included
    previous: int | None = Field(
        default=None, sa_column=Column(Integer, Computed("nullif(rank - 1, 0)", persisted=True), nullable=True)
    )


policy(Payment, read=payer_or_issuer(Payment), write=holds(MANAGE_FEES, Payment.association_id), append_only=True)
policy(
    Allocation, read=payer_or_issuer(Allocation), write=holds(MANAGE_FEES, Allocation.association_id), append_only=True
)

classified(
    Payment,
    personal={"person_id": "method amount received_on reference", "recorded_by_id": ""},
    neither="account_id association_id payer_id invoice_id currency returns_id",
)
classified(
    Allocation,
    personal={"person_id": "payment_amount amount allocated_on used_before used"},
    neither="account_id association_id payer_id payment_id invoice_id refund_id currency rank previous",
)
