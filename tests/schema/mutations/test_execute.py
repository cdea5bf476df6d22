"""The engine: what is answered, without a second parser; and that reading an answer never undoes what was done."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from models import Event, EventState, PairingNote, QuestionKind, Registration, Role, SeatPool
from schema.base.ids import encode_id
from schema.build import build
from schema.compiler.sql import Statement
from schema.mutations import answers
from schema.mutations.previews import PREVIEWS
from schema.web.graphql.view import View
from tests.client import Answer, Client
from tests.making import Maker

REGISTER = "registerForEvent(input: {eventId: $id}) { ... on RegisterForEventPayload { registration { state } } }"
ALONE = f"mutation ($id: ID!) {{ {REGISTER} }}"
BESIDES = f"mutation ($id: ID!) {{ __typename {REGISTER} }}"
REFUSED = """mutation ($id: ID!) { registerForEvent(input: {eventId: $id}) {
  __typename ... on Problem { code message(locale: EN) french: message(locale: FR) path }
  ... on RegistrationClosed { state closedAt } } }"""
UNREADABLE = Statement("select nothing_of_this_name()", (), frozenset())


@pytest.mark.parametrize("document", [ALONE, BESIDES, ALONE.replace("$id}", "$id, seats: 2}")])
async def test_what_can_not_be_read_is_null_with_its_error_and_the_change_stands(
    make: Maker, client: Client, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    event, ana = await make.event(largest_party=2), await make.member()
    for reading in ("reading", "reading_as_person"):
        monkeypatch.setattr(answers, reading, lambda *_, **__: UNREADABLE)
    document = document.replace("state", "unreadable: state")  # whose plan nobody has kept
    answer = await client.ask(document, {"id": encode_id("Event", event.id)}, person=ana)
    assert answer.json["data"]["registerForEvent"] == {"registration": None}
    (error,) = answer.json["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["registerForEvent", "registration"], "INTERNAL")
    (registered,) = await make.all(Registration)
    assert (await make.pool(event)).taken == registered.seats


async def test_a_refusal_is_answered_without_a_second_parser(
    make: Maker, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, ana = await make.event(), await make.member()
    event.registration_closes_at = datetime(2020, 1, 1, 12, tzinfo=UTC)
    await make.save(event)
    variables = {"id": encode_id("Event", event.id)}

    async def fail(*_: Any) -> None:
        raise AssertionError

    through_view = await client.ask(f"{REFUSED[:-1]} again: __typename }}", variables, person=ana)
    monkeypatch.setattr(View, "__call__", fail)
    refused = await client.ask(REFUSED, variables, person=ana)
    assert refused.data["registerForEvent"] == through_view.data["registerForEvent"]
    assert refused.data["registerForEvent"] == {
        "__typename": "RegistrationClosed",
        "code": "REGISTRATION_CLOSED",
        "message": "Registration is closed.",
        "french": "Les inscriptions sont closes.",
        "path": None,
        "state": "OPEN",
        "closedAt": "2020-01-01T12:00:00+00:00",
    }


# What it is about, in the input's own names


async def test_a_problem_names_its_place_in_the_input_as_the_client_wrote_it(make: Maker, client: Client) -> None:
    staff, online = await make.staff(), {"format": "ONLINE"}
    plan: dict[str, Any] = {
        "associationId": encode_id("Association", (await make.home()).id),
        "slug": "colloque",
        "title": [{"locale": "EN", "text": "Conference"}, {"locale": "FR", "text": "Colloque"}],
        "kind": "CONVENTION",
        "format": "HYBRID",
        "startsAt": "2099-01-01T12:00:00Z",
        "endsAt": "2099-01-01T13:00:00Z",
        "seatPools": [{"format": "IN_PERSON", "capacity": 10}, online],
    }
    for change, path in (
        ({"seatPools": [plan["seatPools"][0] | {"capacity": -1}, online]}, ["seatPools", "0", "capacity"]),
        ({"seatPools": []}, ["seatPools"]),
        ({"title": [{"locale": "EN", "text": "Conference"}, {"locale": "FR", "text": " "}]}, ["title", "1", "text"]),
        ({"audiences": [{"segmentId": "x"}]}, ["audiences", "0", "segmentId"]),
        ({"hosts": [{"associationId": encode_id("Association", UUID(int=7))}]}, ["hosts", "0", "associationId"]),
        ({"eventSeriesId": "x"}, ["eventSeriesId"]),
        ({"offerHours": 10_000}, ["offerHours"]),
        ({"speakers": [{"name": "Ana"}, {"name": ""}]}, ["speakers", "1", "name"]),
        ({"idempotencyKey": ""}, ["idempotencyKey"]),
    ):
        document = "mutation ($i: CreateEventInput!) { createEvent(input: $i) { __typename ... on Problem { path } } }"
        refused = (await client.ask(document, {"i": plan | change}, person=staff)).data["createEvent"]
        assert refused["path"] == path, refused
    assert await make.count(Event) == 0


async def test_what_is_not_there_has_the_path_of_what_names_it(make: Maker, client: Client) -> None:
    document = "mutation ($id: ID!) { publishEvent(input: {eventId: $id}) { ... on NotFound { path kind } } }"
    for id in (encode_id("Event", UUID(int=7)), "x", encode_id("Person", UUID(int=7))):
        answer = await client.ask(document, {"id": id}, person=await make.staff())
        assert answer.data["publishEvent"] == {"path": ["eventId"], "kind": "event"}


# Changes


async def resized(make: Maker, client: Client, pool: SeatPool, said: str) -> Answer:
    """What `updateSeatPool` answers to a limit, as a document has it."""
    id = encode_id("SeatPool", pool.id)
    document = f"""mutation {{ updateSeatPool(input: {{seatPoolId: "{id}" {said}}}) {{
        __typename ... on Problem {{ path }} }} }}"""
    return await client.ask(document, person=await make.staff(Role.REGISTRAR))


async def test_a_limit_is_lifted_only_where_that_is_said(make: Maker, client: Client) -> None:
    event = await make.event(capacity=3)
    pool = await make.pool(event)
    for left_out in ("", "limit: {}", "limit: {seats: null}", "limit: {seats: 5, unlimited: true}"):
        assert (await resized(make, client, pool, left_out)).json["errors"]
    wrong = await resized(make, client, pool, "limit: {unlimited: false}")
    assert wrong.data["updateSeatPool"] == {"__typename": "InvalidInput", "path": ["limit", "unlimited"]}
    assert (await make.pool(event)).capacity == 3
    negative = await resized(make, client, pool, "limit: {seats: -1}")
    assert negative.data["updateSeatPool"] == {"__typename": "InvalidInput", "path": ["limit", "seats"]}
    await resized(make, client, pool, "limit: {seats: 5}")
    assert (await make.pool(event)).capacity == 5
    await resized(make, client, pool, "limit: {unlimited: true}")
    assert (await make.pool(event)).capacity is None


async def test_null_clears_what_can_be_cleared_and_is_refused_for_what_can_not(make: Maker, client: Client) -> None:
    event = await make.event(offer_hours=24, largest_party=2)
    id = encode_id("Event", event.id)

    async def update(said: str) -> Any:
        document = f"""mutation {{ updateRegistrationRules(input: {{eventId: "{id}" {said}}}) {{
            ... on UpdateRegistrationRulesPayload {{ event {{ slug }} }} ... on Problem {{ code path }} }} }}"""
        answer = await client.ask(document, person=await make.staff(Role.REGISTRAR))
        return answer.data["updateRegistrationRules"]

    async def rules() -> tuple[int | None, int]:
        (row,) = await make.all(Event)
        return row.offer_hours, row.largest_party

    await update("countsStaff: false")
    assert await rules() == (24, 2)
    assert await update("largestParty: null") == {"code": "INVALID_INPUT", "path": ["largestParty"]}
    assert await rules() == (24, 2)
    await update("offerHours: null")
    assert await rules() == (None, 2)


# Previews, and deletions


def test_a_preview_has_no_identifier_and_leads_to_nothing_that_has_one() -> None:
    catalog = build().catalog
    assert PREVIEWS
    for name in PREVIEWS:
        shows = name.removesuffix("Preview")
        assert name not in catalog.node_types
        for (type_name, field), bound in catalog.fields.items():
            if type_name == name:
                assert field != "id"
                assert bound.target not in catalog.node_types, f"{name}.{field}"
                assert str(bound.type) == str(catalog.fields[shows, field].type)


async def test_a_deletion_names_what_is_gone_and_a_dry_run_what_would_be(make: Maker, client: Client) -> None:
    pairing = await make.pairing()
    mentor, _ = await make.the_two(pairing)
    document = """mutation ($id: ID!, $try: Boolean!) { deletePairingNote(input: {pairingNoteId: $id, dryRun: $try}) {
        __typename ... on DeletePairingNotePayload { deletedId } ... on DeletePairingNotePreview { deletedId } } }"""
    note = await make.note(pairing)
    id = encode_id("PairingNote", note.id)
    for tries, kind, left in ((True, "Preview", 1), (False, "Payload", 0)):
        answer = await client.ask(document, {"id": id, "try": tries}, person=mentor)
        assert answer.data["deletePairingNote"] == {"__typename": f"DeletePairingNote{kind}", "deletedId": id}
        assert await make.count(PairingNote) == left


async def test_what_a_change_of_a_question_leaves_out_stays_as_it_was(make: Maker, client: Client) -> None:
    event = await make.event(state=EventState.DRAFT)
    meal = await make.question(event, "meal", QuestionKind.BOOLEAN, sensitive=True)
    dish = await make.question(
        event, "dish", QuestionKind.CHOICE, options=("fish", "none"), depends_on=meal, depends_on_value=True,
        sensitive=True, required=True,
    )  # fmt: skip
    document = f"""mutation {{ updateQuestion(input: {{questionId: "{encode_id("Question", dish.id)}"
        label: [{{locale: FR, text: "Quel plat ?"}}]}}) {{ __typename ... on Problem {{ message }} }} }}"""
    answer = await client.ask(document, person=await make.staff(Role.REGISTRAR))
    assert answer.data["updateQuestion"]["__typename"] == "UpdateQuestionPayload"
    now = await make.fresh(dish)
    assert now.label == {"fr": "Quel plat ?"}
    kept = ("kind", "options", "required", "sensitive", "depends_on_id", "depends_on_value")
    assert {name: getattr(now, name) for name in kept} == {name: getattr(dish, name) for name in kept}
