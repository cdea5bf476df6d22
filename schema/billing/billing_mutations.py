"""What staff do about invoices and payments."""

from datetime import date
from decimal import Decimal

import strawberry

import models
from schema.billing.invoice import Invoice
from schema.billing.payment import Allocation, Payment
from schema.mutations.declare import MutationInput, key, mutation
from services.billing import allocations, invoices, payments
from services.billing.errors import (
    AlreadyCredited,
    AlreadyReturned,
    CreditTooSmall,
    NothingAllocated,
    OverPaid,
    RefundTooLarge,
)
from services.core.work import Work


@strawberry.input(description="An invoice.")
class InvoiceInput(MutationInput):
    """The input of mutations that take an invoice."""

    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")


@strawberry.input(description="An invoice to take back.")
class IssueCreditNoteInput(InvoiceInput):
    """The input of `issueCreditNote`."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(Invoice, problems=(AlreadyCredited,))
async def issue_credit_note(work: Work, input: IssueCreditNoteInput) -> models.Invoice:
    """Take an invoice back; the credit note is shown. Asks for `fees.manage`.

    That of a registration that is cancelled is taken back by itself.
    """
    return await invoices.issue_credit_note(work, key(input.invoice_id, "Invoice", "invoiceId"), reason=input.reason)


@strawberry.input(description="Money that came or went.")
class PaymentInput(InvoiceInput):
    """What payments and refunds have in common."""

    method: models.PaymentMethod = strawberry.field(description="How it came or went.")
    amount: Decimal = strawberry.field(description="How much, in the invoice's currency; above zero.")
    reference: str | None = strawberry.field(
        default=None, description="What the bank or the cheque calls it; up to 100 characters."
    )


@strawberry.input(description="Money that came.")
class RecordPaymentInput(PaymentInput):
    """The input of `recordPayment`."""

    received_on: date | None = strawberry.field(default=None, description="When it came; by default today.")


@mutation(Payment)
async def record_payment(work: Work, input: RecordPaymentInput) -> models.Payment:
    """Record money that came for an invoice: what is more than due is a credit. Asks for `fees.manage`."""
    return await payments.record_payment(
        work,
        key(input.invoice_id, "Invoice", "invoiceId"),
        method=input.method,
        amount=input.amount,
        received_on=input.received_on,
        reference=input.reference,
    )


@strawberry.input(description="Money that was given back.")
class RecordRefundInput(PaymentInput):
    """The input of `recordRefund`."""

    paid_on: date | None = strawberry.field(default=None, description="When it went; by default today.")


@mutation(Payment, problems=(RefundTooLarge,))
async def record_refund(work: Work, input: RecordRefundInput) -> models.Payment:
    """Record money that was given back, no more than was paid: a payment below zero. Asks for `fees.manage`.

    First what is left of the payments for the invoice, then what is set against it, which is due again.
    """
    return await payments.record_refund(
        work,
        key(input.invoice_id, "Invoice", "invoiceId"),
        method=input.method,
        amount=input.amount,
        paid_on=input.paid_on,
        reference=input.reference,
    )


@strawberry.input(description="A payment that came back.")
class ReturnPaymentInput(MutationInput):
    """The input of `returnPayment`."""

    payment_id: strawberry.ID = strawberry.field(description="The payment.")
    returned_on: date | None = strawberry.field(default=None, description="When it came back; by default today.")
    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(Payment, problems=(AlreadyReturned,))
async def return_payment(work: Work, input: ReturnPaymentInput) -> models.Payment:
    """Record that a payment came back: a cheque without cover, a transfer recalled. Asks for `fees.manage`.

    What it was set against is due again. The return is shown: a payment below zero.
    """
    return await payments.return_payment(
        work,
        key(input.payment_id, "Payment", "paymentId"),
        returned_on=input.returned_on,
        reason=input.reason,
    )


@strawberry.input(description="A payment, and an invoice of the same payer.")
class DeallocatePaymentInput(MutationInput):
    """The input of `deallocatePayment`."""

    payment_id: strawberry.ID = strawberry.field(description="The payment.")
    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")


@strawberry.input(description="A part of a payment, and an invoice to set it against.")
class AllocatePaymentInput(DeallocatePaymentInput):
    """The input of `allocatePayment`."""

    amount: Decimal = strawberry.field(description="How much of the payment, in its currency; above zero.")


@mutation(Allocation, problems=(CreditTooSmall, OverPaid, AlreadyCredited))
async def allocate_payment(work: Work, input: AllocatePaymentInput) -> models.Allocation:
    """Set a credit of a payer against another invoice of theirs. Asks for `fees.manage`."""
    return await allocations.allocate_payment(
        work,
        key(input.payment_id, "Payment", "paymentId"),
        key(input.invoice_id, "Invoice", "invoiceId"),
        amount=input.amount,
    )


@mutation(Payment, problems=(NothingAllocated,))
async def deallocate_payment(work: Work, input: DeallocatePaymentInput) -> models.Payment:
    """Take a payment off an invoice, which is due again; the payment is a credit. Asks for `fees.manage`."""
    return await allocations.deallocate_payment(
        work, key(input.payment_id, "Payment", "paymentId"), key(input.invoice_id, "Invoice", "invoiceId")
    )
