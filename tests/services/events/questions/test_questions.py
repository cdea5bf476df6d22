"""What an event asks: asking, changing, retiring, ordering; and what becomes of it once somebody answered."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from models import Answer, Event, EventState, Person, Question, QuestionKind, Role
from services.core.actor import Actor
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem
from services.events.errors import QuestionDependedOn, QuestionRetired, TooManyQuestions, WrongEventState
from services.events.planning.life import publish_event
from services.events.questions.asking import (
    MOST_OPTIONS,
    MOST_QUESTIONS,
    OptionInput,
    QuestionInput,
    ask_question,
    change_question,
    reorder_questions,
    retire_question,
)
from tests.making import Maker, texts
from tests.services.events.looking import picture
from tests.services.looking import actions

TEXT, NUMBER, BOOLEAN, CHOICE, CHOICES = (
    QuestionKind.TEXT,
    QuestionKind.NUMBER,
    QuestionKind.BOOLEAN,
    QuestionKind.CHOICE,
    QuestionKind.CHOICES,
)
NOW = datetime.now(UTC).replace(microsecond=0)
Columns = Mapping[str, Any]
Act = Callable[[], Awaitable[Question]]


def asked(kind: QuestionKind = TEXT, *options: str, **columns: Any) -> QuestionInput:
    """A question as it is asked."""
    chosen = [OptionInput(key=key, label=texts(f"Le {key}", f"The {key}")) for key in options]
    return QuestionInput(**{"kind": kind, "label": texts("Régime ?", "Diet?"), "options": chosen, **columns})


async def ask(make: Maker, who: Person | Actor | None, event: Event, key: str = "diet", **columns: Any) -> Question:
    """Somebody asks."""
    async with make.acting_as(who, now=NOW) as work:
        return await ask_question(work, event.id, key=key, asked=columns.pop("asked", asked()), **columns)


async def change(make: Maker, who: Person, question: Question, to: QuestionInput) -> Question:
    """Somebody says a question anew."""
    async with make.acting_as(who, now=NOW) as work:
        return await change_question(work, question.id, **vars(to))


async def retire(make: Maker, who: Person, question: Question) -> Question:
    """Somebody asks a question no more."""
    async with make.acting_as(who, now=NOW) as work:
        return await retire_question(work, question.id)


async def answered(make: Maker, question: Question, value: Any = "sans gluten") -> Answer:
    """Somebody registers, and answers."""
    event = (await make.all(Event, id=question.event_id))[0]
    return await make.answer(await make.registration(event, await make.person()), question, value)


async def current(make: Maker, event: Event) -> list[str]:
    """The keys of what is asked, in order."""
    found = await make.all(Question, event_id=event.id, retired_at=None)
    return [question.key for question in sorted(found, key=lambda question: question.rank)]


async def test_a_question_is_asked_of_everybody_after_those_that_there_are(
    make: Maker, registrar: Person, event: Event
) -> None:
    first = await ask(make, registrar, event, "first")
    second = await ask(make, registrar, event, "second", asked=asked(help=texts("Aide", "Help"), required=True))
    assert (first.version, first.rank, first.kind, first.label) == (1, 0, TEXT, texts("Régime ?", "Diet?"))
    assert (first.required, first.sensitive, first.segment_id, first.options) == (False, False, None, None)
    assert (first.association_id, first.published) == (event.association_id, True)
    assert (second.rank, second.help, second.required) == (1, texts("Aide", "Help"), True)
    before_all = await ask(make, registrar, event, "before", rank=0)
    assert before_all.rank == 0
    assert await actions(make) == ["question.asked"] * 3


async def test_a_question_of_options_keeps_them_in_order(make: Maker, registrar: Person, event: Event) -> None:
    question = await ask(make, registrar, event, asked=asked(CHOICE, "vegan", "all", sensitive=True))
    assert question.options == [
        {"key": "vegan", "label": texts("Le vegan", "The vegan")},
        {"key": "all", "label": texts("Le all", "The all")},
    ]
    assert question.sensitive


@pytest.mark.parametrize(
    ("columns", "path"),
    [
        ({"key": "Diet!"}, ("key",)),
        ({"rank": -1}, ("rank",)),
        ({"asked": asked(label={})}, ("label",)),
        ({"asked": asked(label={"de": "Diät?"})}, ("label", "de")),
        ({"asked": asked(help={"fr": "x" * 2001})}, ("help", "fr")),
        ({"asked": asked(CHOICE)}, ("options",)),
        ({"asked": asked(TEXT, "one")}, ("options",)),
        ({"asked": asked(CHOICE, *map(str, range(MOST_OPTIONS + 1)))}, ("options",)),
        ({"asked": asked(CHOICES, "one", "one")}, ("options", "1", "key")),
        ({"asked": asked(CHOICES, "one", "Two")}, ("options", "1", "key")),
        ({"asked": asked(depends_on_value=True)}, ("dependsOnId",)),
    ],
)
async def test_a_question_that_cannot_be_asked_so_is_refused_with_its_path(
    make: Maker, registrar: Person, event: Event, columns: Columns, path: tuple[str, ...]
) -> None:
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        await ask(make, registrar, event, **columns)
    assert refused.value.path == path
    assert await picture(make) == before


async def test_a_key_is_asked_once_and_may_come_back_after_it_was_retired(
    make: Maker, registrar: Person, event: Event
) -> None:
    question = await ask(make, registrar, event)
    with pytest.raises(AlreadyExists):
        await ask(make, registrar, event)
    assert await make.count(Question) == 1
    assert (await retire(make, registrar, question)).retired_at == NOW
    again = await ask(make, registrar, event)
    assert (again.key, again.version, again.retired_at) == ("diet", 2, None)
    assert (await ask(make, registrar, await make.event())).version == 1  # another event's is another question


async def test_an_event_asks_fifty_questions_at_the_most(make: Maker, registrar: Person, event: Event) -> None:
    made = [await make.question(event) for _ in range(MOST_QUESTIONS)]
    with pytest.raises(TooManyQuestions) as refused:
        await ask(make, registrar, event)
    assert (refused.value.most, await make.count(Question)) == (50, 50)
    await retire(make, registrar, made[0])
    await ask(make, registrar, event)
    assert len(await current(make, event)) == 50


async def test_a_segment_has_to_be_one_that_whoever_asks_sees(make: Maker, registrar: Person, event: Event) -> None:
    seen = await make.segment()
    unseen = await make.segment(association=await make.association(), published=False)
    assert (await ask(make, registrar, event, asked=asked(segment_id=seen.id))).segment_id == seen.id
    with pytest.raises(NotFound) as refused:
        await ask(make, registrar, event, "other", asked=asked(segment_id=unseen.id))
    assert refused.value.path == ("segmentId",)
    assert await current(make, event) == ["diet"]


# Who may


async def test_questions_are_for_who_manages_the_event(make: Maker, event: Event) -> None:
    question = await make.question(event, "diet")
    officer = await make.staff(Role.MEMBERSHIP_OFFICER)
    before = await picture(make)
    for who, problem in ((None, NotSignedIn), (officer, NotAllowed), (await make.member(), NotAllowed)):
        for act in (
            lambda work: ask_question(work, event.id, key="other", asked=asked()),
            lambda work: change_question(work, question.id, **vars(asked(required=True))),
            lambda work: retire_question(work, question.id),
            lambda work: reorder_questions(work, event.id, [question.id]),
        ):
            with pytest.raises(problem):
                async with make.acting_as(who) as work:
                    await act(work)
    assert await picture(make) == before


async def test_what_a_draft_asks_is_not_there_for_others(make: Maker) -> None:
    question = await make.question(await make.event(state=EventState.DRAFT))
    stranger = await (await make.other()).staff()
    for who in (await make.member(), stranger):
        with pytest.raises(NotFound):
            async with make.acting_as(who) as work:
                await retire_question(work, question.id)
    assert (await make.fresh(question)).retired_at is None


@pytest.mark.parametrize("state", [EventState.HELD, EventState.REPORTED, EventState.CANCELLED])
async def test_an_event_that_is_over_asks_nothing_new(make: Maker, registrar: Person, state: EventState) -> None:
    event = await make.event(state=state)
    question = await make.question(event, "diet")
    acts: tuple[Act, ...] = (
        lambda: ask(make, registrar, event, "other"),
        lambda: change(make, registrar, question, asked(required=True)),
        lambda: retire(make, registrar, question),
    )
    for act in acts:
        with pytest.raises(WrongEventState):
            await act()
    assert [q.model_dump() for q in await make.all(Question)] == [question.model_dump()]


# Once somebody answered


async def test_a_question_that_nobody_answered_is_changed_in_place(
    make: Maker, registrar: Person, event: Event
) -> None:
    question = await ask(make, registrar, event)
    changed = await change(make, registrar, question, asked(NUMBER, required=True, sensitive=True))
    assert (changed.id, changed.version, changed.kind, changed.required) == (question.id, 1, NUMBER, True)
    assert changed.sensitive
    assert await make.count(Question) == 1
    assert await actions(make) == ["question.asked", "question.changed"]


async def test_a_question_that_was_answered_is_frozen_and_goes_on_as_another_version(
    make: Maker, registrar: Person, event: Event
) -> None:
    question = await ask(make, registrar, event)
    await ask(make, registrar, event, "last")
    answer = await answered(make, question)
    changed = await change(make, registrar, question, asked(NUMBER))
    assert (changed.key, changed.version, changed.kind, changed.rank, changed.retired_at) == (
        "diet",
        2,
        NUMBER,
        0,
        None,
    )
    before = await make.fresh(question)
    assert before.model_dump() == question.model_dump() | {"retired_at": NOW}
    assert (await make.fresh(answer)).model_dump() == answer.model_dump()
    assert await current(make, event) == ["diet", "last"]
    assert (await actions(make))[-1] == "question.replaced"


async def test_saying_a_question_as_it_is_changes_nothing(make: Maker, registrar: Person, event: Event) -> None:
    question = await ask(make, registrar, event)
    await answered(make, question)
    before = await picture(make)
    assert (await change(make, registrar, question, asked())).id == question.id
    assert await picture(make) == before


async def test_an_answer_that_staff_may_not_see_freezes_its_question_too(make: Maker, event: Event) -> None:
    """An umbrella's administrator manages events below, and sees no persons there."""
    home = await make.home()
    above = await make.umbrella()
    await make.affiliation(home, above)
    administrator = await make.staff(Role.ADMINISTRATOR, above, cascades=True)
    question = await make.question(event, "diet", sensitive=True)
    await answered(make, question)
    async with make.acting_as(administrator) as work:
        assert await work.seen(Answer, [row.id for row in await make.all(Answer)]) == set()
    assert (await change(make, administrator, question, asked(sensitive=True))).version == 2


