"""Payments, refunds and returned payments, as recorded by the association's staff.

A payment is never changed: a mistake is corrected by a refund or a return, and a new payment.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from models import MANAGE_FEES, Allocation, BillingAccount, Invoice, Payment, PaymentMethod
from services.billing import accounts, allocations
from services.billing.accounts import Payer
from services.billing.checks import check_currency, check_invoice, check_positive
from services.billing.errors import AlreadyReturned, RefundTooLarge
from services.core.checks import check_text
from services.core.errors import InvalidInput
from services.core.work import Work


async def record_payment(
    work: Work,
    invoice_id: UUID,
    *,
    method: PaymentMethod,
    amount: Decimal,
    received_on: date | None = None,
    reference: str | None = None,
) -> Payment:
    """Record a payment for an invoice, by default today. Asks for `fees.manage`.

    It is allocated to the invoice, up to the amount due. Any excess, and a payment for a paid or cancelled invoice, is
    the payer's credit.
    """
    amount = check_positive(amount, "amount")
    invoice = await _managed_invoice(work, invoice_id)
    account = await accounts.lock(work, invoice.account_id)
    return await receive(
        work, account, invoice, method=method, amount=amount, received_on=received_on, reference=reference
    )


async def record_prepayment(
    work: Work,
    association_id: UUID,
    payer: Payer,
    *,
    method: PaymentMethod,
    amount: Decimal,
    currency: str,
    received_on: date | None = None,
    reference: str | None = None,
) -> Payment:
    """Record a payment for no particular invoice: the payer's credit, until it is allocated. Asks for `fees.manage`."""
    work.actor.require(MANAGE_FEES, association_id)
    amount = check_positive(amount, "amount")
    account = await accounts.open_account(work, association_id, payer, check_currency(currency, "currency"))
    return await receive(
        work, account, None, method=method, amount=amount, received_on=received_on, reference=reference
    )


async def record_refund(
    work: Work,
    invoice_id: UUID,
    *,
    method: PaymentMethod,
    amount: Decimal,
    paid_on: date | None = None,
    reference: str | None = None,
) -> Payment:
    """Record a refund: a payment below zero. Asks for `fees.manage`.

    It uses the unallocated part of payments for the invoice first, then allocated amounts, which are due again.
    RefundTooLarge for more than both: no more is refunded than was paid.
    """
    amount = check_positive(amount, "amount")
    invoice = await _managed_invoice(work, invoice_id)
    account = await accounts.lock(work, invoice.account_id)
    left = await allocations.refundable(work, invoice)
    against = await allocations.allocated_to(work, invoice)
    most = sum((each for _, each in [*left, *against]), Decimal("0.00"))
    if amount > most:
        raise RefundTooLarge(most, invoice.currency, path=("amount",))
    refund = await _enter(
        work, account, invoice, method=method, amount=-amount, on=paid_on, path="paidOn", reference=reference
    )
    for payment, available in left:
        if part := min(available, amount):
            await allocations.enter(work, payment, part, refund=refund, on=refund.received_on)
            amount -= part
    for payment, available in against:
        if part := min(available, amount):
            await allocations.enter(work, payment, -part, invoice=invoice, on=refund.received_on)
            await allocations.enter(work, payment, part, refund=refund, on=refund.received_on)
            amount -= part
    await work.record("payment.refunded", refund, data={"invoice_id": str(invoice.id), "method": method})
    return refund


async def return_payment(
    work: Work, payment_id: UUID, *, returned_on: date | None = None, reason: str | None = None
) -> Payment:
    """Record that a payment was returned: a bounced cheque, a recalled transfer. Asks for `fees.manage`.

    The invoices that it covered are due again. If it was refunded in the meantime, the payer owes the refund.
    AlreadyReturned if it was returned already; InvalidInput for a refund.
    """
    payment = await work.find(Payment, payment_id, "paymentId")
    work.actor.require(MANAGE_FEES, payment.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    if payment.amount < 0:
        raise InvalidInput("a payment that came", "one that went", path=("paymentId",))
    account = await accounts.lock(work, payment.account_id)
    returned_as = work.select(Payment).where(col(Payment.returns_id) == payment.id)
    earlier = (await work.session.scalars(returned_as)).one_or_none()
    if earlier is not None:
        raise AlreadyReturned(earlier.received_on)
    invoice = None if payment.invoice_id is None else await work.find(Invoice, payment.invoice_id)
    returned = await _enter(
        work,
        account,
        invoice,
        method=payment.method,
        amount=-payment.amount,
        on=returned_on,
        path="returnedOn",
        reference=payment.reference,
        returns_id=payment.id,
    )
    used = (
        work.select(col(Allocation.invoice_id), col(Allocation.refund_id), func.sum(col(Allocation.amount)))
        .where(col(Allocation.payment_id) == payment.id)
        .group_by(col(Allocation.invoice_id), col(Allocation.refund_id))
        .having(func.sum(col(Allocation.amount)) > 0)
    )
    for target_id, refund_id, amount in (await work.session.execute(used)).all():
        against = None if target_id is None else await work.find(Invoice, target_id)
        refund = None if refund_id is None else await work.find(Payment, refund_id)
        await allocations.enter(work, payment, -amount, invoice=against, refund=refund, on=returned.received_on)
    await allocations.enter(work, payment, payment.amount, refund=returned, on=returned.received_on)
    await work.record("payment.returned", returned, reason=reason, data={"returns_id": str(payment.id)})
    return returned


async def receive(
    work: Work,
    account: BillingAccount,
    invoice: Invoice | None,
    *,
    method: PaymentMethod,
    amount: Decimal,
    received_on: date | None = None,
    reference: str | None = None,
) -> Payment:
    """Write a payment on a locked account, and allocate it to its invoice."""
    payment = await _enter(
        work, account, invoice, method=method, amount=amount, on=received_on, path="receivedOn", reference=reference
    )
    named: dict[str, str] = {}
    if invoice is not None:
        await allocations.settle(work, payment, invoice, on=payment.received_on)
        named = {"invoice_id": str(invoice.id)}
    await work.record("payment.received", payment, data={"method": method, **named})
    return payment


async def _enter(
    work: Work,
    account: BillingAccount,
    invoice: Invoice | None,
    *,
    method: PaymentMethod,
    amount: Decimal,
    on: date | None,
    path: str,
    reference: str | None,
    returns_id: UUID | None = None,
) -> Payment:
    """Write a payment; below zero, a refund or return. InvalidInput for a day in the future."""
    if on is not None and on > work.today:
        raise InvalidInput(f"{work.today} or earlier", f"{on}", path=(path,))
    return await work.insert(
        Payment(
            account_id=account.id,
            association_id=account.association_id,
            person_id=account.person_id,
            payer_id=account.payer_id,
            invoice_id=None if invoice is None else invoice.id,
            method=method,
            amount=amount,
            currency=account.currency,
            received_on=on or work.today,
            reference=None if reference is None else check_text(reference, "reference", most=100),
            returns_id=returns_id,
            recorded_by_id=work.actor.person_id,
        )
    )


async def _managed_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """The invoice, for holders of `fees.manage` in the association that issued it."""
    invoice = await work.find(Invoice, invoice_id, "invoiceId")
    work.actor.require(MANAGE_FEES, invoice.association_id)
    check_invoice(invoice)
    return invoice
