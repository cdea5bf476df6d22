"""What staff do to an event's questions, and how people answer them."""

import strawberry

import models
from schema.base.inputs import TextInput, optional_texts, texts
from schema.events.event import Event
from schema.events.question import AnswerInput, Question, given_answers
from schema.events.registration import Registration
from schema.mutations.declare import MutationInput, key, mutation
from services.core.errors import AlreadyExists
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
from services.events.questions import answers, asking


@strawberry.input(description="One of the answers to choose from.")
class QuestionOptionInput:
    """One of a question's options, in order."""

    key: str = strawberry.field(description="What an answer says: lower-case letters, digits and hyphens.")
    label: list[TextInput] = strawberry.field(description="What the person reads.")


@strawberry.input(description="A question as it is asked.")
class QuestionInput(MutationInput):
    """What the inputs of `askQuestion` and `changeQuestion` share."""

    kind: models.QuestionKind = strawberry.field(description="What an answer is.")
    label: list[TextInput] = strawberry.field(description="The question.")
    help: list[TextInput] | None = strawberry.field(default=None, description="What helps to answer it.")
    options: list[QuestionOptionInput] = strawberry.field(
        default_factory=list, description="The answers to choose from, in order: of a CHOICE or CHOICES."
    )
    required: bool = strawberry.field(default=False, description="Whether who is asked has to answer.")
    sensitive: bool = strawberry.field(
        default=False, description="Whether the answers are for those who see to people's needs, and nobody else."
    )
    segment_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom it is asked of; null: of everybody."
    )
    depends_on_id: strawberry.ID | None = strawberry.field(
        default=None, description="The question of yes or no, or of options, that decides whether it is asked."
    )
    depends_on_value: str | None = strawberry.field(
        default=None, description="The answer with which it is asked: an option's key, `true` or `false`."
    )


def _asked(input: QuestionInput) -> asking.QuestionInput:
    return asking.QuestionInput(
        kind=input.kind,
        label=texts(input.label),
        help=optional_texts(input.help),
        options=[asking.OptionInput(key=option.key, label=texts(option.label)) for option in input.options],
        required=input.required,
        sensitive=input.sensitive,
        segment_id=None if input.segment_id is None else key(input.segment_id, "Segment", "segmentId"),
        depends_on_id=None if input.depends_on_id is None else key(input.depends_on_id, "Question", "dependsOnId"),
        depends_on_value=input.depends_on_value,
    )


@strawberry.input(description="A question to ask.")
class AskQuestionInput(QuestionInput):
    """The input of `askQuestion`."""

    event_id: strawberry.ID = strawberry.field(description="The event that asks it.")
    key: str = strawberry.field(
        description="What answers and exports call it, in each version: lower-case letters, digits and hyphens."
    )
    rank: int | None = strawberry.field(
        default=None, description="Its place among the questions, lower ones first; by default the last."
    )


@mutation(Question, problems=(AlreadyExists, TooManyQuestions, WrongEventState))
async def ask_question(work: Work, input: AskQuestionInput) -> models.Question:
    """Ask something of those who register from now on. Asks for `events.manage`."""
    event_id = key(input.event_id, "Event", "eventId")
    return await asking.ask_question(work, event_id, key=input.key, asked=_asked(input), rank=input.rank)


@strawberry.input(description="A question to say anew.")
class ChangeQuestionInput(QuestionInput):
    """The input of `changeQuestion`: all of the question as it is to be."""

    question_id: strawberry.ID = strawberry.field(description="The question, in the version that is asked now.")


@mutation(Question, problems=(QuestionRetired, QuestionDependedOn, WrongEventState))
async def change_question(work: Work, input: ChangeQuestionInput) -> models.Question:
    """Say a question anew: in place, or as another version where somebody answered it. Asks for `events.manage`."""
    return await asking.change_question(work, key(input.question_id, "Question", "questionId"), _asked(input))


@strawberry.input(description="A question to ask no more.")
class RetireQuestionInput(MutationInput):
    """The input of `retireQuestion`."""

    question_id: strawberry.ID = strawberry.field(description="The question, in the version that is asked now.")


@mutation(Question, problems=(QuestionRetired, QuestionDependedOn, WrongEventState))
async def retire_question(work: Work, input: RetireQuestionInput) -> models.Question:
    """Ask a question no more; its answers stay. Asks for `events.manage`."""
    return await asking.retire_question(work, key(input.question_id, "Question", "questionId"))


@strawberry.input(description="An order of an event's questions.")
class ReorderQuestionsInput(MutationInput):
    """The input of `reorderQuestions`."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    question_ids: list[strawberry.ID] = strawberry.field(description="Every question that is asked, each once.")


@mutation(Event, problems=(WrongEventState,))
async def reorder_questions(work: Work, input: ReorderQuestionsInput) -> models.Event:
    """Put an event's questions in order. Asks for `events.manage`."""
    ids = [key(id, "Question", "questionIds", str(rank)) for rank, id in enumerate(input.question_ids)]
    return await asking.reorder_questions(work, key(input.event_id, "Event", "eventId"), ids)


@strawberry.input(description="Answers to change.")
class AnswerQuestionsInput(MutationInput):
    """The input of `answerQuestions`."""

    registration_id: strawberry.ID = strawberry.field(description="Whose registration it is about.")
    answers: list[AnswerInput] = strawberry.field(description="What is answered; other answers stay as they are.")


@mutation(Registration, problems=(AnswersNotAccepted, RegistrationClosed, WrongEventState, WrongRegistrationState))
async def answer_questions(work: Work, input: AnswerQuestionsInput) -> models.Registration:
    """Change answers after having registered: one's own until the event starts, or with `registrations.manage`."""
    id = key(input.registration_id, "Registration", "registrationId")
    return await answers.answer_questions(work, id, given_answers(input.answers))
