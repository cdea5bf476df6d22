"""What events cost."""

from datetime import datetime

import models
from schema.billing.money import Money, money, money_in
from schema.compiler.declare import column, extends, localized, many, one, read_type
from schema.events.event import Event
from schema.events.registration import Registration
from schema.people.segment import Segment
from schema.reading.relay import Node


@read_type(models.Price)
class Price(Node):
    """What a seat costs, by whom it is for: the first of an event's that fits applies. PUBLIC with the event."""

    label: str | None = localized("What it is called.")
    price: Money = one("For each seat.", rows=money(lambda price: price.amount))
    category: models.CategoryKind | None = column(
        "For members of the event's association in such a category; null asks nothing."
    )
    segment: Segment | None = one("For whom, where that is published.", via="segment_id")
    until: datetime | None = column("The last moment that it can be had; null without an end.")


@extends(Event)
class _EventPrices:
    prices: list[Price] = many("What a seat costs: the first that fits applies.", via="event_id", order=("rank",))


@extends(Registration)
class _RegistrationPrice:
    agreed_price: Money | None = one(
        "What a seat cost when the person joined the waiting list: they pay no more once they are given one. Null if "
        "they didn't wait, or nothing was asked then.",
        rows=money_in(lambda row: row.agreed_amount, lambda row: row.agreed_currency, nullable=True),
    )
