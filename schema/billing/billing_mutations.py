"""Mutations of invoices and payments by staff."""

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
    work: Work, *, invoice_id: InvoiceId, reason: Annotated[str | None, "Reason, kept in the journal."] = None
) -> models.Invoice:
    """Reverse an invoice; returns the credit note. Requires `fees.manage`.

    Payments of the invoice become credits of the payer.
    """
    return await invoices.issue_credit_note(work, invoice_id, reason=reason)


@mutation(Payment)
async def record_payment(
    work: Work,
    *,
    invoice_id: InvoiceId,
    method: Annotated[models.PaymentMethod, "Method of payment."],
    amount: Annotated[Decimal, "Amount in the invoice's currency; positive."],
    reference: Annotated[str | None, "Reference at the bank or on the cheque, up to 100 characters."] = None,
    received_on: Annotated[date | None, "Day of the payment; by default today."] = None,
) -> models.Payment:
    """Record a payment of an invoice; what exceeds the amount due becomes a credit. Requires `fees.manage`."""
    return await payments.record_payment(
        work, invoice_id, method=method, amount=amount, received_on=received_on, reference=reference
    )


@mutation(Payment, problems=(RefundTooLarge,))
async def record_refund(
    work: Work,
    *,
    invoice_id: InvoiceId,
    method: Annotated[models.PaymentMethod, "Method of payment."],
    amount: Annotated[Decimal, "Amount in the invoice's currency; positive."],
    reference: Annotated[str | None, "Reference at the bank or on the cheque, up to 100 characters."] = None,
    paid_on: Annotated[date | None, "Day of the refund; by default today."] = None,
) -> models.Payment:
    """Record a refund as a negative payment, at most the amount paid. Requires `fees.manage`.

    It reduces the unallocated payments for the invoice first, then the allocated ones, whose amount is due again.
    """
    return await payments.record_refund(
        work, invoice_id, method=method, amount=amount, paid_on=paid_on, reference=reference
    )


@mutation(Payment, problems=(AlreadyReturned,))
async def return_payment(
    work: Work,
    *,
    payment_id: PaymentId,
    returned_on: Annotated[date | None, "Day of the return; by default today."] = None,
    reason: Annotated[str | None, "Reason, kept in the journal."] = None,
) -> models.Payment:
    """Record that a payment was returned, such as a bounced cheque or a recalled transfer. Requires `fees.manage`.

    What it was allocated to is due again. The payload contains the return, a negative payment.
    """
    return await payments.return_payment(work, payment_id, returned_on=returned_on, reason=reason)


@mutation(Allocation, problems=(CreditTooSmall, OverPaid, AlreadyCredited))
async def allocate_payment(
    work: Work,
    *,
    payment_id: PaymentId,
    invoice_id: InvoiceId,
    amount: Annotated[Decimal, "Amount to allocate, in the payment's currency; positive."],
) -> models.Allocation:
    """Allocate a payer's credit to another of their invoices. Requires `fees.manage`."""
    return await allocations.allocate_payment(work, payment_id, invoice_id, amount=amount)


@mutation(Payment, problems=(NothingAllocated,))
async def deallocate_payment(work: Work, *, payment_id: PaymentId, invoice_id: InvoiceId) -> models.Payment:
    """Deallocate a payment from an invoice. The invoice is due again, and the payment becomes a credit. Requires
    `fees.manage`.
    """
    return await allocations.deallocate_payment(work, payment_id, invoice_id)
