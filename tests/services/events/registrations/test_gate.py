"""The gate decides for a crowd as registering one after the other does."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from models import (
    Event,
    EventFormat,
    EventState,
    JournalEntry,
    Message,
    Person,
    Registration,
    RegistrationMessage,
    RegistrationState,
)
from services.core.actor import Actor, system
from services.core.batching import Apart
from services.core.errors import Problem
from services.events.registrations.gate import Decision, register_each
from services.events.registrations.registering import register
from services.events.seats import pools
from tests.making import Maker, assert_seats_reconcile
from tests.services.events.looking import picture

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED
Situation = Callable[[Maker], Awaitable[tuple[Event, list[Person]]]]


async def members(make: Maker, count: int) -> list[Person]:
    """So many people."""
    return [await make.member() for _ in range(count)]


async def fewer_seats_than_people(make: Maker) -> tuple[Event, list[Person]]:
    return await make.event(capacity=2), await members(make, 4)


async def no_limit(make: Maker) -> tuple[Event, list[Person]]:
    return await make.event(), await members(make, 2)


async def somebody_waits_already(make: Maker) -> tuple[Event, list[Person]]:
    event = await make.event(capacity=2, smaller_parties_may_pass=False, largest_party=5)
    await make.registration(event, await make.member(), WAITLISTED, seats=3)
    return event, await members(make, 2)


async def seats_kept_for_some(make: Maker) -> tuple[Event, list[Person]]:
    south = await make.association()
    event = await make.event(capacity=3)
    await make.allotment(event, south, seats=2)
    people = [await make.member(association) for association in (None, None, south, None, south, south)]
    return event, people


async def some_are_not_invited(make: Maker) -> tuple[Event, list[Person]]:
    segment = await make.segment({"region": "Estrie"})
    invited = [await make.member(person={"region": "Estrie"}) for _ in range(2)]
    return await make.event(capacity=1, invited=[segment]), [invited[0], await make.member(), invited[1]]


async def not_open_yet(make: Maker) -> tuple[Event, list[Person]]:
    return await make.event(state=EventState.PUBLISHED), await members(make, 2)


async def closed_by_time(make: Maker) -> tuple[Event, list[Person]]:
    return await make.event(registration_closes_at=datetime.now(UTC) - timedelta(hours=1)), await members(make, 2)


SITUATIONS: list[Situation] = [
    fewer_seats_than_people,
    no_limit,
    somebody_waits_already,
    seats_kept_for_some,
    some_are_not_invited,
    not_open_yet,
    closed_by_time,
]


async def decided(make: Maker, event: Event, people: Sequence[Person]) -> list[str | None]:
    """What the gate says of each: a state, a problem's code, or nothing."""
    decisions = await through_the_gate(make, event.id, [await make.actor(person) for person in people])
    states = {row.id: row.state.value for row in await make.all(Registration, event_id=event.id)}
    return [
        decision.code if isinstance(decision, Problem) else None if decision is None else states[decision]
        for decision in decisions
    ]


async def through_the_gate(
    make: Maker, event_id: UUID, actors: Sequence[Actor], format: EventFormat | None = None
) -> list[Decision]:
    async with make.acting_as(system(make.tenant)) as work:
        return await register_each(work, event_id, actors, format=format)


async def alone(make: Maker, event: Event, person: Person) -> str:
    """The same of one who registers alone."""
    try:
        async with make.acting_as(person) as work:
            return (await register(work, event.id)).state.value
    except Problem as problem:
        return problem.code


ITS_OWN = {
    "id",
    "event_id",
    "pool_id",
    "allotment_id",
    "arrival",
    "ticket_code",
    "created_at",
    "updated_at",
    "registered_at",
    "confirmed_at",
}


