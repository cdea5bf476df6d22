"""Questions and answers as a website asks for them."""

from typing import Any

import pytest

from models import Answer, Association, Event, Person, Question, QuestionKind, Registration, Role
from schema.base.ids import encode_id
from tests.client import Client
from tests.making import Maker

FORM = """query ($slug: String!) { event(slug: $slug) { questions {
  key kind version required sensitive isForEverybody isForMe label(locale: EN) options { key label(locale: FR) }
  dependsOn { key } dependsOnValue } } }"""
ASK = """mutation ($input: CreateQuestionInput!) { createQuestion(input: $input) {
  __typename ... on CreateQuestionPayload { question { id key version event { slug } } }
  ... on Problem { code path message(locale: FR) } } }"""
REGISTER = """mutation ($input: RegisterForEventInput!) { registerForEvent(input: $input) {
  __typename ... on RegisterForEventPayload { registration { id state answers { values question { key version } } } }
  ... on Problem { code path message(locale: EN) } ... on AnswersNotAccepted { questions reasons } } }"""
ANSWER = """mutation ($input: AnswerQuestionsInput!) { answerQuestions(input: $input) {
  __typename ... on AnswerQuestionsPayload { registration { answers { values question { key version } } } }
  ... on AnswerQuestionsPreview { registration { state } }
  ... on Problem { code path } } }"""


@pytest.fixture
async def event(make: Maker) -> Event:
    """An event that asks about a meal, and of who eats, what; and of some, which room."""
    event = await make.event(slug="colloque", capacity=5)
    there = await make.association(slug="there")
    meal = await make.question(event, "meal", QuestionKind.BOOLEAN, required=True)
    await make.question(
        event, "dishes", QuestionKind.CHOICES, options=["fish", "tofu"], depends_on=meal, depends_on_value=True
    )
    segment = await make.segment({"within_id": there.id}, association=there, published=False)
    await make.question(event, "room", segment_id=segment.id)
    await make.question(event, "weight", QuestionKind.NUMBER, sensitive=True)
    return event


async def register(client: Client, event: Event, person: Person, *answers: dict[str, Any]) -> Any:
    """Somebody registers with answers."""
    variables = {"input": {"eventId": encode_id("Event", event.id), "answers": list(answers)}}
    return (await client.ask(REGISTER, variables, person=person)).data["registerForEvent"]


async def test_a_website_reads_what_it_has_to_ask(make: Maker, client: Client, event: Event) -> None:
    (there,) = await make.all(Association, slug="there")
    asked = (await client.ask(FORM, {"slug": event.slug})).data["event"]["questions"]
    assert [question["key"] for question in asked] == ["meal", "dishes", "room", "weight"]
    assert asked[0] == {
        "key": "meal",
        "kind": "BOOLEAN",
        "version": 1,
        "required": True,
        "sensitive": False,
        "isForEverybody": True,
        "isForMe": True,
        "label": "The question meal",
        "options": [],
        "dependsOn": None,
        "dependsOnValue": None,
    }
    assert asked[1]["options"] == [{"key": "fish", "label": "Le fish"}, {"key": "tofu", "label": "Le tofu"}]
    assert (asked[1]["dependsOn"], asked[1]["dependsOnValue"]) == ({"key": "meal"}, "true")
    assert (asked[2]["isForEverybody"], asked[2]["isForMe"]) == (False, False)
    for person, asked_of in ((await make.member(there), True), (await make.member(), False)):
        mine = (await client.ask(FORM, {"slug": event.slug}, person=person)).data["event"]["questions"]
        assert [question["isForMe"] for question in mine] == [True, True, asked_of, True]


