"""Parties of several seats, roles that count and those that don't, and who comes first."""

from typing import Any

import pytest

from models import (
    AttendeeRole,
    Event,
    EventState,
    JournalEntry,
    Person,
    Registration,
    RegistrationState,
    Role,
    SeatPool,
)
from services.core.errors import InvalidInput
from services.events.errors import (
    NotEnoughSeats,
    PartyTooLarge,
    RoleInUse,
    WrongEventState,
    WrongRegistrationState,
)
from services.events.planning.rules import configure_registration
from services.events.registrations import registering as registrations
from services.events.registrations.registering import cancel_registration, register, register_on_behalf
from services.events.seats.priorities import set_priority
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's events."""
    return await make.staff(Role.REGISTRAR)


async def party(make: Maker, event: Event, seats: int) -> Registration:
    """Somebody registers for so many."""
    async with make.acting_as(await make.member()) as work:
        return await register(work, event.id, seats=seats)


async def test_a_party_has_all_its_seats_or_none(make: Maker) -> None:
    event = await make.event(capacity=3, largest_party=3)
    assert (await party(make, event, 2)).state is CONFIRMED
    assert (await party(make, event, 2)).state is WAITLISTED
    assert (await make.pool(event)).taken == 2
    await assert_seats_reconcile(make)


@pytest.mark.parametrize(("may_pass", "state"), [(False, WAITLISTED), (True, CONFIRMED)])
async def test_a_smaller_party_passes_a_larger_one_where_the_event_lets_it(
    make: Maker, may_pass: bool, state: RegistrationState
) -> None:
    event = await make.event(capacity=3, largest_party=3, smaller_parties_may_pass=may_pass)
    await party(make, event, 2)
    await party(make, event, 2)
    assert (await party(make, event, 1)).state is state
    await assert_seats_reconcile(make)


@pytest.mark.parametrize(("may_pass", "states"), [(False, [WAITLISTED] * 2), (True, [WAITLISTED, CONFIRMED])])
async def test_a_freed_seat_goes_past_a_party_that_it_is_too_small_for_where_the_event_lets_it(
    make: Maker, acting_as: ActingAs, registrar: Person, may_pass: bool, states: list[RegistrationState]
) -> None:
    event = await make.event(capacity=1, largest_party=2, smaller_parties_may_pass=may_pass)
    seated = await make.registration(event, await make.member())
    waiting = [await make.registration(event, await make.member(), WAITLISTED, seats=seats) for seats in (2, 1)]
    async with acting_as(registrar) as work:
        await cancel_registration(work, seated.id)
    assert [(await make.fresh(row)).state for row in waiting] == states
    await assert_seats_reconcile(make)


async def test_the_seats_of_a_party_that_leaves_serve_several(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=3, largest_party=3)
    leaving = await party(make, event, 3)
    waiting = [await party(make, event, seats) for seats in (1, 2, 1)]
    async with acting_as(registrar) as work:
        await cancel_registration(work, leaving.id)
    assert [(await make.fresh(row)).state for row in waiting] == [CONFIRMED, CONFIRMED, WAITLISTED]
    await assert_seats_reconcile(make)


async def test_a_party_that_leaves_the_line_was_in_the_way_of_those_behind(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=3, largest_party=3)
    await party(make, event, 2)
    large, small = await party(make, event, 2), await party(make, event, 1)
    assert (large.state, small.state) == (WAITLISTED, WAITLISTED)
    async with acting_as(registrar) as work:
        await cancel_registration(work, large.id)
    assert (await make.fresh(small)).state is CONFIRMED


async def test_a_party_is_no_larger_than_the_event_allows(make: Maker) -> None:
    event, ana = await make.event(largest_party=2), await make.member()
    before = await picture(make)
    with pytest.raises(PartyTooLarge) as refused:
        async with make.acting_as(ana) as work:
            await register(work, event.id, seats=3)
    assert (refused.value.largest, refused.value.path) == (2, ("seats",))
    with pytest.raises(InvalidInput):
        async with make.acting_as(ana) as work:
            await register(work, event.id, seats=0)
    assert await picture(make) == before