async def written(make: Maker, event: Event) -> list[Any]:
    """Everything that was written of the event's registrations, in their order, but for keys and moments."""
    rows = sorted(await make.all(Registration, event_id=event.id), key=lambda row: row.arrival)
    entries = {row.subject_id: row for row in await make.all(JournalEntry)}
    links = await make.all(RegistrationMessage, event_id=event.id)
    every = {row.id: row for row in await make.all(Message)}
    messages = {row.registration_id: every[row.message_id] for row in links}
    moments = [(row.registered_at is not None, row.confirmed_at is not None, row.allotment_id is None) for row in rows]
    made = [row for row in rows if row.id in entries]
    assert [entries[row.id].data for row in made] == [
        {"event_id": str(event.id), "pool_id": str(row.pool_id)} for row in made
    ]
    assert [messages[row.id].cause_id for row in made] == [entries[row.id].id for row in made]
    return [
        [row.model_dump(exclude=ITS_OWN) for row in rows],
        moments,
        [entries[row.id].model_dump(exclude={"id", "at", "subject_id", "data", "xid"}) for row in made],
        [messages[row.id].model_dump(exclude=ITS_OWN | {"at", "cause_id"}) for row in made],
        [(row.registration_id in entries, row.association_id, row.person_id, row.sequence) for row in links],
    ]


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_a_crowd_is_decided_upon_as_if_one_came_after_the_other(make: Maker, situation: Situation) -> None:
    event, people = await situation(make)
    same, others = await situation(make)
    by_the_gate = await decided(make, event, people)
    assert by_the_gate == [await alone(make, same, person) for person in others]
    first, second = await written(make, event), await written(make, same)
    assert anonymous(first, people) == anonymous(second, others)
    await assert_seats_reconcile(make)


def anonymous(written: Any, people: Sequence[Person]) -> Any:
    """What was written, with who it is about by their place in the crowd, and without their names."""
    places = {person.id: place for place, person in enumerate(people)}
    if isinstance(written, dict):
        return {
            key: anonymous(value, people) for key, value in written.items() if key not in ("name", "association_id")
        }
    if isinstance(written, list | tuple):
        return [anonymous(item, people) for item in written]
    return places.get(written, "somebody") if isinstance(written, UUID) else written


async def test_who_is_registered_already_comes_twice_or_has_other_rights_by_now_is_decided_upon_alone(
    make: Maker,
) -> None:
    event, (ana, ben, eve) = await make.event(), await members(make, 3)
    await make.registration(event, ana)
    out_of_date = await make.actor(eve)
    eve.access_version += 1
    await make.save(eve)
    actors = [await make.actor(ana), await make.actor(ben), await make.actor(ben), out_of_date]
    decisions = await through_the_gate(make, event.id, actors)
    assert [type(decision) for decision in decisions] == [type(None), UUID, type(None), type(None)]
    assert {row.person_id for row in await make.all(Registration, event_id=event.id)} == {ana.id, ben.id}


async def test_an_event_that_asks_something_costs_something_or_is_not_for_all_to_see_is_left_alone(make: Maker) -> None:
    asks, costs, draft = await make.event(), await make.event(), await make.event(state=EventState.DRAFT)
    await make.question(asks)
    await make.price(costs)
    elsewhere = await (await make.other()).event()
    actors = [await make.actor(await make.member())]
    before = await picture(make)
    for id in (asks.id, costs.id, draft.id, elsewhere.id, uuid7()):
        assert await through_the_gate(make, id, actors) == [None]
    assert await picture(make) == before


async def test_what_comes_between_leaves_nothing_of_the_lot(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    event, (ana, ben) = await make.event(capacity=5), await members(make, 2)
    hybrid = await make.event(formats=[EventFormat.IN_PERSON, EventFormat.ONLINE])
    actors = [await make.actor(ana), await make.actor(ben)]
    before = await picture(make)
    with pytest.raises(Apart):  # which of its formats was not said
        await through_the_gate(make, hybrid.id, actors)
    assert await picture(make) == before

    take_each = pools.take_each

    async def after_another_server(*given: Any, **named: Any) -> Any:
        async with make.acting_as(ben) as work:
            await register(work, event.id)
        return await take_each(*given, **named)

    monkeypatch.setattr(pools, "take_each", after_another_server)
    with pytest.raises(Apart):
        await through_the_gate(make, event.id, actors)
    assert [row.person_id for row in await make.all(Registration, event_id=event.id)] == [ben.id]
    await assert_seats_reconcile(make)
