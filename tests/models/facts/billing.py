"""Accounts of payers, invoices in their sequence with their lines, payments, and what is set against what."""

from models import Allocation, BillingAccount, InvoiceSequence
from tests.models.facts import Facts
from tests.models.world import DESK, NOBODY, OWN, World

_OF_HERS, _ELSEWHERE = OWN | DESK, DESK | {"staff elsewhere"}
_TABLES = ("billing_account", "invoice", "invoice_line", "payment", "allocation")

FACTS: Facts = {
    "invoice_sequence": (NOBODY, NOBODY),
    **dict.fromkeys(_TABLES, (_OF_HERS, DESK)),
    # What an association elsewhere pays.
    **{f"{table} elsewhere": (_ELSEWHERE, DESK) for table in _TABLES},
}


async def rows(world: World) -> None:
    """An invoice of Ana's and one that an association elsewhere pays, each with a payment."""
    make = world.make
    for way, payer_id in (("", None), ("elsewhere", world.elsewhere.id)):
        invoice = await make.bill(world.people["own"], association_id=world.home.id, payer_id=payer_id)
        payment = await make.payment(invoice, "20.00")
        (account,) = await make.all(BillingAccount, id=invoice.account_id)
        (allocation,) = await make.all(Allocation, payment_id=payment.id)
        for row in (account, invoice, await make.line(invoice), payment, allocation):
            world.add(row, way)
    world.add((await make.all(InvoiceSequence))[0])
