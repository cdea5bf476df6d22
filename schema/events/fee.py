"""Prices of events, invoices, payments and balances."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, Text, and_, cast, func, literal_column, or_, select, values
from sqlalchemy import column as sql_column

import models
from models import MANAGE_FEES
from models.base.policies import permission_setting
from schema.compiler.bindings import Argument, Row
from schema.compiler.declare import column, connection, expression, extends, localized, many, one, read_type
from schema.events.event import Event
from schema.events.registration import Registration
from schema.people.person import Person
from schema.people.segment import Segment
from schema.reading.recording import file
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import AS_OF, Association
from services.events.fees import balances

_CURRENCY = "Currency code (ISO 4217)."


@read_type()
class Money:
    """An exact amount in a currency, with two decimals. PUBLIC or STAFF, or the payer's, as the row that has it."""

    amount: Decimal = column("Amount.")
    currency: str = column(_CURRENCY)


def _money(amount: Callable[[Row], Row]) -> Callable[[Row], Row]:
    """Pair an amount of a row with the row's currency."""

    def rows(row: Row) -> Row:
        made = values(sql_column("amount", balances.MONEY), sql_column("currency", Text))
        return made.data([(amount(row), row.currency)])

    return rows


@read_type(models.Price)
class Price(Node):
    """The price of a seat for a group of people. The first of an event's prices that applies is charged. PUBLIC with
    the event.
    """

    label: str | None = localized("Name of the price.")
    price: Money = one("Price of one seat.", rows=_money(lambda price: price.amount))
    category: models.CategoryKind | None = column(
        "Membership category in the event's association that the price is for; null: no category required."
    )
    segment: Segment | None = one(
        "Segment that the price is for; null: everybody, or a segment that is not published.", via="segment_id"
    )
    until: datetime | None = column("Last moment at which the price applies; null if there is no end.")


@read_type(models.Invoice)
class Invoice(Node):
    """An invoice for a registration, or a credit note that reverses one. STAFF of the issuer, and the payer.

    Never changed once issued. Staff of a paying association see the invoices that it has to pay.
    """

    kind: models.InvoiceKind = column("Kind: invoice or credit note.", where=True)
    number: int = column("Number in the association's gapless sequence.", where=True, order=True)
    label: str | None = localized("What is charged.")
    seats: int = column("Number of seats.")
    unit_amount: Money = one("Price of one seat.", rows=_money(lambda invoice: invoice.unit_amount))
    total: Money = one("Total of the invoice or credit note.", rows=_money(lambda invoice: invoice.total))
    currency: str = column(_CURRENCY, where=True)
    issued_on: date = column("Day of issue.", where=True, order=True)
    due_on: date = column("Day by which it is to be paid.", where=True, order=True)
    paid: Money = one("Payments minus refunds.", rows=_money(balances.paid), weight=1)
    balance: Money = one(
        "Amount still due; negative if there is money to refund.", rows=_money(balances.balance), weight=1
    )
    settled: bool = expression("True if nothing is due and nothing is to be refunded.", balances.settled, weight=1)
    overdue: bool = expression(
        "True if it is past its due day and not fully paid.",
        balances.overdue,
        AS_OF,
        weight=1,
    )
    association: Association = one("Association that issued it.", via="association_id")
    event: Event | None = one("Event that it is for.", via="event_id")
    registration: Registration | None = one("Registration that it is for.", via="registration_id")
    person: Person | None = one("Person who pays; null if an association pays.", via="person_id")
    payer: Association | None = one("Association that pays; null if a person pays.", via="payer_id")


_INVOICE = models.Invoice.__table__.alias("paid_for")  # type: ignore[attr-defined]
_PRICE = models.Price.__table__.alias("priced")  # type: ignore[attr-defined]


def _of_invoice(payment: Row) -> Row:
    """Take a payment's currency from its invoice: whoever sees the one sees the other."""
    currency = select(_INVOICE.c.currency).where(
        _INVOICE.c.confederation_id == payment.confederation_id, _INVOICE.c.id == payment.invoice_id
    )
    made = values(sql_column("amount", balances.MONEY), sql_column("currency", Text))
    return made.data([(payment.amount, currency.correlate_except(_INVOICE).scalar_subquery())])


