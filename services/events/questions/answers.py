"""What people answered: checked against what they are asked, and stored with the version that they were asked.

An answer is a snapshot: it belongs to one version of a question, and says nothing about the next. Whoever answered
an earlier version has answered: they aren't asked again, and a condition on that question goes by that answer until
they answer the version that is current. Answers to versions that were retired stay as they are.

Whom a question is asked of is decided when it is answered: who is in its segment that day, and answered the question
that it depends on as it wants. What one had answered before, and wouldn't be asked any more because an answer changed,
goes; because one left a segment, stays.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import col

from models import MANAGE_REGISTRATIONS, Answer, AnswerFault, Event, Question, Registration, RegistrationState
from services.core.statements import matching
from services.core.work import Work
from services.events.access import BEFORE_HELD
from services.events.errors import AnswersNotAccepted, RegistrationClosed, WrongEventState, WrongRegistrationState
from services.events.planning import audience
from services.events.questions import answer_values, questionnaire
from services.events.questions.answer_values import Faulty, canonical

MOST_FAULTS = 100
"""How many faults are told of at once."""

LIVE_STATES = (RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.OFFERED)

_NOTED = "whoever notes an answer for somebody may not be who reads it"


async def store(
    work: Work, registration: Registration, given: Mapping[str, Any], *, on_behalf: bool = False
) -> list[Answer]:
    """Store the answers of a registration, by the keys of the questions; what is not given stays as it is.

    A value is of its question's kind (`answer_values`); null, empty text and an empty list take an answer back.
    AnswersNotAccepted with everything that is missing or wrong. `on_behalf`: staff, who may leave open what is
    required. The event's questions stay as they are until the transaction ends. The answers that there are now to
    questions that are asked.
    """
    questions = await questionnaire.current(work, registration.event_id)
    if not questions and not given:
        return []  # no lock where there is nothing to keep: of a question that comes now, nobody was told
    await questionnaire.settle(work, registration.event_id, answering=True)
    questions = await questionnaire.current(work, registration.event_id)
    async with work.elevated(_NOTED):
        before = {key: answer.value for answer, key in await _stored(work, registration.id)}
    form = _Form(
        questions={question.key: question for question in questions},
        on=await questionnaire.keys_depended_on(work, questions),
        segments=await audience.segments_of(
            work, {q.segment_id for q in questions if q.segment_id is not None}, registration.person_id
        ),
        before=before,
    )
    told = form.checked(given, on_behalf=on_behalf)
    return await _write(work, registration, told, {question.id: question for question in questions})


async def answer_questions(work: Work, registration_id: UUID, given: Mapping[str, Any]) -> Registration:
    """Change answers after having registered: one's own, or with `registrations.manage` somebody else's.

    People do so until the event starts (RegistrationClosed after), staff until it is held (WrongEventState);
    WrongRegistrationState for who is cancelled, refused or has come. Otherwise as `store`.
    """
    registration = await work.find(Registration, registration_id, "registrationId")
    own = registration.person_id == work.actor.person_id
    if not own:
        work.actor.require(MANAGE_REGISTRATIONS, registration.association_id)
    registration = await work.find(Registration, registration_id, "registrationId", lock=True)
    event = await work.find(Event, registration.event_id)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)
    may_manage = work.actor.may(MANAGE_REGISTRATIONS, registration.association_id)
    if not may_manage and work.now >= event.starts_at:
        raise RegistrationClosed(event.state, event.starts_at)
    live = (*LIVE_STATES, RegistrationState.ATTENDED) if may_manage else LIVE_STATES
    if registration.state not in live:
        raise WrongRegistrationState(list(live), registration.state)
    answers = await store(work, registration, given, on_behalf=not own)
    await work.record(
        "registration.answered",
        registration,
        on_behalf_of_id=None if own else registration.person_id,
        data={"event_id": str(registration.event_id), "answers": len(answers)},
    )
    return registration


@dataclass(frozen=True)
class _Form:
    """The questions as one person meets them, by key and in order.

    `on`: the key that each one's condition is about; `segments`: those of theirs that the person is in; `before`: what
    they have answered so far.
    """

    questions: Mapping[str, Question]
    on: Mapping[UUID, str]
    segments: Collection[UUID]
    before: Mapping[str, Any]

    def checked(self, given: Mapping[str, Any], *, on_behalf: bool) -> dict[UUID, Any]:
        """What answers are now to be, by question: null where none is, and none of what stays as it was.

        AnswersNotAccepted with every fault.
        """
        faults = {key: AnswerFault.UNKNOWN for key in given if key not in self.questions}
        values: dict[str, Any] = {}
        for key in given.keys() & self.questions.keys():
            try:
                values[key] = canonical(self.questions[key], given[key])
            except Faulty as faulty:
                faults[key] = faulty.fault
        answered = {**self.before, **values}
        wrong = frozenset(faults)
        told: dict[UUID, Any] = {}
        for key, question in self.questions.items():
            met = self._is_met(key, answered, wrong)
            is_asked = met and (question.segment_id is None or question.segment_id in self.segments)
            if key in wrong or met is None:
                continue
            if not is_asked and values.get(key) is not None:
                faults[key] = AnswerFault.NOT_ASKED
            elif is_asked and question.required and not on_behalf and answered.get(key) is None:
                faults[key] = AnswerFault.MISSING
            elif key in values or not met:
                told[question.id] = values.get(key)
        if faults:
            ranks = {key: rank for rank, key in enumerate(self.questions)}
            keys = sorted(faults, key=lambda key: (ranks.get(key, len(ranks)), key))[:MOST_FAULTS]
            raise AnswersNotAccepted([key[:80] for key in keys], [faults[key] for key in keys], path=("answers",))
        return told

    def _is_met(self, key: str, answered: Mapping[str, Any], wrong: Collection[str]) -> bool | None:
        """Whether a question's condition holds; null while what it is about is answered, but not rightly."""
        question = self.questions[key]
        on = self.on.get(question.id)
        if on is None:
            return True
        if on in wrong:
            return None
        above = self._is_met(on, answered, wrong)
        if not above:
            return above
        answer = answered.get(on)
        return answer is not None and answer_values.meets(question, answer)


async def _write(
    work: Work, registration: Registration, told: Mapping[UUID, Any], questions: Mapping[UUID, Question]
) -> list[Answer]:
    async with work.elevated(_NOTED):
        stored = {answer.question_id: answer for answer, _ in await _stored(work, registration.id)}
        for question_id, value in told.items():
            answer = stored.get(question_id)
            if value is None:
                if answer is not None:
                    await work.session.delete(stored.pop(question_id))
            elif answer is None:
                stored[question_id] = await work.insert(_answer(work, registration, questions[question_id], value))
            elif answer.value != value:
                answer.value, answer.answered_at = value, work.now
    return [answer for question_id, answer in stored.items() if question_id in questions]


def _answer(work: Work, registration: Registration, question: Question, value: Any) -> Answer:
    return Answer(
        registration_id=registration.id,
        event_id=registration.event_id,
        association_id=registration.association_id,
        person_id=registration.person_id,
        question_id=question.id,
        sensitive=question.sensitive,
        value=value,
        answered_at=work.now,
    )


async def _stored(work: Work, registration_id: UUID) -> Sequence[Row[Answer, str]]:
    """The registration's answers to every version, the newest version of a key last."""
    query = (
        work.select(Answer, col(Question.key))
        .join(Question, matching(Answer.question_id, Question.id))
        .where(col(Answer.registration_id) == registration_id)
        .order_by(col(Question.version), col(Answer.id))
    )
    return (await work.session.execute(query)).all()
