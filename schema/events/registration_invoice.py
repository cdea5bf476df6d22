"""Which invoices charge for which registrations, and what an event's invoices come to."""

from typing import Any

from sqlalchemy import Text, and_, cast, func, literal_column, select

import models
from models import MANAGE_FEES
from models.base.policies import permission_setting
from schema.billing.invoice import FIND_INVOICES, Invoice, InvoiceLine, found
from schema.billing.money import Money, money
from schema.compiler.bindings import Row
from schema.compiler.declare import connection, extends, many, one, read_type
from schema.events.event import Event
from schema.events.registration import Registration
from schema.reading.relay import Connection
from services.billing import balances

_INVOICE = models.Invoice.__table__.alias("charged_for")  # type: ignore[attr-defined]
_PRICE = models.Price.__table__.alias("priced")  # type: ignore[attr-defined]
_LINK = models.RegistrationInvoice.__table__.alias("link")  # type: ignore[attr-defined]


def _linked(invoice: Row, **to: Row) -> Any:
    """Whether an invoice, or the one that a credit note takes back, charges for a registration or for an event's."""
    conditions = [_LINK.c[column] == value for column, value in to.items()]
    query = select(1).where(
        _LINK.c.confederation_id == invoice.confederation_id, _LINK.c.invoice_id == invoice.original_id, *conditions
    )
    return query.correlate_except(_LINK).exists()


@read_type()
class EventFees:
    """What an event's invoices come to. STAFF of the event's association that hold `fees.manage`."""

    charged: Money = one("Invoices less credit notes.", rows=money(lambda fees: fees.charged))
    paid: Money = one("What was paid, refunds and returned payments taken off.", rows=money(lambda fees: fees.paid))
    outstanding: Money = one("What is still due.", rows=money(lambda fees: fees.outstanding))
    to_give_back: Money = one(
        "What came for it and is set against nothing: credits of the payers.",
        rows=money(lambda fees: fees.to_give_back),
    )


def _event_fees(event: Row) -> Row:
    each = (
        select(
            _INVOICE.c.currency,
            balances.charged(_INVOICE.c).label("charged"),
            balances.allocated(_INVOICE.c).label("allocated"),
            balances.unused(_INVOICE.c).label("unused"),
        )
        .where(_INVOICE.c.confederation_id == event.confederation_id, _linked(_INVOICE.c, event_id=event.id))
        .correlate_except(_INVOICE)
        .subquery("each")
    )
    priced = select(func.min(_PRICE.c.currency)).where(
        _PRICE.c.confederation_id == event.confederation_id, _PRICE.c.event_id == event.id
    )
    # An event's invoices and prices are in one currency.
    currency = func.coalesce(
        func.min(each.c.currency), priced.correlate_except(_PRICE).scalar_subquery(), type_=Text
    ).label("currency")
    amounts = {
        "charged": each.c.charged,
        "paid": each.c.allocated + each.c.unused,
        "outstanding": each.c.charged - each.c.allocated,
        "to_give_back": each.c.unused,
    }
    summed = (cast(func.coalesce(func.sum(what), 0), balances.MONEY).label(name) for name, what in amounts.items())
    held: Row = literal_column(f"({permission_setting(MANAGE_FEES)})")
    holds = event.association_id.bool_op("= any")(held)
    return select(currency, *summed).select_from(each).having(and_(holds, currency.element.is_not(None)))


@extends(Event)
class _EventInvoices:
    fees: EventFees | None = one(
        "What its invoices come to; null where nothing is asked for a seat, and for all but its staff.",
        rows=_event_fees,
        weight=20,
    )
    invoices: Connection[Invoice] = connection(
        "Its invoices and credit notes, as far as the reader may see them.",
        on=found(lambda outer, row: _linked(row, event_id=outer.id)),
        order=("number",),
        arguments=FIND_INVOICES,
    )


@extends(Registration)
class _RegistrationInvoices:
    invoices: list[Invoice] = many(
        "Its invoices and credit notes.",
        on=lambda outer, row: _linked(row, registration_id=outer.id),
        order=("number",),
    )


def _of_line(column: str) -> Any:
    """A condition over rows that a line is linked to by the column."""

    def on(line: Row, row: Row) -> Row:
        query = select(_LINK.c[column]).where(
            _LINK.c.confederation_id == line.confederation_id, _LINK.c.line_id == line.id
        )
        return row.id == query.correlate_except(_LINK).scalar_subquery()

    return on


@extends(InvoiceLine)
class _LineOfRegistration:
    registration: Registration | None = one(
        "The registration that it charges for; null for what is no registration, and where the reader may not see it.",
        on=_of_line("registration_id"),
    )
    event: Event | None = one(
        "The event of that registration; null for what is no registration.", on=_of_line("event_id")
    )
