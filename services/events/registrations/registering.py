"""Registering for an event, for oneself or for another person, and cancelling a registration."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col
from uuid_utils.compat import uuid7

from models import (
    HOLDING_A_SEAT,
    MANAGE_REGISTRATIONS,
    Allotment,
    AttendeeRole,
    CancellationCause,
    Event,
    EventFormat,
    Person,
    Registration,
    RegistrationState,
    SeatPool,
)
from services.core.checks import check_text
from services.core.errors import InvalidInput, NotFound
from services.core.work import Work
from services.events import access
from services.events.errors import (
    AlreadyRegistered,
    NoSuchFormat,
    NotEnoughSeats,
    PartyTooLarge,
)
from services.events.questions import answers
from services.events.registrations import effects, eligibility, parties
from services.events.seats import pools, waiting_list


async def register(
    work: Work,
    event_id: UUID,
    *,
    format: EventFormat | None = None,
    seats: int | None = None,
    guests: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
) -> Registration:
    """Register the actor: seats if they are free, otherwise the next place on the waiting list.

    `guests`: names of guests; others of the party may be named later. `seats`: for the whole party, all or none; by
    default one per person named.

    Refused with the first of `eligibility`'s reasons; NoSuchFormat if the event doesn't have the `format`, or has
    several and none is given; PartyTooLarge beyond the event's maximum per registration; AnswersNotAccepted with the
    faults of the answers `given` to its questions.
    """
    person_id = work.actor.person_id
    if person_id is None:
        await access.event(work, event_id)
    found = await eligibility.situation(work, event_id, work.actor.required_person_id)
    assert found.person is not None  # actors can see themselves
    for reason in await eligibility.reasons_against(work, found, found.person.id):
        raise reason
    seats = parties.seats_for(seats, guests)
    registration = await place(work, found.event, found.person, format=format, seats=seats, is_priced=found.has_prices)
    await parties.bring(work, registration, guests)
    if found.has_questions or given:
        await answers.store(work, registration, given or {})
    return registration


async def register_on_behalf(
    work: Work,
    event_id: UUID,
    person_id: UUID,
    *,
    format: EventFormat | None = None,
    role: AttendeeRole = AttendeeRole.PARTICIPANT,
    seats: int | None = None,
    guests: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Registration:
    """Register another person.

    Asks for `registrations.manage` in the event's association; the actor must see the person.

    Staff may ignore the audience and the registration period (for a walk-in or an invited guest), never the capacity or
    the waiting list: at a full event the person waits. Speakers and staff take seats if the event counts them. NotFound
    for a person whom the actor may not see: an id must not reveal a name.
    """
    found = await eligibility.situation(work, event_id, person_id)
    work.actor.require(MANAGE_REGISTRATIONS, found.event.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    person = found.person
    if person is None or (person.deceased_on is not None and person.deceased_on <= work.today):
        raise NotFound("person", path=("personId",))
    for problem in await eligibility.reasons_against(work, found, person.id, on_behalf=True):
        raise problem
    registration = await place(
        work,
        found.event,
        person,
        format=format,
        role=role,
        seats=parties.seats_for(seats, guests),
        on_behalf=True,
        reason=reason,
        is_priced=found.has_prices,
    )
    await parties.bring(work, registration, guests)
    if found.has_questions or given:
        await answers.store(work, registration, given or {}, on_behalf=True)
    return registration


async def cancel_registration(work: Work, registration_id: UUID, *, reason: str | None = None) -> Registration:
    """Cancel one's own registration, or another's with `registrations.manage`.

    Freed seats go to the waiting list at once.

    A delegating association's staff may cancel its delegates'. WrongEventState once the event was held,
    WrongRegistrationState if it is cancelled already or checked in.
    """
    registration = await access.spoken_for(work, registration_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    is_own = registration.person_id == work.actor.person_id
    cause = CancellationCause.BY_PERSON if is_own else CancellationCause.BY_STAFF
    return await leave(work, registration, cause, reason=reason)


async def place(
    work: Work,
    event: Event,
    person: Person,
    *,
    format: EventFormat | None = None,
    role: AttendeeRole = AttendeeRole.PARTICIPANT,
    seats: int = 1,
    on_behalf: bool = False,
    may_wait: bool = True,
    past_the_window: bool | None = None,
    delegated_by_id: UUID | None = None,
    reason: str | None = None,
    is_priced: bool = True,
) -> Registration:
    """Register an eligible person: seats if they are free and nobody ahead waits for them, else a place on the waiting
    list.

    The caller has checked `eligibility`; the event's state is checked again under the lock, except for
    `past_the_window`, as for staff who act `on_behalf` of somebody. NotEnoughSeats if there are none, unless people
    `may_wait`. `delegated_by_id`: the delegating association. `is_priced`: false if the caller knows that the event has
    no prices.
    """
    if seats < 1:
        raise InvalidInput("1 or more", f"{seats}", path=("seats",))
    if seats > event.largest_party:
        raise PartyTooLarge(event.largest_party, path=("seats",))
    taken = await pools.take(work, event.id, person.id, format=format, role=role, seats=seats)
    if taken is None:
        raise NoSuchFormat(await _formats(work, event), path=("format",))
    if taken.event_state is not event.state:
        # Closing or cancelling an event requires its pools' locks, so its state can't change before this commits.
        await work.session.refresh(event)
    past_the_window = on_behalf if past_the_window is None else past_the_window
    if problem := eligibility.against_state(work, event, on_behalf=past_the_window):
        raise problem
    if not (taken.seated or may_wait):
        raise NotEnoughSeats(taken.seats, await free_seats(work, taken.pool_id), path=("seats",))
    registration = await work.insert(
        Registration(
            registered_by_id=work.actor.person_id if on_behalf else None,
            delegated_by_id=delegated_by_id,
            **entering(work, event, person, taken, role),
        ),
        # Two simultaneous registrations of one person: the second is refused, in this pool or another of the event.
        refused={"one_live_registration": AlreadyRegistered(None, None)},
    )
    behalf = person.id if on_behalf else None
    action = f"registration.{registration.state.lower()}"
    await effects.entered(work, registration, action, on_behalf_of_id=behalf, reason=reason, is_priced=is_priced)
    return registration


def entering(
    work: Work, event: Event, person: Any, taken: pools.Taken, role: AttendeeRole = AttendeeRole.PARTICIPANT
) -> dict[str, Any]:
    """The row of a new registration, with or without seats. `person`: the person's row."""
    return {
        "id": uuid7(),
        "event_id": event.id,
        "association_id": event.association_id,
        "pool_id": taken.pool_id,
        "person_id": person.id,
        "name": f"{person.given_name} {person.family_name}",
        "state": RegistrationState.CONFIRMED if taken.seated else RegistrationState.WAITLISTED,
        "role": role,
        "seats": taken.seats,
        "allotment_id": taken.allotment_id,
        "priority": 0,
        "registered_at": work.now,
        "confirmed_at": work.now if taken.seated else None,
    }


