"""What staff do about invoices and payments."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import models
from schema.billing.invoice import Invoice, InvoiceId
from schema.billing.payment import Allocation, Payment, PaymentId
from schema.mutations.declare import mutation
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


@mutation(Invoice, problems=(AlreadyCredited,))
async def issue_credit_note(
    work: Work, *, invoice_id: InvoiceId, reason: Annotated[str | None, "Why, for the journal."] = None
) -> models.Invoice:
    """Take an invoice back; the credit note is shown. Asks for `fees.manage`.

    That of a registration that is cancelled is taken back by itself.
    """
    return await invoices.issue_credit_note(work, invoice_id, reason=reason)


@mutation(Payment)
async def record_payment(
    work: Work,
    *,
    invoice_id: InvoiceId,
    method: Annotated[models.PaymentMethod, "How it came or went."],
    amount: Annotated[Decimal, "How much, in the invoice's currency; above zero."],
    reference: Annotated[str | None, "What the bank or the cheque calls it; up to 100 characters."] = None,
    received_on: Annotated[date | None, "When it came; by default today."] = None,
) -> models.Payment:
    """Record money that came for an invoice: what is more than due is a credit. Asks for `fees.manage`."""
    return await payments.record_payment(
        work, invoice_id, method=method, amount=amount, received_on=received_on, reference=reference
    )


@mutation(Payment, problems=(RefundTooLarge,))
async def record_refund(
    work: Work,
    *,
    invoice_id: InvoiceId,
    method: Annotated[models.PaymentMethod, "How it came or went."],
    amount: Annotated[Decimal, "How much, in the invoice's currency; above zero."],
    reference: Annotated[str | None, "What the bank or the cheque calls it; up to 100 characters."] = None,
    paid_on: Annotated[date | None, "When it went; by default today."] = None,
) -> models.Payment:
    """Record money that was given back, no more than was paid: a payment below zero. Asks for `fees.manage`.

    First what is left of the payments for the invoice, then what is set against it, which is due again.
    """
    return await payments.record_refund(
        work, invoice_id, method=method, amount=amount, paid_on=paid_on, reference=reference
    )


@mutation(Payment, problems=(AlreadyReturned,))
async def return_payment(
    work: Work,
    *,
    payment_id: PaymentId,
    returned_on: Annotated[date | None, "When it came back; by default today."] = None,
    reason: Annotated[str | None, "Why, for the journal."] = None,
) -> models.Payment:
    """Record that a payment came back: a cheque without cover, a transfer recalled. Asks for `fees.manage`.

    What it was set against is due again. The return is shown: a payment below zero.
    """
    return await payments.return_payment(work, payment_id, returned_on=returned_on, reason=reason)


@mutation(Allocation, problems=(CreditTooSmall, OverPaid, AlreadyCredited))
async def allocate_payment(
    work: Work,
    *,
    payment_id: PaymentId,
    invoice_id: InvoiceId,
    amount: Annotated[Decimal, "How much of the payment, in its currency; above zero."],
) -> models.Allocation:
    """Set a credit of a payer against another invoice of theirs. Asks for `fees.manage`."""
    return await allocations.allocate_payment(work, payment_id, invoice_id, amount=amount)


@mutation(Payment, problems=(NothingAllocated,))
async def deallocate_payment(work: Work, *, payment_id: PaymentId, invoice_id: InvoiceId) -> models.Payment:
    """Take a payment off an invoice, which is due again; the payment is a credit. Asks for `fees.manage`."""
    return await allocations.deallocate_payment(work, payment_id, invoice_id)
