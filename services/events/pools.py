"""Seats: who gets the last one is decided by one row, the pool.

`taken` is lock, invariant and public figure in one. Everything here is elevated: the counter is staff's to write, and
a seat is anybody's to take. It counts on READ COMMITTED: a statement after a lock sees what the last holder left.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Enum, bindparam, exists, or_, select, update
from sqlmodel import col

from models import Registration, RegistrationState, SeatPool
from services.core.work import Work

WHY = "a seat pool's counter is staff's to write, and a seat anybody's to take"

# Said literally, so that a prepared statement's generic plan keeps to the partial index of the queue.
WAITING: ColumnElement[bool] = col(Registration.state) == bindparam(
    None, RegistrationState.WAITLISTED, type_=Enum(RegistrationState, native_enum=False), literal_execute=True
)


async def take_seat(work: Work, pool_id: UUID) -> bool:
    """Take a seat that is free and that nobody waits for. The pool stays locked until the transaction ends, either way.

    A full pool is looked at again under its lock. Without that, somebody could cancel between this answer and the
    caller's place in the queue: they would find nobody waiting, and the seat would stay free while somebody waits.
    """
    async with work.elevated(WHY):
        if await _take(work, pool_id):
            return True
        await _lock(work, col(SeatPool.id) == pool_id)
        return await _take(work, pool_id)


async def give_back(work: Work, pool_id: UUID) -> None:
    """Free a seat, under the pool's lock. Who calls this promotes the first in line before the transaction ends."""
    async with work.elevated(WHY):
        await work.session.execute(
            update(SeatPool)
            .where(_of(work), col(SeatPool.id) == pool_id)
            .values(taken=SeatPool.taken - 1)
            .execution_options(synchronize_session=False)
        )


async def lock(work: Work, pool_id: UUID) -> None:
    """Let nobody else take, free or wait for one of the pool's seats before this transaction ends."""
    async with work.elevated(WHY):
        await _lock(work, col(SeatPool.id) == pool_id)


async def lock_all(work: Work, event_id: UUID) -> list[UUID]:
    """The same for every pool of an event, in the one order that locks are taken in."""
    async with work.elevated(WHY):
        return await _lock(work, col(SeatPool.event_id) == event_id)


async def _lock(work: Work, which: ColumnElement[bool]) -> list[UUID]:
    query = select(col(SeatPool.id)).where(_of(work), which).order_by(col(SeatPool.id)).with_for_update(key_share=True)
    return list((await work.session.execute(query)).scalars())


async def _take(work: Work, pool_id: UUID) -> bool:
    somebody_waits = exists().where(
        col(Registration.confederation_id) == work.tenant_id, col(Registration.pool_id) == pool_id, WAITING
    )
    statement = (
        update(SeatPool)
        .where(
            _of(work),
            col(SeatPool.id) == pool_id,
            or_(col(SeatPool.capacity).is_(None), col(SeatPool.taken) < col(SeatPool.capacity)),
            ~somebody_waits,
        )
        .values(taken=SeatPool.taken + 1)
        .returning(col(SeatPool.id))
        .execution_options(synchronize_session=False)
    )
    return (await work.session.execute(statement)).scalar_one_or_none() is not None


def _of(work: Work) -> ColumnElement[bool]:
    return col(SeatPool.confederation_id) == work.tenant_id