async def test_who_must_not_wait_is_told_how_many_seats_are_free(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(capacity=2, largest_party=3), await make.member()
    await make.registration(event, await make.member())
    before = await picture(make)
    with pytest.raises(NotEnoughSeats) as refused:
        async with acting_as(ana) as work:
            await registrations.place(work, event, ana, seats=2, may_wait=False)
    assert (refused.value.asked, refused.value.free) == (2, 1)
    assert await picture(make) == before


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("role", [AttendeeRole.SPEAKER, AttendeeRole.STAFF])
async def test_speakers_and_staff_take_seats_where_the_event_counts_them(
    make: Maker, acting_as: ActingAs, registrar: Person, role: AttendeeRole, counts: bool
) -> None:
    is_speaker = role is AttendeeRole.SPEAKER
    event = await make.event(capacity=1, counts_speakers=counts == is_speaker, counts_staff=counts != is_speaker)
    guest = await make.member()
    await make.registration(event, await make.member())
    async with acting_as(registrar) as work:
        registration = await register_on_behalf(work, event.id, guest.id, role=role)
    assert (registration.state, registration.seats) == ((WAITLISTED, 1) if counts else (CONFIRMED, 0))
    assert (await make.pool(event)).taken == 1
    await assert_seats_reconcile(make)


async def test_whether_a_role_counts_is_settled_once_somebody_is_registered_in_it(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, guest = await make.event(), await make.member()
    async with acting_as(registrar) as work:
        speaker = await register_on_behalf(work, event.id, guest.id, role=AttendeeRole.SPEAKER)
    before = await picture(make)
    with pytest.raises(RoleInUse) as refused:
        async with acting_as(registrar) as work:
            await configure_registration(work, event.id, counts_speakers=False)
    assert (refused.value.role, refused.value.registered) == (AttendeeRole.SPEAKER, 1)
    assert await picture(make) == before
    async with acting_as(registrar) as work:
        assert not (await configure_registration(work, event.id, counts_staff=False)).counts_staff
        await cancel_registration(work, speaker.id)
        assert not (await configure_registration(work, event.id, counts_speakers=False)).counts_speakers


async def test_rules_that_let_smaller_parties_pass_serve_them_at_once(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=1, largest_party=2)
    await make.registration(event, await make.member(), WAITLISTED, seats=2)
    small = await make.registration(event, await make.member(), WAITLISTED)
    async with acting_as(registrar) as work:
        configured = await configure_registration(work, event.id, smaller_parties_may_pass=True, offer_hours=3)
    assert (configured.offer_hours, configured.largest_party) == (3, 2)
    assert (await make.fresh(small)).state is RegistrationState.OFFERED
    async with acting_as(registrar) as work:
        assert (await configure_registration(work, event.id, offer_hours=None)).offer_hours is None
    (first, second) = await make.all(JournalEntry, action="event.configured")
    assert (first.data, second.data) == ({"smaller_parties_may_pass": True, "offer_hours": 3}, {"offer_hours": None})


async def test_rules_stay_within_their_ranges_and_the_events_life(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, held = await make.event(), await make.event(state=EventState.HELD)
    before = await picture(make)
    refused: tuple[dict[str, Any], ...] = (
        {"offer_hours": 721},
        {"offer_hours": -1},
        {"largest_party": 0},
        {"largest_party": 51},
    )
    for wrong in refused:
        with pytest.raises(InvalidInput):
            async with acting_as(registrar) as work:
                await configure_registration(work, event.id, **wrong)
    with pytest.raises(WrongEventState):
        async with acting_as(registrar) as work:
            await configure_registration(work, held.id, largest_party=2)
    assert await picture(make) == before


async def test_who_is_moved_up_is_served_first_and_the_reason_is_kept(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=1)
    seated = await make.registration(event, await make.member())
    first, second = [await make.registration(event, await make.member(), WAITLISTED) for _ in range(2)]
    async with acting_as(registrar) as work:
        await set_priority(work, second.id, -1, reason="Travels from afar")
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.reason) == ("registration.prioritized", "Travels from afar")
    assert (entry.data["priority"], entry.data["before"]) == (-1, 0)
    async with acting_as(registrar) as work:
        await cancel_registration(work, seated.id)
    assert [(await make.fresh(row)).state for row in (first, second)] == [WAITLISTED, CONFIRMED]


async def test_a_party_that_is_moved_back_lets_those_behind_it_through(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=1, largest_party=2)
    large = await make.registration(event, await make.member(), WAITLISTED, seats=2)
    small = await make.registration(event, await make.member(), WAITLISTED)
    async with acting_as(registrar) as work:
        await set_priority(work, large.id, 1, reason="Asked to")
    assert (await make.fresh(small)).state is CONFIRMED
    # Who comes now begins at 0, ahead of them.
    pool = await make.pool(event)
    pool.capacity = 2
    await make.save(pool)
    assert (await party(make, event, 1)).state is CONFIRMED
    assert (await make.all(SeatPool))[0].taken == 2


async def test_only_who_waits_has_a_priority_within_bounds(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event()
    seated = await make.registration(event, await make.member())
    waiting = await make.registration(event, await make.member(), WAITLISTED)
    before = await picture(make)
    with pytest.raises(WrongRegistrationState):
        async with acting_as(registrar) as work:
            await set_priority(work, seated.id, 1, reason="Asked to")
    for priority, reason in ((1001, "Asked to"), (1, " ")):
        with pytest.raises(InvalidInput):
            async with acting_as(registrar) as work:
                await set_priority(work, waiting.id, priority, reason=reason)
    assert await picture(make) == before
