"""What staff do to an event's questions, and how people answer them."""

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
    """One of the answers to choose from."""

    key: Annotated[str, "What an answer says: lower-case letters, digits and hyphens."]
    label: Annotated[Texts, "What the person reads."]


@mutation(Question, problems=(AlreadyExists, TooManyQuestions, WrongEventState))
async def create_question(
    work: Work,
    *,
    event_id: Annotated[EventId, "The event that asks it."],
    key: Annotated[str, "What answers and exports call it, in each version: lower-case letters, digits and hyphens."],
    kind: Annotated[models.QuestionKind, "What an answer is."],
    label: Annotated[Texts, "The question."],
    help: Annotated[Texts | None, "What helps to answer it."] = None,  # noqa: A002 - what the schema calls it
    options: Annotated[
        Sequence[QuestionOptionInput], "The answers to choose from, in order: of a CHOICE or CHOICES."
    ] = (),
    required: Annotated[bool, "Whether who is asked has to answer."] = False,
    sensitive: Annotated[bool, "Whether the answers are for those who see to people's needs, and nobody else."] = False,
    segment_id: Annotated[SegmentId | None, "Whom it is asked of; null: of everybody."] = None,
    depends_on_id: Annotated[
        QuestionId | None, "The question of yes or no, or of options, that decides whether it is asked."
    ] = None,
    depends_on_value: Annotated[
        str | None, "The answer with which it is asked: an option's key, `true` or `false`."
    ] = None,
    rank: Annotated[int | None, "Its place among the questions, lower ones first; by default the last."] = None,
) -> models.Question:
    """Ask something of those who register from now on. Asks for `events.manage`."""
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
    question_id: Annotated[QuestionId, "The question, in the version that is asked now."],
    kind: Annotated[Unset | models.QuestionKind, "What an answer is."] = UNSET,
    label: Annotated[Unset | Texts, "The question."] = UNSET,
    help: Annotated[Unset | Texts | None, "What helps to answer it."] = UNSET,  # noqa: A002 - what the schema calls it
    options: Annotated[
        Unset | list[QuestionOptionInput], "The answers to choose from, in order: of a CHOICE or CHOICES."
    ] = UNSET,
    required: Annotated[Unset | bool, "Whether who is asked has to answer."] = UNSET,
    sensitive: Annotated[
        Unset | bool, "Whether the answers are for those who see to people's needs, and nobody else."
    ] = UNSET,
    segment_id: Annotated[Unset | SegmentId | None, "Whom it is asked of; null: of everybody."] = UNSET,
    depends_on_id: Annotated[
        Unset | QuestionId | None,
        "The question of yes or no, or of options, that decides whether it is asked; null: it is asked anyway.",
    ] = UNSET,
    depends_on_value: Annotated[
        Unset | str | None, "The answer with which it is asked: an option's key, `true` or `false`."
    ] = UNSET,
) -> models.Question:
    """Change a question: in place, or as another version where somebody answered it. Asks for `events.manage`.

    What is left out stays as it was.
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
    work: Work, *, question_id: Annotated[QuestionId, "The question, in the version that is asked now."]
) -> models.Question:
    """Ask a question no more; its answers stay. Asks for `events.manage`."""
    return await asking.retire_question(work, question_id)


@mutation(Event, problems=(WrongEventState,))
async def reorder_questions(
    work: Work,
    *,
    event_id: EventId,
    question_ids: Annotated[list[QuestionId], "Every question that is asked, each once."],
) -> models.Event:
    """Put an event's questions in order. Asks for `events.manage`."""
    return await asking.reorder_questions(work, event_id, question_ids)


@mutation(Registration, problems=(AnswersNotAccepted, RegistrationClosed, WrongEventState, WrongRegistrationState))
async def answer_questions(
    work: Work,
    *,
    registration_id: Annotated[RegistrationId, "Whose registration it is about."],
    answers: Annotated[list[AnswerInput], "What is answered; other answers stay as they are."],
) -> models.Registration:
    """Change answers after having registered: one's own until the event starts, or with `registrations.manage`."""
    return await answering.answer_questions(work, registration_id, given_answers(answers))
