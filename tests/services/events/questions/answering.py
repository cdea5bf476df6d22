"""How tests answer, and what they look at."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from models import Answer, Event, Person, Question, QuestionKind, Registration
from services.core.actor import Actor
from services.events.errors import AnswersNotAccepted
from services.events.questions import answers
from services.events.questions.answers import answer_questions
from tests.making import Maker
from tests.services.events.looking import picture

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(hours=1)
OPTIONS = ("north", "south", "east")


class Form(NamedTuple):
    """Ana, who fills in a form."""

    make: Maker
    event: Event
    person: Person
    registration: Registration


def options(kind: QuestionKind) -> Sequence[str]:
    """What there is to choose from, where one chooses."""
    return OPTIONS if kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) else ()


async def store(
    make: Maker, who: Person | Actor, registration: Registration, given: Mapping[str, Any], *, on_behalf: bool = False
) -> None:
    """As registering stores answers."""
    async with make.acting_as(who, now=NOW) as work:
        await answers.store(work, registration, given, on_behalf=on_behalf)


async def answer(
    make: Maker, who: Person | Actor, registration: Registration, given: Mapping[str, Any], *, now: datetime = LATER
) -> Registration:
    """Somebody changes answers."""
    async with make.acting_as(who, now=now) as work:
        return await answer_questions(work, registration.id, given)


async def faults(make: Maker, who: Person, registration: Registration, given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the answers, of which nothing is stored then."""
    before = await picture(make)
    with pytest.raises(AnswersNotAccepted) as refused:
        await store(make, who, registration, given)
    assert await picture(make) == before
    assert refused.value.path == ("answers",)
    assert len(refused.value.questions) == len(refused.value.reasons)
    return dict(zip(refused.value.questions, refused.value.reasons, strict=True))


async def answered(make: Maker, registration: Registration) -> dict[str, Any]:
    """What is stored, by key and version."""
    found = await make.all(Answer, registration_id=registration.id)
    questions = {question.id: question for question in await make.all(Question)}
    return {f"{questions[a.question_id].key}/{questions[a.question_id].version}": a.value for a in found}
