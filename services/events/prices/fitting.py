"""Which price applies to whom.

The first of an event's prices that fits applies. A price fits a person who is in its segment and is a member in good
standing of the event's association in a category of its kind; a null condition is ignored. If none fits, the event is
free for that person. If all that fit have ended, it isn't free: people can't register themselves, and those whom staff
register pay the price that ended last.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import CategoryKind, Event, Membership, MembershipCategory, Person, Price
from services.core.statements import matching
from services.core.work import Work
from services.events.prices.errors import PriceListEnded
from services.people.segments import persons_in
from services.people.standing import GOOD_STANDING, status_on


@dataclass(frozen=True)
class Fitting:
    """The price that applies to a person. `ended_at`: when it ended, if all that fit have ended."""

    price: Price
    ended_at: datetime | None = None

    @property
    def amount(self) -> Decimal:
        """The price of a seat."""
        return self.price.amount


async def price_for(work: Work, event: Event, person: Person) -> Price | None:
    """The person's current price of a seat; None if it is free, or if the prices that fit have ended."""
    found = (await prices_for(work, [event.id], person.id)).get(event.id)
    return None if found is None or found.ended_at is not None else found.price


async def prices_for(work: Work, event_ids: Collection[UUID], person_id: UUID) -> dict[UUID, Fitting]:
    """Prices for several events, only those with a price, in a constant number of queries.

    One indexed query if there are no prices. They are read with the actor's rights: prices are as public as their
    event.
    """
    found = await prices_for_each(work, event_ids, [person_id])
    return {event_id: fitting for (event_id, _), fitting in found.items()}


async def prices_for_each(
    work: Work, event_ids: Collection[UUID], person_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], Fitting]:
    """Prices for several events and persons, by event and person."""
    query = work.select(Price).where(col(Price.event_id).in_(event_ids))
    offered = list(await work.session.scalars(query.order_by(col(Price.rank))))
    segments = await _segments(work, {price.segment_id for price in offered if price.segment_id}, person_ids)
    categories = await _categories(work, {price.association_id for price in offered if price.category}, person_ids)
    by_event: dict[UUID, list[Price]] = defaultdict(list)
    for price in offered:
        by_event[price.event_id].append(price)
    return {
        (event_id, person_id): fitting
        for event_id, prices in by_event.items()
        for person_id in person_ids
        if (fitting := _first(work, prices, segments[person_id], categories[person_id]))
    }


def against(fitting: Fitting | None) -> PriceListEnded | None:
    """The refusal of people who register themselves at a price that has ended; None if nothing is refused."""
    return None if fitting is None or fitting.ended_at is None else PriceListEnded(fitting.ended_at)


def _first(
    work: Work, prices: Sequence[Price], segments: set[UUID], categories: set[tuple[UUID, CategoryKind]]
) -> Fitting | None:
    fitting = [
        price
        for price in prices
        if (price.segment_id is None or price.segment_id in segments)
        and (price.category is None or (price.association_id, price.category) in categories)
    ]
    ended: Fitting | None = None
    for price in fitting:
        if price.until is None or price.until >= work.now:
            return Fitting(price)
        if ended is None or ended.ended_at is None or price.until > ended.ended_at:
            ended = Fitting(price, price.until)
    return ended


async def _segments(
    work: Work, segment_ids: Collection[UUID], person_ids: Collection[UUID]
) -> Mapping[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if segment_ids:
        members = persons_in(sorted(segment_ids), work.today).subquery()
        query = select(members.c.person_id, members.c.segment_id).where(members.c.person_id.in_(person_ids))
        async with work.elevated("what somebody pays depends on rows that they may not see"):
            for person_id, segment_id in await work.session.execute(query):
                found[person_id].add(segment_id)
    return found


async def _categories(
    work: Work, association_ids: Collection[UUID], person_ids: Collection[UUID]
) -> Mapping[UUID, set[tuple[UUID, CategoryKind]]]:
    """Each person's associations and membership categories, where they are in good standing."""
    found: dict[UUID, set[tuple[UUID, CategoryKind]]] = defaultdict(set)
    if not association_ids:
        return found
    query = (
        work.select(col(Membership.person_id), col(Membership.association_id), col(MembershipCategory.kind))
        .join(MembershipCategory, matching(MembershipCategory.id, Membership.category_id))
        .where(
            col(Membership.person_id).in_(person_ids),
            col(Membership.association_id).in_(association_ids),
            status_on(work.today).in_(GOOD_STANDING),
        )
    )
    async with work.elevated("what somebody pays depends on rows that they may not see"):
        for person_id, association_id, kind in await work.session.execute(query):
            found[person_id].add((association_id, kind))
    return found
