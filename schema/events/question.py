"""What events ask those who register, and what they answered."""

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
    """A JSON scalar as text, a text without its quotes."""
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
    """One of the answers to choose from. PUBLIC with the question."""

    key: str = column("What an answer says.")
    label: str | None = localized("What the person reads.")


async def _are_for_me(questions: Sequence[Mapping[str, Any]], request: Request) -> list[bool]:
    segments = [question["segment_id"] and UUID(question["segment_id"]) for question in questions]
    theirs: Collection[UUID] = ()
    if any(segments):
        async with begin(request.database, request.actor, now=request.reading.now) as work:
            theirs = await audience.segments_of(work, [id for id in segments if id], work.actor.person_id)
    return [id is None or id in theirs for id in segments]


@read_type(models.Question)
class Question(Node):
    """Something that an event asks. PUBLIC with the event. One that was answered is frozen: changed, it is another

    version under the same key.
    """

    key: str = column("The same in each version: what answers and exports call it.")
    version: int = column("Which version of it this is.")
    kind: models.QuestionKind = column("What an answer is.")
    label: str | None = localized("The question.")
    help: str | None = localized("What helps to answer it.")
    options: list[QuestionOption] = many(
        "The answers to choose from, in order; none where one doesn't choose.",
        rows=lambda question: func.question_options(question.options).table_valued(
            sql_column("key", Text), sql_column("label", JSONB), with_ordinality=ORDINALITY
        ),
    )
    required: bool = column("Whether who is asked has to answer.")
    sensitive: bool = column("Whether the answers are for those who see to people's needs, and nobody else.")
    segment: Segment | None = one("Whom it is asked of, where that is published.", via="segment_id")
    is_for_everybody: bool = expression(
        "Whether it is asked of everybody, its condition aside.", lambda question: question.segment_id.is_(None)
    )
    is_for_me: bool = computed(
        "Whether it is asked of the reader, its condition aside.", batch=_are_for_me, needs=("segment_id",), weight=5
    )
    depends_on_value: str | None = expression(
        "The answer with which it is asked: an option's key, `true` or `false`.",
        lambda question: _text(question.depends_on_value),
    )
    is_current: bool = expression("Whether it is asked now.", lambda question: question.retired_at.is_(None))
    event: Event | None = one("The event that asks it.", via="event_id")


QuestionId = Annotated[UUID, Ref("Question", "The question.")]


@extends(Question)
class _QuestionDependsOn:
    depends_on: Question | None = one(
        "The question that decides whether it is asked: whichever version of its key is current.", via="depends_on_id"
    )


@read_type(models.Answer)
class Answer(Node):
    """What somebody answered, as it was asked then. STAFF of the event's association, and the person.

    To a sensitive question: STAFF who see to people's needs (`needs.read`), and the person.
    """

    question: Question | None = one("The question, in the version that was answered.", via="question_id")
    values: list[str] = expression(
        "The answer as text: of several options, the key of each; else one text, such as `12.5`, `true`, `2026-01-31`.",
        _values,
        recorded=NEEDS,
    )


@extends(Event)
class _EventQuestions:
    questions: list[Question] = many(
        "What it asks those who register, in order.",
        on=lambda event, row: (row.event_id == event.id) & row.retired_at.is_(None),
        order=("rank",),
        limit=MOST_QUESTIONS,
    )


@extends(Registration)
class _RegistrationAnswers:
    answers: list[Answer] = many(
        "What was answered, as far as the reader may see it; to earlier versions of questions too.",
        via="registration_id",
        limit=500,
    )


@dataclass(frozen=True)
class AnswerInput:
    """An answer to a question. One without a value is taken back."""

    key: Annotated[str, "The question's key."]
    value: Annotated[
        str | None,
        "The answer as text: a number such as `12.5`, `true` or `false`, a day such as `2026-01-31`, "
        "the key of an option.",
    ] = None
    values: Annotated[list[str] | None, "Where several options may be chosen, instead of `value`: the key of each."] = (
        None
    )


def given_answers(given: Sequence[AnswerInput] | None, *path: str) -> dict[str, Any]:
    """What operations take. InvalidInput for a key that comes twice, and for a value beside values.

    `path`: where in the input they stand.
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
