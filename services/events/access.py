"""How event operations load their rows: rows that the actor may not see don't exist for them; rows to change are
locked.

Locks are taken in one order, to avoid deadlocks: event → seat pools by id → registrations. Changing an event's state,
who holds a seat or an allotment requires the pools' locks: what is read under them stays true until the commit. An
allotment is changed under its pool's lock, and locked after it.
"""

from uuid import UUID

from sqlmodel import col

from models import MANAGE_EVENTS, MANAGE_REGISTRATIONS, Event, EventState, Registration
from services.core.errors import NotFound
from services.core.work import Work

BEFORE_HELD = (EventState.DRAFT, EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED)
"""States of an event in which attendance may still change."""


async def event(work: Work, event_id: UUID, *, lock: bool = False) -> Event:
    """The event, or NotFound. `lock` is for its staff: others lack the right that a lock requires, and get NotFound."""
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
    """The event's current state, whatever this transaction read earlier."""
    query = work.select(col(Event.state)).where(col(Event.id) == event_id)
    state = (await work.session.execute(query)).scalar_one_or_none()
    if state is None:
        raise NotFound("event")
    return state


async def registration(work: Work, registration_id: UUID, *, lock: bool = False) -> Registration:
    """The registration, if it is the actor's own or one that they may read as staff; NotFound otherwise."""
    return await work.find(Registration, registration_id, lock=lock)


async def managed_registration(work: Work, registration_id: UUID) -> Registration:
    """The registration, locked, for the event's registration staff.

    The registered person may see it and gets NotAllowed.
    """
    return await work.find_managed(Registration, registration_id, MANAGE_REGISTRATIONS)


def speaks_for(work: Work, registration: Registration) -> bool:
    """Whether the actor may change or cancel the registration.

    The registered person may, the event's staff, and the staff of the association that delegates them.
    """
    associations = (registration.association_id, registration.delegated_by_id)
    return registration.person_id == work.actor.person_id or any(
        id is not None and work.actor.may(MANAGE_REGISTRATIONS, id) for id in associations
    )


async def spoken_for(work: Work, registration_id: UUID) -> Registration:
    """The registration, for actors who pass `speaks_for`.

    NotFound if they may not see it, NotAllowed if they may see it only.
    """
    found = await registration(work, registration_id)
    if not speaks_for(work, found):
        work.actor.require(MANAGE_REGISTRATIONS, found.association_id)
    return found
