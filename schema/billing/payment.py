"""Payments and their allocations."""

from datetime import date
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.billing.invoice import Invoice
from schema.billing.money import Money, money
from schema.compiler.declare import column, extends, many, one, read_type
from schema.reading.relay import Node
from services.billing import balances


@read_type(models.Payment)
class Payment(Node):
    """A payment, or money that went back (a negative amount): a refund or a returned payment. STAFF of the issuer, and
    the payer.
    """

    method: models.PaymentMethod = column("Method of payment.")
    paid: Money = one("Amount; negative if the money went back.", rows=money(lambda row: row.amount))
    received_on: date = column("Day of the payment, refund or return.")
    reference: str | None = column(
        "Reference at the bank, on the cheque or at the payment provider; null if none was recorded."
    )
    credit: Money = one(
        "Unallocated part: a credit of the payer. Negative for a refund of a payment that was returned "
        "afterwards: the payer owes it.",
        rows=money(balances.unallocated),
        weight=1,
    )
    invoice: Invoice | None = one("Invoice that it is for; null if none was named.", via="invoice_id")


PaymentId = Annotated[UUID, Ref("Payment", "The payment.")]


@read_type(models.Allocation)
class Allocation(Node):
    """A part of a payment that is allocated to an invoice or a refund. STAFF of the issuer, and the payer.

    Never changed: a part is deallocated by another allocation, with a negative amount.
    """

    allocated: Money = one("Amount; negative if it is deallocated.", rows=money(lambda row: row.amount))
    allocated_on: date = column("Day from which it counts.")
    payment: Payment | None = one("Payment that it is a part of.", via="payment_id")
    invoice: Invoice | None = one("Invoice that it is allocated to; null for a refund.", via="invoice_id")
    refund: Payment | None = one("Refund or return that it is allocated to; null for an invoice.", via="refund_id")


@extends(Invoice)
class _InvoicePayments:
    payments: list[Payment] = many("Payments and refunds.", via="invoice_id", order=("received_on",))
    allocations: list[Allocation] = many(
        "Allocations of payments to it, including deallocations.",
        via="invoice_id",
        order=("allocated_on",),
    )


@extends(Payment)
class _PaymentParts:
    allocations: list[Allocation] = many("Its allocations, in order.", via="payment_id", order=("rank",))
    returns: Payment | None = one("Payment that came back; null if this is not a return.", via="returns_id")
    returned: Payment | None = one(
        "Return of the payment, such as a bounced cheque or a recalled transfer; null if there was none.",
        on=lambda payment, row: row.returns_id == payment.id,
    )
