"""Seats: who gets the last one is decided by one row, the pool.

`taken` and `reserved` are lock, invariant and public figure in one, and change here and in `models.take_seats` only.
Whatever changes who holds a seat, who waits for one or what an allotment keeps has the pool's lock, and looks at
everything that it decides by after it has it: this counts on READ COMMITTED, where a statement after a lock sees what
the last holder left.
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

# Said literally, so that a prepared statement's generic plan keeps to the partial index of the queue.
WAITING: ColumnElement[bool] = col(Registration.state) == bindparam(
    None, RegistrationState.WAITLISTED, type_=Enum(RegistrationState, native_enum=False), literal_execute=True
)


@dataclass(frozen=True)
class Taken:
    """What came of reaching for seats. `seats`: how many the party counts for; `event_state`: under the lock."""

    pool_id: UUID
    seats: int
    seated: bool
    allotment_id: UUID | None
    event_state: EventState


async def take(
    work: Work, event_id: UUID, person_id: UUID, *, format: EventFormat | None, role: AttendeeRole, seats: int
) -> Taken | None:
    """Take a party's seats where they are free and nobody ahead waits for them; None where there is no such pool.

    A member of an association that seats are kept for takes those first. Either way, seated or not, the pool stays
    locked until the transaction ends: else somebody could cancel between this answer and the caller's place in line,
    find nobody waiting, and the seat would stay free while somebody waits. One round trip: see `models.take_seats`.
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
    """The same for one seat for each of many, one after the other in this order, in one round trip.

    Nobody's seat can be in the way of somebody ahead in the same lot: who finds no seat leaves none.
    """
    given = {"event_id": event_id, "format": format, "people": person_ids, "now": work.now, "today": work.today}
    return {
        row.person_id: Taken(row.pool_id, row.seats, row.seated, row.allotment_id, EventState(row.event_state))
        for row in await work.session.execute(_TAKE_EACH, given)
    }


async def unclaimed(work: Work, pool: SeatPool, allotment: Allotment | None = None) -> int | None:
    """How many free seats, of those for all or of an allotment's, nobody on the waiting list is ahead for.

    None: there is no limit. Under the pool's lock, elevated. Who is ahead: see `models.others_wait`.
    """
    free = pool.free if allotment is None else allotment.left
    if free is None or free <= 0:
        return free
    members_of = None if allotment is None else allotment.beneficiary_id
    ahead = func.others_wait(pool.id, members_of, free, work.now, work.today)
    return 0 if await work.session.scalar(select(ahead)) else free


def count(pool: SeatPool, allotment: Allotment | None, seats: int) -> None:
    """Count so many more seats as taken, or fewer, in the locked pool, and in the locked allotment that they are of.

    What an allotment keeps is reserved until it is released: then its seats are no longer its own.
    """
    pool.taken += seats
    if allotment is not None:
        allotment.taken += seats
        if allotment.released_at is None:
            pool.reserved -= seats


def hold(pool: SeatPool, allotment: Allotment | None, registration: Registration) -> None:
    """Let a registration have its seats of the pool, or of the allotment; the caller has locked both."""
    count(pool, allotment, registration.seats)
    registration.allotment_id = None if allotment is None else allotment.id


def give_back(pool: SeatPool, allotment: Allotment | None, registration: Registration) -> None:
    """Free what a registration held. The caller has locked both, and then feeds the waiting list."""
    count(pool, allotment, -registration.seats)


def reserve(pool: SeatPool, seats: int) -> None:
    """Keep so many more seats of a locked pool, or fewer. NotEnoughSeats for more than are free."""
    if pool.free is not None and seats > pool.free:
        raise NotEnoughSeats(seats, pool.free, path=("seats",))
    pool.reserved += seats


def release(work: Work, pool: SeatPool, allotment: Allotment) -> int:
    """Give what a locked allotment still keeps to its locked pool. How many seats that were."""
    pool.reserved -= allotment.left
    allotment.released_at = work.now
    return allotment.left


async def lock(work: Work, pool_id: UUID) -> SeatPool:
    """The pool; nobody else takes, frees or waits for one of its seats before this transaction ends. Elevated."""
    return await work.find(SeatPool, pool_id, lock=True)


async def lock_all(work: Work, *, of: UUID | None = None, ids: Collection[UUID] = ()) -> list[SeatPool]:
    """The same for every pool of an event, or for those given, in the one order that locks are taken in. Elevated."""
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
