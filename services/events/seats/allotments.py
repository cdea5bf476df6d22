"""Allotments: seats of a pool that are kept for an association's members until a moment, and then are for all.

Whatever is kept counts as reserved in its pool, which is locked first here as everywhere.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col

from models import MANAGE_EVENTS, Allotment, Association, Event, SeatPool
from services.core.checks import check_moment
from services.core.errors import AlreadyExists, InvalidInput
from services.core.jobs.jobs import every
from services.core.work import Work
from services.events import access
from services.events.access import BEFORE_HELD
from services.events.checks import MOST_SEATS
from services.events.errors import AlreadyReleased, BelowTaken, WrongEventState
from services.events.seats import pools, waiting_list

ELEVATION_REASON = "what an allotment keeps or releases is for those in line"


async def allot(work: Work, pool_id: UUID, beneficiary_id: UUID, *, seats: int, releases_at: datetime) -> Allotment:
    """Keep seats of a pool for an association's members, and those of its affiliates, until they are released to all.

    Once for each association: AlreadyExists after that. NotEnoughSeats for more than are free. `releases_at` is to
    come, and not after the event starts. Asks for `events.manage`; any time before the event is held.
    """
    pool = await work.find(SeatPool, pool_id, "seatPoolId")
    work.actor.require(MANAGE_EVENTS, pool.association_id)
    await work.find(Association, beneficiary_id, "beneficiaryId")
    _check_seats(seats)
    async with work.elevated(ELEVATION_REASON):
        pool, event = await _locked(work, pool_id)
        _check_release(work, event, check_moment(releases_at, "releasesAt"))
        pools.reserve(pool, seats)
        allotment = await work.insert(
            Allotment(
                pool_id=pool_id,
                event_id=event.id,
                association_id=event.association_id,
                beneficiary_id=beneficiary_id,
                seats=seats,
                releases_at=releases_at,
            ),
            refused={"an_allotment_each": AlreadyExists("allotment", path=("beneficiaryId",))},
        )
        await _record(work, "allotment.made", allotment, data={"seats": seats, "releases_at": releases_at.isoformat()})
        await waiting_list.feed(work, pool, event)
    return allotment


async def change_allotment(
    work: Work, allotment_id: UUID, *, seats: int | None = None, releases_at: datetime | None = None
) -> Allotment:
    """Keep more or fewer seats, or until another moment; what is left out stays. Seats that aren't kept are for all.

    BelowTaken for fewer than its members took, NotEnoughSeats for more than are free, AlreadyReleased once it was.
    Asks for `events.manage`.
    """
    allotment = await _managed(work, allotment_id)
    async with work.elevated(ELEVATION_REASON):
        pool, event = await _locked(work, allotment.pool_id)
        allotment = await _not_released(work, allotment_id)
        before = allotment.seats
        if seats is not None:
            _check_seats(seats)
            if seats < allotment.taken:
                raise BelowTaken(allotment.taken, 0, allotment.taken - seats, path=("seats",))
            pools.reserve(pool, seats - before)
            allotment.seats = seats
        if releases_at is not None:
            _check_release(work, event, check_moment(releases_at, "releasesAt"))
            allotment.releases_at = releases_at
        until = allotment.releases_at.isoformat()
        await _record(
            work,
            "allotment.changed",
            allotment,
            data={"seats": allotment.seats, "before": before, "releases_at": until},
        )
        await waiting_list.feed(work, pool, event)
    return allotment


async def release_allotment(work: Work, allotment_id: UUID) -> Allotment:
    """Let everybody have what an allotment still keeps, those in line first. Its members keep what they took.

    AlreadyReleased once it was. Asks for `events.manage`.
    """
    allotment = await _managed(work, allotment_id)
    async with work.elevated(ELEVATION_REASON):
        pool, event = await _locked(work, allotment.pool_id)
        allotment = await _not_released(work, allotment_id)
        await release(work, pool, [allotment])
        await waiting_list.feed(work, pool, event)
    return allotment


@every("* * * * *")
async def release_allotments(work: Work) -> list[Allotment]:
    """Release every allotment whose time has come, in one transaction with the lines that their seats are for."""
    due = and_(col(Allotment.released_at).is_(None), col(Allotment.releases_at) <= work.now)
    released: list[Allotment] = []
    async with work.elevated(ELEVATION_REASON):
        ids = set(await work.session.scalars(work.select(col(Allotment.pool_id)).where(due)))
        seats = await pools.lock_all(work, ids=ids)
        for pool in seats:
            query = work.select(Allotment, lock=True).where(due, col(Allotment.pool_id) == pool.id)
            theirs = (await work.session.scalars(query.order_by(col(Allotment.id)))).all()
            await release(work, pool, theirs)
            released += theirs
        await waiting_list.feed_all(work, seats)
    return released


async def release(work: Work, pool: SeatPool, allotments: Iterable[Allotment]) -> None:
    """Give what allotments keep to their locked pool; the caller feeds its line, or knows that there is none."""
    for allotment in allotments:
        left = pools.release(work, pool, allotment)
        await _record(work, "allotment.released", allotment, data={"seats": left})


async def _managed(work: Work, allotment_id: UUID) -> Allotment:
    allotment = await work.find(Allotment, allotment_id, "allotmentId")
    work.actor.require(MANAGE_EVENTS, allotment.association_id)
    return allotment


async def _not_released(work: Work, allotment_id: UUID) -> Allotment:
    allotment = await work.find(Allotment, allotment_id, lock=True)
    if allotment.released_at is not None:
        raise AlreadyReleased(allotment.released_at)
    return allotment


async def _locked(work: Work, pool_id: UUID) -> tuple[SeatPool, Event]:
    pool = await pools.lock(work, pool_id)
    event = await access.event_now(work, pool.event_id)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)
    return pool, event


def _check_seats(seats: int) -> None:
    if not 1 <= seats <= MOST_SEATS:
        raise InvalidInput(f"1 to {MOST_SEATS}", f"{seats}", path=("seats",))


def _check_release(work: Work, event: Event, releases_at: datetime) -> None:
    if not work.now < releases_at <= event.starts_at:
        required = f"after {work.now.isoformat()}, and {event.starts_at.isoformat()} or earlier"
        raise InvalidInput(required, releases_at.isoformat(), path=("releasesAt",))


async def _record(work: Work, action: str, allotment: Allotment, *, data: Mapping[str, Any]) -> None:
    given: dict[str, Any] = {"event_id": str(allotment.event_id), "pool_id": str(allotment.pool_id), **data}
    await work.record(action, allotment, data=given)
