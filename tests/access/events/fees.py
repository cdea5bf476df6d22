"""Prices, invoices of Ana's and for her as a delegate, and payments."""

from datetime import UTC, datetime, time
from typing import Any

from models import CategoryKind, Event, InvoiceSequence, Registration, Segment
from tests.access.world import FAR, World

AFTER = ("events.planning", "events.registrations", "people.segments")


async def rows(world: World) -> None:
    """Prices of a draft and of a published event; what was charged, taken back, and paid by others."""
    make = world.make
    until = datetime.combine(FAR, time(), UTC)
    for name, way in (("published", "published"), ("draft", "closed")):
        event, segment = world.row(Event, name), world.row(Segment, way)
        price = await make.price(event, "80.00", segment_id=segment.id, category=CategoryKind.STUDENT, until=until)
        await make.price(event, "120.00", until=until)
        world.add(f"Price of {name}", price)
        (on,) = world.samples["Price"][f"of {name}"]
        world.reached("Money", f"of {name}", f"{on} {{ ... on Price", "price")
        world.reached("ApplicablePrice", f"of {name}", *world.samples["Event"][name], "myPrice")
    await make.price(world.row(Event, "held"), "90.00")
    anas = await make.invoice(world.row(Registration, "confirmed"), "120.00")
    taken_back = await make.invoice(world.row(Registration, "cancelled"), "120.00")
    delegates = await make.invoice(world.row(Registration, "attended"), "80.00", payer_id=world.elsewhere.id)
    await make.invoice(world.row(Registration, "here"), "80.00", payer_id=world.beside.id)
    await make.invoice(world.row(Registration, "of a draft"), "80.00")
    await make.invoice(world.row(Registration, "of the chief"), "80.00")
    revoked = await make.invoice(world.row(Registration, "attended"), "80.00", payer_id=world.elsewhere.id)
    world.add("Invoice for a delegate, taken back", revoked)
    world.add("Invoice delegate's note", await make.credit_note(revoked))
    for name, invoice, paid in (("Ana's", anas, "20.00"), ("for a delegate", delegates, "30.00")):
        world.add(f"Invoice {name}", invoice)
        world.add(f"Payment {name}", await make.payment(invoice, paid, reference="V-1"))
    world.add("InvoiceSequence", (await make.all(InvoiceSequence))[0])
    world.add("Invoice taken back", taken_back)
    world.add("Invoice Ana's note", await make.credit_note(taken_back))
    (on,) = world.samples["Invoice"]["Ana's"]
    world.reached("Money", "Ana's", f"{on} {{ ... on Invoice", "balance")
    world.reached("EventFees", "of published", *world.samples["Event"]["published"], "fees")


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do about fees."""
    ids = world.ids
    fee = {"label": [{"locale": "FR", "text": "Tarif"}], "amount": "50.00"}

    def priced(event: str, *currencies: str) -> dict[str, Any]:
        return {"eventId": ids[f"Event {event}"], "prices": [fee | {"currency": each} for each in currencies]}

    def money(invoice: str, amount: str) -> dict[str, Any]:
        return {"invoiceId": ids[f"Invoice {invoice}"], "method": "TRANSFER", "amount": amount}

    return {
        "updatePrices": {
            "open": priced("open", "CAD"),
            "for a segment": {
                "eventId": ids["Event open"],
                "prices": [fee | {"segmentId": ids["Segment published"]}, fee],
            },
            "in two currencies": priced("open", "CAD", "EUR"),
            "draft": priced("draft", "CAD"),
        },
        "chargeRegistration": {
            "absent": {"registrationId": ids["Registration absent"], "payerId": ids["Association beside"]},
            "confirmed": {"registrationId": ids["Registration confirmed"]},
        },
        "issueCreditNote": {
            label: {"invoiceId": ids[f"Invoice {label}"]} for label in ("Ana's", "taken back", "for a delegate")
        },
        "recordPayment": {"Ana's": money("Ana's", "10.00"), "for a delegate": money("for a delegate", "50.01")},
        "recordRefund": {"Ana's": money("Ana's", "20.00"), "for a delegate": money("for a delegate", "30.01")},
    }
