"""Mutations past graphql-core's executor, and those of a crowd: the same answers as under it."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette

from models import Event, EventState, Person, Registration, RegistrationState
from schema.base.ids import encode_id
from services.core.actor import system
from tests.client import Client
from tests.making import Maker, assert_seats_reconcile

PAYLOAD = """__typename ... on RegisterForEventPreview { again: __typename
  registration { state placeInQueue offerExpiresAt } }
  ... on Problem { code path }"""
WAYS = [
    "mutation ($id: ID!) { done: registerForEvent(input: {eventId: $id, dryRun: true}) { ...P } }",
    "mutation ($id: ID!) { done: registerForEvent(input: {eventId: $id, dryRun: true}) { ...P ...P } }",
    "mutation M($id: ID!) { __typename done: registerForEvent(input: {eventId: $id, dryRun: true}) { ...P } }",
    "mutation ($id: ID!) { done: registerForEvent(input: {eventId: $id, dryRun: true}) @skip(if: false) { ...P } }",
    (
        "mutation ($id: ID!) { ...M } fragment M on Mutation { done: registerForEvent(input: "
        "{eventId: $id, dryRun: true}) { ...P } }"
    ),
]
ASKED = """mutation ($id: ID!, $key: String) { registerForEvent(input: {eventId: $id, idempotencyKey: $key}) {
  ... on RegisterForEventPayload { registration { id state person { givenName } } } ... on Problem { code } } }"""


def document(way: str) -> str:
    """The whole of it."""

    return f"{way} fragment P on RegisterForEventResult {{ {PAYLOAD} }}"


@pytest.mark.parametrize("state", [EventState.OPEN, EventState.CLOSED])
async def test_in_whatever_way_it_is_asked_for_the_answer_is_the_same(
    make: Maker, client: Client, state: EventState
) -> None:
    event, ana = await make.event(capacity=1, state=state), await make.member(person={"given_name": "Ana"})
    variables = {"id": encode_id("Event", event.id)}
    answers = [(await client.ask(document(way), variables, person=ana)).data["done"] for way in WAYS]
    assert all(answer == answers[0] for answer in answers)
    told = {"OPEN": "RegisterForEventPreview", "CLOSED": "RegistrationClosed"}
    assert answers[0]["__typename"] == told[state]
    assert await make.count(Registration) == 0


async def test_a_payload_that_asks_for_python_is_answered_too(make: Maker, client: Client) -> None:
    event, ana = await make.event(), await make.member()
    asked = """mutation ($id: ID!) { registerForEvent(input: {eventId: $id}) { ... on RegisterForEventPayload {
        registration { event { canRegister { reasons { code } } } } } } }"""
    answer = await client.ask(asked, {"id": encode_id("Event", event.id)}, person=ana)
    reasons = answer.data["registerForEvent"]["registration"]["event"]["canRegister"]["reasons"]
    assert reasons == [{"code": "ALREADY_REGISTERED"}]
    assert await make.count(Registration) == 1


async def test_what_asks_for_too_much_is_not_done(make: Maker, client: Client) -> None:
    event, ana = await make.event(), await make.member()
    asked = """mutation ($id: ID!) { registerForEvent(input: {eventId: $id}) { ... on RegisterForEventPayload {
        registration { event { registrations(first: 500) { nodes { event { registrations(first: 500) {
          nodes { state } } } } } } } } } }"""
    answer = await client.ask(asked, {"id": encode_id("Event", event.id)}, person=ana)
    assert answer.json["errors"][0]["extensions"]["code"] == "TOO_MUCH"
    assert await make.count(Registration) == 0


async def test_of_a_crowd_everybody_is_told_what_is_theirs(make: Maker, client: Client) -> None:
    event = await make.event(capacity=5)
    people = {f"P{number}": await make.member(person={"given_name": f"P{number}"}) for number in range(12)}
    for person in people.values():
        await client.token(person)

    async def ask(name: str) -> Any:
        variables = {"id": encode_id("Event", event.id), "key": f"{name}'s"}
        answer = await client.ask(ASKED, variables, person=people[name])
        return answer.data["registerForEvent"]["registration"]

    told = dict(zip(people, await asyncio.gather(*map(ask, people)), strict=True))
    rows = {row.person_id: row for row in await make.all(Registration)}
    assert len(rows) == 12
    for name, person in people.items():
        row = rows[person.id]
        assert told[name] == {
            "id": encode_id("Registration", row.id),
            "state": row.state,
            "person": {"givenName": name},
        }
    assert sum(row.state is RegistrationState.CONFIRMED for row in rows.values()) == 5
    assert len({row.registered_at for row in rows.values()}) < 12, "Nobody was decided upon together."
    await assert_seats_reconcile(make)

    again = dict(zip(people, await asyncio.gather(*map(ask, people)), strict=True))
    assert again == told
    assert await make.count(Registration) == 12


async def test_the_same_request_twice_in_one_lot_has_one_answer(make: Maker, app: Starlette, client: Client) -> None:
    event, ana, ben = await make.event(), await make.member(), await make.member()
    gathering = app._endpoint._mutations._batches._gathering  # type: ignore[attr-defined]

    async def ask(person: Person, key: str) -> Any:
        variables = {"id": encode_id("Event", event.id), "key": key}
        return (await client.ask(ASKED, variables, person=person)).data["registerForEvent"]

    await asyncio.gather(client.token(ana), client.token(ben))
    async with make.acting_as(system(make.tenant)) as work:
        await work.find(Event, event.id, lock=True)  # the first lot waits, and the next gathers
        first = asyncio.create_task(ask(ben, "ben's"))
        while not gathering._waiting or gathering.waiting:  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0)
        same = [asyncio.create_task(ask(ana, "ana's")) for _ in range(3)]
        while gathering.waiting < len(same):  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert (await first)["registration"]["state"] == "CONFIRMED"
    answers = await asyncio.gather(*same)
    # Which of the three comes first is open: that one is done, and the others get its answer, or are told to wait.
    registered, *again = [answer for answer in answers if "registration" in answer]
    assert registered["registration"]["state"] == "CONFIRMED"
    assert all(answer == registered for answer in again)
    assert {answer["code"] for answer in answers if "code" in answer} <= {"REQUEST_IN_FLIGHT"}
    assert await ask(ana, "ana's") == registered
    assert await make.count(Registration) == 2


async def test_a_key_that_was_used_for_something_else_is_refused_in_a_crowd_too(make: Maker, client: Client) -> None:
    event, other, ana = await make.event(), await make.event(), await make.member()
    await client.ask(ASKED, {"id": encode_id("Event", event.id), "key": "once"}, person=ana)
    refused = await client.ask(ASKED, {"id": encode_id("Event", other.id), "key": "once"}, person=ana)
    assert refused.data["registerForEvent"] == {"code": "IDEMPOTENCY_KEY_REUSED"}
    assert await make.count(Registration) == 1
