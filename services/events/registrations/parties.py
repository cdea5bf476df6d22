"""Parties: a person and their guests, on one registration's seats, all or none.

Guests may be named later. A party has at least one seat for each person named. If the event doesn't count seats of a
role, the whole party takes none.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from models import (
    MANAGE_REGISTRATIONS,
    Allotment,
    AttendeeRole,
    Event,
    Registration,
    RegistrationGuest,
    RegistrationState,
    SeatPool,
)
from services.core.checks import check_text
from services.core.work import Work
from services.events import access
from services.events.access import BEFORE_HELD
from services.events.errors import (
    NotEnoughSeats,
    PartyTooLarge,
    PartyTooSmall,
    RegistrationClosed,
    WrongEventState,
    WrongRegistrationState,
)
from services.events.registrations import eligibility
from services.events.seats import pools

CHANGEABLE_STATES = (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITLISTED)
"""States of registrations that may still be changed: with a seat and not attended, or waiting for one."""


def seats_for(seats: int | None, guests: Sequence[str]) -> int:
    """Number of seats that a party requests: one per person named, or more; PartyTooSmall for fewer."""
    people = 1 + len(guests)
    if seats is None:
        return people
    if guests and seats < people:
        raise PartyTooSmall(seats, people, path=("seats",))
    return seats


async def bring(work: Work, registration: Registration, guests: Sequence[str]) -> None:
    """Add guests to a registration, after existing ones. Each has a ticket of their own."""
    if not guests:
        return
    rank = await _next_rank(work, registration.id)
    work.session.add_all(
        RegistrationGuest(
            registration_id=registration.id,
            event_id=registration.event_id,
            association_id=registration.association_id,
            person_id=registration.person_id,
            name=check_text(name, "guests", str(i), "name"),
            rank=rank + i,
        )
        for i, name in enumerate(guests)
    )
    await work.flush()


async def guests_of(work: Work, registration: Registration) -> list[RegistrationGuest]:
    """The named guests, in order."""
    query = (
        work.select(RegistrationGuest)
        .where(
            col(RegistrationGuest.registration_id) == registration.id,
        )
        .order_by(col(RegistrationGuest.rank), col(RegistrationGuest.id))
    )
    return list(await work.session.scalars(query))


async def locked(work: Work, registration: Registration) -> tuple[Mapping[UUID, SeatPool], Registration, Event]:
    """Lock the event's pools and the registration, and return them with the event's current row. Elevated.

    All pools are locked, because only then the registration can't be moved to another one.
    """
    seats = {pool.id: pool for pool in await pools.lock_all(work, of=registration.event_id)}
    registration = await access.registration(work, registration.id, lock=True)
    return seats, registration, await access.event_now(work, registration.event_id)


def check_standing(registration: Registration, event: Event) -> None:
    """WrongRegistrationState if attended or cancelled, WrongEventState once the event was held."""
    if registration.state not in CHANGEABLE_STATES:
        raise WrongRegistrationState(list(CHANGEABLE_STATES), registration.state)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)


def check_in_time(work: Work, registration: Registration, event: Event, *, more: bool) -> None:
    """Check that a party may still be changed. The event's staff may always.

    RegistrationClosed for changes once the event has begun, and for `more` or other seats once registration is closed.
    """
    by_staff = work.actor.may(MANAGE_REGISTRATIONS, registration.association_id)
    if more and (problem := eligibility.against_more(work, event, on_behalf=by_staff)):
        raise problem
    if not by_staff and work.now >= event.starts_at:
        raise RegistrationClosed(event.state, event.starts_at)


def check_size(event: Event, seats: int, people: int, *path: str) -> None:
    """PartyTooLarge beyond the event's maximum per registration, PartyTooSmall for fewer seats than people named."""
    if seats > event.largest_party:
        raise PartyTooLarge(event.largest_party, path=path)
    if seats < people:
        raise PartyTooSmall(seats, people, path=path)


def counted(event: Event, role: AttendeeRole, seats: int) -> int:
    """Number of seats that count for a party: 0 if its role takes none."""
    is_counted = {AttendeeRole.SPEAKER: event.counts_speakers, AttendeeRole.STAFF: event.counts_staff}.get(role, True)
    return seats if is_counted else 0


async def resize(work: Work, pool: SeatPool, registration: Registration, seats: int) -> None:
    """Change a locked registration's number of seats in its locked pool. Elevated; the caller serves the waiting list.

    A waiting registration keeps its place. NotEnoughSeats for more seats than are free and not claimed by people
    waiting: they come first.
    """
    more = seats - registration.seats
    if registration.state is not RegistrationState.WAITLISTED and more != 0:
        allotment = None
        if registration.allotment_id is not None:
            allotment = await work.find(Allotment, registration.allotment_id, lock=True)
        if more < 0:
            pools.count(pool, allotment, more)
        else:
            await _take_more(work, pool, registration, allotment, more=more)
        if seats == 0:
            registration.allotment_id = None
    registration.seats = seats


async def _take_more(
    work: Work, pool: SeatPool, registration: Registration, allotment: Allotment | None, *, more: int
) -> None:
    """Take more seats from the allotment of the party's other seats; otherwise the whole party moves to open seats."""
    is_kept = allotment is not None and allotment.released_at is None
    if allotment is not None and is_kept:
        left = await pools.unclaimed(work, pool, allotment)
        if left is not None and left >= more:
            pools.count(pool, allotment, more)
            return
    left = await pools.unclaimed(work, pool)
    # Seats returned to the allotment are reserved again, not open to everybody.
    needed = more + (registration.seats if is_kept else 0)
    if left is not None and left < needed:
        raise NotEnoughSeats(more, max(0, left - needed + more), path=("seats",))
    if allotment is not None:
        pools.give_back(pool, allotment, registration)
        pools.hold(pool, None, registration)
    pools.count(pool, None, more)


async def _next_rank(work: Work, registration_id: UUID) -> int:
    query = work.select(func.coalesce(func.max(col(RegistrationGuest.rank)) + 1, 0), of=RegistrationGuest).where(
        col(RegistrationGuest.registration_id) == registration_id,
    )
    return (await work.session.scalars(query)).one()