@read_type(models.Payment)
class Payment(Node):
    """A payment of an invoice, or a refund (a negative amount). STAFF of the issuer, and the payer."""

    method: models.PaymentMethod = column("Method of payment.")
    paid: Money = one("Amount paid; negative if refunded.", rows=_of_invoice)
    received_on: date = column("Day of the payment or refund.")
    reference: str | None = column("Reference at the bank, on the cheque or at the payment provider.")
    invoice: Invoice | None = one("Invoice that was paid.", via="invoice_id")


@extends(Invoice)
class _InvoiceParts:
    credits: Invoice | None = one("Invoice that this credit note reverses; null on an invoice.", via="credits_id")
    credit_note: Invoice | None = one(
        "Credit note that reverses this invoice; null if there is none.",
        on=lambda invoice, row: row.credits_id == invoice.id,
    )
    payments: list[Payment] = many("Payments and refunds.", via="invoice_id", order=("received_on",))


@read_type()
class EventFees:
    """Totals of an event's invoices. STAFF of the event's association who hold `fees.manage`."""

    charged: Money = one("Invoices minus credit notes.", rows=_money(lambda fees: fees.charged))
    paid: Money = one("Payments minus refunds.", rows=_money(lambda fees: fees.paid))
    outstanding: Money = one("Amount still due.", rows=_money(lambda fees: fees.outstanding))
    to_give_back: Money = one("Amount to be refunded.", rows=_money(lambda fees: fees.to_give_back))


def _event_fees(event: Row) -> Row:
    each = (
        select(
            _INVOICE.c.currency,
            balances.charged(_INVOICE.c).label("charged"),
            balances.paid(_INVOICE.c).label("paid"),
            balances.balance(_INVOICE.c).label("balance"),
        )
        .where(_INVOICE.c.confederation_id == event.confederation_id, _INVOICE.c.event_id == event.id)
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
        "paid": each.c.paid,
        "outstanding": func.greatest(each.c.balance, 0),
        "to_give_back": func.greatest(-each.c.balance, 0),
    }
    summed = (cast(func.coalesce(func.sum(what), 0), balances.MONEY).label(name) for name, what in amounts.items())
    held: Row = literal_column(f"({permission_setting(MANAGE_FEES)})")
    holds = event.association_id.bool_op("= any")(held)
    return select(currency, *summed).select_from(each).having(and_(holds, currency.element.is_not(None)))


_FIND: dict[str, Argument] = {
    "settled": Argument(bool | None, "`true` for settled invoices, `false` for the others; by default both."),
    "overdue_on": Argument(date | None, "Day on which the invoice was overdue; by default not filtered."),
}


def _found(key: str) -> Callable[..., Any]:
    """Return the condition that finds the invoices of a row, and the arguments common to all lists of invoices."""

    def on(outer: Row, row: Row, settled: Row, overdue_on: Row) -> Row:
        settled, overdue_on = cast(settled, Boolean), cast(overdue_on, Date)
        return and_(
            row[key] == outer.id,
            or_(settled.is_(None), balances.settled(row) == settled),
            or_(overdue_on.is_(None), balances.overdue(row, overdue_on)),
        )

    return on


@extends(Event)
class _EventFees:
    prices: list[Price] = many("Prices of a seat; the first that applies is charged.", via="event_id", order=("rank",))
    fees: EventFees | None = one(
        "Totals of its invoices; null if the event is free of charge, and for everybody but its staff.",
        rows=_event_fees,
        weight=20,
    )
    invoices: Connection[Invoice] = connection(
        "Its invoices and credit notes that the reader may see.",
        on=_found("event_id"),
        order=("number",),
        arguments=_FIND,
    )


@extends(Registration)
class _RegistrationFees:
    invoices: list[Invoice] = many("Its invoices and credit notes.", via="registration_id", order=("number",))


@extends(Person)
class _PersonFees:
    invoices: list[Invoice] = many(
        "Invoices that they have to pay, the latest first.",
        via="person_id",
        order=("-issued_on", "-number"),
        limit=200,
        recorded=file(MANAGE_FEES),
    )


@extends(Association)
class _AssociationFees:
    invoices: Connection[Invoice] = connection(
        "Invoices issued by the association that the reader may see, the latest first.",
        on=_found("association_id"),
        order=("-number",),
        arguments=_FIND,
    )
    invoices_to_pay: Connection[Invoice] = connection(
        "Invoices of other associations that it has to pay and the reader may see, the latest first.",
        on=_found("payer_id"),
        order=("-issued_on",),
        arguments=_FIND,
    )
