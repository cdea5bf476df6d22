"""Amounts of an invoice, a payment or an account, as SQL over its row: sums of its entries, never stored.

An invoice:
    charged     its total; 0 for a cancelled invoice and for a credit note
    allocated   amount of payments allocated to it
    due         charged - allocated: never below zero
    unused      unallocated amount of the payments made for it: to be refunded or allocated elsewhere
    paid        allocated + unused
    balance     charged - paid = due - unused: above zero it is due, below zero it is to be refunded

An account, which is the sum of its invoices:
    balance     charges minus payments, refunds and returned payments deducted

Each is current, or as of the end of a day.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Numeric, and_, case, cast, func, literal, select
from sqlmodel import SQLModel

from models import Allocation, Invoice, Payment

Row = Any
"""A row of a table: its columns are attributes."""

MONEY = Numeric(12, 2)
_Day = date | BindParameter[date] | ColumnElement[date] | None


def _table(model: type[SQLModel], alias: str) -> FromClause:
    return SQLModel.metadata.tables[str(model.__tablename__)].alias(alias)


_payment, _note = _table(Payment, "received"), _table(Invoice, "note")
_allocation, _issued = _table(Allocation, "allocated"), _table(Invoice, "issued")


def charged(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Amount of the invoice: 0 if it is cancelled, and 0 for a credit note."""
    stands = and_(invoice.kind == "INVOICE", ~credited(invoice, as_of))
    return cast(case((stands, invoice.total), else_=literal(0, MONEY)), MONEY)


def credited(invoice: Row, as_of: _Day = None) -> ColumnElement[bool]:
    """Whether a credit note cancelled the invoice."""
    query = select(1).where(
        _note.c.confederation_id == invoice.confederation_id,
        _note.c.credits_id == invoice.id,
        *([] if as_of is None else [_note.c.issued_on <= as_of]),
    )
    # Correlate everything but the notes: the invoice's row is in an outer query, at any depth.
    return query.correlate_except(_note).exists()


def allocated(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Amount of payments allocated to the invoice."""
    return _allocations(invoice, _allocation.c.invoice_id == invoice.id, as_of)


def due(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Amount still due on the invoice."""
    return cast(charged(invoice, as_of) - allocated(invoice, as_of), MONEY)


def unused(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Unallocated amount of the payments that were made for the invoice."""
    query = select(func.sum(unallocated(_payment.c, as_of))).where(
        _payment.c.confederation_id == invoice.confederation_id,
        _payment.c.invoice_id == invoice.id,
        *([] if as_of is None else [_payment.c.received_on <= as_of]),
    )
    return _sum(query.correlate_except(_payment))


def paid(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Amount paid for the invoice: allocated to it, or paid for it and unallocated."""
    return cast(allocated(invoice, as_of) + unused(invoice, as_of), MONEY)


def balance(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Amount due on the invoice; below zero, the amount to be refunded."""
    return cast(charged(invoice, as_of) - paid(invoice, as_of), MONEY)


def settled(invoice: Row) -> ColumnElement[bool]:
    """Whether nothing is due and nothing is to be refunded."""
    return and_(due(invoice) == 0, unused(invoice) == 0)


def overdue(invoice: Row, as_of: _Day) -> ColumnElement[bool]:
    """Whether the invoice was past its due day on a given day, with an amount still due."""
    return and_(invoice.due_on < as_of, due(invoice, as_of) > 0)


def unallocated(payment: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """Unallocated amount of a payment: the payer's credit.

    Of a refund, which is below zero: the amount that no payment covers, because the refunded payment was returned.
    """
    used = _allocations(payment, _allocation.c.payment_id == payment.id, as_of)
    covered = _allocations(payment, _allocation.c.refund_id == payment.id, as_of)
    return cast(payment.amount - used + covered, MONEY)


def account_charged(account: Row) -> ColumnElement[Decimal]:
    """Invoices minus credit notes of an account."""
    signed = case((_issued.c.kind == "INVOICE", _issued.c.total), else_=-_issued.c.total)
    return _sum(select(func.sum(signed)).where(_of_account(_issued, account)).correlate_except(_issued))


def account_paid(account: Row) -> ColumnElement[Decimal]:
    """Payments minus refunds and returned payments of an account."""
    query = select(func.sum(_payment.c.amount)).where(_of_account(_payment, account))
    return _sum(query.correlate_except(_payment))


def account_credit(account: Row) -> ColumnElement[Decimal]:
    """Credit on an account: payments neither allocated to an invoice nor refunded."""
    query = select(func.sum(_allocation.c.amount)).where(
        _of_account(_allocation, account), _allocation.c.invoice_id.is_not(None)
    )
    return cast(account_paid(account) - _sum(query.correlate_except(_allocation)), MONEY)


def account_balance(account: Row) -> ColumnElement[Decimal]:
    """Amount that the payer owes; below zero, the amount to be refunded."""
    return cast(account_charged(account) - account_paid(account), MONEY)


def _of_account(entries: FromClause, account: Row) -> ColumnElement[bool]:
    return and_(entries.c.confederation_id == account.confederation_id, entries.c.account_id == account.id)


def _allocations(row: Row, which: ColumnElement[bool], as_of: _Day) -> ColumnElement[Decimal]:
    query = select(func.sum(_allocation.c.amount)).where(
        _allocation.c.confederation_id == row.confederation_id,
        which,
        *([] if as_of is None else [_allocation.c.allocated_on <= as_of]),
    )
    return _sum(query.correlate_except(_allocation))


def _sum(query: Any) -> ColumnElement[Decimal]:
    return cast(func.coalesce(query.scalar_subquery(), 0), MONEY)
