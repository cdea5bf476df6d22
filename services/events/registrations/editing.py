"""Changing a registration: how many seats, of which format, as what somebody comes."""

from collections.abc import Collection
from uuid import UUID

from models import (
    HOLDING_A_SEAT,
    MANAGE_REGISTRATIONS,
    Allotment,
    AttendeeRole,
    Event,
    EventFormat,
    Registration,
    RegistrationState,
    SeatPool,
)
from services.core.checks import check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events import access
from services.events.errors import NoSuchFormat, NotEnoughSeats
from services.events.registrations import effects, parties
from services.events.registrations.registering import free_seats
from services.events.seats import pools, waiting_list

ELEVATION_REASON = "who changes seats gives those that they had to the next in line"


async def edit_registration(
    work: Work,
    registration_id: UUID,
    *,
    format: EventFormat | None = None,
    role: AttendeeRole | None = None,
    seats: int | None = None,
    reason: str | None = None,
) -> Registration:
    """Change a registration, all of it or nothing; what is left out stays. One's own, or as staff.

    Another format is another pool: its seats are taken and the others given back, or NotEnoughSeats and everything
    stays. Who waits keeps their place where they are, and doesn't change lines. More seats are had as in `add_guest`,
    fewer not below the party's names (PartyTooSmall). Another `role` asks for `registrations.manage` at the event.
    """
    found = await access.spoken_for(work, registration_id)
    if role not in (None, found.role):
        work.actor.require(MANAGE_REGISTRATIONS, found.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    if seats is not None and seats < 1:
        raise InvalidInput("1 or more", f"{seats}", path=("seats",))
    async with work.elevated(ELEVATION_REASON):
        by_id, registration, event = await parties.locked(work, found)
        parties.check_standing(registration, event)
        people = 1 + len(await parties.guests_of(work, registration))
        if seats is not None:
            parties.check_size(event, seats, people, "seats")
        role = role or registration.role
        party = seats or registration.seats or people
        pool = by_id[registration.pool_id]
        target = _of(format, by_id.values()) if format else pool
        before = (pool.id, registration.role, registration.seats)
        after = (target.id, role, parties.counted(event, role, party))
        if before == after:
            return registration
        more = target is not pool or after[2] > registration.seats
        parties.check_in_time(work, registration, event, more=more)
        state = registration.state
        if target is not pool:
            await _change_pool(work, pool, target, event, registration, role=role, party=party)
        else:
            await parties.resize(work, pool, registration, after[2])
        registration.role = role
        if registration.seats == 0:
            _confirm(work, registration)
        await _tell(work, registration, state, before[1], reason)
        await waiting_list.feed(work, pool, event)
    return registration


def _of(format: EventFormat, there: Collection[SeatPool]) -> SeatPool:
    """The pool of a format, of those there are; NoSuchFormat."""
    found = next((pool for pool in there if pool.format is format), None)
    if found is None:
        raise NoSuchFormat(sorted(pool.format for pool in there), path=("format",))
    return found


async def _change_pool(
    work: Work,
    pool: SeatPool,
    target: SeatPool,
    event: Event,
    registration: Registration,
    *,
    role: AttendeeRole,
    party: int,
) -> None:
    """Take the party's seats in another pool of the event and give back those it has; both are locked."""
    taken = await pools.take(work, event.id, registration.person_id, format=target.format, role=role, seats=party)
    assert taken is not None
    if not taken.seated:
        raise NotEnoughSeats(taken.seats, await free_seats(work, target.id), path=("format",))
    if registration.state in HOLDING_A_SEAT:
        allotment = None
        if registration.allotment_id is not None:
            allotment = await work.find(Allotment, registration.allotment_id, lock=True)
        pools.give_back(pool, allotment, registration)
    registration.pool_id, registration.allotment_id, registration.seats = target.id, taken.allotment_id, taken.seats
    _confirm(work, registration)


def _confirm(work: Work, registration: Registration) -> None:
    """Who was offered other seats, or waited for them, has these."""
    if registration.state is not RegistrationState.CONFIRMED:
        registration.state, registration.confirmed_at = RegistrationState.CONFIRMED, work.now
        registration.offer_expires_at = None


async def _tell(
    work: Work, registration: Registration, state: RegistrationState, role: AttendeeRole, reason: str | None
) -> None:
    behalf = None if registration.person_id == work.actor.person_id else registration.person_id
    if registration.state is not state:
        await effects.entered(work, registration, "registration.confirmed", on_behalf_of_id=behalf, reason=reason)
        return
    await effects.changed(
        work,
        registration,
        "registration.changed",
        on_behalf_of_id=behalf,
        reason=reason,
        anew=role is not registration.role,
        data={"seats": registration.seats, "role": registration.role.value},
    )
