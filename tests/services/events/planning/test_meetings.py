"""What happens to seats just while somebody reaches for them, accepts them or lets them go, step by step.

Each with a control that shows the race when the lock is off.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from models import Allotment, Event, EventState, Registration, RegistrationState, Role, SeatPool
from services.core.actor import Actor, system
from services.core.work import Work
from services.events import access
from services.events.registrations.registering import cancel_registration, register
from services.events.seats import pools
from services.events.seats.allotments import release_allotment
from services.events.seats.offers import accept_offer, decline_offer, expire_offers
from services.events.seats.pools import Taken
from tests.making import Maker, assert_seats_reconcile
from tests.services.crowd import AT_ONCE, Crowd, Operation, somebody_waits_for_a_lock

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED
Take = Callable[..., Awaitable[Taken | None]]


@dataclass
class Meeting:
    """Somebody acts on the seats of a full event just when another who reaches for `seats` of them finds none."""

    event: Event
    seats: int
    actor: Actor
    act: Operation


async def cancelling(make: Maker) -> Meeting:
    """The only seat is given back."""
    event, ana = await make.event(capacity=1), await make.person()
    anas = await make.registration(event, ana)
    return Meeting(event, 1, await make.actor(ana), lambda work: cancel_registration(work, anas.id))


async def declining(make: Maker) -> Meeting:
    """A party of two declines its offer, when another of two comes."""
    event, ana = await make.event(capacity=2, offer_hours=4, largest_party=2), await make.person()
    anas = await make.registration(event, ana, RegistrationState.OFFERED, seats=2)
    return Meeting(event, 2, await make.actor(ana), lambda work: decline_offer(work, anas.id))


async def releasing(make: Maker) -> Meeting:
    """What is kept for an association is released to all."""
    event = await make.event(capacity=1)
    allotment = await make.allotment(event)
    staff = await make.actor(await make.staff(Role.REGISTRAR))
    return Meeting(event, 1, staff, lambda work: release_allotment(work, allotment.id))


meetings = pytest.mark.parametrize("meet", [cancelling, declining, releasing])


async def meanwhile(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, meeting: Meeting, take: Take
) -> RegistrationState:
    """Ben was told that there are no seats, and before his place in line is written, somebody frees some.

    Ben goes on once they are done, or wait for a lock of his. How his registration stands.
    """
    ben = await crowd.make.person()
    freeing: list[asyncio.Task[object]] = []

    async def take_then_dawdle(*given: Any, **asked: Any) -> Taken | None:
        taken = await take(*given, **asked)
        freeing.append(asyncio.create_task(crowd.act(meeting.actor, meeting.act)))
        while not await somebody_waits_for_a_lock(owner) and not freeing[0].done():
            await asyncio.wait(freeing, timeout=0.01)
        return taken

    monkeypatch.setattr(pools, "take", take_then_dawdle)
    (answer,) = await crowd.all_act((ben, lambda work: register(work, meeting.event.id, seats=meeting.seats)))
    assert isinstance(answer, Registration)
    assert isinstance(await freeing[0], Registration | Allotment)
    return (await crowd.make.fresh(answer)).state


@meetings
async def test_a_seat_freed_while_somebody_joins_the_line_is_theirs(
    crowd: Crowd,
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    meet: Callable[[Maker], Awaitable[Meeting]],
) -> None:
    meeting = await meet(crowd.make)
    state = await meanwhile(crowd, owner, monkeypatch, meeting, pools.take)
    assert state is (RegistrationState.OFFERED if meeting.event.offer_hours else CONFIRMED)
    assert (await crowd.make.pool(meeting.event)).taken == meeting.seats
    await assert_seats_reconcile(crowd.make)


@meetings
async def test_the_same_with_the_lock_off_leaves_the_seat_free_while_somebody_waits(
    crowd: Crowd,
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    meet: Callable[[Maker], Awaitable[Meeting]],
) -> None:
    async def look_without_lock(work: Work, event_id: UUID, _person_id: UUID, *, seats: int, **_asked: object) -> Taken:
        async with work.elevated("a race"):
            pool = await work.find_by(SeatPool, event_id=event_id)
        assert pool.taken + pool.reserved == pool.capacity
        return Taken(pool.id, seats, False, None, EventState.OPEN)

    meeting = await meet(crowd.make)
    state = await meanwhile(crowd, owner, monkeypatch, meeting, look_without_lock)
    assert state is WAITLISTED
    assert (await crowd.make.pool(meeting.event)).taken == 0


async def race_for_an_allotted_seat(crowd: Crowd) -> list[Registration]:
    """As many members as act at once reach for the one seat that is kept for them, and there is no other."""
    event, south = await crowd.make.event(capacity=1), await crowd.make.association()
    await crowd.make.allotment(event, south, 1)
    members = [await crowd.make.member(south) for _ in range(AT_ONCE)]
    await crowd.all_act(*((member, lambda work: register(work, event.id)) for member in members))
    return [row for row in await crowd.make.all(Registration, event_id=event.id) if row.state is CONFIRMED]


async def test_the_last_allotted_seat_is_one_members(crowd: Crowd) -> None:
    (seated,) = await race_for_an_allotted_seat(crowd)
    assert seated.allotment_id is not None
    await assert_seats_reconcile(crowd.make)


async def test_the_same_race_with_the_lock_off_gives_the_allotted_seat_to_several(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody_has_looked = asyncio.Barrier(AT_ONCE)

    async def look_then_write(work: Work, event_id: UUID, _person_id: UUID, **_asked: object) -> Taken:
        async with work.elevated("a race"):
            allotment = await work.find_by(Allotment, event_id=event_id)
            pool = await work.find(SeatPool, allotment.pool_id)
            await everybody_has_looked.wait()
            seated = allotment.taken < allotment.seats
            pool.taken, pool.reserved, allotment.taken = 1, 0, 1
            return Taken(pool.id, 1, seated, allotment.id, EventState.OPEN)

    monkeypatch.setattr(pools, "take", look_then_write)
    assert len(await race_for_an_allotted_seat(crowd)) > 1


async def accept_while_it_expires(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, *, locking: bool
) -> tuple[Registration, Registration]:
    """Ana accepts in time, and before that is written the offer's time is over. Her registration, and the next one's.

    Expiring goes on until it is done or waits for a lock of hers.
    """
    make = crowd.make
    event, ana = await make.event(capacity=1, offer_hours=4), await make.person()
    offered = await make.registration(event, ana, RegistrationState.OFFERED)
    behind = await make.registration(event, await make.person(), WAITLISTED)
    expiring: list[asyncio.Task[object]] = []
    find = access.registration

    async def find_then_dawdle(work: Work, id: UUID, *, lock: bool = False) -> Registration:
        found = await find(work, id, lock=lock and locking)
        if lock and not expiring:
            later = datetime.now(UTC) + timedelta(hours=50)
            expiring.append(asyncio.create_task(crowd.act(system(make.tenant), expire_offers, later)))
            while not await somebody_waits_for_a_lock(owner) and not expiring[0].done():
                await asyncio.wait(expiring, timeout=0.01)
        return found

    monkeypatch.setattr(access, "registration", find_then_dawdle)
    try:
        await crowd.all_act((ana, lambda work: accept_offer(work, offered.id)))
    finally:
        await expiring[0]
    return await make.fresh(offered), await make.fresh(behind)


async def test_an_offer_that_is_accepted_while_it_expires_stands(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted, behind = await accept_while_it_expires(crowd, owner, monkeypatch, locking=True)
    assert (accepted.state, behind.state) == (CONFIRMED, WAITLISTED)
    await assert_seats_reconcile(crowd.make)


async def test_the_same_with_the_lock_off_meets_the_last_line(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seat is another's by then; only a constraint keeps a cancelled registration from being confirmed as well."""
    with pytest.raises(IntegrityError, match="registration_cancelled_at_a_time"):
        await accept_while_it_expires(crowd, owner, monkeypatch, locking=False)
