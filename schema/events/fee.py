"""What events cost, invoices, payments, and who owes what."""

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

_CURRENCY = "The currency's code (ISO 4217)."


@read_type()
class Money:
    """An amount in a currency, exact, with two decimals. As PUBLIC, STAFF or the payer's as what it is of."""

    amount: Decimal = column("How much.")
    currency: str = column(_CURRENCY)


def _money(amount: Callable[[Row], Row]) -> Callable[[Row], Row]:
    """An amount of a row that has a currency."""

    def rows(row: Row) -> Row:
        made = values(sql_column("amount", balances.MONEY), sql_column("currency", Text))
        return made.data([(amount(row), row.currency)])

    return rows


@read_type(models.Price)
class Price(Node):
    """What a seat costs, by whom it is for: the first of an event's that fits applies. PUBLIC with the event."""

    label: str | None = localized("What it is called.")
    price: Money = one("For each seat.", rows=_money(lambda price: price.amount))
    category: models.CategoryKind | None = column(
        "For members of the event's association in such a category; null asks nothing."
    )
    segment: Segment | None = one("For whom, where that is published.", via="segment_id")
    until: datetime | None = column("The last moment that it can be had; null without an end.")


@read_type(models.Invoice)
class Invoice(Node):
    """What somebody owes for a registration, or a credit note that takes it back. STAFF of the issuer, and the payer.

    Never changed once it is issued. The payer's staff see what their association has to pay.
    """

    kind: models.InvoiceKind = column("Whether it asks for money or takes an invoice back.", where=True)
    number: int = column("Its number among the association's: there are no gaps.", where=True, order=True)
    label: str | None = localized("What it is for.")
    seats: int = column("How many seats.")
    unit_amount: Money = one("What a seat costs.", rows=_money(lambda invoice: invoice.unit_amount))
    total: Money = one("What it asks for, or takes back.", rows=_money(lambda invoice: invoice.total))
    currency: str = column(_CURRENCY, where=True)
    issued_on: date = column("When it was issued.", where=True, order=True)
    due_on: date = column("The day that it is to be paid by.", where=True, order=True)
    paid: Money = one("What was paid, what was given back taken off.", rows=_money(balances.paid), weight=1)
    balance: Money = one(
        "What is still due; below zero, what is to be given back.", rows=_money(balances.balance), weight=1
    )
    settled: bool = expression("Whether nothing is due and nothing is to be given back.", balances.settled, weight=1)
    overdue: bool = expression(
        "Whether it should have been paid by then, and wasn't.",
        balances.overdue,
        AS_OF,
        weight=1,
    )
    association: Association = one("Who issued it.", via="association_id")
    event: Event | None = one("For which event.", via="event_id")
    registration: Registration | None = one("For which registration.", via="registration_id")
    person: Person | None = one("Who pays, where a person.", via="person_id")
    payer: Association | None = one("Who pays, where an association.", via="payer_id")


_INVOICE = models.Invoice.__table__.alias("paid_for")  # type: ignore[attr-defined]
_PRICE = models.Price.__table__.alias("priced")  # type: ignore[attr-defined]


def _of_invoice(payment: Row) -> Row:
    """A payment's amount in its invoice's currency: whoever sees the one sees the other."""
    currency = select(_INVOICE.c.currency).where(
        _INVOICE.c.confederation_id == payment.confederation_id, _INVOICE.c.id == payment.invoice_id
    )
    made = values(sql_column("amount", balances.MONEY), sql_column("currency", Text))
    return made.data([(payment.amount, currency.correlate_except(_INVOICE).scalar_subquery())])


@read_type(models.Payment)
class Payment(Node):
    """Money that came for an invoice, or went back: below zero. STAFF of the issuer, and the payer."""

    method: models.PaymentMethod = column("How it came or went.")
    paid: Money = one("How much.", rows=_of_invoice)
    received_on: date = column("When it came or went.")
    reference: str | None = column("What the bank, the cheque or the provider calls it.")
    invoice: Invoice | None = one("For which invoice.", via="invoice_id")


@extends(Invoice)
class _InvoiceParts:
    credits: Invoice | None = one("The invoice that a credit note takes back.", via="credits_id")
    credit_note: Invoice | None = one(
        "The credit note that took it back.", on=lambda invoice, row: row.credits_id == invoice.id
    )
    payments: list[Payment] = many("What came and went for it.", via="invoice_id", order=("received_on",))


@read_type()
class EventFees:
    """What an event's invoices come to. STAFF of the event's association that hold `fees.manage`."""

    charged: Money = one("What was charged, what was taken back taken off.", rows=_money(lambda fees: fees.charged))
    paid: Money = one("What was paid, what was given back taken off.", rows=_money(lambda fees: fees.paid))
    outstanding: Money = one("What is still due.", rows=_money(lambda fees: fees.outstanding))
    to_give_back: Money = one("What is to be given back.", rows=_money(lambda fees: fees.to_give_back))


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
    "settled": Argument(bool | None, "Only those that are settled, or only those that aren't."),
    "overdue_on": Argument(date | None, "Only those that were overdue on this day."),
}


def _found(key: str) -> Callable[..., Any]:
    """A condition over invoices that refer to a row, and the arguments that every list of them has."""

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
    prices: list[Price] = many("What a seat costs: the first that fits applies.", via="event_id", order=("rank",))
    fees: EventFees | None = one(
        "What its invoices come to; null where nothing is asked for a seat, and for all but its staff.",
        rows=_event_fees,
        weight=20,
    )
    invoices: Connection[Invoice] = connection(
        "Its invoices and credit notes, as far as the reader may see them.",
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
        "What they have to pay, the latest first.",
        via="person_id",
        order=("-issued_on", "-number"),
        limit=200,
        recorded=file(MANAGE_FEES),
    )


@extends(Association)
class _AssociationFees:
    invoices: Connection[Invoice] = connection(
        "What it issued, as far as the reader may see it, the latest first.",
        on=_found("association_id"),
        order=("-number",),
        arguments=_FIND,
    )
    invoices_to_pay: Connection[Invoice] = connection(
        "What others issued for it to pay, as far as the reader may see it, the latest first.",
        on=_found("payer_id"),
        order=("-issued_on",),
        arguments=_FIND,
    )
