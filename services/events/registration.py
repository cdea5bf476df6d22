"""Registering for an event, for oneself or for somebody else, and cancelling."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import HOLDING_A_SEAT, Event, EventFormat, EventState, Person, Registration, RegistrationState, SeatPool
from services.core.checks import check_text
from services.core.errors import NotFound
from services.core.work import Work
from services.events import access, eligibility, pools, queue
from services.events.errors import AlreadyRegistered, NoSuchFormat, WrongEventState, WrongRegistrationState

CANCELLABLE = (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITLISTED)
BEFORE_HELD = (EventState.DRAFT, EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED)


async def register(work: Work, event_id: UUID, *, format: EventFormat | None = None) -> Registration:
    """Give the actor a seat, or the next place in line when there is none.

    Refused with the first of `eligibility`'s reasons; NoSuchFormat where `format` is not one of the event's, or is left
    out and there are several.
    """
    event = await access.event(work, event_id)
    person = await work.find(Person, work.actor.required_person_id)
    for reason in await eligibility.reasons_against(work, event, person.id):
        raise reason
    registration = await _place(work, event, person, format)
    await _record(work, registration)
    return registration


async def register_on_behalf(
    work: Work, event_id: UUID, person_id: UUID, *, format: EventFormat | None = None, reason: str | None = None
) -> Registration:
    """Register somebody. Asks for `registrations.manage` at the event's association, and for sight of the person.

    Staff may go past the audience and the window (a walk-in, a guest of the house), never past the capacity or those
    who wait: a full event puts the person in line. NotFound for a person whom the actor may not see: an id must not be
    a way to a name.
    """
    event = await access.event(work, event_id)
    work.actor.require("registrations.manage", event.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    person = await work.find(Person, person_id, "personId")
    if person.deceased_on is not None and person.deceased_on <= work.today:
        raise NotFound("person", path=("personId",))
    for problem in await eligibility.reasons_against(work, event, person.id, on_behalf=True):
        raise problem
    registration = await _place(work, event, person, format, on_behalf=True)
    await _record(work, registration, on_behalf_of_id=person.id, reason=reason)
    return registration


async def cancel_registration(work: Work, registration_id: UUID, *, reason: str | None = None) -> Registration:
    """Give up one's place, or another's with `registrations.manage`. The first in line takes a freed seat at once.

    WrongEventState once the event is held, WrongRegistrationState for who is cancelled already or has been checked in.
    """
    registration = await access.registration(work, registration_id)
    if registration.person_id != work.actor.person_id:
        work.actor.require("registrations.manage", registration.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    # The pool first, as everywhere: the order of locks is pool → registrations. Who leaves the line takes it too, or
    # else a promotion at the same moment would wait for their row, find them gone, and promote nobody.
    await pools.lock(work, registration.pool_id)
    registration = await access.registration(work, registration_id, lock=True)
    state = await access.event_state(work, registration.event_id)
    if registration.state not in CANCELLABLE:
        raise WrongRegistrationState(list(CANCELLABLE), registration.state)
    if state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), state)
    before, registration.state = registration.state, RegistrationState.CANCELLED
    registration.cancelled_at = work.now
    await work.record(
        "registration.cancelled", registration, reason=reason, event_id=str(registration.event_id), before=before
    )
    if before in HOLDING_A_SEAT:
        await pools.give_back(work, registration.pool_id)
        await queue.promote(work, registration.pool_id)
    return registration


async def _place(
    work: Work, event: Event, person: Person, format: EventFormat | None, *, on_behalf: bool = False
) -> Registration:
    pool_id = await _pool(work, event, format)
    seated = await pools.take_seat(work, pool_id)
    # Whoever closes or cancels an event has its pools' locks: what the event is now, it stays until this is committed.
    await work.session.refresh(event)
    if problem := eligibility.against_state(work, event, on_behalf=on_behalf):
        raise problem
    return await work.insert(
        Registration(
            confederation_id=work.tenant_id,
            event_id=event.id,
            association_id=event.association_id,
            pool_id=pool_id,
            person_id=person.id,
            name=f"{person.given_name} {person.family_name}",
            registered_by_id=work.actor.person_id if on_behalf else None,
            state=RegistrationState.CONFIRMED if seated else RegistrationState.WAITLISTED,
            registered_at=work.now,
            confirmed_at=work.now if seated else None,
        ),
        # The same person twice at once: the one who came second to the pool, or to another pool of the event.
        refused={"one_live_registration": AlreadyRegistered(None, None)},
    )


async def _pool(work: Work, event: Event, format: EventFormat | None) -> UUID:
    query = select(col(SeatPool.format), col(SeatPool.id)).where(
        col(SeatPool.confederation_id) == work.tenant_id, col(SeatPool.event_id) == event.id
    )
    available: dict[EventFormat, UUID] = {row.format: row.id for row in await work.session.execute(query)}
    if format is None and len(available) == 1:
        return next(iter(available.values()))
    if format is None or format not in available:
        raise NoSuchFormat(sorted(available), path=("format",))
    return available[format]


async def _record(
    work: Work, registration: Registration, *, on_behalf_of_id: UUID | None = None, reason: str | None = None
) -> None:
    await work.record(
        f"registration.{registration.state.lower()}",
        registration,
        on_behalf_of_id=on_behalf_of_id,
        reason=reason,
        event_id=str(registration.event_id),
        pool_id=str(registration.pool_id),
    )
