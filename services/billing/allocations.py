"""Allocations of payments to invoices and refunds. The unallocated part of a payment is the payer's credit.

Each change happens under the lock of the payer's account, which is taken after that of the invoice numbers.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_
from sqlmodel import col

from models import MANAGE_FEES, Allocation, Invoice, Payment
from services.billing import accounts, balances
from services.billing.checks import check_invoice, check_not_credited, check_positive
from services.billing.errors import CreditTooSmall, NothingAllocated, OverPaid
from services.core.errors import InvalidInput
from services.core.work import Work


async def allocate_payment(work: Work, payment_id: UUID, invoice_id: UUID, *, amount: Decimal) -> Allocation:
    """Allocate a part of a payment to another invoice of the payer. Asks for `fees.manage`.

    CreditTooSmall for more than the payment's unused credit, OverPaid for more than is due, AlreadyCredited if the
    invoice is cancelled. InvalidInput unless issuer, payer and currency are the same.
    """
    amount = check_positive(amount, "amount")
    payment, invoice = await _both(work, payment_id, invoice_id)
    await check_not_credited(work, invoice)
    left = await figure(work, payment, balances.unallocated(Payment))
    if amount > left:
        raise CreditTooSmall(max(left, Decimal("0.00")), payment.currency, path=("amount",))
    due = await figure(work, invoice, balances.due(Invoice))
    if amount > due:
        raise OverPaid(due, invoice.currency, path=("amount",))
    allocation = await enter(work, payment, amount, invoice=invoice, on=work.today)
    await work.record("payment.allocated", payment, data={"invoice_id": str(invoice.id)})
    return allocation


async def deallocate_payment(work: Work, payment_id: UUID, invoice_id: UUID) -> Payment:
    """Remove a payment's allocation to an invoice: the amount is due again, and is the payer's credit.

    Asks for `fees.manage`. NothingAllocated if the payment isn't allocated to the invoice.
    """
    payment, invoice = await _both(work, payment_id, invoice_id)
    found = [amount for each, amount in await allocated_to(work, invoice) if each.id == payment.id]
    if not found:
        raise NothingAllocated(path=("paymentId",))
    await enter(work, payment, -found[0], invoice=invoice, on=work.today)
    await work.record("payment.deallocated", payment, data={"invoice_id": str(invoice.id)})
    return payment


async def enter(
    work: Work,
    payment: Payment,
    amount: Decimal,
    *,
    on: date,
    invoice: Invoice | None = None,
    refund: Payment | None = None,
) -> Allocation:
    """Write an allocation of a payment whose account is locked; below zero, a deallocation."""
    query = work.select(col(Allocation.rank), col(Allocation.used)).where(col(Allocation.payment_id) == payment.id)
    last = (await work.session.execute(query.order_by(col(Allocation.rank).desc()).limit(1))).one_or_none()
    rank, used = (0, Decimal("0.00")) if last is None else last
    return await work.insert(
        Allocation(
            account_id=payment.account_id,
            association_id=payment.association_id,
            person_id=payment.person_id,
            payer_id=payment.payer_id,
            payment_id=payment.id,
            payment_amount=payment.amount,
            invoice_id=None if invoice is None else invoice.id,
            refund_id=None if refund is None else refund.id,
            amount=amount,
            currency=payment.currency,
            allocated_on=on,
            rank=rank + 1,
            used_before=used,
            used=used + amount,
        )
    )


async def release(work: Work, invoice: Invoice) -> None:
    """Deallocate every payment from a cancelled invoice: the amounts are the payer's credit."""
    for payment, amount in await allocated_to(work, invoice):
        await enter(work, payment, -amount, invoice=invoice, on=work.today)


