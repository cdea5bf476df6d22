"""Seats that are kept for an association's members, and released."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from models import Association, Event, EventState, JournalEntry, Person, Registration, RegistrationState, Role
from services.core.actor import system
from services.core.errors import AlreadyExists, InvalidInput, NotFound, Problem
from services.core.work import Work
from services.events.errors import AlreadyReleased, BelowTaken, NotEnoughSeats, WrongEventState
from services.events.planning.life import cancel_event
from services.events.registrations.registering import cancel_registration, register, register_on_behalf
from services.events.seats.allotments import allot, change_allotment, release_allotment, release_allotments
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture
from tests.services.looking import actions

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's events."""
    return await make.staff(Role.REGISTRAR)


@pytest.fixture
async def south(make: Maker) -> Association:
    """The association that seats are kept for."""
    return await make.association()


async def registered(make: Maker, event: Event, person: Person) -> Registration:
    """The person registers."""
    async with make.acting_as(person) as work:
        return await register(work, event.id)


async def test_what_is_kept_is_not_for_others_until_a_member_takes_it(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=2)
    pool = await make.pool(event)
    async with acting_as(registrar) as work:
        kept = await allot(work, pool.id, south.id, seats=1, releases_at=event.starts_at)
    assert ((await make.pool(event)).reserved, await actions(make)) == (1, ["allotment.made"])
    assert (await registered(make, event, await make.member())).state is CONFIRMED
    stranger = await registered(make, event, await make.member())
    member = await registered(make, event, await make.member(south))
    late = await registered(make, event, await make.member(south))
    assert (stranger.state, late.state) == (WAITLISTED, WAITLISTED)
    assert (member.state, member.allotment_id) == (CONFIRMED, kept.id)
    await assert_seats_reconcile(make)


async def test_a_member_takes_a_kept_seat_first_and_a_common_one_after_that(make: Maker, south: Association) -> None:
    event = await make.event(capacity=2)
    kept = await make.allotment(event, south)
    seated = [await registered(make, event, await make.member(south)) for _ in range(2)]
    assert [row.allotment_id for row in seated] == [kept.id, None]
    assert {row.state for row in seated} == {CONFIRMED}
    await assert_seats_reconcile(make)


async def test_members_of_affiliates_are_meant_and_those_who_left_are_not(make: Maker) -> None:
    umbrella = await make.umbrella()
    event = await make.event(capacity=1)
    await make.allotment(event, umbrella)
    left = await make.member(umbrella, ends_on=date(2021, 1, 1))
    assert (await registered(make, event, left)).state is WAITLISTED
    below = await make.member(await make.association(under=umbrella))
    assert (await registered(make, event, below)).state is CONFIRMED


async def test_staff_register_a_member_whose_membership_they_do_not_see_on_a_kept_seat(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=1)
    kept = await make.allotment(event, south)
    guest = await make.member()
    await make.membership(guest, south)
    async with acting_as(registrar) as work:
        assert (await register_on_behalf(work, event.id, guest.id)).allotment_id == kept.id


async def test_of_several_that_are_kept_the_first_to_be_released_is_used_first(make: Maker, south: Association) -> None:
    umbrella = await make.umbrella()
    await make.affiliation(south, umbrella)
    event = await make.event(capacity=2)
    await make.allotment(event, south)
    sooner = await make.allotment(event, umbrella, releases_at=event.starts_at - timedelta(days=9))
    assert (await registered(make, event, await make.member(south))).allotment_id == sooner.id


async def test_a_kept_seat_that_is_given_back_is_kept_for_the_next_member_in_line(
    make: Maker, acting_as: ActingAs, south: Association
) -> None:
    event = await make.event(capacity=1)
    kept = await make.allotment(event, south)
    ana = await make.member(south)
    first = await registered(make, event, ana)
    stranger = await registered(make, event, await make.member())
    member = await registered(make, event, await make.member(south))
    async with acting_as(ana) as work:
        await cancel_registration(work, first.id)
    assert (await make.fresh(stranger)).state is WAITLISTED
    served = await make.fresh(member)
    assert (served.state, served.allotment_id) == (CONFIRMED, kept.id)
    await assert_seats_reconcile(make)


async def test_what_is_released_goes_to_those_in_line_and_members_keep_what_they_took(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=3)
    kept = await make.allotment(event, south, 3)
    member = await make.member(south)
    members = await registered(make, event, member)
    waiting = [await registered(make, event, await make.member()) for _ in range(3)]
    async with acting_as(registrar) as work:
        released = await release_allotment(work, kept.id)
    assert released.released_at is not None
    assert [(await make.fresh(row)).state for row in waiting] == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert (await make.fresh(members)).state is CONFIRMED
    assert (await make.pool(event)).reserved == 0
    (entry,) = await make.all(JournalEntry, action="allotment.released")
    assert (entry.data["seats"], entry.association_id) == (2, event.association_id)
    # A released seat that is given back is for all.
    async with acting_as(member) as work:
        await cancel_registration(work, members.id)
    assert (await make.fresh(waiting[2])).state is CONFIRMED
    await assert_seats_reconcile(make)


