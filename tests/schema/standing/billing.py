"""Accounts, invoices of Ana's and for her as a delegate, and payments."""

from decimal import Decimal
from typing import Any

from models import Allocation, BillingAccount, Registration
from tests.schema.world import World

AFTER = ("registrations",)


async def rows(world: World) -> None:
    """What was charged for registrations, taken back, paid by Ana and by others, returned and left over."""
    make = world.make
    anas = await make.invoice(world.row(Registration, "confirmed"), "120.00")
    taken_back = await make.invoice(world.row(Registration, "cancelled"), "120.00")
    delegates = await make.invoice(world.row(Registration, "attended"), "80.00", payer_id=world.elsewhere.id)
    await make.invoice(world.row(Registration, "here"), "80.00", payer_id=world.beside.id)
    for name, invoice, paid in (("Ana's", anas, "20.00"), ("for a delegate", delegates, "30.00")):
        payment = await make.payment(invoice, paid, reference="V-1")
        (allocation,) = await make.all(Allocation, payment_id=payment.id)
        (account,) = await make.all(BillingAccount, id=invoice.account_id)
        world.add(f"Invoice {name}", invoice)
        world.add(f"InvoiceLine {name}", await make.line(invoice))
        world.add(f"Payment {name}", payment)
        world.add(f"Allocation {name}", allocation)
        world.add(f"BillingAccount {name}", account)
    world.add("Invoice taken back", taken_back)
    world.add("Invoice Ana's note", await make.credit_note(taken_back))
    cheque = await make.payment(taken_back, "15.00")
    world.add("Payment that came back", cheque)
    returned = await make.payment(taken_back, "-15.00", returns_id=cheque.id)
    world.add("Payment Ana's return", returned)
    world.add("Allocation Ana's return", await make.allocation(cheque, None, Decimal("15.00"), refund_id=returned.id))
    world.add("Payment left over", await make.payment(taken_back, "225.00"))
    (on,) = world.samples["Invoice"]["Ana's"]
    world.reached("Money", "Ana's", f"{on} {{ ... on Invoice", "balance")


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do about invoices and payments."""
    ids = world.ids

    def money(invoice: str, amount: str) -> dict[str, Any]:
        return {"invoiceId": ids[f"Invoice {invoice}"], "method": "TRANSFER", "amount": amount}

    def allocated(payment: str, invoice: str, amount: str) -> dict[str, Any]:
        return {"paymentId": ids[f"Payment {payment}"], "invoiceId": ids[f"Invoice {invoice}"], "amount": amount}

    return {
        "issueCreditNote": {
            label: {"invoiceId": ids[f"Invoice {label}"]} for label in ("Ana's", "taken back", "for a delegate")
        },
        "recordPayment": {"Ana's": money("Ana's", "10.00"), "for a delegate": money("for a delegate", "50.01")},
        "recordRefund": {"Ana's": money("Ana's", "20.00"), "for a delegate": money("for a delegate", "30.01")},
        "returnPayment": {
            label: {"paymentId": ids[f"Payment {label}"]} for label in ("Ana's", "that came back", "for a delegate")
        },
        "allocatePayment": {
            "left over": allocated("left over", "Ana's", "100.00"),
            "more than is left": allocated("left over", "Ana's", "225.01"),
            "more than is due": allocated("left over", "Ana's", "100.01"),
            "taken back": allocated("left over", "taken back", "25.00"),
        },
        "deallocatePayment": {
            "Ana's": {"paymentId": ids["Payment Ana's"], "invoiceId": ids["Invoice Ana's"]},
            "left over": {"paymentId": ids["Payment left over"], "invoiceId": ids["Invoice Ana's"]},
        },
    }
