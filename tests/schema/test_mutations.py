"""Mutations over the whole application: payloads, problems, dry runs, idempotency keys, and rights as they are now."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import Event, EventState, JournalEntry, Person, Registration, RegistrationState, Role, RoleGrant
from schema.base.ids import encode_id
from tests.client import Client
from tests.making import Maker

REGISTER = """
mutation Register($input: RegisterForEventInput!) {
  registerForEvent(input: $input) {
    __typename
    ... on RegisterForEventPayload {
      registration { state placeInQueue event { slug seatsTaken } person { givenName } } }
    ... on RegisterForEventPreview { registration { state placeInQueue } }
    ... on Problem { code message(locale: EN) path }
    ... on AlreadyRegistered { registrationId state }
  }
}
"""


async def register(client: Client, event: Event, person: Person | None, **input: Any) -> Any:
    """The answer of `registerForEvent`."""
    variables = {"input": {"eventId": encode_id("Event", event.id), **input}}
    answer = await client.ask(REGISTER, variables, person=person)
    return answer.data["registerForEvent"]


async def test_the_payload_shows_the_registration_as_the_transaction_left_it(make: Maker, client: Client) -> None:
    event, ana = await make.event(capacity=1), await make.member(given_name="Ana")
    registered = await register(client, event, ana)
    assert registered == {
        "__typename": "RegisterForEventPayload",
        "registration": {
            "state": "CONFIRMED",
            "placeInQueue": None,
            "event": {"slug": event.slug, "seatsTaken": 1},
            "person": {"givenName": "Ana"},
        },
    }


async def test_a_refusal_is_a_typed_problem_and_nothing_has_changed(make: Maker, client: Client) -> None:
    event, ana = await make.event(), await make.member()
    await register(client, event, ana)
    (first,) = await make.all(Registration)
    refused = await register(client, event, ana)
    assert refused["code"] == "ALREADY_REGISTERED"
    assert refused["registrationId"] == encode_id("Registration", first.id)
    assert await make.count(Registration) == 1


async def test_anybody_is_told_to_sign_in(make: Maker, client: Client) -> None:
    event = await make.event()
    refused = await register(client, event, None)
    assert (refused["__typename"], refused["message"]) == ("NotSignedIn", "Sign in to do this.")
    assert await make.count(Registration) == 0


@pytest.mark.parametrize("id", ["", "nonsense", "RXZlbnQ6", encode_id("Person", UUID(int=1))])
async def test_an_identifier_that_is_none_of_an_event_is_not_found(make: Maker, client: Client, id: str) -> None:
    ana = await make.member()
    answer = await client.ask(REGISTER, {"input": {"eventId": id}}, person=ana)
    assert answer.data["registerForEvent"]["code"] == "NOT_FOUND"
    assert answer.data["registerForEvent"]["path"] == ["eventId"]


async def test_a_dry_run_answers_what_would_happen_and_leaves_nothing(make: Maker, client: Client) -> None:
    event, ana = await make.event(capacity=1), await make.member()
    tried = await register(client, event, ana, dryRun=True, idempotencyKey="k")
    assert tried["__typename"] == "RegisterForEventPreview"
    assert tried["registration"] == {"state": "CONFIRMED", "placeInQueue": None}
    assert await make.count(Registration) == 0
    assert await make.count(JournalEntry) == 0
    assert (await register(client, event, ana, idempotencyKey="k"))["__typename"] == "RegisterForEventPayload"


@pytest.mark.promise("once-per-key")
async def test_the_same_key_and_input_give_the_first_result(make: Maker, client: Client) -> None:
    event, ana = await make.event(), await make.member()
    first = await register(client, event, ana, idempotencyKey="once")
    again = await register(client, event, ana, idempotencyKey="once")
    assert again == first
    assert await make.count(Registration) == 1


async def test_the_same_key_with_other_input_is_refused(make: Maker, client: Client) -> None:
    event, other, ana = await make.event(), await make.event(), await make.member()
    await register(client, event, ana, idempotencyKey="once")
    refused = await register(client, other, ana, idempotencyKey="once")
    assert refused["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await make.count(Registration) == 1


@pytest.mark.promise("once-per-key")
async def test_the_same_request_sent_ten_times_at_once_registers_once(make: Maker, client: Client) -> None:
    event, ana = await make.event(), await make.member()
    await client.token(ana)
    answers = await asyncio.gather(*(register(client, event, ana, idempotencyKey="once") for _ in range(10)))
    types = {answer["__typename"] for answer in answers}
    assert "RegisterForEventPayload" in types
    assert types <= {"RegisterForEventPayload", "RequestInFlight"}
    assert await make.count(Registration) == 1


@pytest.mark.promise("withdrawn-at-once")
async def test_rights_withdrawn_are_refused_on_the_very_next_request(
    make: Maker, client: Client, owner: asyncpg.Connection
) -> None:
    association = await make.association()
    registrar = await make.staff(Role.REGISTRAR, association)
    event = await make.event(association, state=EventState.PUBLISHED)
    publish = """mutation ($input: OpenRegistrationInput!) { openRegistration(input: $input) {
        __typename ... on NotAllowed { permission } ... on OpenRegistrationPreview { event { state } } } }"""
    variables = {"input": {"eventId": encode_id("Event", event.id), "dryRun": True}}
    allowed = await client.ask(publish, variables, person=registrar)
    assert allowed.data["openRegistration"]["event"] == {"state": "OPEN"}
    await owner.execute("delete from role_grant where person_id = $1", registrar.id)
    await owner.execute("update person set access_version = access_version + 1 where id = $1", registrar.id)
    refused = await client.ask(publish, variables, person=registrar)
    assert refused.data["openRegistration"] == {"__typename": "NotAllowed", "permission": "events.manage"}
    assert await make.count(RoleGrant) == 0


async def test_can_register_gives_the_reasons_of_the_operation_for_each_event_of_a_list(
    make: Maker, client: Client
) -> None:
    ana = await make.member()
    for state in (EventState.OPEN, EventState.PUBLISHED, EventState.CLOSED):
        await make.event(state=state)
    document = "{ events { nodes { state canRegister { allowed reasons { __typename code } } } } }"
    nodes = (await client.ask(document, person=ana)).data["events"]["nodes"]
    assert {node["state"]: [reason["code"] for reason in node["canRegister"]["reasons"]] for node in nodes} == {
        "OPEN": [],
        "PUBLISHED": ["REGISTRATION_NOT_OPEN"],
        "CLOSED": ["REGISTRATION_CLOSED"],
    }
    assert all(node["canRegister"]["allowed"] == (node["state"] == "OPEN") for node in nodes)


async def test_a_problem_speaks_the_language_of_the_request(make: Maker, client: Client) -> None:
    event = await make.event()
    document = (
        "mutation ($input: RegisterForEventInput!) { registerForEvent(input: $input) { ... on Problem { message } } }"
    )
    variables = {"input": {"eventId": encode_id("Event", event.id)}}
    said = [
        (await client.ask(document, variables, accept_language=language)).data["registerForEvent"]["message"]
        for language in ("fr-CA", "en;q=0.9, fr;q=0.1")
    ]
    assert said == ["Connectez-vous pour faire cela.", "Sign in to do this."]


async def test_a_registration_cancelled_gives_the_seat_to_the_first_in_line(make: Maker, client: Client) -> None:
    event, ana, ben = await make.event(capacity=1), await make.member(), await make.member()
    await register(client, event, ana)
    assert (await register(client, event, ben))["registration"] | {"event": None, "person": None} == {
        "state": "WAITLISTED",
        "placeInQueue": 1,
        "event": None,
        "person": None,
    }
    (first,) = await make.all(Registration, person_id=ana.id)
    cancel = """mutation ($input: CancelRegistrationInput!) { cancelRegistration(input: $input) {
        __typename ... on CancelRegistrationPayload { registration { state } } } }"""
    variables = {"input": {"registrationId": encode_id("Registration", first.id)}}
    assert (await client.ask(cancel, variables, person=ben)).data["cancelRegistration"]["__typename"] == "NotFound"
    cancelled = await client.ask(cancel, variables, person=ana)
    assert cancelled.data["cancelRegistration"]["registration"] == {"state": "CANCELLED"}
    (bens,) = await make.all(Registration, person_id=ben.id)
    assert bens.state is RegistrationState.CONFIRMED
