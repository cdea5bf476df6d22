"""Races of groups, guests and moves, on connections of their own; with a control where a lock is what decides."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import (
    Event,
    EventFormat,
    EventState,
    Person,
    Registration,
    RegistrationState,
    Role,
    SeatPool,
)
from services.core.database.connections import Database
from services.core.work import Work
from services.events import access
from services.events.errors import AlreadyRegistered, NotEnoughSeats, WrongRegistrationState
from services.events.registrations import parties
from services.events.registrations.editing import edit_registration
from services.events.registrations.groups import register_group
from services.events.registrations.guests import add_guest
from services.events.registrations.moving import move_registration, move_to_event
from services.events.registrations.registering import cancel_registration, register
from services.events.seats import pools
from services.events.seats.pools import Taken
from tests.making import Maker, assert_seats_reconcile
from tests.services.crowd import AT_ONCE, Crowd, Operation, somebody_waits_for_a_lock

CANCELLED, CONFIRMED, WAITLISTED = (
    RegistrationState.CANCELLED,
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
)
HERE, ONLINE = EventFormat.IN_PERSON, EventFormat.ONLINE


@pytest.fixture
async def crowd(make: Maker, database_url: str) -> AsyncIterator[Crowd]:
    """A crowd of the test's confederation."""
    database = Database(database_url, readers=1, writers=AT_ONCE)
    yield Crowd(make, database)
    await database.close()


async def race_of_two_groups(crowd: Crowd) -> tuple[Event, list[object]]:
    """Two associations send three delegates each to an event of three seats, at once."""
    make = crowd.make
    event, acts = await make.event(capacity=3), []
    for _ in range(2):
        south = await make.association()
        ids = [(await make.member(south)).id for _ in range(3)]
        acts.append((await make.staff(Role.REGISTRAR, south), sending(event, south.id, ids)))
    return event, await crowd.all_act(*acts)


def sending(event: Event, association_id: UUID, ids: list[UUID]) -> Operation:
    return lambda work: register_group(work, event.id, ids, association_id=association_id)


async def test_of_two_groups_for_the_last_seats_one_is_registered_and_nobody_of_the_other(crowd: Crowd) -> None:
    event, answers = await race_of_two_groups(crowd)
    assert sorted(type(answer).__name__ for answer in answers) == ["Event", "NotEnoughSeats"]
    (refused,) = [answer for answer in answers if isinstance(answer, NotEnoughSeats)]
    assert (refused.asked, refused.free) == (3, 0)
    rows = await crowd.make.all(Registration, event_id=event.id)
    assert [row.state for row in rows] == [CONFIRMED] * 3
    assert len({row.delegated_by_id for row in rows}) == 1
    await assert_seats_reconcile(crowd.make)


