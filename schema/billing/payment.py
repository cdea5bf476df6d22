"""Payments, and what they are set against."""

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
    """Money that came, or went back: below zero, a refund or a returned payment. STAFF of the issuer, and the payer."""

    method: models.PaymentMethod = column("How it came or went.")
    paid: Money = one("How much; below zero where it went back.", rows=money(lambda row: row.amount))
    received_on: date = column("The day that it came or went.")
    reference: str | None = column("What the bank, the cheque or the provider calls it; null if nothing was recorded.")
    credit: Money = one(
        "What of it is set against nothing: a credit of the payer. Below zero for a refund of a payment that was "
        "returned afterwards: the payer owes it.",
        rows=money(balances.unallocated),
        weight=1,
    )
    invoice: Invoice | None = one("The invoice that it came or went for; null if none was named.", via="invoice_id")


PaymentId = Annotated[UUID, Ref("Payment", "The payment.")]


@read_type(models.Allocation)
class Allocation(Node):
    """A part of a payment that is set against an invoice or a refund. STAFF of the issuer, and the payer.

    Never changed: what is taken off again is another, below zero.
    """

    allocated: Money = one("How much; below zero where it is taken off again.", rows=money(lambda row: row.amount))
    allocated_on: date = column("The day as of which it counts.")
    payment: Payment | None = one("The payment that it is a part of.", via="payment_id")
    invoice: Invoice | None = one("The invoice that it is set against; null for a refund.", via="invoice_id")
    refund: Payment | None = one("The refund, or the payment's return; null for an invoice.", via="refund_id")


@extends(Invoice)
class _InvoicePayments:
    payments: list[Payment] = many("What came and went for it.", via="invoice_id", order=("received_on",))
    allocations: list[Allocation] = many(
        "Which payments are set against it, and which were taken off again.",
        via="invoice_id",
        order=("allocated_on",),
    )


@extends(Payment)
class _PaymentParts:
    allocations: list[Allocation] = many("What it is set against, in order.", via="payment_id", order=("rank",))
    returns: Payment | None = one("The payment that came back; null if this isn't a return.", via="returns_id")
    returned: Payment | None = one(
        "How it came back: a cheque without cover, a transfer recalled; null if it didn't.",
        on=lambda payment, row: row.returns_id == payment.id,
    )
