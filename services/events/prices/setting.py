"""Setting what a seat costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import union
from sqlmodel import col

from models import (
    CategoryKind,
    Event,
    EventState,
    Invoice,
    Price,
    Registration,
    RegistrationInvoice,
    RegistrationState,
    Segment,
)
from services.billing.checks import check_amount, check_currency
from services.core.checks import check_moment, check_texts
from services.core.errors import InvalidInput, NotFound
from services.core.statements import matching
from services.core.work import Work
from services.events import access
from services.events.errors import WrongEventState
from services.events.prices.errors import SeveralCurrencies

MOST_PRICES = 20
PRICEABLE_STATES = (EventState.DRAFT, EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED)
"""The states that an event is priced in: what was held was paid for as it was."""


@dataclass(frozen=True, kw_only=True)
class PriceInput:
    """A price. `segment_id` and `category`: for whom; `until`: the last moment that it can be had."""

    label: Mapping[str, str]
    amount: Decimal
    currency: str = "CAD"
    segment_id: UUID | None = None
    category: CategoryKind | None = None
    until: datetime | None = None


async def set_prices(work: Work, event_id: UUID, prices: Sequence[PriceInput]) -> Event:
    """Replace the event's prices, in order; none: it is free. Asks for `events.manage`.

    Invoices that were issued stay as they are, and so does what those on the waiting list were told that a seat costs.
    SeveralCurrencies where the prices, or either of these, are in another; NotFound for a segment that the actor may
    not see.
    """
    event = await access.managed_event(work, event_id)
    if event.state not in PRICEABLE_STATES:
        raise WrongEventState(list(PRICEABLE_STATES), event.state)
    if len(prices) > MOST_PRICES:
        raise InvalidInput(f"{MOST_PRICES} at the most", f"{len(prices)}", path=("prices",))
    rows = [_row(work, event, rank, price) for rank, price in enumerate(prices)]
    await _check_segments(work, prices)
    await _check_currency(work, event, {row.currency for row in rows})
    await work.session.execute(work.delete(Price, col(Price.event_id) == event.id))
    work.session.add_all(rows)
    await work.record("event.priced", event, data={"prices": len(rows)})
    await work.flush()
    return event


def _row(work: Work, event: Event, rank: int, price: PriceInput) -> Price:
    path = ("prices", str(rank))
    return Price(
        event_id=event.id,
        association_id=event.association_id,
        published=event.published,
        rank=rank,
        label=check_texts(work, price.label, *path, "label"),
        amount=check_amount(price.amount, *path, "amount"),
        currency=check_currency(price.currency, *path, "currency"),
        segment_id=price.segment_id,
        category=price.category,
        until=None if price.until is None else check_moment(price.until, *path, "until"),
    )


async def _check_segments(work: Work, prices: Sequence[PriceInput]) -> None:
    seen = await work.seen(Segment, {price.segment_id for price in prices if price.segment_id})
    for rank, price in enumerate(prices):
        if price.segment_id is not None and price.segment_id not in seen:
            raise NotFound("segment", path=("prices", str(rank), "segmentId"))


async def _check_currency(work: Work, event: Event, currencies: set[str]) -> None:
    invoiced = (
        work.select(col(Invoice.currency))
        .join(RegistrationInvoice, matching(RegistrationInvoice.invoice_id, Invoice.id))
        .where(col(RegistrationInvoice.event_id) == event.id)
    )
    agreed = work.select(col(Registration.agreed_currency)).where(
        col(Registration.event_id) == event.id,
        col(Registration.state).in_((RegistrationState.WAITLISTED, RegistrationState.OFFERED)),
        col(Registration.agreed_currency).is_not(None),
    )
    async with work.elevated("an event's invoices are not those of everybody who plans it"):
        charged = set(await work.session.scalars(union(invoiced, agreed)))
    if currencies and len(currencies | charged) > 1:
        raise SeveralCurrencies(sorted(currencies | charged), path=("prices",))
