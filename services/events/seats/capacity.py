"""Capacity of a seat pool."""

from uuid import UUID

from models import MANAGE_EVENTS, SeatPool
from services.core.work import Work
from services.events import access
from services.events.access import BEFORE_HELD
from services.events.checks import check_capacity
from services.events.errors import BelowTaken, WrongEventState
from services.events.seats import pools, waiting_list


async def change_capacity(work: Work, pool_id: UUID, capacity: int | None) -> SeatPool:
    """Change a pool's capacity, or remove the limit (None). New seats go to the waiting list, in the same transaction.

    BelowTaken for fewer than are taken or reserved for associations: nobody loses a seat. Asks for `events.manage`; any
    time before the event is held.
    """
    pool = await work.find(SeatPool, pool_id)
    work.actor.require(MANAGE_EVENTS, pool.association_id)
    check_capacity(capacity, "capacity")
    pool = await pools.lock(work, pool_id)
    event = await access.event_now(work, pool.event_id)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)
    needed = pool.taken + pool.reserved
    if capacity is not None and capacity < needed:
        raise BelowTaken(pool.taken, pool.reserved, needed - capacity, path=("capacity",))
    before, pool.capacity = pool.capacity, capacity
    await work.record(
        "seat_pool.resized", pool, data={"event_id": str(pool.event_id), "capacity": capacity, "before": before}
    )
    async with work.elevated("seats that are added are for those on the waiting list"):
        await waiting_list.feed(work, pool, event)
    return pool
