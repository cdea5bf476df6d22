"""Mutations that set prices and invoice registrations; and the price for the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

import models
from schema.base.ids import encode_id
from schema.base.inputs import Texts
from schema.base.scalars import Locale
from schema.billing.invoice import Invoice
from schema.compiler.context import preferring
from schema.compiler.declare import computed, extends
from schema.events.event import Event, EventId
from schema.events.registration import RegistrationId
from schema.mutations.declare import mutation
from schema.people.segment import SegmentId
from schema.reading.requests import Request
from schema.tenancy.federation import AssociationId
from services.core.work import Work, begin
from services.events.errors import WrongEventState, WrongRegistrationState
from services.events.prices import charging, fitting, setting
from services.events.prices.errors import NothingToCharge, SeveralCurrencies


@dataclass(frozen=True, kw_only=True)
class PriceInput(setting.PriceInput):
    """The price of a seat for a group of people."""

    label: Annotated[Texts, "Name of the price."]
    amount: Annotated[Decimal, "Price of one seat, 0.00 to 1,000,000.00."]
    currency: Annotated[str, "Currency code (ISO 4217), the same for all prices of an event."] = "CAD"
    segment_id: Annotated[SegmentId | None, "Segment that the price is for; null: everybody."] = None
    category: Annotated[
        models.CategoryKind | None,
        "Membership category in the event's association that the price is for; null: no category required.",
    ] = None
    until: Annotated[datetime | None, "Last moment at which the price applies; null if there is no end."] = None


@mutation(Event, problems=(SeveralCurrencies, WrongEventState))
async def update_prices(
    work: Work,
    *,
    event_id: EventId,
    prices: Annotated[
        list[PriceInput], "All prices of the event; the first that applies is charged. Empty: free of charge."
    ],
) -> models.Event:
    """Replace the event's prices; issued invoices stay as they are. Requires `events.manage`."""
    return await setting.set_prices(work, event_id, prices)


@mutation(Invoice, problems=(NothingToCharge, WrongRegistrationState))
async def charge_registration(
    work: Work,
    *,
    registration_id: RegistrationId,
    payer_id: Annotated[
        AssociationId | None, "Association that pays; null: the association that sent the delegate, or else the person."
    ] = None,
) -> models.Invoice:
    """Issue the invoice for a registration that has none, at the current price. Requires `fees.manage`.

    Registrations that are confirmed while the event has prices are invoiced automatically.
    """
    return await charging.charge_registration(work, registration_id, payer_id=payer_id)


_IN = Annotated[Locale | None, strawberry.argument(description="Language; by default the request's.")]


def _label(self: Any, info: strawberry.Info[Request], locale: _IN = None) -> str | None:
    """Return the label in the given locale, falling back along the request's locales."""
    locales = info.context.reading.locales
    order = preferring(locale.code, locales) if locale else locales
    return next((self.texts[each] for each in order if each in self.texts), None)


@strawberry.type(description="The price of a seat of an event for the reader.")
class ApplicablePrice:
    """The answer of `myPrice`. Computed in Python, since it depends on segments and memberships that readers may not
    see.
    """

    def __init__(self, price: models.Price) -> None:
        self.price_id = strawberry.ID(encode_id("Price", price.id))
        self.amount = price.amount
        self.currency = price.currency
        self.until = price.until
        self.texts = price.label

    price_id: strawberry.ID = strawberry.field(description="ID of the event's price that applies.")
    amount: Decimal = strawberry.field(description="Price of one seat.")
    currency: str = strawberry.field(description="Currency code (ISO 4217).")
    until: datetime | None = strawberry.field(
        description="Last moment at which the price applies; null if there is no end."
    )

    label: str | None = strawberry.field(resolver=_label, description="Name of the price.")


async def _my_prices(events: Sequence[Mapping[str, Any]], request: Request) -> list[ApplicablePrice | None]:
    if request.actor.person_id is None:
        return [None] * len(events)
    ids = [UUID(event["id"]) for event in events]
    async with begin(request.database, request.actor, now=request.reading.now) as work:
        found = await fitting.prices_for(work, ids, request.actor.person_id)
    return [ApplicablePrice(found[id].price) if id in found and found[id].ended_at is None else None for id in ids]


@extends(Event)
class _EventPrice:
    my_price: ApplicablePrice | None = computed(
        "Price of a seat for the reader now; null if the event is free of charge, for readers who are "
        "not a person, and if the prices for them have ended, as `canRegister` says.",
        batch=_my_prices,
        needs=("id",),
        weight=5,
    )
