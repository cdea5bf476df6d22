"""Prices of events."""

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
    """The price of a seat for a group of people. The first of an event's prices that applies is charged. PUBLIC with
    the event.
    """

    label: str | None = localized("Name of the price.")
    price: Money = one("Price of one seat.", rows=money(lambda price: price.amount))
    category: models.CategoryKind | None = column(
        "Membership category in the event's association that the price is for; null: no category required."
    )
    segment: Segment | None = one(
        "Segment that the price is for; null: everybody, or a segment that is not published.", via="segment_id"
    )
    until: datetime | None = column("Last moment at which the price applies; null if there is no end.")


@extends(Event)
class _EventPrices:
    prices: list[Price] = many("Prices of a seat; the first that applies is charged.", via="event_id", order=("rank",))


@extends(Registration)
class _RegistrationPrice:
    agreed_price: Money | None = one(
        "Price of a seat when the person joined the waiting list, and the maximum that they pay once "
        "they get a seat. Null if they did not wait, or if the event was free of charge then.",
        rows=money_in(lambda row: row.agreed_amount, lambda row: row.agreed_currency, nullable=True),
    )