async def test_what_is_due_is_released_and_nothing_else(make: Maker, acting_as: ActingAs, south: Association) -> None:
    event = await make.event(capacity=2)
    due = await make.allotment(event, south)
    later = await make.allotment(event, releases_at=due.releases_at + timedelta(minutes=1))
    waiting = [await registered(make, event, await make.member()) for _ in range(2)]
    async with acting_as(system(make.tenant), now=due.releases_at - timedelta(seconds=1)) as work:
        assert await release_allotments(work) == []
    async with acting_as(system(make.tenant), now=due.releases_at) as work:
        assert [allotment.id for allotment in await release_allotments(work)] == [due.id]
    assert [(await make.fresh(row)).state for row in waiting] == [CONFIRMED, WAITLISTED]
    assert (await make.fresh(later)).released_at is None
    await assert_seats_reconcile(make)


async def test_no_more_is_kept_than_is_free(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=4)
    await make.registration(event, await make.person())
    kept = await make.allotment(event, south)
    pool, before = await make.pool(event), await picture(make)
    umbrella = await make.umbrella()
    with pytest.raises(NotEnoughSeats) as refused:
        async with acting_as(registrar) as work:
            await allot(work, pool.id, umbrella.id, seats=3, releases_at=event.starts_at)
    assert (refused.value.asked, refused.value.free) == (3, 2)
    with pytest.raises(NotEnoughSeats) as refused:
        async with acting_as(registrar) as work:
            await change_allotment(work, kept.id, seats=4)
    assert (refused.value.asked, refused.value.free) == (3, 2)
    assert await picture(make) == before
    async with acting_as(registrar) as work:
        await change_allotment(work, kept.id, seats=3)
    assert (await make.pool(event)).reserved == 3


async def test_fewer_are_kept_but_never_fewer_than_were_taken(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=4)
    kept = await make.allotment(event, south, 4)
    for _ in range(2):
        await registered(make, event, await make.member(south))
    waiting = await registered(make, event, await make.member())
    before = await picture(make)
    with pytest.raises(BelowTaken) as refused:
        async with acting_as(registrar) as work:
            await change_allotment(work, kept.id, seats=1)
    assert (refused.value.taken, refused.value.short_by) == (2, 1)
    assert await picture(make) == before
    async with acting_as(registrar) as work:
        until = event.starts_at - timedelta(days=2)
        changed = await change_allotment(work, kept.id, seats=3, releases_at=until)
    assert (changed.seats, changed.releases_at) == (3, until)
    assert (await make.fresh(waiting)).state is CONFIRMED
    await assert_seats_reconcile(make)


async def test_seats_that_are_kept_serve_members_who_wait_behind_a_party(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=2, largest_party=3)
    await make.registration(event, await make.member(), WAITLISTED, seats=3)
    member = await make.registration(event, await make.member(south), WAITLISTED)
    pool = await make.pool(event)
    async with acting_as(registrar) as work:
        await allot(work, pool.id, south.id, seats=2, releases_at=event.starts_at)
    assert (await make.fresh(member)).state is CONFIRMED
    await assert_seats_reconcile(make)


async def test_once_for_each_association_to_a_moment_before_the_start(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=4)
    await make.allotment(event, south)
    pool, before = await make.pool(event), await picture(make)
    foreign = await (await make.other()).association()
    other = await make.association()
    past = event.starts_at - timedelta(days=90)
    refusals: tuple[tuple[Association, int, timedelta, type[Problem]], ...] = (
        (south, 1, timedelta(), AlreadyExists),
        (foreign, 1, timedelta(), NotFound),
        (other, 0, timedelta(), InvalidInput),
        (other, 1, timedelta(seconds=1), InvalidInput),
        (other, 1, past - event.starts_at, InvalidInput),
    )
    for association, seats, after, refusal in refusals:
        with pytest.raises(refusal):
            async with acting_as(registrar) as work:
                await allot(work, pool.id, association.id, seats=seats, releases_at=event.starts_at + after)
    assert await picture(make) == before


async def test_what_was_released_is_neither_changed_nor_released_again(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=4)
    released = await make.allotment(event, released_at=event.starts_at - timedelta(days=40))
    before = await picture(make)
    with pytest.raises(AlreadyReleased) as refused:
        async with acting_as(registrar) as work:
            await release_allotment(work, released.id)
    assert refused.value.released_at == released.released_at
    with pytest.raises(AlreadyReleased):
        async with acting_as(registrar) as work:
            await change_allotment(work, released.id, seats=2)
    assert await picture(make) == before


@pytest.mark.parametrize("state", [EventState.HELD, EventState.CANCELLED])
async def test_nothing_is_kept_for_an_event_that_is_over(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association, state: EventState
) -> None:
    event = await make.event(capacity=4, state=state)
    kept, pool = await make.allotment(event), await make.pool(event)
    before = await picture(make)
    refused: tuple[Callable[[Work], Awaitable[object]], ...] = (
        lambda work: allot(work, pool.id, south.id, seats=1, releases_at=event.starts_at),
        lambda work: change_allotment(work, kept.id, seats=2),
        lambda work: release_allotment(work, kept.id),
    )
    for operation in refused:
        with pytest.raises(WrongEventState):
            async with acting_as(registrar) as work:
                await operation(work)
    assert await picture(make) == before


async def test_a_cancelled_event_keeps_nothing(
    make: Maker, acting_as: ActingAs, registrar: Person, south: Association
) -> None:
    event = await make.event(capacity=4)
    kept = await make.allotment(event, south, 3)
    await registered(make, event, await make.member(south))
    async with acting_as(registrar) as work:
        await cancel_event(work, event.id)
    pool, kept = await make.pool(event), await make.fresh(kept)
    assert (pool.taken, pool.reserved, kept.taken, kept.released_at is not None) == (0, 0, 0, True)
    await assert_seats_reconcile(make)