async def use_credit(work: Work, invoice: Invoice, of: Select[UUID]) -> None:
    """Allocate unused credit from payments for certain invoices of the same account to this one, oldest first.

    `of`: the keys of those invoices. Up to the amount due.
    """
    async with work.elevated("whoever brings an invoice about doesn't say what is set against it"):
        await accounts.lock(work, invoice.account_id)
        query = work.select(Payment).where(
            col(Payment.account_id) == invoice.account_id,
            col(Payment.invoice_id).in_(of),
            balances.unallocated(Payment) > 0,
        )
        for payment in await work.session.scalars(query.order_by(col(Payment.received_on), col(Payment.id))):
            await settle(work, payment, invoice, on=work.today)


async def settle(work: Work, payment: Payment, invoice: Invoice, *, on: date) -> None:
    """Allocate a payment's unused credit to an invoice, up to the amount due; the account is locked.

    Then to refunds of the invoice that are no longer covered, because the payment that they refunded was returned.
    """
    left = await figure(work, payment, balances.unallocated(Payment))
    due = await figure(work, invoice, balances.due(Invoice))
    if part := max(min(left, due), Decimal()):
        await enter(work, payment, part, invoice=invoice, on=on)
        left -= part
    for refund, amount in await _uncovered(work, invoice) if left > 0 else ():
        if part := min(left, amount):
            await enter(work, payment, part, refund=refund, on=on)
            left -= part


async def allocated_to(work: Work, invoice: Invoice) -> Sequence[tuple[Payment, Decimal]]:
    """The payments allocated to an invoice, oldest first, each with the amount."""
    summed = (
        work.select(col(Allocation.payment_id), func.sum(col(Allocation.amount)).label("amount"))
        .where(col(Allocation.invoice_id) == invoice.id)
        .group_by(col(Allocation.payment_id))
        .having(func.sum(col(Allocation.amount)) > 0)
        .subquery()
    )
    query = (
        work.select(Payment, summed.c.amount)
        .join(summed, summed.c.payment_id == col(Payment.id))
        .order_by(col(Payment.received_on), col(Payment.id))
    )
    return [(payment, amount) for payment, amount in await work.session.execute(query)]


async def refundable(work: Work, invoice: Invoice) -> list[tuple[Payment, Decimal]]:
    """Payments for an invoice, or allocated to it, with unused credit: each with that amount."""
    against = work.select(col(Allocation.payment_id)).where(col(Allocation.invoice_id) == invoice.id)
    left = balances.unallocated(Payment)
    query = work.select(Payment, left).where(
        col(Payment.account_id) == invoice.account_id,
        or_(col(Payment.invoice_id) == invoice.id, col(Payment.id).in_(against)),
        left > 0,
    )
    rows = await work.session.execute(query.order_by(col(Payment.received_on), col(Payment.id)))
    return [(payment, amount) for payment, amount in rows]


async def figure(work: Work, row: Any, of: Any) -> Decimal:
    """The current amount of an expression of `balances` for a row."""
    model = type(row)
    query = work.select(of, of=model).where(col(model.id) == row.id)
    amount: Decimal = (await work.session.execute(query)).scalar_one()
    return amount


async def _both(work: Work, payment_id: UUID, invoice_id: UUID) -> tuple[Payment, Invoice]:
    """The payment and the invoice of one account, which is locked. Asks for `fees.manage`."""
    payment = await work.find(Payment, payment_id, "paymentId")
    work.actor.require(MANAGE_FEES, payment.association_id)
    invoice = await work.find(Invoice, invoice_id, "invoiceId")
    check_invoice(invoice)
    if invoice.account_id != payment.account_id:
        raise InvalidInput(
            "an invoice of the same issuer, payer and currency", f"{invoice.number}", path=("invoiceId",)
        )
    await accounts.lock(work, payment.account_id)
    return payment, invoice


async def _uncovered(work: Work, invoice: Invoice) -> list[tuple[Payment, Decimal]]:
    query = work.select(Payment, -balances.unallocated(Payment)).where(
        col(Payment.invoice_id) == invoice.id,
        col(Payment.amount) < 0,
        balances.unallocated(Payment) < 0,
    )
    return [(payment, amount) for payment, amount in await work.session.execute(query.order_by(col(Payment.id)))]