async def test_a_version_that_is_not_current_is_neither_changed_nor_retired_again(
    make: Maker, registrar: Person, event: Event
) -> None:
    question = await ask(make, registrar, event)
    await answered(make, question)
    current_one = await change(make, registrar, question, asked(NUMBER))
    before = await picture(make)
    acts: tuple[Act, ...] = (
        lambda: change(make, registrar, question, asked(BOOLEAN)),
        lambda: retire(make, registrar, question),
    )
    for act in acts:
        with pytest.raises(QuestionRetired) as refused:
            await act()
        assert refused.value.question_id == current_one.id
    assert await picture(make) == before
    await retire(make, registrar, current_one)
    with pytest.raises(QuestionRetired) as refused:
        await retire(make, registrar, current_one)
    assert refused.value.question_id is None


# Conditions


async def test_a_question_depends_on_one_of_yes_or_no_or_of_options(
    make: Maker, registrar: Person, event: Event
) -> None:
    meal = await make.question(event, "meal", BOOLEAN)
    bus = await make.question(event, "bus", CHOICE, options=["north", "south"])
    days = await make.question(event, "days", CHOICES, options=["one", "two"])
    for key, on, given, kept in (("a", meal, "true", True), ("b", bus, "south", "south"), ("c", days, "two", "two")):
        question = await ask(make, registrar, event, key, asked=asked(depends_on_id=on.id, depends_on_value=given))
        assert (question.depends_on_id, question.depends_on_value) == (on.id, kept)