async def test_people_register_with_their_answers(make: Maker, client: Client, event: Event) -> None:
    done = await register(
        client,
        event,
        await make.member(),
        {"key": "meal", "value": "true"},
        {"key": "dishes", "values": ["tofu", "fish"]},
        {"key": "weight", "value": "70.50"},
    )
    assert done["registration"]["state"] == "CONFIRMED"
    assert done["registration"]["answers"] == [
        {"values": ["true"], "question": {"key": "meal", "version": 1}},
        {"values": ["fish", "tofu"], "question": {"key": "dishes", "version": 1}},
        {"values": ["70.5"], "question": {"key": "weight", "version": 1}},
    ]


async def test_every_answer_that_is_not_accepted_is_told_and_no_seat_is_taken(
    make: Maker, client: Client, event: Event
) -> None:
    person = await make.member()
    wrong: list[dict[str, Any]] = [
        {"key": "dishes", "values": ["fish"]},
        {"key": "weight", "value": "x"},
        {"key": "none", "value": "x"},
    ]
    refused = await register(client, event, person, *wrong)
    assert refused == {
        "__typename": "AnswersNotAccepted",
        "code": "ANSWERS_NOT_ACCEPTED",
        "path": ["answers"],
        "message": "Some answers are missing or not accepted: meal, dishes, weight, none.",
        "questions": ["meal", "dishes", "weight", "none"],
        "reasons": ["MISSING", "NOT_ASKED", "WRONG_TYPE", "UNKNOWN"],
    }
    assert (await make.count(Registration), await make.count(Answer)) == (0, 0)
    assert (await make.pool(event)).taken == 0


async def test_an_answer_is_given_once_and_in_one_way(make: Maker, client: Client, event: Event) -> None:
    person = await make.member()
    meal = {"key": "meal", "value": "true"}
    for answers, path in (([meal, meal], ["answers", "1", "key"]), ([meal | {"values": ["x"]}], ["answers", "0"])):
        refused = await register(client, event, person, *answers)
        assert (refused["code"], refused["path"]) == ("INVALID_INPUT", path)
    assert await make.count(Registration) == 0


async def test_answers_are_changed_and_a_try_changes_nothing(make: Maker, client: Client, event: Event) -> None:
    person = await make.member()
    done = await register(client, event, person, {"key": "meal", "value": "false"})
    answers = [{"key": "meal", "value": "true"}, {"key": "dishes", "values": ["fish"]}]
    input = {"registrationId": done["registration"]["id"], "answers": answers}
    for dry_run, stored in ((True, [False]), (False, [True, ["fish"]])):
        variables = {"input": input | {"dryRun": dry_run}}
        changed = (await client.ask(ANSWER, variables, person=person)).data["answerQuestions"]
        shown = changed["registration"].get("answers", [])
        assert [answer["values"] for answer in shown] == ([] if dry_run else [["true"], ["fish"]])
        assert [answer.value for answer in await make.all(Answer)] == stored


async def test_staff_ask_and_what_they_may_not_ask_is_told_with_its_path(
    make: Maker, client: Client, event: Event
) -> None:
    registrar = await make.staff(Role.REGISTRAR)
    meal = (await make.all(Question, key="meal"))[0]
    input: dict[str, Any] = {
        "eventId": encode_id("Event", event.id),
        "key": "allergies",
        "kind": "CHOICE",
        "label": [{"locale": "FR", "text": "Allergies ?"}],
        "options": [{"key": "nuts", "label": [{"locale": "FR", "text": "Noix"}]}],
        "sensitive": True,
        "dependsOnId": encode_id("Question", meal.id),
        "dependsOnValue": "true",
    }
    refused = (await client.ask(ASK, {"input": input | {"dependsOnValue": "yes"}}, person=registrar)).data[
        "createQuestion"
    ]
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["dependsOnValue"])
    asked = (await client.ask(ASK, {"input": input}, person=registrar)).data["createQuestion"]
    assert asked["question"]["event"] == {"slug": "colloque"}
    assert (asked["question"]["key"], asked["question"]["version"]) == ("allergies", 1)
    refused = (await client.ask(ASK, {"input": input}, person=registrar)).data["createQuestion"]
    assert (refused["__typename"], refused["path"]) == ("AlreadyExists", ["key"])
