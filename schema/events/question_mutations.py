"""Mutations of an event's questions by staff, and of answers by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import models
from schema.base.inputs import Texts
from schema.events.event import Event, EventId
from schema.events.question import AnswerInput, Question, QuestionId, given_answers
from schema.events.registration import Registration, RegistrationId
from schema.mutations.declare import mutation
from schema.people.segment import SegmentId
from services.core.errors import AlreadyExists
from services.core.unset import UNSET, Unset
from services.core.work import Work
from services.events.errors import (
    AnswersNotAccepted,
    QuestionDependedOn,
    QuestionRetired,
    RegistrationClosed,
    TooManyQuestions,
    WrongEventState,
    WrongRegistrationState,
)
from services.events.questions import answers as answering
from services.events.questions import asking


@dataclass(frozen=True, kw_only=True)
class QuestionOptionInput(asking.OptionInput):
    """An option of a question."""

    key: Annotated[str, "Key of the option, used as the answer: lower-case letters, digits and hyphens."]
    label: Annotated[Texts, "Label shown to the person."]


@mutation(Question, problems=(AlreadyExists, TooManyQuestions, WrongEventState))
async def create_question(
    work: Work,
    *,
    event_id: Annotated[EventId, "Event that asks the question."],
    key: Annotated[
        str, "Key, the same for all versions; used in answers and exports: lower-case letters, digits and hyphens."
    ],
    kind: Annotated[models.QuestionKind, "Kind of answer."],
    label: Annotated[Texts, "The question's text."],
    help: Annotated[Texts | None, "Help text."] = None,  # noqa: A002 - what the schema calls it
    options: Annotated[
        Sequence[QuestionOptionInput], "Options to choose from, in order; only for kind CHOICE or CHOICES."
    ] = (),
    required: Annotated[bool, "True if an answer is required."] = False,
    sensitive: Annotated[
        bool, "True if the answers are visible only to staff who hold `needs.read`, and to the person."
    ] = False,
    segment_id: Annotated[SegmentId | None, "Segment of people who are asked; null: everybody."] = None,
    depends_on_id: Annotated[
        QuestionId | None, "Question that decides whether this one is asked: a yes-or-no question, or one with options."
    ] = None,
    depends_on_value: Annotated[
        str | None, "Answer to `dependsOn` for which the question is asked: an option's key, `true` or `false`."
    ] = None,
    rank: Annotated[int | None, "Position among the questions, ascending; by default the last."] = None,
) -> models.Question:
    """Add a question for registrations from now on. Requires `events.manage`."""
    asked = asking.QuestionInput(
        kind=kind,
        label=label,
        help=help,
        options=options,
        required=required,
        sensitive=sensitive,
        segment_id=segment_id,
        depends_on_id=depends_on_id,
        depends_on_value=depends_on_value,
    )
    return await asking.ask_question(work, event_id, key=key, asked=asked, rank=rank)


@mutation(Question, problems=(QuestionRetired, QuestionDependedOn, WrongEventState))
async def update_question(
    work: Work,
    *,
    question_id: Annotated[QuestionId, "The question, in its current version."],
    kind: Annotated[Unset | models.QuestionKind, "Kind of answer."] = UNSET,
    label: Annotated[Unset | Texts, "The question's text."] = UNSET,
    help: Annotated[Unset | Texts | None, "Help text."] = UNSET,  # noqa: A002 - what the schema calls it
    options: Annotated[
        Unset | list[QuestionOptionInput], "Options to choose from, in order; only for kind CHOICE or CHOICES."
    ] = UNSET,
    required: Annotated[Unset | bool, "True if an answer is required."] = UNSET,
    sensitive: Annotated[
        Unset | bool, "True if the answers are visible only to staff who hold `needs.read`, and to the person."
    ] = UNSET,
    segment_id: Annotated[Unset | SegmentId | None, "Segment of people who are asked; null: everybody."] = UNSET,
    depends_on_id: Annotated[
        Unset | QuestionId | None,
        "Question that decides whether this one is asked: a yes-or-no question, or one with options; "
        "null: always asked.",
    ] = UNSET,
    depends_on_value: Annotated[
        Unset | str | None, "Answer to `dependsOn` for which the question is asked: an option's key, `true` or `false`."
    ] = UNSET,
) -> models.Question:
    """Change a question: in place, or as a new version if it has been answered. Requires `events.manage`.

    Absent fields stay unchanged.
    """
    return await asking.change_question(
        work,
        question_id,
        kind=kind,
        label=label,
        help=help,
        options=options,
        required=required,
        sensitive=sensitive,
        segment_id=segment_id,
        depends_on_id=depends_on_id,
        depends_on_value=depends_on_value,
    )


@mutation(Question, problems=(QuestionRetired, QuestionDependedOn, WrongEventState))
async def retire_question(
    work: Work, *, question_id: Annotated[QuestionId, "The question, in its current version."]
) -> models.Question:
    """Stop asking a question; its answers are kept. Requires `events.manage`."""
    return await asking.retire_question(work, question_id)


@mutation(Event, problems=(WrongEventState,))
async def reorder_questions(
    work: Work,
    *,
    event_id: EventId,
    question_ids: Annotated[list[QuestionId], "All current questions in their new order, each once."],
) -> models.Event:
    """Put an event's questions in order. Requires `events.manage`."""
    return await asking.reorder_questions(work, event_id, question_ids)


@mutation(Registration, problems=(AnswersNotAccepted, RegistrationClosed, WrongEventState, WrongRegistrationState))
async def answer_questions(
    work: Work,
    *,
    registration_id: Annotated[RegistrationId, "The registration."],
    answers: Annotated[list[AnswerInput], "Answers to change; other answers stay as they are."],
) -> models.Registration:
    """Change answers after registration. People may change their own until the event starts; otherwise requires
    `registrations.manage`.
    """
    return await answering.answer_questions(work, registration_id, given_answers(answers))