async def test_a_condition_that_nobody_could_meet_is_refused(make: Maker, registrar: Person, event: Event) -> None:
    text = await make.question(event, "text")
    meal = await make.question(event, "meal", BOOLEAN, sensitive=True)
    bus = await make.question(event, "bus", CHOICE, options=["north"])
    elsewhere = await make.question(await make.event(), "elsewhere", BOOLEAN)
    retired = await make.question(event, "gone", BOOLEAN, retired_at=NOW)
    before = await picture(make)
    refusals: list[tuple[Question, Any, Columns, type[Problem], str]] = [
        (text, "x", {}, InvalidInput, "dependsOnId"),
        (meal, "perhaps", {"sensitive": True}, InvalidInput, "dependsOnValue"),
        (meal, None, {"sensitive": True}, InvalidInput, "dependsOnValue"),
        (meal, True, {}, InvalidInput, "sensitive"),  # who reads that it was asked knows what was answered
        (bus, "east", {}, InvalidInput, "dependsOnValue"),
        (elsewhere, True, {}, NotFound, "dependsOnId"),
        (retired, True, {}, NotFound, "dependsOnId"),
    ]
    for on, value, columns, problem, path in refusals:
        condition = asked(depends_on_id=on.id, depends_on_value=value, **columns)
        with pytest.raises(problem) as refused:
            await ask(make, registrar, event, asked=condition)
        assert refused.value.path == (path,)
    assert await picture(make) == before


