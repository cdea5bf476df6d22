"""Moving a registration: to somebody who comes instead, or to another event."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import (
    MANAGE_REGISTRATIONS,
    Allotment,
    CancellationCause,
    Event,
    EventFormat,
    Person,
    Registration,
    RegistrationState,
    SeatPool,
)
from services.core.checks import check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events import access
from services.events.errors import SeatsKeptForOthers
from services.events.prices import charging
from services.events.questions import answers
from services.events.registrations import delegates, effects, eligibility, parties, registering
from services.events.seats import pools, waiting_list

WHY = "a seat passes from one registration to another"

_KEPT = (
    "event_id",
    "association_id",
    "pool_id",
    "state",
    "role",
    "seats",
    "allotment_id",
    "priority",
    "arrival",
    "offered_at",
    "offer_expires_at",
)
"""What whoever comes in somebody's stead has of them: the same seats, or the same place in line."""


async def move_registration(
    work: Work, registration_id: UUID, person_id: UUID, *, reason: str | None = None
) -> Registration:
    """Let somebody else come instead: they have the same seats, or the same place in line. Theirs is what is answered.

    Asks for `registrations.manage` at the event, or in the association whose delegate it is, which sends one of its
    own and is held to the event's audience and window. Nobody gives their seat away by themselves: that would be a way
    past those who wait. The ticket is a new one and the old one void; the answers and the names of guests were the
    other's, and are given anew; the seats of guests stay. SeatsKeptForOthers for who isn't of the association that the
    seats are kept for.
    """
    found = await access.registration(work, registration_id)
    by_staff = work.actor.may(MANAGE_REGISTRATIONS, found.association_id)
    if not by_staff:
        work.actor.require(MANAGE_REGISTRATIONS, found.delegated_by_id or found.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    path = ("personId",)
    (person,) = await delegates.persons(work, [(person_id, path)], of=None if by_staff else found.delegated_by_id)
    async with work.elevated(WHY):
        seats, old, event = await parties.locked(work, found)
        parties.check_standing(old, event)
        against = await eligibility.reasons_against_each(work, event, [person.id], on_behalf=by_staff)
        for problem in against[person.id]:
            problem.path = path
            raise problem
        await _check_kept(work, old, person)
        new = await _in_stead(work, old, person, reason)
        # With another's memberships they may have seats of an allotment that wasn't the other's.
        await waiting_list.feed(work, seats[new.pool_id], event)
    return new


async def move_to_event(
    work: Work,
    registration_id: UUID,
    event_id: UUID,
    *,
    format: EventFormat | None = None,
    may_wait: bool = False,
    given: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Registration:
    """Register somebody, with their guests, for another event of the same association instead, both or neither.

    One's own registration, or as staff. By the rules of the other event: as `register`, for its staff as
    `register_on_behalf`. NotEnoughSeats where there are none, unless they `may_wait` there; then the place here is
    given up all the same. `given`: answers to the other event's questions.
    """
    found = await access.spoken_for(work, registration_id)
    event = await work.find(Event, event_id, "eventId")
    if event.association_id != found.association_id or event.id == found.event_id:
        raise InvalidInput("another event of the same association", event.slug, path=("eventId",))
    by_staff = work.actor.may(MANAGE_REGISTRATIONS, found.association_id)
    is_own = found.person_id == work.actor.person_id
    reason = None if reason is None else check_text(reason, "reason", most=500)
    async with work.elevated(WHY):
        seats = await _pools_of(work, found.event_id, event.id)
        old = await access.registration(work, found.id, lock=True)
        left = await access.event_now(work, old.event_id)
        parties.check_standing(old, left)
        against = await eligibility.reasons_against_each(work, event, [old.person_id], on_behalf=by_staff)
        for problem in against[old.person_id]:
            raise problem
        guests = [guest.name for guest in await parties.guests_of(work, old)]
        new = await registering.place(
            work,
            event,
            await work.find(Person, old.person_id),
            format=format,
            role=old.role,
            seats=old.seats or 1 + len(guests),
            on_behalf=not is_own,
            past_the_window=by_staff,
            delegated_by_id=old.delegated_by_id,
            may_wait=may_wait,
            reason=reason,
        )
        await parties.bring(work, new, guests)
        await registering.end(work, seats[old.pool_id], old, CancellationCause.MOVED, reason=reason)
        await charging.carry_over(work, old, new)
        await _record(work, old, new, "registration.moved", reason)
        await waiting_list.feed(work, seats[old.pool_id], left)
        await answers.store(work, new, given or {}, on_behalf=not is_own)
    return new


async def _pools_of(work: Work, *event_ids: UUID) -> dict[UUID, SeatPool]:
    """The pools of both events, locked in the one order."""
    query = work.select(col(SeatPool.id)).where(col(SeatPool.event_id).in_(event_ids))
    ids = set(await work.session.scalars(query))
    return {pool.id: pool for pool in await pools.lock_all(work, ids=ids)}


async def _check_kept(work: Work, old: Registration, person: Person) -> None:
    if old.allotment_id is None:
        return
    allotment = await work.find(Allotment, old.allotment_id)
    if allotment.released_at is not None:
        return
    is_theirs = select(func.is_member(person.id, allotment.beneficiary_id, work.today))
    if not await work.session.scalar(is_theirs):
        raise SeatsKeptForOthers(allotment.beneficiary_id, path=("personId",))


async def _in_stead(work: Work, old: Registration, person: Person, reason: str | None) -> Registration:
    """Cancel a locked registration and make another in its place; the pool's counters stay as they are."""
    columns = old.model_dump(include=set(_KEPT)) | {
        "id": uuid7(),
        "person_id": person.id,
        "name": f"{person.given_name} {person.family_name}",
        "registered_by_id": work.actor.person_id,
        "registered_at": work.now,
        "confirmed_at": work.now if old.state is RegistrationState.CONFIRMED else None,
        "delegated_by_id": None,
    }
    if old.delegated_by_id and await delegates.with_association(work, [person.id], old.delegated_by_id):
        columns["delegated_by_id"] = old.delegated_by_id
    before, old.state = old.state, RegistrationState.CANCELLED
    old.cancelled_at, old.cancellation_cause, old.offer_expires_at = work.now, CancellationCause.REPLACED, None
    cause = CancellationCause.REPLACED.value
    await effects.entered(
        work, old, "registration.cancelled", reason=reason, data={"before": before.value, "cause": cause}
    )
    await work.flush()
    # The arrival is the other's: no other statement gives that column a value.
    await work.insert_all(Registration, [columns], overriding=True)
    new = await work.find(Registration, columns["id"])
    await effects.entered(work, new, f"registration.{new.state.lower()}", on_behalf_of_id=person.id, reason=reason)
    await _record(work, old, new, "registration.replaced", reason)
    return new


async def _record(work: Work, old: Registration, new: Registration, action: str, reason: str | None) -> None:
    await work.record(action, new, reason=reason, data={"from_id": str(old.id), "event_id": str(new.event_id)})
