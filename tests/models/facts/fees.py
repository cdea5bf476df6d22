"""Prices, invoices in their sequence, and payments."""

from models import Event, InvoiceSequence, Registration
from tests.models.facts import Facts
from tests.models.world import DESK, EVENT_STAFF, EVERYBODY, NOBODY, OPEN, OWN, World

AFTER = ("events", "registrations")

FACTS: Facts = {
    **{f"price {way}": (EVERYBODY if way == "published" else EVENT_STAFF, EVENT_STAFF) for way in OPEN},
    "invoice_sequence": (NOBODY, NOBODY),
    "invoice": (OWN | DESK, DESK),
    "payment": (OWN | DESK, DESK),
    # Home's delegate, whom an association elsewhere pays for.
    "invoice elsewhere": (DESK | {"staff elsewhere"}, DESK),
    "payment elsewhere": (DESK | {"staff elsewhere"}, DESK),
}


async def rows(world: World) -> None:
    """An invoice of Ana's and one that an association elsewhere pays for her, each with a payment."""
    make = world.make
    for way in OPEN:
        world.add(await make.price(world.row(Event, way)), way)
    for way, payer in (("", None), ("elsewhere", world.elsewhere.id)):
        invoice = await make.invoice(world.row(Registration), payer_id=payer)
        world.add(invoice, way)
        world.add(await make.payment(invoice), way)
    world.add((await make.all(InvoiceSequence))[0])
