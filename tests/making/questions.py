"""Questions that events ask, and their answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models import Answer, Event, Question, QuestionKind, Registration
from tests.making.base import number, texts
from tests.making.events import EventMaker


class QuestionMaker(EventMaker):
    """Makes questions and answers."""

    async def question(
        self,
        event: Event,
        key: str | None = None,
        kind: QuestionKind = QuestionKind.TEXT,
        *,
        options: Sequence[str] = (),
        depends_on: Question | None = None,
        **columns: Any,
    ) -> Question:
        """A question that everybody is asked and nobody has to answer, after those that there are.

        `options`: the keys of a choice's.
        """
        key = key or f"question-{number()}"
        return await self.add(
            Question,
            columns,
            event_id=event.id,
            association_id=event.association_id,
            published=event.published,
            key=key,
            rank=await self.count(Question, event_id=event.id),
            kind=kind,
            label=texts(f"Question {key}", f"The question {key}"),
            options=[{"key": option, "label": texts(f"Le {option}", f"The {option}")} for option in options] or None,
            depends_on_id=None if depends_on is None else depends_on.id,
        )

    async def answer(self, registration: Registration, question: Question, value: Any, **columns: Any) -> Answer:
        """An answer as it is stored."""
        return await self.add(
            Answer,
            columns,
            registration_id=registration.id,
            event_id=registration.event_id,
            association_id=registration.association_id,
            person_id=registration.person_id,
            question_id=question.id,
            sensitive=question.sensitive,
            value=value,
            answered_at=datetime.now(UTC),
        )
