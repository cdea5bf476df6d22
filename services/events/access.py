"""How event operations come by their rows: what the actor may not see is not there, and what is changed is locked.

Locks are taken in one order, so that no two operations wait for each other: event → seat pools by id → registrations.
Whoever changes an event's state or who holds a seat has the pools' locks; under them, what is read anew is so.
"""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import Event, EventState, Registration
from services.core.errors import NotFound
from services.core.work import Work


async def event(work: Work, event_id: UUID, *, lock: bool = False) -> Event:
    """The event, or NotFound. `lock` is for its staff: others lack the right that a lock asks for, and find nothing."""
    return await work.find(Event, event_id, lock=lock)


async def managed_event(work: Work, event_id: UUID) -> Event:
    """The event, locked, for its staff."""
    return await work.find_managed(Event, event_id, "events.manage")


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
    return await work.find_managed(Registration, registration_id, "registrations.manage")
