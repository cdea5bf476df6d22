"""The waiting list of a seat pool: first come, first served, within priority."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import Registration, RegistrationState, SeatPool
from services.core.work import Work
from services.events.pools import WAITING


async def promote(work: Work, pool_id: UUID) -> list[Registration]:
    """Confirm the first in line while seats are free, in the transaction that freed them. Who was confirmed, in order.

    The pool is locked before its registrations, here as everywhere: two cancellations at once promote one after the
    other, and so never the same person.
    """
    async with work.elevated("the next in line is somebody else's registration"):
        pool = await work.find(SeatPool, pool_id, lock=True)
        free = None if pool.capacity is None else pool.capacity - pool.taken
        query = (
            select(Registration)
            .where(col(Registration.confederation_id) == work.tenant_id, col(Registration.pool_id) == pool_id, WAITING)
            .order_by(col(Registration.priority), col(Registration.arrival))
            .limit(free)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        promoted = [] if free == 0 else list((await work.session.execute(query)).scalars())
        for registration in promoted:
            registration.state = RegistrationState.CONFIRMED
            registration.confirmed_at = work.now
            await work.record(
                "registration.promoted", registration, event_id=str(registration.event_id), pool_id=str(pool_id)
            )
        pool.taken += len(promoted)
    return promoted
