"""Questions that events ask on registration, and the answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, case, func, literal_column, select
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB, array

import models
from schema.base.ids import Ref
from schema.compiler.bindings import ORDINALITY, Row
from schema.compiler.declare import column, computed, expression, extends, localized, many, one, read_type
from schema.events.event import Event
from schema.events.registration import Registration
from schema.people.segment import Segment
from schema.reading.recording import NEEDS
from schema.reading.relay import Node
from schema.reading.requests import Request
from services.core.errors import InvalidInput
from services.core.work import begin
from services.events.planning import audience
from services.events.questions.asking import MOST_QUESTIONS


def _text(value: Row) -> Row:
    """Render a JSON scalar as text; a string without its quotes."""
    return value.op("#>>", return_type=Text())(literal_column("'{}'"))


def _values(answer: Row) -> Row:
    each = func.jsonb_array_elements_text(answer.value).table_valued("value")
    chosen = func.array(select(each.c.value).scalar_subquery(), type_=ARRAY(Text))
    return case(
        (func.jsonb_typeof(answer.value) == literal_column("'array'"), chosen),
        else_=array([_text(answer.value)], type_=Text),
    )


@read_type()
class QuestionOption:
    """An option of a question. PUBLIC with the question."""

    key: str = column("Key of the option, used as the answer.")
    label: str | None = localized("Label shown to the person.")


async def _are_for_me(questions: Sequence[Mapping[str, Any]], request: Request) -> list[bool]:
    segments = [question["segment_id"] and UUID(question["segment_id"]) for question in questions]
    theirs: Collection[UUID] = ()
    if any(segments):
        async with begin(request.database, request.actor, now=request.reading.now) as work:
            theirs = await audience.segments_of(work, [id for id in segments if id], work.actor.person_id)
    return [id is None or id in theirs for id in segments]


@read_type(models.Question)
class Question(Node):
    """A question that an event asks on registration. PUBLIC with the event.

    An answered question is never changed: a change makes a new version under the same key.
    """

    key: str = column("Key, the same for all versions; used in answers and exports.")
    version: int = column("Version of the question, from 1.")
    kind: models.QuestionKind = column("Kind of answer.")
    label: str | None = localized("The question's text.")
    help: str | None = localized("Help text.")
    options: list[QuestionOption] = many(
        "Options to choose from, in order; empty if the question has no options.",
        rows=lambda question: func.question_options(question.options).table_valued(
            sql_column("key", Text), sql_column("label", JSONB), with_ordinality=ORDINALITY
        ),
    )
    required: bool = column("True if an answer is required.")
    sensitive: bool = column("True if the answers are visible only to staff who hold `needs.read`, and to the person.")
    segment: Segment | None = one(
        "Segment of people who are asked; null: everybody, or a segment that is not published.", via="segment_id"
    )
    is_for_everybody: bool = expression(
        "True if asked of everybody, `dependsOn` aside.", lambda question: question.segment_id.is_(None)
    )
    is_for_me: bool = computed(
        "True if asked of the reader, `dependsOn` aside.", batch=_are_for_me, needs=("segment_id",), weight=5
    )
    depends_on_value: str | None = expression(
        "Answer to `dependsOn` for which the question is asked: an option's key, `true` or `false`; null "
        "if always asked.",
        lambda question: _text(question.depends_on_value),
    )
    is_current: bool = expression(
        "True if the question is currently asked.", lambda question: question.retired_at.is_(None)
    )
    event: Event | None = one("Event that asks the question.", via="event_id")


QuestionId = Annotated[UUID, Ref("Question", "The question.")]


@extends(Question)
class _QuestionDependsOn:
    depends_on: Question | None = one(
        "Question that decides whether this one is asked, in its current version; null if always asked.",
        via="depends_on_id",
    )


@read_type(models.Answer)
class Answer(Node):
    """An answer to a question, in the version that was answered. STAFF of the event's association, and the person.

    Answers to sensitive questions: STAFF who hold `needs.read`, and the person.
    """

    question: Question | None = one("The question, in the version that was answered.", via="question_id")
    values: list[str] = expression(
        "The answer as text such as `12.5`, `true` or `2026-01-31`; for a choice of several options, the key of each.",
        _values,
        recorded=NEEDS,
    )


@extends(Event)
class _EventQuestions:
    questions: list[Question] = many(
        "Questions asked on registration, in order.",
        on=lambda event, row: (row.event_id == event.id) & row.retired_at.is_(None),
        order=("rank",),
        limit=MOST_QUESTIONS,
    )


@extends(Registration)
class _RegistrationAnswers:
    answers: list[Answer] = many(
        "Answers that the reader may see, including those to earlier versions of questions.",
        via="registration_id",
        limit=500,
    )


@dataclass(frozen=True)
class AnswerInput:
    """An answer to a question. Without a value, the answer is removed."""

    key: Annotated[str, "Key of the question."]
    value: Annotated[
        str | None,
        "The answer as text: a number such as `12.5`, `true` or `false`, a day such as `2026-01-31`, or "
        "the key of an option.",
    ] = None
    values: Annotated[list[str] | None, "Keys of the chosen options, instead of `value`, if several may be chosen."] = (
        None
    )


def given_answers(given: Sequence[AnswerInput] | None, *path: str) -> dict[str, Any]:
    """Convert answers to what operations take. Raise InvalidInput for a repeated key, and for both a value and values.

    `path` is the place of the answers in the input.
    """
    found: dict[str, Any] = {}
    for rank, answer in enumerate(given or ()):
        place = (*path, "answers", str(rank))
        if answer.key in found:
            raise InvalidInput("each question once", answer.key[:80], path=(*place, "key"))
        if answer.value is not None and answer.values is not None:
            raise InvalidInput("a value, or values", "both", path=place)
        found[answer.key] = answer.value if answer.values is None else answer.values
    return found
