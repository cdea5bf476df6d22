"""Races for seats, on connections of their own; each with a control that shows the race when the lock is off."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from models import (
    Event,
    EventFormat,
    EventState,
    JournalEntry,
    Person,
    Registration,
    RegistrationState,
    Role,
    SeatPool,
)
from services.core.work import Work
from services.events.desk.checkin import check_in
from services.events.errors import AlreadyRegistered, RegistrationClosed, WrongEventState
from services.events.planning.life import cancel_event, close_registration, open_registration
from services.events.registrations.registering import cancel_registration, register, register_on_behalf
from services.events.seats import pools
from services.events.seats.allotments import allot, release_allotment
from services.events.seats.capacity import change_capacity
from services.events.seats.pools import Taken
from tests.making import Maker, assert_seats_reconcile
from tests.services.crowd import AT_ONCE, Crowd, Operation

CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
)


async def race_for_five_seats(crowd: Crowd) -> tuple[Event, list[Registration], list[Registration]]:
    """Forty people register at once for an event of five seats: who is confirmed, and who waits, by arrival."""
    event = await crowd.make.event(capacity=5)
    people = [await crowd.make.person() for _ in range(40)]
    await crowd.all_act(*((person, lambda work: register(work, event.id)) for person in people))
    rows = sorted(await crowd.make.all(Registration, event_id=event.id), key=lambda row: row.arrival)
    return event, [row for row in rows if row.state is CONFIRMED], [row for row in rows if row.state is WAITLISTED]


async def test_forty_people_racing_for_five_seats_get_five_and_the_others_a_place_in_line(crowd: Crowd) -> None:
    event, confirmed, waiting = await race_for_five_seats(crowd)
    assert (len(confirmed), len(waiting)) == (5, 35)
    assert (await crowd.make.pool(event)).taken == 5
    await assert_seats_reconcile(crowd.make)
    # The five came first, and the line is served from its front.
    assert max(row.arrival for row in confirmed) < min(row.arrival for row in waiting)
    staff = await crowd.make.staff(Role.REGISTRAR)
    for row in confirmed[:3]:
        async with crowd.make.acting_as(staff) as work:
            await cancel_registration(work, row.id)
    states = [(await crowd.make.fresh(row)).state for row in waiting]
    assert states == [CONFIRMED] * 3 + [WAITLISTED] * 32
    await assert_seats_reconcile(crowd.make)


async def test_the_same_race_with_the_lock_off_gives_away_seats_that_are_not_there(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody_has_looked = asyncio.Barrier(AT_ONCE)

    async def look_then_write(work: Work, event_id: UUID, _person_id: UUID, **_asked: object) -> Taken:
        async with work.elevated("a race"):
            pool = await work.find_by(SeatPool, event_id=event_id)
            await everybody_has_looked.wait()
            assert pool.capacity is not None
            seated = pool.taken < pool.capacity
            pool.taken += seated
            return Taken(pool.id, 1, seated, None, EventState.OPEN)

    monkeypatch.setattr(pools, "take", look_then_write)
    _, confirmed, _ = await race_for_five_seats(crowd)
    assert len(confirmed) > 5


async def test_cancelling_and_registering_at_once_leaves_no_seat_free_while_somebody_waits(crowd: Crowd) -> None:
    make = crowd.make
    event = await make.event(capacity=5)
    leaving, coming = [await make.person() for _ in range(5)], [await make.person() for _ in range(10)]
    theirs = [await make.registration(event, person) for person in leaving]
    acts: list[tuple[Person, Operation]] = []
    for person, registration in zip(leaving, theirs, strict=True):
        acts.append((person, lambda work, id=registration.id: cancel_registration(work, id)))  # type: ignore[misc]
        acts.extend((coming.pop(), lambda work: register(work, event.id)) for _ in range(2))
    answers = await crowd.all_act(*acts)
    assert all(isinstance(answer, Registration) for answer in answers)
    rows = await make.all(Registration, event_id=event.id)
    assert sorted(row.state for row in rows) == [CANCELLED] * 5 + [CONFIRMED] * 5 + [WAITLISTED] * 5
    await assert_seats_reconcile(make)


async def test_somebody_who_registers_many_times_at_once_is_registered_once(crowd: Crowd) -> None:
    event = await crowd.make.event(capacity=5, formats=[EventFormat.IN_PERSON, EventFormat.ONLINE])
    ana = await crowd.make.person()
    formats = [EventFormat.IN_PERSON, EventFormat.ONLINE] * 5
    answers = await crowd.all_act(
        *((ana, lambda work, format=format: register(work, event.id, format=format)) for format in formats)
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyRegistered"] * 9 + ["Registration"]
    assert any(isinstance(answer, AlreadyRegistered) for answer in answers)
    assert await crowd.make.count(Registration) == 1
    await assert_seats_reconcile(crowd.make)


async def test_cancellations_at_once_promote_a_different_person_each(crowd: Crowd) -> None:
    make = crowd.make
    event = await make.event(capacity=8)
    seated = [await make.person() for _ in range(8)]
    theirs = [await make.registration(event, person) for person in seated]
    waiting = [await make.registration(event, await make.person(), WAITLISTED) for _ in range(10)]
    await crowd.all_act(
        *(
            (person, lambda work, id=registration.id: cancel_registration(work, id))
            for person, registration in zip(seated, theirs, strict=True)
        )
    )
    assert [(await make.fresh(row)).state for row in waiting] == [CONFIRMED] * 8 + [WAITLISTED] * 2
    promoted = await make.all(JournalEntry, action="registration.promoted")
    assert {entry.subject_id for entry in promoted} == {row.id for row in waiting[:8]}
    assert len(promoted) == 8
    await assert_seats_reconcile(make)


async def test_one_registration_that_is_cancelled_many_times_at_once_frees_one_seat(crowd: Crowd) -> None:
    event, ana = await crowd.make.event(capacity=2), await crowd.make.person()
    await crowd.make.registration(event, await crowd.make.person())
    registration = await crowd.make.registration(event, ana)
    answers = await crowd.all_act(*[(ana, lambda work: cancel_registration(work, registration.id))] * 8)
    assert sum(isinstance(answer, Registration) for answer in answers) == 1
    assert (await crowd.make.pool(event)).taken == 1
    await assert_seats_reconcile(crowd.make)


async def test_who_leaves_the_line_while_a_seat_is_freed_is_passed_over(crowd: Crowd) -> None:
    make = crowd.make
    event = await make.event(capacity=6)
    seated, in_front = [await make.person() for _ in range(6)], [await make.person() for _ in range(6)]
    leaving = [(person, await make.registration(event, person)) for person in seated]
    leaving += [(person, await make.registration(event, person, WAITLISTED)) for person in in_front]
    behind = [await make.registration(event, await make.person(), WAITLISTED) for _ in range(6)]
    acts: list[tuple[Person, Operation]] = [
        (person, lambda work, id=registration.id: cancel_registration(work, id))  # type: ignore[misc]
        for person, registration in leaving
    ]
    await crowd.all_act(*(act for pair in zip(acts[:6], acts[6:], strict=True) for act in pair))
    assert [(await make.fresh(row)).state for row in behind] == [CONFIRMED] * 6
    await assert_seats_reconcile(make)


async def test_of_many_who_close_an_event_at_once_one_does(crowd: Crowd) -> None:
    event, staff = await crowd.make.event(), await crowd.make.staff(Role.REGISTRAR)
    answers = await crowd.all_act(*[(staff, lambda work: close_registration(work, event.id))] * 8)
    assert sum(isinstance(answer, Event) for answer in answers) == 1
    assert sum(isinstance(answer, WrongEventState) for answer in answers) == 7
    assert await crowd.make.count(JournalEntry) == 1


@pytest.mark.parametrize("step", [cancel_event, close_registration])
async def test_nobody_registers_for_an_event_that_ended_while_they_reached_for_a_seat(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, step: Callable[[Work, UUID], Awaitable[Event]]
) -> None:
    event, ana = await crowd.make.event(capacity=1), await crowd.make.person()
    staff = await crowd.make.actor(await crowd.make.staff(Role.REGISTRAR))
    take = pools.take

    async def dawdle_then_take(*given: Any, **asked: Any) -> Taken | None:
        assert isinstance(await crowd.act(staff, lambda work: step(work, event.id)), Event)
        return await take(*given, **asked)

    monkeypatch.setattr(pools, "take", dawdle_then_take)
    (answer,) = await crowd.all_act((ana, lambda work: register(work, event.id)))
    assert isinstance(answer, RegistrationClosed)
    assert await crowd.make.count(Registration) == 0
    assert (await crowd.make.pool(event)).taken == 0


async def test_everything_at_once_ends_without_a_deadlock_and_the_seats_reconcile(crowd: Crowd) -> None:
    """Two pools, and every operation that takes more than one lock."""
    make = crowd.make
    formats = [EventFormat.IN_PERSON, EventFormat.ONLINE]
    event = await make.event(capacity=4, formats=formats)
    staff, people = await make.staff(Role.REGISTRAR), [await make.member() for _ in range(16)]
    seated = [
        (person, await make.registration(event, person, format=formats[rank % 2]))
        for rank, person in enumerate(people[:6])
    ]
    acts: list[tuple[Person, Operation]] = []
    for rank, person in enumerate(people[6:]):
        format = formats[rank % 2]
        acts += [
            (person, lambda work, format=format: register(work, event.id, format=format)),  # type: ignore[misc]
            (
                staff,
                lambda work, id=person.id, format=formats[1 - rank % 2]: register_on_behalf(  # type: ignore[misc]
                    work, event.id, id, format=format
                ),
            ),
        ]
    for person, registration in seated:
        acts += [
            (person, lambda work, id=registration.id: cancel_registration(work, id)),  # type: ignore[misc]
            (staff, lambda work, id=registration.id: check_in(work, id)),  # type: ignore[misc]
        ]
    elsewhere = (await make.association()).id
    until = event.starts_at
    for format in formats:
        pool = await make.pool(event, format)
        kept = await make.allotment(event, await make.home(), 1, format=format)
        acts += [
            (staff, lambda work, id=pool.id: change_capacity(work, id, 6)),  # type: ignore[misc]
            (staff, lambda work, id=kept.id: release_allotment(work, id)),  # type: ignore[misc]
            (staff, lambda work, id=pool.id: allot(work, id, elsewhere, seats=1, releases_at=until)),  # type: ignore[misc]
        ]
    acts += [
        (staff, lambda work: close_registration(work, event.id)),
        (staff, lambda work: open_registration(work, event.id)),
    ]
    acts = [*acts[::2], *acts[1::2]]  # the kinds of operation mixed
    answers = await crowd.all_act(*acts)
    assert sum(isinstance(answer, Registration) for answer in answers) >= 6
    await assert_seats_reconcile(make)
    await nobody_waits_beside_a_free_seat(make)

    acts = [(person, lambda work: register(work, event.id, format=EventFormat.ONLINE)) for person in people[:6]]
    for row in await make.all(Registration):
        acts.append((staff, lambda work, id=row.id: cancel_registration(work, id)))  # type: ignore[misc]
    await crowd.all_act(*acts[:12], (staff, lambda work: cancel_event(work, event.id)), *acts[12:])
    live = [row for row in await make.all(Registration) if row.state is not CANCELLED]
    assert ((await make.fresh(event)).state, live) == (EventState.CANCELLED, [])
    await assert_seats_reconcile(make)


async def nobody_waits_beside_a_free_seat(make: Maker) -> None:
    """A pool that somebody waits for has no seat left."""
    waited_for: Sequence[UUID] = [row.pool_id for row in await make.all(Registration, state=WAITLISTED)]
    for pool in await make.all(SeatPool):
        assert pool.id not in waited_for or pool.taken + pool.reserved == pool.capacity
