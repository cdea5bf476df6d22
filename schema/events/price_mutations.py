"""Setting prices and charging registrations; and what a seat would cost the reader."""

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
    """A price."""

    label: Annotated[Texts, "What it is called."]
    amount: Annotated[Decimal, "What a seat costs: 0.00 to 1,000,000.00."]
    currency: Annotated[str, "The currency's code (ISO 4217): one an event."] = "CAD"
    segment_id: Annotated[SegmentId | None, "For whom; null for everybody."] = None
    category: Annotated[models.CategoryKind | None, "For members of the event's association in such a category."] = None
    until: Annotated[datetime | None, "The last moment that it can be had."] = None


@mutation(Event, problems=(SeveralCurrencies, WrongEventState))
async def update_prices(
    work: Work,
    *,
    event_id: EventId,
    prices: Annotated[list[PriceInput], "All its prices: the first that fits applies; none: free."],
) -> models.Event:
    """Replace the event's prices, in order; invoices stay as they are. Asks for `events.manage`."""
    return await setting.set_prices(work, event_id, prices)


@mutation(Invoice, problems=(NothingToCharge, WrongRegistrationState))
async def charge_registration(
    work: Work,
    *,
    registration_id: RegistrationId,
    payer_id: Annotated[
        AssociationId | None, "The association that pays; null: the one whose delegate it is, else the person."
    ] = None,
) -> models.Invoice:
    """Issue the invoice for a registration that has none, at the price that applies now. Asks for `fees.manage`.

    Those that are confirmed once there are prices are charged by themselves.
    """
    return await charging.charge_registration(work, registration_id, payer_id=payer_id)


_IN = Annotated[Locale | None, strawberry.argument(description="The language; by default the request's.")]


def _label(self: Any, info: strawberry.Info[Request], locale: _IN = None) -> str | None:
    """In the locale asked for, else the next of the request's."""
    locales = info.context.reading.locales
    order = preferring(locale.code, locales) if locale else locales
    return next((self.texts[each] for each in order if each in self.texts), None)


@strawberry.type(description="What a seat of an event would cost the reader now.")
class ApplicablePrice:
    """The answer of `myPrice`: worked out in Python, as segments and memberships are asked that nobody reads."""

    def __init__(self, price: models.Price) -> None:
        self.price_id = strawberry.ID(encode_id("Price", price.id))
        self.amount = price.amount
        self.currency = price.currency
        self.until = price.until
        self.texts = price.label

    price_id: strawberry.ID = strawberry.field(description="Which of the event's prices it is.")
    amount: Decimal = strawberry.field(description="How much, for each seat.")
    currency: str = strawberry.field(description="The currency's code (ISO 4217).")
    until: datetime | None = strawberry.field(description="Until when it can be had; null without an end.")

    label: str | None = strawberry.field(resolver=_label, description="What it is called.")


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
        "What a seat would cost the reader now; null where nothing is asked, for nobody in particular, and where the "
        "prices for them have ended, as `canRegister` says.",
        batch=_my_prices,
        needs=("id",),
        weight=5,
    )
