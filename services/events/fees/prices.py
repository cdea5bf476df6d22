"""Prices: what a seat costs, by whom it is for and when. The first of an event's prices that fits applies.

A price fits whoever is in its segment, is a member in good standing of the event's association in a category of its
kind, and comes by its last moment: what it doesn't say it doesn't ask. Where none fits, nothing is asked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlmodel import col

from models import CategoryKind, Event, EventState, Invoice, Membership, MembershipCategory, Person, Price, Segment
from services.core.checks import check_moment, check_texts
from services.core.errors import InvalidInput, NotFound
from services.core.work import Work
from services.events import access
from services.events.errors import WrongEventState
from services.events.fees.checks import check_amount, check_currency
from services.events.fees.errors import SeveralCurrencies
from services.events.planning import audience
from services.people.standing import GOOD_STANDING, status_on

MOST_PRICES = 20
TO_COME = (EventState.DRAFT, EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED)
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
    """Say anew what an event costs, in order; nothing: it is free. Asks for `events.manage`.

    Invoices that were issued stay as they are. SeveralCurrencies where the prices, or the invoices that there are, are
    in another; NotFound for a segment that the actor may not see.
    """
    event = await access.managed_event(work, event_id)
    if event.state not in TO_COME:
        raise WrongEventState(list(TO_COME), event.state)
    if len(prices) > MOST_PRICES:
        raise InvalidInput(f"{MOST_PRICES} at the most", f"{len(prices)}", path=("prices",))
    rows = [_row(work, event, rank, price) for rank, price in enumerate(prices)]
    await _check_segments(work, prices)
    await _check_currency(work, event, {row.currency for row in rows})
    await work.session.execute(delete(Price).where(_of(work, [event.id])))
    work.session.add_all(rows)
    await work.record("event.priced", event, data={"prices": len(rows)})
    await work.flush()
    return event


async def price_for(work: Work, event: Event, person: Person) -> Price | None:
    """What a seat of the event costs the person now; None where nothing is asked."""
    return (await prices_for(work, [event.id], person.id)).get(event.id)


async def prices_for(work: Work, event_ids: Collection[UUID], person_id: UUID) -> dict[UUID, Price]:
    """The same for several events at once: those that a price applies to, in a number of queries that doesn't grow.

    One indexed query where there are no prices, which are read as the actor: they are as public as their event.
    """
    on_time = or_(col(Price.until).is_(None), col(Price.until) >= work.now)
    query = select(Price).where(_of(work, event_ids), on_time).order_by(col(Price.rank))
    offered = list(await work.session.scalars(query))
    segments = await audience.segments_of(work, {p.segment_id for p in offered if p.segment_id}, person_id)
    categories = await _categories(work, person_id, {p.association_id for p in offered if p.category})
    found: dict[UUID, Price] = {}
    for price in offered:
        fits_segment = price.segment_id is None or price.segment_id in segments
        if fits_segment and (price.category is None or (price.association_id, price.category) in categories):
            found.setdefault(price.event_id, price)
    return found


def _of(work: Work, event_ids: Collection[UUID]) -> ColumnElement[bool]:
    return and_(col(Price.confederation_id) == work.tenant_id, col(Price.event_id).in_(event_ids))


def _row(work: Work, event: Event, rank: int, price: PriceInput) -> Price:
    path = ("prices", str(rank))
    return Price(
        confederation_id=work.tenant_id,
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
    query = select(col(Invoice.currency)).where(
        col(Invoice.confederation_id) == work.tenant_id, col(Invoice.event_id) == event.id
    )
    async with work.elevated("an event's invoices are not those of everybody who plans it"):
        charged = set(await work.session.scalars(query.distinct()))
    if currencies and len(currencies | charged) > 1:
        raise SeveralCurrencies(sorted(currencies | charged), path=("prices",))


async def _categories(work: Work, person_id: UUID, asked: set[UUID]) -> set[tuple[UUID, CategoryKind]]:
    """As what the person is a member in good standing, by association."""
    if not asked:
        return set()
    query = (
        select(col(Membership.association_id), col(MembershipCategory.kind))
        .join(
            MembershipCategory,
            and_(
                col(MembershipCategory.confederation_id) == col(Membership.confederation_id),
                col(MembershipCategory.id) == col(Membership.category_id),
            ),
        )
        .where(
            col(Membership.confederation_id) == work.tenant_id,
            col(Membership.person_id) == person_id,
            col(Membership.association_id).in_(asked),
            status_on(work.today).in_(GOOD_STANDING),
        )
    )
    async with work.elevated("what somebody pays depends on rows that they may not see"):
        return {(row.association_id, row.kind) for row in await work.session.execute(query)}
