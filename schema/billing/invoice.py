"""Invoices, their lines, and the amounts due."""

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
    """An invoice to a person or an association, or a credit note that reverses one. STAFF of the issuer, and the payer.

    Never changed once issued. Staff of a paying association see the invoices that it has to pay.
    """

    kind: models.InvoiceKind = column("Kind: invoice or credit note.", where=True)
    number: int = column("Number in the association's gapless sequence.", where=True, order=True)
    label: str | None = localized("What is charged.")
    total: Money = one("Total of the invoice or credit note: the sum of its lines.", rows=money(lambda row: row.total))
    currency: str = column(CURRENCY, where=True)
    issued_on: date = column("Day of issue.", where=True, order=True)
    due_on: date = column("Day by which it is to be paid.", where=True, order=True)
    due: Money = one("Amount still to be paid, never negative.", rows=money(balances.due), weight=1)
    paid: Money = one(
        "Payments allocated to it, and unallocated payments for it, minus refunds.",
        rows=money(balances.paid),
        weight=2,
    )
    to_give_back: Money = one(
        "Unallocated payments for it: a credit of the payer, to be refunded or used for other invoices.",
        rows=money(balances.unused),
        weight=1,
    )
    balance: Money = one(
        "`due` minus `toGiveBack`: positive if it is due, negative if it is to be refunded.",
        rows=money(balances.balance),
        weight=2,
    )
    settled: bool = expression("True if nothing is due and nothing is to be given back.", balances.settled, weight=2)
    overdue: bool = expression(
        "True if something was still due on that day, after the due day.",
        balances.overdue,
        AS_OF,
        weight=1,
    )
    association: Association = one("Association that issued it.", via="association_id")
    person: Person | None = one("Person who pays; null if an association pays.", via="person_id")
    payer: Association | None = one("Association that pays; null if a person pays.", via="payer_id")


InvoiceId = Annotated[UUID, Ref("Invoice", "The invoice.")]


@read_type(models.InvoiceLine)
class InvoiceLine(Node):
    """A line of an invoice: a charge or a discount. STAFF of the issuer, and the payer."""

    label: str | None = localized("What is charged.")
    quantity: int = column("Quantity.")
    unit_amount: Money = one("Amount per unit; negative for a discount.", rows=money(lambda row: row.unit_amount))
    amount: Money = one("Total of the line.", rows=money(lambda row: row.amount))


@extends(Invoice)
class _InvoiceParts:
    credits: Invoice | None = one("Invoice that this credit note reverses; null on an invoice.", via="credits_id")
    credit_note: Invoice | None = one(
        "Credit note that reverses this invoice; null if there is none.",
        on=lambda invoice, row: row.credits_id == invoice.id,
    )
    lines: list[InvoiceLine] = many(
        "Lines, in order; of a credit note, the lines of the reversed invoice.",
        on=lambda invoice, row: row.invoice_id == invoice.original_id,
        order=("rank",),
        limit=200,
    )


FIND_INVOICES: dict[str, Argument] = {
    "settled": Argument(bool | None, "`true` for settled invoices, `false` for the others; by default both."),
    "overdue_on": Argument(date | None, "Day on which the invoice was overdue; by default not filtered."),
}


def found(which: Callable[[Row, Row], Row]) -> Callable[..., Any]:
    """Return the condition that finds the invoices of a row, and the arguments common to all lists of invoices."""

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
        "Invoices that they have to pay, the latest first.",
        via="person_id",
        order=("-issued_on", "-number"),
        limit=200,
        recorded=file(MANAGE_FEES),
    )


@extends(Association)
class _AssociationInvoices:
    invoices: Connection[Invoice] = connection(
        "Invoices issued by the association that the reader may see, the latest first.",
        on=found(lambda outer, row: row.association_id == outer.id),
        order=("-number",),
        arguments=FIND_INVOICES,
    )
    invoices_to_pay: Connection[Invoice] = connection(
        "Invoices of other associations that it has to pay and the reader may see, the latest first.",
        on=found(lambda outer, row: row.payer_id == outer.id),
        order=("-issued_on",),
        arguments=FIND_INVOICES,
    )