async def test_the_same_with_the_lock_off_registers_both(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_looked = asyncio.Barrier(2)

    async def no_lock(_work: Work, **_which: object) -> list[SeatPool]:
        return []

    async def look_then_write(work: Work, event_id: UUID, _person_id: UUID, **_asked: object) -> Taken:
        pool = await work.find_by(SeatPool, event_id=event_id)
        if pool.taken == 0:
            await both_have_looked.wait()
        assert pool.capacity is not None
        seated = pool.taken < pool.capacity
        pool.taken += seated
        return Taken(pool.id, 1, seated, None, EventState.OPEN)

    monkeypatch.setattr(pools, "lock_all", no_lock)
    monkeypatch.setattr(pools, "take", look_then_write)
    event, answers = await race_of_two_groups(crowd)
    assert [type(answer).__name__ for answer in answers] == ["Event", "Event"]
    assert await crowd.make.count(Registration, event_id=event.id) == 6


async def test_groups_that_name_the_same_people_in_another_order_and_format_do_not_deadlock(crowd: Crowd) -> None:
    make = crowd.make
    event, staff = await make.event(formats=[HERE, ONLINE]), await make.staff(Role.REGISTRAR)
    await make.price(event, "10.00")
    people = [await make.member() for _ in range(6)]
    ids = [person.id for person in people]
    acts: list[tuple[Person, Operation]] = [
        (staff, lambda work: register_group(work, event.id, ids, format=HERE)),
        (staff, lambda work: register_group(work, event.id, ids[::-1], format=ONLINE)),
        *((person, lambda work: register(work, event.id, format=ONLINE)) for person in people),
    ]
    answers = await crowd.all_act(*acts)
    assert {type(answer) for answer in answers} <= {Event, Registration, AlreadyRegistered}
    assert len({row.person_id for row in await make.all(Registration)}) == await make.count(Registration) > 0
    await assert_seats_reconcile(make)


async def test_the_last_seat_is_a_guests_or_somebody_elses(crowd: Crowd) -> None:
    make = crowd.make
    event = await make.event(capacity=11, largest_party=2)
    hosts = [await make.person() for _ in range(10)]
    theirs = [await make.registration(event, host) for host in hosts]
    acts: list[tuple[Person, Operation]] = [
        (host, bound(add_guest, row.id, "Guy")) for host, row in zip(hosts, theirs, strict=True)
    ]
    acts += [(await make.person(), lambda work: register(work, event.id)) for _ in range(10)]
    answers = await crowd.all_act(*acts[::2], *acts[1::2])
    rows = await make.all(Registration)
    newcomers = [row for row in rows if row.id not in {row.id for row in theirs} and row.state is CONFIRMED]
    grown = [row for row in rows if row.seats == 2]
    assert len(newcomers) + len(grown) == 1
    assert sum(isinstance(answer, NotEnoughSeats) for answer in answers) == 10 - len(grown)
    assert (await make.pool(event)).taken == 11
    await assert_seats_reconcile(make)


async def test_who_is_replaced_and_gives_up_at_once_holds_one_seat_at_the_most(crowd: Crowd) -> None:
    make = crowd.make
    event, staff = await make.event(capacity=8), await make.staff(Role.REGISTRAR)
    acts: list[tuple[Person, Operation]] = []
    for _ in range(8):
        ana, ben = await make.member(), await make.member()
        row = await make.registration(event, ana)
        acts.append((ana, bound(cancel_registration, row.id)))
        acts.append((staff, bound(move_registration, row.id, ben.id)))
    answers = await crowd.all_act(*acts)
    for gave_up, replaced in zip(answers[::2], answers[1::2], strict=True):
        assert sorted([type(gave_up), type(replaced)], key=str) == [Registration, WrongRegistrationState]
    moved = [answer for answer in answers[1::2] if isinstance(answer, Registration)]
    assert (await make.pool(event)).taken == len(moved)
    await assert_seats_reconcile(make)


async def test_two_who_are_to_come_in_two_peoples_stead_are_registered_once(crowd: Crowd) -> None:
    make = crowd.make
    event, staff, ben = await make.event(formats=[HERE, ONLINE]), await make.staff(Role.REGISTRAR), await make.member()
    rows = [await make.registration(event, await make.member(), format=format) for format in (HERE, ONLINE)]
    acts: list[tuple[Person, Operation]] = [(staff, bound(move_registration, row.id, ben.id)) for row in rows]
    acts.append((ben, lambda work: register(work, event.id, format=HERE)))
    answers = await crowd.all_act(*acts)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyRegistered"] * 2 + ["Registration"]
    await assert_seats_reconcile(make)


async def change_format_while_leaving(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> Registration:
    """Ana gives up just when she is about to be in another pool: she read which one before that."""
    make = crowd.make
    event, ana = await make.event(capacity=2, formats=[HERE, ONLINE]), await make.member()
    row = await make.registration(event, ana, format=HERE)
    await make.registration(event, await make.member(), format=HERE)
    leaving: list[asyncio.Task[object]] = []
    take = pools.take
    actor = await make.actor(ana)

    async def take_then_dawdle(*given: Any, **asked: Any) -> Taken | None:
        taken = await take(*given, **asked)
        leaving.append(asyncio.create_task(crowd.act(actor, lambda work: cancel_registration(work, row.id))))
        while not await somebody_waits_for_a_lock(owner) and not leaving[0].done():
            await asyncio.wait(leaving, timeout=0.01)
        return taken

    monkeypatch.setattr(pools, "take", take_then_dawdle)
    await crowd.all_act((ana, lambda work: edit_registration(work, row.id, format=ONLINE)))
    await leaving[0]
    return await make.fresh(row)


async def test_who_changes_format_and_gives_up_at_once_leaves_no_seat_taken(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await change_format_while_leaving(crowd, owner, monkeypatch)
    assert row.state is CANCELLED
    assert {pool.format: pool.taken for pool in await crowd.make.all(SeatPool)} == {HERE: 1, ONLINE: 0}
    await assert_seats_reconcile(crowd.make)


async def test_the_same_with_the_one_pool_locked_that_was_read_gives_back_a_seat_of_the_wrong_one(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = parties.locked

    async def the_one_that_was_read(
        work: Work, registration: Registration
    ) -> tuple[Mapping[UUID, SeatPool], Registration, Event]:
        if work.actor.person_id is None or not work._elevations[-1].startswith("a seat that is given back"):
            return await both(work, registration)
        pool = await pools.lock(work, registration.pool_id)
        registration = await access.registration(work, registration.id, lock=True)
        return {registration.pool_id: pool}, registration, await access.event_now(work, registration.event_id)

    monkeypatch.setattr(parties, "locked", the_one_that_was_read)
    row = await change_format_while_leaving(crowd, owner, monkeypatch)
    assert row.state is CANCELLED
    # Nobody has the seat that is taken, and somebody has the one that is free.
    assert {pool.format: pool.taken for pool in await crowd.make.all(SeatPool)} == {HERE: 0, ONLINE: 1}


async def test_everything_at_once_between_two_events_ends_without_a_deadlock(crowd: Crowd) -> None:
    make = crowd.make
    events = [await make.event(capacity=3, formats=[HERE, ONLINE], largest_party=3) for _ in range(2)]
    for event in events:
        await make.price(event, "10.00")
    staff = await make.staff(Role.REGISTRAR)
    acts: list[tuple[Person, Operation]] = []
    for event, other in zip(events, events[::-1], strict=True):
        for format in (HERE, ONLINE, HERE):
            person, instead = await make.member(), await make.member()
            id = (await make.registration(event, person, format=format)).id
            to, swap = other.id, {HERE: ONLINE, ONLINE: HERE}[format]
            acts += [
                (person, bound(move_to_event, id, to, format=format, may_wait=True)),
                (person, bound(add_guest, id, "Guy")),
                (person, bound(edit_registration, id, format=swap)),
                (staff, bound(move_registration, id, instead.id)),
                (person, bound(cancel_registration, id)),
            ]
        group = [(await make.member()).id for _ in range(2)]
        acts.append((staff, bound(register_group, event.id, group, format=HERE, may_wait=True)))
    acts = [*acts[::3], *acts[1::3], *acts[2::3]]
    answers = await crowd.all_act(*acts)
    assert sum(isinstance(answer, Registration | Event) for answer in answers) >= 8
    live = [row for row in await make.all(Registration) if row.state is not CANCELLED]
    assert len({(row.event_id, row.person_id) for row in live}) == len(live)
    await assert_seats_reconcile(make)


def bound(operation: Callable[..., Awaitable[object]], *given: Any, **named: Any) -> Operation:
    return lambda work: operation(work, *given, **named)