async def test_questions_do_not_depend_on_each_other_in_a_circle(make: Maker, registrar: Person, event: Event) -> None:
    first = await make.question(event, "first", BOOLEAN)
    second = await make.question(event, "second", BOOLEAN, depends_on=first, depends_on_value=True)
    third = await make.question(event, "third", BOOLEAN, depends_on=second, depends_on_value=True)
    for on in (third, second, first):
        with pytest.raises(InvalidInput) as refused:
            await change(make, registrar, first, asked(BOOLEAN, depends_on_id=on.id, depends_on_value=True))
        assert refused.value.path == ("dependsOnId",)
    assert (await make.fresh(first)).depends_on_id is None
    changed = await change(make, registrar, third, asked(BOOLEAN, depends_on_id=first.id, depends_on_value=False))
    assert (changed.depends_on_id, changed.depends_on_value) == (first.id, False)


async def test_a_question_stays_while_others_depend_on_it(make: Maker, registrar: Person, event: Event) -> None:
    meal = await make.question(event, "meal", CHOICE, options=["fish", "meat"])
    wine = await make.question(event, "wine", depends_on=meal, depends_on_value="fish")
    before = await picture(make)
    acts: tuple[Act, ...] = (
        lambda: retire(make, registrar, meal),
        lambda: change(make, registrar, meal, asked(CHOICE, "meat")),
        lambda: change(make, registrar, meal, asked(BOOLEAN)),
        lambda: change(make, registrar, meal, asked(CHOICE, "fish", sensitive=True)),
    )
    for act in acts:
        with pytest.raises(QuestionDependedOn) as refused:
            await act()
        assert refused.value.questions == ["wine"]
    assert await picture(make) == before
    await change(make, registrar, meal, asked(CHOICES, "fish", "tofu"))
    await retire(make, registrar, wine)
    assert (await retire(make, registrar, meal)).retired_at == NOW


async def test_a_condition_goes_by_the_key_whichever_version_it_named(
    make: Maker, registrar: Person, event: Event
) -> None:
    meal = await make.question(event, "meal", BOOLEAN)
    wine = await make.question(event, "wine", depends_on=meal, depends_on_value=True)
    await answered(make, meal, True)
    second = await change(make, registrar, meal, asked(BOOLEAN, required=True))
    assert (second.version, (await make.fresh(wine)).depends_on_id) == (2, meal.id)
    with pytest.raises(QuestionDependedOn):
        await retire(make, registrar, second)
    beer = await ask(make, registrar, event, "beer", asked=asked(depends_on_id=meal.id, depends_on_value=True))
    assert beer.depends_on_id == second.id


# Order


async def test_questions_are_put_in_order_answered_or_not(make: Maker, registrar: Person, event: Event) -> None:
    made = [await make.question(event, key) for key in ("a", "b", "c")]
    await answered(make, made[0])
    async with make.acting_as(registrar) as work:
        await reorder_questions(work, event.id, [made[2].id, made[0].id, made[1].id])
    assert await current(make, event) == ["c", "a", "b"]
    assert await make.count(Question) == 3
    for ids in ([made[0].id], [made[0].id] * 3, [made[0].id, made[1].id, made[2].id, made[2].id]):
        with pytest.raises(InvalidInput):
            async with make.acting_as(registrar) as work:
                await reorder_questions(work, event.id, ids)
    assert await current(make, event) == ["c", "a", "b"]


async def test_publishing_an_event_publishes_its_questions(make: Maker, registrar: Person) -> None:
    event = await make.event(state=EventState.DRAFT)
    question = await ask(make, registrar, event)
    assert not question.published
    async with make.acting_as(registrar) as work:
        await publish_event(work, event.id)
    assert (await make.fresh(question)).published