async def leave(
    work: Work, registration: Registration, cause: CancellationCause, *, reason: str | None = None
) -> Registration:
    """Cancel a registration, give its seats back and serve the waiting list. The caller has checked the rights.

    WrongEventState once the event was held, WrongRegistrationState if it is cancelled already or checked in.
    """
    async with work.elevated("a seat that is given back is the next in line's"):
        # Lock order: pools → registrations. A waiting registration needs the pools' locks
        # too: otherwise a simultaneous promotion would wait for its row, find it cancelled, and promote nobody.
        seats, registration, event = await parties.locked(work, registration)
        parties.check_standing(registration, event)
        pool = seats[registration.pool_id]
        if await end(work, pool, registration, cause, reason=reason):
            await waiting_list.feed(work, pool, event)
    return registration


async def end(
    work: Work, pool: SeatPool, registration: Registration, cause: CancellationCause, *, reason: str | None = None
) -> bool:
    """Cancel a locked registration of a locked pool, elevated. Return whether the waiting list has to be served.

    Its seats are given back; a waiting registration may have blocked those behind it.
    """
    before, registration.state = registration.state, RegistrationState.CANCELLED
    registration.cancelled_at, registration.cancellation_cause = work.now, cause
    registration.offer_expires_at, registration.checked_in_at, registration.checked_out_at = None, None, None
    allotment = None
    if before in HOLDING_A_SEAT:
        if registration.allotment_id is not None:
            allotment = await work.find(Allotment, registration.allotment_id, lock=True)
        pools.give_back(pool, allotment, registration)
    await effects.entered(
        work, registration, "registration.cancelled", reason=reason, data={"before": before.value, "cause": cause.value}
    )
    return registration.seats > 0


async def _formats(work: Work, event: Event) -> list[str]:
    query = work.select(col(SeatPool.format)).where(col(SeatPool.event_id) == event.id)
    return sorted(await work.session.scalars(query))


async def free_seats(work: Work, pool_id: UUID) -> int:
    query = work.select(SeatPool).where(col(SeatPool.id) == pool_id)
    pool = (await work.session.execute(query)).scalar_one()
    return pool.free or 0
