"""Seat pools: one row, the pool, decides who gets the last seat.

`taken` and `reserved` are lock, invariant and public figure in one, and change only here and in `models.take_seats`.
Any change of seats, waiting list or allotments holds the pool's lock, and reads what it depends on after taking it.
This relies on READ COMMITTED, where a statement after a lock sees the previous holder's changes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Integer,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    literal,
    select,
    true,
)
from sqlmodel import col

from models import Allotment, AttendeeRole, EventFormat, EventState, Registration, RegistrationState, SeatPool
from services.core.work import Work
from services.events.errors import NotEnoughSeats

# A literal, so that a prepared statement's generic plan can use the waiting list's partial index.
WAITING: ColumnElement[bool] = col(Registration.state) == bindparam(
    None, RegistrationState.WAITLISTED, type_=Enum(RegistrationState, native_enum=False), literal_execute=True
)


@dataclass(frozen=True)
class Taken:
    """Result of requesting seats. `seats`: number that the party counts for; `event_state`: read under the lock."""

    pool_id: UUID
    seats: int
    seated: bool
    allotment_id: UUID | None
    event_state: EventState


async def take(
    work: Work, event_id: UUID, person_id: UUID, *, format: EventFormat | None, role: AttendeeRole, seats: int
) -> Taken | None:
    """Take a party's seats if they are free and nobody ahead waits for them; None if there is no such pool.

    A member of an association with an allotment takes its seats first. With or without seats, the pool stays locked
    until the transaction ends. Otherwise somebody could cancel before the caller is on the waiting list, find nobody
    waiting, and leave the seat free while somebody waits. One round trip: see `models.take_seats`.
    """
    given = {
        "event_id": event_id,
        "format": format,
        "person_id": person_id,
        "role": role,
        "seats": seats,
        "now": work.now,
        "today": work.today,
    }
    row = (await work.session.execute(_TAKE, given)).one_or_none()
    return (
        None
        if row is None
        else Taken(row.pool_id, row.seats, row.seated, row.allotment_id, EventState(row.event_state))
    )


async def take_each(
    work: Work, event_id: UUID, person_ids: Sequence[UUID], *, format: EventFormat | None
) -> dict[UUID, Taken]:
    """Take one seat for each of many, in this order, in one round trip.

    No seat can be taken from somebody ahead in the same batch: if one finds no seat, there is none for those behind.
    """
    given = {"event_id": event_id, "format": format, "people": person_ids, "now": work.now, "today": work.today}
    return {
        row.person_id: Taken(row.pool_id, row.seats, row.seated, row.allotment_id, EventState(row.event_state))
        for row in await work.session.execute(_TAKE_EACH, given)
    }


async def unclaimed(work: Work, pool: SeatPool, allotment: Allotment | None = None) -> int | None:
    """Number of free seats, open or of an allotment, that nobody on the waiting list has a prior claim to.

    None means no limit. Called under the pool's lock, elevated. For who is ahead, see `models.others_wait`.
    """
    free = pool.free if allotment is None else allotment.left
    if free is None or free <= 0:
        return free
    members_of = None if allotment is None else allotment.beneficiary_id
    ahead = func.others_wait(pool.id, members_of, free, work.now, work.today)
    return 0 if await work.session.scalar(select(ahead)) else free


def count(pool: SeatPool, allotment: Allotment | None, seats: int) -> None:
    """Add seats to `taken`, or subtract them, in the locked pool and in the locked allotment that they belong to.

    An allotment's seats are reserved until it is released; then they no longer belong to it.
    """
    pool.taken += seats
    if allotment is not None:
        allotment.taken += seats
        if allotment.released_at is None:
            pool.reserved -= seats


def hold(pool: SeatPool, allotment: Allotment | None, registration: Registration) -> None:
    """Take a registration's seats from the pool or the allotment. The caller has locked both."""
    count(pool, allotment, registration.seats)
    registration.allotment_id = None if allotment is None else allotment.id


def give_back(pool: SeatPool, allotment: Allotment | None, registration: Registration) -> None:
    """Give a registration's seats back. The caller has locked both, and then serves the waiting list."""
    count(pool, allotment, -registration.seats)


def reserve(pool: SeatPool, seats: int) -> None:
    """Add seats to `reserved` in a locked pool, or subtract them. NotEnoughSeats for more than are free."""
    if pool.free is not None and seats > pool.free:
        raise NotEnoughSeats(seats, pool.free, path=("seats",))
    pool.reserved += seats


def release(work: Work, pool: SeatPool, allotment: Allotment) -> int:
    """Return a locked allotment's remaining seats to its locked pool. Return their number."""
    pool.reserved -= allotment.left
    allotment.released_at = work.now
    return allotment.left


async def lock(work: Work, pool_id: UUID) -> SeatPool:
    """Lock a pool: nobody else takes, frees or waits for one of its seats before this transaction ends. Elevated."""
    return await work.find(SeatPool, pool_id, lock=True)


async def lock_all(work: Work, *, of: UUID | None = None, ids: Collection[UUID] = ()) -> list[SeatPool]:
    """Lock every pool of an event, or the given ones, in the common lock order. Elevated."""
    which = col(SeatPool.id).in_(ids) if of is None else col(SeatPool.event_id) == of
    query = work.select(SeatPool, lock=True).where(which).order_by(col(SeatPool.id))
    return list((await work.session.scalars(query)).all())


def _taking(person_id: Any, role: Any, seats: Any) -> Any:
    return func.take_seats(
        bindparam("event_id", type_=Uuid()),
        bindparam("format", type_=Text()),
        person_id,
        role,
        seats,
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("today", type_=Date()),
    ).table_valued(
        column("pool_id", Uuid()),
        column("seats", Integer()),
        column("seated"),
        column("allotment_id", Uuid()),
        column("event_state", Text()),
    )


_TAKE = select(
    _taking(bindparam("person_id", type_=Uuid()), bindparam("role", type_=Text()), bindparam("seats", type_=Integer()))
)

_PEOPLE = (
    func.unnest(bindparam("people", type_=ARRAY(Uuid())))
    .table_valued(column("person_id", Uuid()), with_ordinality="number", name="people")
    .render_derived()
)
_ONE = _taking(_PEOPLE.c.person_id, literal(AttendeeRole.PARTICIPANT.value, Text()), literal(1, Integer())).lateral()
_TAKE_EACH = select(_PEOPLE.c.person_id, _ONE).select_from(_PEOPLE.join(_ONE, true())).order_by(_PEOPLE.c.number)
