"""What people answer: what is accepted, and who is asked."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models import (
    Answer,
    AnswerFault,
    Event,
    Person,
    QuestionKind,
    Registration,
)
from services.events.errors import AnswersNotAccepted
from services.events.questions import answers
from tests.making import Maker
from tests.services.events.questions.answering import NOW, OPTIONS, Form, answer, answered, faults, options, store

TEXT, LONG_TEXT, NUMBER, BOOLEAN, DATE, CHOICE, CHOICES = QuestionKind
MISSING, UNKNOWN, WRONG_TYPE, NOT_ASKED, NO_SUCH_OPTION, TOO_LONG = AnswerFault


# What an answer is


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        (TEXT, "  Ève, « à côté » 🪑 ", "Ève, « à côté » 🪑"),
        (TEXT, "x" * 200, "x" * 200),
        (LONG_TEXT, "x\n" * 2_499 + "yz", "x\n" * 2_499 + "yz"),
        (NUMBER, "12.50", "12.5"),
        (NUMBER, "-0.0", "0"),
        (NUMBER, "+007", "7"),
        (NUMBER, "1000000000000", "1000000000000"),
        (NUMBER, 3, "3"),
        (NUMBER, Decimal("0.25"), "0.25"),
        (BOOLEAN, True, True),
        (BOOLEAN, "false", False),
        (DATE, "2024-02-29", "2024-02-29"),
        (DATE, date(2026, 1, 31), "2026-01-31"),
        (CHOICE, "south", "south"),
        (CHOICES, ["east", "north"], ["north", "east"]),
        (CHOICES, list(OPTIONS), list(OPTIONS)),
    ],
)
async def test_an_answer_is_stored_in_the_one_form_of_its_kind(
    form: Form, kind: QuestionKind, given: Any, stored: Any
) -> None:
    make, event, ana, anas = form
    question = await make.question(event, "asked", kind, options=options(kind), sensitive=True)
    await store(make, ana, anas, {"asked": given})
    (kept,) = await make.all(Answer)
    assert (kept.value, kept.question_id, kept.answered_at) == (stored, question.id, NOW)
    assert (kept.registration_id, kept.event_id, kept.person_id) == (anas.id, event.id, ana.id)
    assert (kept.association_id, kept.sensitive) == (event.association_id, True)


@pytest.mark.parametrize(
    ("kind", "given", "fault"),
    [
        (TEXT, "x" * 201, TOO_LONG),
        (TEXT, 3, WRONG_TYPE),
        (TEXT, ["x"], WRONG_TYPE),
        (TEXT, "a\x00b", WRONG_TYPE),
        (LONG_TEXT, "x" * 5_001, TOO_LONG),
        (NUMBER, "1000000000000.1", WRONG_TYPE),
        (NUMBER, "-1000000000001", WRONG_TYPE),
        (NUMBER, "1e3", WRONG_TYPE),
        (NUMBER, "NaN", WRONG_TYPE),
        (NUMBER, "1,5", WRONG_TYPE),
        (NUMBER, "٣", WRONG_TYPE),
        (NUMBER, "0.1234567", WRONG_TYPE),
        (NUMBER, True, WRONG_TYPE),
        (NUMBER, 1.5, WRONG_TYPE),
        (BOOLEAN, "yes", WRONG_TYPE),
        (BOOLEAN, 1, WRONG_TYPE),
        (DATE, "2025-02-29", WRONG_TYPE),
        (DATE, "20260131", WRONG_TYPE),
        (DATE, "2026-W05-6", WRONG_TYPE),
        (DATE, NOW, WRONG_TYPE),
        (CHOICE, "west", NO_SUCH_OPTION),
        (CHOICE, ["north"], WRONG_TYPE),
        (CHOICES, "north", WRONG_TYPE),
        (CHOICES, ["north", "west"], NO_SUCH_OPTION),
        (CHOICES, ["north", "north"], WRONG_TYPE),
        (CHOICES, [["north"]], WRONG_TYPE),
    ],
)
async def test_what_does_not_answer_the_question_is_refused(
    form: Form, kind: QuestionKind, given: Any, fault: AnswerFault
) -> None:
    make, event, ana, anas = form
    await make.question(event, "asked", kind, options=options(kind))
    assert await faults(make, ana, anas, {"asked": given}) == {"asked": fault}


@pytest.mark.parametrize("nothing", [None, "", "  ", [], ()])
async def test_nothing_is_no_answer(make: Maker, event: Event, ana: Person, anas: Registration, nothing: Any) -> None:
    await make.question(event, "open")
    await store(make, ana, anas, {"open": nothing})
    assert await answered(make, anas) == {}
    await make.question(event, "asked", required=True)
    assert await faults(make, ana, anas, {"asked": nothing}) == {"asked": MISSING}


async def test_every_fault_is_told_at_once_in_the_order_of_the_questions(
    make: Maker, event: Event, ana: Person, anas: Registration
) -> None:
    await make.question(event, "z-missing", required=True)
    await make.question(event, "wrong", NUMBER)
    await make.question(event, "right")
    await make.question(event, "long")
    await make.question(event, "a-choice", CHOICE, options=OPTIONS)
    given = {"wrong": "x", "right": "y", "long": "x" * 201, "a-choice": "west", "b-unknown": "x", "a-unknown": None}
    found = await faults(make, ana, anas, given)
    assert list(found.items()) == [
        ("z-missing", MISSING),
        ("wrong", WRONG_TYPE),
        ("long", TOO_LONG),
        ("a-choice", NO_SUCH_OPTION),
        ("a-unknown", UNKNOWN),
        ("b-unknown", UNKNOWN),
    ]


async def test_keys_that_nobody_asks_are_told_in_part_only(make: Maker, ana: Person, anas: Registration) -> None:
    found = await faults(make, ana, anas, {f"{number:04}{'x' * 200}": "x" for number in range(500)})
    assert set(found.values()) == {UNKNOWN}
    assert (len(found), {len(key) for key in found}) == (answers.MOST_FAULTS, {80})


async def test_an_event_that_asks_nothing_takes_no_answers_and_needs_none(
    make: Maker, event: Event, ana: Person, anas: Registration
) -> None:
    await store(make, ana, anas, {})
    assert await faults(make, ana, anas, {"diet": "x"}) == {"diet": UNKNOWN}
    await make.question(event, "diet", required=True, retired_at=NOW)
    await store(make, ana, anas, {})
    assert await faults(make, ana, anas, {"diet": "x"}) == {"diet": UNKNOWN}


# Who is asked


async def test_a_question_for_a_segment_is_asked_of_who_is_in_it(make: Maker, event: Event) -> None:
    there = await make.association()
    hidden = await make.segment({"within_id": there.id}, association=there, published=False)
    await make.question(event, "room", required=True, segment_id=hidden.id)
    inside, outside = await make.member(there), await make.member()
    theirs, others = await make.registration(event, inside), await make.registration(event, outside)
    assert await faults(make, inside, theirs, {}) == {"room": MISSING}
    await store(make, inside, theirs, {"room": "12"})
    await store(make, outside, others, {})
    assert await faults(make, outside, others, {"room": "12"}) == {"room": NOT_ASKED}
    assert await answered(make, theirs) == {"room/1": "12"}


@pytest.mark.parametrize(
    ("kind", "wanted", "meeting", "other"),
    [
        (BOOLEAN, True, True, False),
        (BOOLEAN, False, False, True),
        (CHOICE, "south", "south", "north"),
        (CHOICES, "south", ["north", "south"], ["north"]),
    ],
)
async def test_a_question_with_a_condition_is_asked_of_who_meets_it(
    form: Form, kind: QuestionKind, wanted: Any, meeting: Any, other: Any
) -> None:
    make, event, ana, anas = form
    on = await make.question(event, "on", kind, options=options(kind))
    await make.question(event, "then", depends_on=on, depends_on_value=wanted, required=True)
    for given in ({}, {"on": None}, {"on": other}):
        assert await faults(make, ana, anas, {**given, "then": "x"}) == {"then": NOT_ASKED}
    assert await faults(make, ana, anas, {"on": meeting}) == {"then": MISSING}
    await store(make, ana, anas, {"on": other})
    await store(make, ana, anas, {"on": meeting, "then": "x"})
    assert await answered(make, anas) == {"on/1": meeting, "then/1": "x"}


async def test_what_depends_on_an_answer_at_fault_is_not_judged_before_that_is_right(
    make: Maker, event: Event, ana: Person, anas: Registration
) -> None:
    on = await make.question(event, "on", CHOICE, options=OPTIONS)
    await make.question(event, "then", depends_on=on, depends_on_value="south", required=True)
    assert await faults(make, ana, anas, {"on": "west"}) == {"on": NO_SUCH_OPTION}
    assert await faults(make, ana, anas, {"on": "west", "then": "x" * 201}) == {"on": NO_SUCH_OPTION, "then": TOO_LONG}


async def test_a_chain_of_conditions_ends_with_its_first_link(
    make: Maker, event: Event, ana: Person, anas: Registration
) -> None:
    # In the order in which they are asked, the last comes first.
    on = await make.question(event, "on", BOOLEAN, rank=9)
    then = await make.question(event, "then", BOOLEAN, rank=8, depends_on=on, depends_on_value=True)
    await make.question(event, "last", rank=7, depends_on=then, depends_on_value=True)
    await store(make, ana, anas, {"on": True, "then": True, "last": "x"})
    assert await answered(make, anas) == {"on/1": True, "then/1": True, "last/1": "x"}
    await answer(make, ana, anas, {"on": False})
    assert await answered(make, anas) == {"on/1": False}
    assert await faults(make, ana, anas, {"last": "x"}) == {"last": NOT_ASKED}


async def test_staff_who_register_somebody_may_leave_open_what_is_required(
    make: Maker, event: Event, registrar: Person, anas: Registration
) -> None:
    await make.question(event, "diet", required=True)
    await make.question(event, "age", NUMBER, required=True)
    await store(make, registrar, anas, {"age": "41"}, on_behalf=True)
    assert await answered(make, anas) == {"age/1": "41"}
    assert await faults(make, registrar, anas, {"age": "41"}) == {"diet": MISSING}
    with pytest.raises(AnswersNotAccepted):
        await store(make, registrar, anas, {"age": "x"}, on_behalf=True)
    assert await answered(make, anas) == {"age/1": "41"}
