"""Prices, and what is charged for registrations."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from models import CategoryKind, Event, Registration, Segment
from tests.schema.world import FAR, World

AFTER = ("billing", "events", "registrations", "segments")


async def rows(world: World) -> None:
    """Prices of a draft and of a published event."""
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
    offered = world.row(Registration, "offered")
    offered.agreed_amount, offered.agreed_currency = Decimal("80.00"), "CAD"
    await make.save(offered)
    (on,) = world.samples["Registration"]["offered"]
    world.reached("Money", "agreed", f"{on} {{ ... on Registration", "agreedPrice")
    world.reached("EventFees", "of published", *world.samples["Event"]["published"], "fees")


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do about prices."""
    ids = world.ids
    fee = {"label": [{"locale": "FR", "text": "Tarif"}], "amount": "50.00"}

    def priced(event: str, *currencies: str) -> dict[str, Any]:
        return {"eventId": ids[f"Event {event}"], "prices": [fee | {"currency": each} for each in currencies]}

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
    }
