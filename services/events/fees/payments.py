"""What was paid for an invoice and what was given back, as the association's staff record it.

A payment is never changed: what was recorded wrongly is given back, and recorded again.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import MANAGE_FEES, Invoice, Payment, PaymentMethod
from services.core.checks import check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events.fees import balances
from services.events.fees.checks import check_positive
from services.events.fees.errors import AlreadyPaid, OverPaid, RefundTooLarge
from services.events.fees.invoices import check_invoice, check_not_credited


async def record_payment(
    work: Work,
    invoice_id: UUID,
    *,
    method: PaymentMethod,
    amount: Decimal,
    received_on: date | None = None,
    reference: str | None = None,
) -> Payment:
    """Note money that came for an invoice, today unless another day is given. Asks for `fees.manage`.

    AlreadyPaid where nothing is due, OverPaid for more than is due, AlreadyCredited once the invoice is taken back.
    """
    amount = check_positive(amount, "amount")
    invoice = await _managed(work, invoice_id)
    await check_not_credited(work, invoice)
    due = await figure(work, invoice, balances.balance(Invoice))
    if due <= 0:
        raise AlreadyPaid
    if amount > due:
        raise OverPaid(due, invoice.currency, path=("amount",))
    return await enter(work, invoice, method=method, amount=amount, received_on=received_on, reference=reference)


async def record_refund(
    work: Work,
    invoice_id: UUID,
    *,
    method: PaymentMethod,
    amount: Decimal,
    paid_on: date | None = None,
    reference: str | None = None,
) -> Payment:
    """Note money that was given back: a payment below zero. Asks for `fees.manage`.

    RefundTooLarge for more than was paid: whether the invoice was taken back or not, nobody gets what they didn't give.
    """
    amount = check_positive(amount, "amount")
    invoice = await _managed(work, invoice_id)
    paid = await figure(work, invoice, balances.paid(Invoice))
    if amount > paid:
        raise RefundTooLarge(paid, invoice.currency, path=("amount",))
    return await enter(
        work, invoice, method=method, amount=-amount, received_on=paid_on, reference=reference, path="paidOn"
    )


async def lock(work: Work, invoice_id: UUID) -> None:
    """Let nobody else record anything for the invoice before this transaction ends.

    An invoice can't be changed, so its row can't be locked either. Without this, two payments of the whole at once both
    find it due.
    """
    await work.lock(f"invoice:{invoice_id}")


async def enter(
    work: Work,
    invoice: Invoice,
    *,
    method: PaymentMethod,
    amount: Decimal,
    received_on: date | None = None,
    reference: str | None = None,
    path: str = "receivedOn",
) -> Payment:
    """Write a payment, below zero where money goes back. InvalidInput for a day to come."""
    if received_on is not None and received_on > work.today:
        raise InvalidInput(f"{work.today} or earlier", f"{received_on}", path=(path,))
    payment = await work.insert(
        Payment(
            confederation_id=work.tenant_id,
            invoice_id=invoice.id,
            association_id=invoice.association_id,
            person_id=invoice.person_id,
            payer_id=invoice.payer_id,
            method=method,
            amount=amount,
            received_on=received_on or work.today,
            reference=None if reference is None else check_text(reference, "reference", most=100),
            recorded_by_id=work.actor.person_id,
        )
    )
    action = "payment.received" if amount > 0 else "payment.refunded"
    await work.record(action, payment, data={"invoice_id": str(invoice.id), "method": method})
    return payment


async def _managed(work: Work, invoice_id: UUID) -> Invoice:
    """The invoice, for who holds `fees.manage` where it was issued; nobody else records anything for it meanwhile."""
    invoice = await work.find(Invoice, invoice_id, "invoiceId")
    work.actor.require(MANAGE_FEES, invoice.association_id)
    check_invoice(invoice)
    await lock(work, invoice_id)
    return invoice


async def figure(work: Work, invoice: Invoice, of: Any) -> Decimal:
    """An amount of `balances`, as it is now."""
    query = select(of).where(col(Invoice.confederation_id) == work.tenant_id, col(Invoice.id) == invoice.id)
    found: Decimal = (await work.session.execute(query)).scalar_one()
    return found
