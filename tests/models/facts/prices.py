"""Prices of events, and which line of an invoice charges for which registration."""

from models import Event, Registration, RegistrationInvoice
from tests.models.facts import Facts
from tests.models.world import DESK, EVENT_STAFF, EVERYBODY, OPEN, OWN, World

AFTER = ("billing", "events", "registrations")

FACTS: Facts = {
    **{f"price {way}": (EVERYBODY if way == "published" else EVENT_STAFF, EVENT_STAFF) for way in OPEN},
    "registration_invoice": (OWN | DESK, DESK),
    # Home's delegate, whom an association elsewhere pays for.
    "registration_invoice elsewhere": (DESK | {"staff elsewhere"}, DESK),
}


async def rows(world: World) -> None:
    """Prices, and a registration of Ana's that is charged to her and to an association elsewhere."""
    make = world.make
    for way in OPEN:
        world.add(await make.price(world.row(Event, way)), way)
    for way, payer_id in (("", None), ("elsewhere", world.elsewhere.id)):
        invoice = await make.invoice(world.row(Registration), payer_id=payer_id)
        (link,) = await make.all(RegistrationInvoice, invoice_id=invoice.id)
        world.add(link, way)
