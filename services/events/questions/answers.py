"""Answers: checked against the questions asked, and stored with their version.

An answer belongs to one version of a question. Somebody who answered an earlier version isn't asked again, and a
condition on that question uses that answer until they answer the current version. Answers to retired versions are kept.

Who is asked is decided when answers are stored: people who are in the question's segment that day, and whose other
answers meet its condition. If a changed answer makes a question no longer asked, its answer is deleted; if the person
left its segment, it is kept.
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
"""Maximum number of faults reported at once."""

LIVE_STATES = (RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.OFFERED)

_NOTED = "whoever notes an answer for somebody may not be who reads it"


async def store(
    work: Work, registration: Registration, given: Mapping[str, Any], *, on_behalf: bool = False
) -> list[Answer]:
    """Store a registration's answers, by question key; answers that are not given are unchanged.

    A value must be of its question's kind (`answer_values`); null, empty text and an empty list delete an answer.
    AnswersNotAccepted lists everything that is missing or wrong. `on_behalf`: staff may leave required answers open.
    The event's questions are locked until the transaction ends. Returns the current answers to current questions.
    """
    questions = await questionnaire.current(work, registration.event_id)
    if not questions and not given:
        return []  # no lock if there are no questions: the person can't have seen one that is added now
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
    """Change answers after registering: one's own, or with `registrations.manage` another person's.

    People may do so until the event starts (then RegistrationClosed), staff until it is held (then WrongEventState).
    WrongRegistrationState if the registration is cancelled, refused or attended. Otherwise as `store`.
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
    """The questions for one person, by key and in order.

    `on`: the key that each condition refers to; `segments`: those of the questions' segments that the person is in;
    `before`: the stored answers.
    """

    questions: Mapping[str, Question]
    on: Mapping[UUID, str]
    segments: Collection[UUID]
    before: Mapping[str, Any]

    def checked(self, given: Mapping[str, Any], *, on_behalf: bool) -> dict[UUID, Any]:
        """The changes to make, by question: None deletes an answer; unchanged answers are left out.

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
        """Whether a question's condition is met; None if the answer that it refers to is invalid."""
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
    """The registration's answers to all versions; the newest version of a key last."""
    query = (
        work.select(Answer, col(Question.key))
        .join(Question, matching(Answer.question_id, Question.id))
        .where(col(Answer.registration_id) == registration_id)
        .order_by(col(Question.version), col(Answer.id))
    )
    return (await work.session.execute(query)).all()
