"""Parties: a person and whom they bring, on one registration's seats, together or not at all.

Guests may be named later: a party has a seat at least for everybody who is named. Where the event doesn't count a
role, the whole party takes no seats.
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
"""Registrations that may still be changed: who has a seat and hasn't come, and who may get one."""


def seats_for(seats: int | None, guests: Sequence[str]) -> int:
    """How many seats a party asks for: as many as are named, unless it asks for more; PartyTooSmall for fewer."""
    people = 1 + len(guests)
    if seats is None:
        return people
    if guests and seats < people:
        raise PartyTooSmall(seats, people, path=("seats",))
    return seats


async def bring(work: Work, registration: Registration, guests: Sequence[str]) -> None:
    """Name the guests of a registration, after those it has. Each has a ticket of their own."""
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
    """Those who are named, in order."""
    query = (
        work.select(RegistrationGuest)
        .where(
            col(RegistrationGuest.registration_id) == registration.id,
        )
        .order_by(col(RegistrationGuest.rank), col(RegistrationGuest.id))
    )
    return list(await work.session.scalars(query))


async def locked(work: Work, registration: Registration) -> tuple[Mapping[UUID, SeatPool], Registration, Event]:
    """The event's pools and the registration under their locks, and the event as it is then. Elevated.

    All of its pools: which one the registration is in, is known only once nobody can move it to another.
    """
    seats = {pool.id: pool for pool in await pools.lock_all(work, of=registration.event_id)}
    registration = await access.registration(work, registration.id, lock=True)
    return seats, registration, await access.event_now(work, registration.event_id)


def check_standing(registration: Registration, event: Event) -> None:
    """WrongRegistrationState for who has come or is cancelled, WrongEventState once the event is held."""
    if registration.state not in CHANGEABLE_STATES:
        raise WrongRegistrationState(list(CHANGEABLE_STATES), registration.state)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)


def check_in_time(work: Work, registration: Registration, event: Event, *, more: bool) -> None:
    """RegistrationClosed for who changes their party once the event has begun, or wants `more` seats, or others, once
    registration is over. The event's staff go past both.
    """
    by_staff = work.actor.may(MANAGE_REGISTRATIONS, registration.association_id)
    if more and (problem := eligibility.against_more(work, event, on_behalf=by_staff)):
        raise problem
    if not by_staff and work.now >= event.starts_at:
        raise RegistrationClosed(event.state, event.starts_at)


def check_size(event: Event, seats: int, people: int, *path: str) -> None:
    """PartyTooLarge for more than the event gives to one registration, PartyTooSmall for fewer than are named."""
    if seats > event.largest_party:
        raise PartyTooLarge(event.largest_party, path=path)
    if seats < people:
        raise PartyTooSmall(seats, people, path=path)


def counted(event: Event, role: AttendeeRole, seats: int) -> int:
    """How many seats a party counts for."""
    is_counted = {AttendeeRole.SPEAKER: event.counts_speakers, AttendeeRole.STAFF: event.counts_staff}.get(role, True)
    return seats if is_counted else 0


async def resize(work: Work, pool: SeatPool, registration: Registration, seats: int) -> None:
    """Let a locked registration have so many seats of its locked pool. Elevated; the caller feeds the line.

    Who waits goes on waiting, in their place, for so many. NotEnoughSeats for more than are free, or than are left by
    those who wait: whoever has a seat comes after them for another.
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
    """Of the allotment that has the party's other seats; else the whole party takes those for all."""
    is_kept = allotment is not None and allotment.released_at is None
    if allotment is not None and is_kept:
        left = await pools.unclaimed(work, pool, allotment)
        if left is not None and left >= more:
            pools.count(pool, allotment, more)
            return
    left = await pools.unclaimed(work, pool)
    # What the allotment gets back is its own again, and not for all.
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
