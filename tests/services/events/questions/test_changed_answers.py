"""Answers that are changed, those to versions that were, and who sees them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models import (
    Answer,
    AnswerFault,
    Event,
    EventState,
    JournalEntry,
    Person,
    Question,
    QuestionKind,
    Registration,
    RegistrationState,
    Role,
)
from services.core.errors import NotAllowed, NotFound, NotSignedIn
from services.events.errors import AnswersNotAccepted, RegistrationClosed, WrongEventState, WrongRegistrationState
from services.events.questions.answers import answer_questions
from services.events.questions.asking import QuestionInput, change_question, retire_question
from tests.making import Maker, texts
from tests.services.events.questions.answering import LATER, NOW, answer, answered, faults, store

TEXT, LONG_TEXT, NUMBER, BOOLEAN, DATE, CHOICE, CHOICES = QuestionKind
MISSING, UNKNOWN, WRONG_TYPE, NOT_ASKED, NO_SUCH_OPTION, TOO_LONG = AnswerFault


# Changing answers


async def test_people_change_their_answers_and_keep_those_they_do_not_speak_of(
    make: Maker, event: Event, ana: Person, anas: Registration
) -> None:
    for key in ("a", "b", "c"):
        await make.question(event, key)
    await store(make, ana, anas, {"a": "1", "b": "2"})
    kept, changed = await make.all(Answer)
    await answer(make, ana, anas, {"b": "3", "c": "4"})
    assert await answered(make, anas) == {"a/1": "1", "b/1": "3", "c/1": "4"}
    assert (await make.fresh(kept)).model_dump() == kept.model_dump()
    assert ((await make.fresh(changed)).id, (await make.fresh(changed)).answered_at) == (changed.id, LATER)
    await answer(make, ana, anas, {"a": None})
    assert await answered(make, anas) == {"b/1": "3", "c/1": "4"}
    entries = await make.all(JournalEntry)
    assert [(entry.action, entry.on_behalf_of_id) for entry in entries] == [("registration.answered", None)] * 2
    assert all("3" not in str(entry.data.get("b")) for entry in entries)
    assert entries[0].data == {"event_id": str(event.id), "answers": 3}


async def test_a_required_answer_is_not_taken_back(make: Maker, event: Event, ana: Person, anas: Registration) -> None:
    question = await make.question(event, "diet", required=True)
    await make.answer(anas, question, "vegan")
    with pytest.raises(AnswersNotAccepted) as refused:
        await answer(make, ana, anas, {"diet": None})
    assert (refused.value.questions, refused.value.reasons) == (["diet"], [MISSING])
    assert await answered(make, anas) == {"diet/1": "vegan"}


async def test_staff_note_what_somebody_tells_them_and_it_is_said_on_whose_behalf(
    make: Maker, event: Event, registrar: Person, ana: Person, anas: Registration
) -> None:
    await make.question(event, "diet", required=True, sensitive=True)
    await make.question(event, "age", NUMBER, required=True)
    await answer(make, registrar, anas, {"diet": "vegan"})
    assert await answered(make, anas) == {"diet/1": "vegan"}
    (entry,) = await make.all(JournalEntry)
    assert (entry.actor_person_id, entry.on_behalf_of_id) == (registrar.id, ana.id)


async def test_who_notes_a_sensitive_answer_need_not_be_who_reads_it(
    make: Maker, event: Event, registrar: Person, anas: Registration
) -> None:
    question = await make.question(event, "diet", sensitive=True)
    desk = await make.actor(registrar)
    desk = replace(desk, holds={name: ids for name, ids in desk.holds.items() if name != "needs.read"})
    await answer(make, desk, anas, {"diet": "vegan"})
    await answer(make, desk, anas, {"diet": "kosher"})
    (kept,) = await make.all(Answer)
    assert (kept.value, kept.question_id) == ("kosher", question.id)
    async with make.acting_as(desk) as work:
        assert await work.seen(Answer, [kept.id]) == set()


async def test_answers_are_changed_by_their_person_and_by_the_desk(
    make: Maker, event: Event, anas: Registration
) -> None:
    await make.question(event, "diet")
    stranger = await (await make.other()).staff()
    reader = await make.actor(await make.staff(Role.REGISTRAR))
    reader = replace(reader, holds={"registrations.read": reader.holds["registrations.read"]})
    for who, problem in (
        (await make.member(), NotFound),
        (await make.staff(Role.MEMBERSHIP_OFFICER), NotFound),
        (stranger, NotFound),
        (reader, NotAllowed),
    ):
        with pytest.raises(problem):
            await answer(make, who, anas, {"diet": "x"})
    with pytest.raises((NotFound, NotSignedIn)):
        async with make.acting_as(None) as work:
            await answer_questions(work, anas.id, {"diet": "x"})
    assert await make.count(Answer) == 0


async def test_people_change_answers_until_the_event_starts_and_staff_until_it_is_held(
    make: Maker, event: Event, registrar: Person, ana: Person, anas: Registration
) -> None:
    await make.question(event, "diet")
    await answer(make, ana, anas, {"diet": "1"}, now=event.starts_at - timedelta(seconds=1))
    with pytest.raises(RegistrationClosed) as refused:
        await answer(make, ana, anas, {"diet": "2"}, now=event.starts_at)
    assert refused.value.closed_at == event.starts_at
    assert await answered(make, anas) == {"diet/1": "1"}
    await answer(make, registrar, anas, {"diet": "3"}, now=event.starts_at)
    event.state = EventState.HELD
    await make.save(event)
    for who in (ana, registrar):
        with pytest.raises(WrongEventState):
            await answer(make, who, anas, {"diet": "4"}, now=event.starts_at)
    assert await answered(make, anas) == {"diet/1": "3"}


@pytest.mark.parametrize("state", [RegistrationState.CANCELLED, RegistrationState.REFUSED, RegistrationState.ATTENDED])
async def test_a_registration_that_is_over_is_answered_for_no_more(
    make: Maker, event: Event, ana: Person, registrar: Person, state: RegistrationState
) -> None:
    await make.question(event, "diet")
    theirs = await make.registration(event, ana, state)
    with pytest.raises(WrongRegistrationState):
        await answer(make, ana, theirs, {"diet": "x"})
    assert await make.count(Answer) == 0
    if state is RegistrationState.ATTENDED:
        await answer(make, registrar, theirs, {"diet": "x"})
        assert await answered(make, theirs) == {"diet/1": "x"}


# Versions


async def reworded(make: Maker, registrar: Person, question: Question, **columns: Any) -> Question:
    """The next version of a question that was answered."""
    async with make.acting_as(registrar, now=NOW) as work:
        to = QuestionInput(**{"kind": question.kind, "label": texts("Autrement ?", "Otherwise?"), **columns})
        return await change_question(work, question.id, **vars(to))


async def test_answers_to_an_earlier_version_stay_and_count_until_the_current_one_is_answered(
    make: Maker, event: Event, registrar: Person, ana: Person, anas: Registration
) -> None:
    first = await make.question(event, "diet", required=True)
    await make.question(event, "other")
    await store(make, ana, anas, {"diet": "vegan"})
    await reworded(make, registrar, first, kind=BOOLEAN, required=True)
    await answer(make, ana, anas, {"other": "x"})  # who has answered isn't asked again
    assert await answered(make, anas) == {"diet/1": "vegan", "other/1": "x"}
    late = await make.registration(event, await make.member())
    assert await faults(make, await person_of(make, late), late, {}) == {"diet": MISSING}
    await answer(make, ana, anas, {"diet": True})
    assert await answered(make, anas) == {"diet/1": "vegan", "diet/2": True, "other/1": "x"}


async def person_of(make: Maker, registration: Registration) -> Person:
    """Whose it is."""
    return (await make.all(Person, id=registration.person_id))[0]


async def test_a_condition_goes_by_what_was_answered_to_whichever_version(
    make: Maker, event: Event, registrar: Person, ana: Person, anas: Registration
) -> None:
    meal = await make.question(event, "meal", BOOLEAN)
    await make.question(event, "wine", depends_on=meal, depends_on_value=True)
    await store(make, ana, anas, {"meal": True})
    await reworded(make, registrar, meal)
    await answer(make, ana, anas, {"wine": "red"})
    await answer(make, ana, anas, {"meal": False})
    assert await answered(make, anas) == {"meal/1": True, "meal/2": False}
    assert await faults(make, ana, anas, {"wine": "white"}) == {"wine": NOT_ASKED}


async def test_answers_to_what_is_asked_no_more_stay(
    make: Maker, event: Event, registrar: Person, ana: Person, anas: Registration
) -> None:
    question = await make.question(event, "diet")
    await store(make, ana, anas, {"diet": "vegan"})
    async with make.acting_as(registrar) as work:
        await retire_question(work, question.id)
    await answer(make, ana, anas, {})
    assert await answered(make, anas) == {"diet/1": "vegan"}


async def test_who_has_left_a_segment_keeps_what_they_answered(
    make: Maker, event: Event, ana: Person, anas: Registration
) -> None:
    there = await make.association()
    segment = await make.segment({"within_id": there.id})
    question = await make.question(event, "room", segment_id=segment.id, required=True)
    await make.question(event, "other")
    await make.answer(anas, question, "12")  # when Ana was in it
    await answer(make, ana, anas, {"other": "x"})
    assert await answered(make, anas) == {"room/1": "12", "other/1": "x"}
    assert await faults(make, ana, anas, {"room": "13"}) == {"room": NOT_ASKED}


# Who sees an answer


async def test_a_sensitive_answer_is_for_who_sees_to_needs(
    make: Maker, event: Event, ana: Person, anas: Registration, registrar: Person
) -> None:
    open_one = await make.answer(anas, await make.question(event, "workshop"), "a")
    sensitive = await make.answer(anas, await make.question(event, "diet", sensitive=True), "vegan")
    desk = await make.actor(registrar)
    without = replace(desk, holds={name: ids for name, ids in desk.holds.items() if name != "needs.read"})
    needs_only = replace(desk, holds={"needs.read": desk.holds["needs.read"]})
    for who, seen in (
        (ana, {open_one.id, sensitive.id}),
        (desk, {open_one.id, sensitive.id}),
        (without, {open_one.id}),
        (needs_only, {open_one.id, sensitive.id}),
        (await make.member(), set()),
        (await make.staff(Role.MEMBERSHIP_OFFICER), set()),
        (None, set()),
    ):
        async with make.acting_as(who) as work:
            assert await work.seen(Answer, [open_one.id, sensitive.id]) == seen
