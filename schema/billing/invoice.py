"""Invoices, their lines, and what is due on them."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import Boolean, Date, and_, cast, or_

import models
from models import MANAGE_FEES
from schema.base.ids import Ref
from schema.billing.money import CURRENCY, Money, money
from schema.compiler.bindings import Argument, Row
from schema.compiler.declare import column, connection, expression, extends, localized, many, one, read_type
from schema.people.person import Person
from schema.reading.recording import file
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import AS_OF, Association
from services.billing import balances


@read_type(models.Invoice)
class Invoice(Node):
    """What a person or an association owes, or a credit note that takes it back. STAFF of the issuer, and the payer.

    Never changed once it is issued. The payer's staff see what their association has to pay.
    """

    kind: models.InvoiceKind = column("Whether it asks for money or takes an invoice back.", where=True)
    number: int = column("Its number among the association's: there are no gaps.", where=True, order=True)
    label: str | None = localized("What it is for.")
    total: Money = one("What it asks for, or takes back: the sum of its lines.", rows=money(lambda row: row.total))
    currency: str = column(CURRENCY, where=True)
    issued_on: date = column("The day that it was issued.", where=True, order=True)
    due_on: date = column("The day that it is to be paid by.", where=True, order=True)
    due: Money = one("What is still to be paid, never below zero.", rows=money(balances.due), weight=1)
    paid: Money = one(
        "What payments are set against it, and what came for it and is set against nothing; refunds taken off.",
        rows=money(balances.paid),
        weight=2,
    )
    to_give_back: Money = one(
        "What came for it and is set against nothing: a credit of the payer, to be given back or used otherwise.",
        rows=money(balances.unused),
        weight=1,
    )
    balance: Money = one(
        "`due` less `toGiveBack`: above zero it is due, below zero it is to be given back.",
        rows=money(balances.balance),
        weight=2,
    )
    settled: bool = expression("True if nothing is due and nothing is to be given back.", balances.settled, weight=2)
    overdue: bool = expression(
        "True if something was still due on that day, and the day that it was to be paid by was over.",
        balances.overdue,
        AS_OF,
        weight=1,
    )
    association: Association = one("Who issued it.", via="association_id")
    person: Person | None = one("Who pays, where a person.", via="person_id")
    payer: Association | None = one("Who pays, where an association.", via="payer_id")


InvoiceId = Annotated[UUID, Ref("Invoice", "The invoice.")]


@read_type(models.InvoiceLine)
class InvoiceLine(Node):
    """One thing that an invoice charges for, or a discount. STAFF of the issuer, and the payer."""

    label: str | None = localized("What it is for.")
    quantity: int = column("How many.")
    unit_amount: Money = one("What each costs; below zero for a discount.", rows=money(lambda row: row.unit_amount))
    amount: Money = one("What the line comes to.", rows=money(lambda row: row.amount))


@extends(Invoice)
class _InvoiceParts:
    credits: Invoice | None = one("The invoice that a credit note takes back.", via="credits_id")
    credit_note: Invoice | None = one(
        "The credit note that took it back; null if it stands.", on=lambda invoice, row: row.credits_id == invoice.id
    )
    lines: list[InvoiceLine] = many(
        "What it charges for, in order; of a credit note, the lines of the invoice that it takes back.",
        on=lambda invoice, row: row.invoice_id == invoice.original_id,
        order=("rank",),
        limit=200,
    )


FIND_INVOICES: dict[str, Argument] = {
    "settled": Argument(bool | None, "Only those that are settled, or only those that aren't."),
    "overdue_on": Argument(date | None, "Only those that were overdue on this day."),
}


def found(which: Callable[[Row, Row], Row]) -> Callable[..., Any]:
    """A condition over the invoices of a row, and the arguments that every list of them has."""

    def on(outer: Row, row: Row, settled: Row, overdue_on: Row) -> Row:
        settled, overdue_on = cast(settled, Boolean), cast(overdue_on, Date)
        return and_(
            which(outer, row),
            or_(settled.is_(None), balances.settled(row) == settled),
            or_(overdue_on.is_(None), balances.overdue(row, overdue_on)),
        )

    return on


@extends(Person)
class _PersonInvoices:
    invoices: list[Invoice] = many(
        "What they have to pay, the latest first.",
        via="person_id",
        order=("-issued_on", "-number"),
        limit=200,
        recorded=file(MANAGE_FEES),
    )


@extends(Association)
class _AssociationInvoices:
    invoices: Connection[Invoice] = connection(
        "What it issued, as far as the reader may see it, the latest first.",
        on=found(lambda outer, row: row.association_id == outer.id),
        order=("-number",),
        arguments=FIND_INVOICES,
    )
    invoices_to_pay: Connection[Invoice] = connection(
        "What others issued for it to pay, as far as the reader may see it, the latest first.",
        on=found(lambda outer, row: row.payer_id == outer.id),
        order=("-issued_on",),
        arguments=FIND_INVOICES,
    )
