"""An event's life, from draft to held; its report ends it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult
from sqlmodel import col

from models import (
    Allotment,
    CancellationCause,
    Event,
    EventState,
    JournalEntry,
    MailKind,
    Registration,
    RegistrationState,
)
from services.core.calendar import moved_along
from services.core.checks import check_after, check_moment, check_texts
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events import access, mail
from services.events.errors import WrongEventState
from services.events.registrations.registering import end
from services.events.seats import pools, waiting_list
from services.events.seats.allotments import release

WHY = "managing an event doesn't show who registered"

NEXT: dict[EventState, tuple[EventState, ...]] = {
    EventState.DRAFT: (EventState.PUBLISHED, EventState.CANCELLED),
    EventState.PUBLISHED: (EventState.OPEN, EventState.POSTPONED, EventState.CANCELLED),
    EventState.OPEN: (EventState.CLOSED, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED),
    EventState.CLOSED: (EventState.OPEN, EventState.HELD, EventState.POSTPONED, EventState.CANCELLED),
    EventState.POSTPONED: (EventState.PUBLISHED, EventState.OPEN, EventState.POSTPONED, EventState.CANCELLED),
    EventState.HELD: (EventState.REPORTED,),
    EventState.REPORTED: (),
    EventState.CANCELLED: (),
}
"""Where an event may go from where it is. Every operation below is one of these steps."""


async def publish_event(work: Work, event_id: UUID) -> Event:
    """Let everybody see it; a postponed event is announced again with its new dates. Asks for `events.manage`."""
    event = await enter(work, event_id, EventState.PUBLISHED)
    event.published_at = event.published_at or work.now
    await _entered(work, event, "event.published")
    return event


async def open_registration(work: Work, event_id: UUID) -> Event:
    """Take registrations, from the event's opening time where it has one. Also reopens. Asks for `events.manage`."""
    event = await enter(work, event_id, EventState.OPEN)
    await _entered(work, event, "event.opened")
    return event


async def close_registration(work: Work, event_id: UUID) -> Event:
    """Take no more registrations. A freed seat still goes to the first in line. Asks for `events.manage`."""
    event = await enter(work, event_id, EventState.CLOSED)
    await _entered(work, event, "event.closed")
    return event


async def hold_event(work: Work, event_id: UUID) -> Event:
    """Say that it took place, once it has started. Who was confirmed and not checked in is a no-show.

    Who was waiting stays WAITLISTED: they neither cancelled nor missed it, and how many got no seat is a figure to
    plan the next edition by. An offer that still stands has run out. InvalidInput before the start. Asks for
    `events.manage`.
    """
    event = await enter(work, event_id, EventState.HELD)
    if work.now < event.starts_at:
        raise InvalidInput(f"{event.starts_at.isoformat()} or later", work.now.isoformat(), path=("eventId",))
    async with work.elevated(WHY):
        seats = {pool.id: pool for pool in await pools.lock_all(work, of=event_id)}
        for offer in await _registrations(work, event, col(Registration.state) == RegistrationState.OFFERED):
            await end(work, seats[offer.pool_id], offer, CancellationCause.OFFER_EXPIRED)
        result: CursorResult[Any] = await work.session.execute(  # type: ignore[assignment]
            work.update(
                Registration,
                col(Registration.event_id) == event.id,
                col(Registration.state) == RegistrationState.CONFIRMED,
                to={"state": RegistrationState.NO_SHOW},
            )
        )
    await _entered(work, event, "event.held", data={"absent": result.rowcount})
    return event


async def cancel_event(work: Work, event_id: UUID, *, reason: Mapping[str, str] | None = None) -> Event:
    """Call it off, any time before it is held, with a reason for everybody to read. Asks for `events.manage`.

    Every live registration is cancelled, each with its entry in the journal, and the seats are given back; allotments
    are released. A draft that is cancelled was never published and stays closed.
    """
    event = await enter(work, event_id, EventState.CANCELLED)
    event.cancellation_reason = None if reason is None else check_texts(work, reason, "reason", most=2000)
    event.sequence += 1
    async with work.elevated(WHY):
        kept = work.select(Allotment, lock=True).where(
            col(Allotment.event_id) == event.id,
            col(Allotment.released_at).is_(None),
        )
        allotments = (await work.session.scalars(kept.order_by(col(Allotment.id)))).all()
        live = await _registrations(
            work, event, col(Registration.state).not_in([RegistrationState.CANCELLED, RegistrationState.REFUSED])
        )
        for pool in await pools.lock_all(work, of=event_id):
            await release(work, pool, [allotment for allotment in allotments if allotment.pool_id == pool.id])
            for registration in live:
                if registration.pool_id == pool.id:
                    await end(work, pool, registration, CancellationCause.EVENT_CANCELLED)
    entry = await _entered(work, event, "event.cancelled", data={"registrations": len(live)})
    await mail.announce_to_all(work, event, MailKind.CANCELLATION, entry.id)
    return event


async def postpone_event(work: Work, event_id: UUID, *, starts_at: datetime, ends_at: datetime) -> Event:
    """Move it to a later date, possibly again. Registrations stand, new ones wait until it is opened again.

    Offers end when they would have, and allotments are released when they would have been.

    A closing time of registration moves along with the start, on the event's clock; publishing or opening the event
    brings it back. Asks for `events.manage`.
    """
    starts_at, ends_at = check_moment(starts_at, "startsAt"), check_moment(ends_at, "endsAt")
    event = await enter(work, event_id, EventState.POSTPONED)
    check_after(max(event.starts_at, work.now), starts_at, "startsAt")
    check_after(starts_at, ends_at, "endsAt")
    before = event.starts_at
    if event.registration_closes_at is not None:
        event.registration_closes_at = moved_along(event.registration_closes_at, before, starts_at, event.time_zone)
    event.starts_at, event.ends_at = starts_at, ends_at
    event.sequence += 1
    async with work.elevated(WHY):
        # Nobody was served from the line any more once it would have begun.
        for pool in await pools.lock_all(work, of=event_id):
            await waiting_list.feed(work, pool, event)
    entry = await _entered(
        work, event, "event.postponed", data={"starts_at": starts_at.isoformat(), "instead_of": before.isoformat()}
    )
    await mail.announce_to_all(work, event, MailKind.CHANGE, entry.id)
    return event


async def enter(work: Work, event_id: UUID, state: EventState) -> Event:
    """The event, locked with its pools and moved on; WrongEventState where that step is not in the table.

    With the pools' locks, no registration is half-way while the event moves on: each of them either came before, or
    reads the new state.
    """
    event = await access.managed_event(work, event_id)
    if state not in NEXT[event.state]:
        raise WrongEventState([before for before, steps in NEXT.items() if state in steps], event.state)
    await pools.lock_all(work, of=event_id)
    event.state = state
    return event


async def _entered(work: Work, event: Event, action: str, *, data: Mapping[str, Any] | None = None) -> JournalEntry:
    await work.flush()
    return await work.record(action, event, data=data)


async def _registrations(work: Work, event: Event, which: ColumnElement[bool]) -> Sequence[Registration]:
    """Those of the event, locked, after its pools."""
    query = work.select(Registration, lock=True).where(col(Registration.event_id) == event.id, which)
    return (await work.session.scalars(query.order_by(col(Registration.id)))).all()
