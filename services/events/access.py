"""How event operations come by their rows: what the actor may not see is not there, and what is changed is locked.

Locks are taken in one order, so that no two operations wait for each other: event → seat pools by id → registrations.
Whoever changes an event's state or who holds a seat has the pools' locks; under them, what is read anew is so.
"""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import Event, EventState, Registration
from models.base import TenantRecord
from services.core.errors import NotFound
from services.core.work import Row, Work


async def event(work: Work, event_id: UUID, *, lock: bool = False) -> Event:
    """The event, or NotFound. `lock` is for its staff: others lack the right that a lock asks for, and find nothing."""
    return await work.find(Event, event_id, lock=lock)


async def managed_event(work: Work, event_id: UUID) -> Event:
    """The event, locked, for its staff: NotFound for who may not see it, NotSignedIn or NotAllowed for others."""
    seen = await event(work, event_id)
    work.actor.require("events.manage", seen.association_id)
    return await event(work, event_id, lock=True)


async def event_state(work: Work, event_id: UUID) -> EventState:
    """Where the event is in its life now, whatever this transaction read earlier."""
    query = select(col(Event.state)).where(col(Event.confederation_id) == work.tenant_id, col(Event.id) == event_id)
    state = (await work.session.execute(query)).scalar_one_or_none()
    if state is None:
        raise NotFound("event")
    return state


async def registration(work: Work, registration_id: UUID, *, lock: bool = False) -> Registration:
    """The registration, if it is the actor's own or one that they may read as staff; NotFound otherwise."""
    return await work.find(Registration, registration_id, lock=lock)


async def managed_registration(work: Work, registration_id: UUID) -> Registration:
    """The registration, locked, for who runs the event's desk. Its own person sees it and gets NotAllowed."""
    seen = await registration(work, registration_id)
    work.actor.require("registrations.manage", seen.association_id)
    return await registration(work, registration_id, lock=True)


async def referred(work: Work, model: type[Row], id: UUID, *path: str) -> Row:
    """A row that the input names; NotFound with the path in the input where the actor sees none."""
    try:
        return await work.find(model, id)
    except NotFound as problem:
        problem.path = path
        raise


async def seen(work: Work, model: type[TenantRecord], ids: set[UUID]) -> set[UUID]:
    """Which of the rows the actor may see."""
    query = select(model.id).where(  # type: ignore[call-overload]
        col(model.confederation_id) == work.tenant_id, col(model.id).in_(ids)
    )
    return set((await work.session.execute(query)).scalars())
