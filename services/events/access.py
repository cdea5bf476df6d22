"""How event operations come by their rows: what the actor may not see is not there, and what is changed is locked.

Locks are taken in one order, so that no two operations wait for each other: event → seat pools by id → registrations.
Whoever changes an event's state, who holds a seat or what an allotment keeps has the pools' locks; under them, what is
read anew is so. An allotment is its pool's: it is changed under that lock, and locked after it.
"""

from uuid import UUID

from sqlmodel import col

from models import MANAGE_EVENTS, MANAGE_REGISTRATIONS, Event, EventState, Registration
from services.core.errors import NotFound
from services.core.work import Work

BEFORE_HELD = (EventState.DRAFT, EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED)
"""Where an event is in its life as long as somebody may still come or not come."""


async def event(work: Work, event_id: UUID, *, lock: bool = False) -> Event:
    """The event, or NotFound. `lock` is for its staff: others lack the right that a lock asks for, and find nothing."""
    return await work.find(Event, event_id, lock=lock)


async def managed_event(work: Work, event_id: UUID) -> Event:
    """The event, locked, for its staff."""
    return await work.find_managed(Event, event_id, MANAGE_EVENTS)


async def event_now(work: Work, event_id: UUID) -> Event:
    """The event as it is now, whatever this transaction read earlier."""
    query = work.select(Event).where(col(Event.id) == event_id)
    found = (await work.session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("event")
    return found


async def event_state(work: Work, event_id: UUID) -> EventState:
    """Where the event is in its life now, whatever this transaction read earlier."""
    query = work.select(col(Event.state)).where(col(Event.id) == event_id)
    state = (await work.session.execute(query)).scalar_one_or_none()
    if state is None:
        raise NotFound("event")
    return state


async def registration(work: Work, registration_id: UUID, *, lock: bool = False) -> Registration:
    """The registration, if it is the actor's own or one that they may read as staff; NotFound otherwise."""
    return await work.find(Registration, registration_id, lock=lock)


async def managed_registration(work: Work, registration_id: UUID) -> Registration:
    """The registration, locked, for who runs the event's desk. Its own person sees it and gets NotAllowed."""
    return await work.find_managed(Registration, registration_id, MANAGE_REGISTRATIONS)


def speaks_for(work: Work, registration: Registration) -> bool:
    """Whether the actor may change or give up the registration: their own, as the event's staff, or as the staff of the
    association whose delegate it is.
    """
    associations = (registration.association_id, registration.delegated_by_id)
    return registration.person_id == work.actor.person_id or any(
        id is not None and work.actor.may(MANAGE_REGISTRATIONS, id) for id in associations
    )


async def spoken_for(work: Work, registration_id: UUID) -> Registration:
    """The registration, for who `speaks_for` it; NotFound for who may not see it, NotAllowed for others who do."""
    found = await registration(work, registration_id)
    if not speaks_for(work, found):
        work.actor.require(MANAGE_REGISTRATIONS, found.association_id)
    return found
