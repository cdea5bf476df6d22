"""Who owes what, as SQL over an invoice's row: derived from what was issued and paid, never stored.

    balance = total, unless a credit note took it back, less what was paid, what was given back taken off

Above zero it is due, below zero it is to be given back, at zero the invoice is settled. A credit note has no balance
of its own: it is part of its invoice's. Each is of now, or as of the end of a day.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Numeric, and_, case, cast, func, literal, select
from sqlmodel import SQLModel

from models import Invoice, Payment

Row = Any
"""An invoice's row: its columns are attributes."""

MONEY = Numeric(12, 2)
_payment = SQLModel.metadata.tables[str(Payment.__tablename__)].alias("received")
_note = SQLModel.metadata.tables[str(Invoice.__tablename__)].alias("note")
_Day = date | BindParameter[date] | ColumnElement[date] | None


def paid(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """What was paid for an invoice, what was given back taken off."""
    query = select(func.sum(_payment.c.amount)).where(
        _payment.c.confederation_id == invoice.confederation_id,
        _payment.c.invoice_id == invoice.id,
        *([] if as_of is None else [_payment.c.received_on <= as_of]),
    )
    # Only the payments are the sub-select's own: the invoice's row is further out, wherever this is put.
    return cast(func.coalesce(query.correlate_except(_payment).scalar_subquery(), 0), MONEY)


def credited(invoice: Row, as_of: _Day = None) -> ColumnElement[bool]:
    """Whether a credit note took the invoice back."""
    query = select(1).where(
        _note.c.confederation_id == invoice.confederation_id,
        _note.c.credits_id == invoice.id,
        *([] if as_of is None else [_note.c.issued_on <= as_of]),
    )
    return query.correlate_except(_note).exists()


def charged(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """What the invoice asks for: nothing once it is taken back, and nothing of a credit note."""
    stands = and_(invoice.kind == "INVOICE", ~credited(invoice, as_of))
    return cast(case((stands, invoice.total), else_=literal(0, MONEY)), MONEY)


def balance(invoice: Row, as_of: _Day = None) -> ColumnElement[Decimal]:
    """What is due on the invoice; below zero, what is to be given back."""
    return cast(charged(invoice, as_of) - paid(invoice, as_of), MONEY)


def settled(invoice: Row) -> ColumnElement[bool]:
    """Whether nothing is due and nothing is to be given back."""
    return balance(invoice) == 0


def overdue(invoice: Row, as_of: _Day) -> ColumnElement[bool]:
    """Whether the day that it was to be paid by was over on a day, and something was still due."""
    return and_(invoice.due_on < as_of, balance(invoice, as_of) > 0)
