"""An answer that arrives while its question is changed; each race with a control that shows it when the lock is off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import Answer, AnswerFault, Event, Person, Question, QuestionKind, Registration, Role
from services.core.database.connections import Database
from services.core.errors import Problem
from services.core.work import Work, begin
from services.events.errors import AnswersNotAccepted
from services.events.questions import answers, asking, questionnaire
from services.events.questions.asking import QuestionInput, change_question
from tests.making import Maker, texts

Operation = Callable[[Work], Awaitable[object]]
OTHERWISE = QuestionInput(kind=QuestionKind.BOOLEAN, label=texts("Sans gluten ?", "Gluten-free?"))


class Scene:
    """Ana is registered for an event that asks "Vegan?", in words; a registrar is about to ask something else."""

    def __init__(self, make: Maker, database: Database, owner: asyncpg.Connection) -> None:
        self.make = make
        self.database = database
        self.owner = owner
        self.registrar: Person
        self.ana: Person
        self.event: Event
        self.question: Question
        self.registration: Registration

    async def set(self) -> None:
        """The rows."""
        self.event = await self.make.event()
        self.ana, self.registrar = await self.make.member(), await self.make.staff(Role.REGISTRAR)
        self.question = await self.make.question(self.event, "diet", label=texts("Végane ?", "Vegan?"))
        self.registration = await self.make.registration(self.event, self.ana)

    async def acting(self, person: Person) -> AbstractAsyncContextManager[Work]:
        """A transaction on a connection of its own."""
        return begin(self.database, await self.make.actor(person))

    async def answer(self) -> object:
        """Ana answers what she was asked: the answers, or the problem that refused them."""
        try:
            async with await self.acting(self.ana) as work:
                return await answers.store(work, self.registration, {"diet": "yes"})
        except Problem as problem:
            return problem

    async def change(self) -> Question:
        """The registrar asks something else."""
        async with await self.acting(self.registrar) as work:
            return await change_question(work, self.question.id, **vars(OTHERWISE))

    async def until_it_waits(self, other: "asyncio.Task[Any]") -> None:
        """Until the other is stopped by a lock, or done."""
        waiting = (
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        while not other.done() and not await self.owner.fetchval(waiting):
            await asyncio.wait([other], timeout=0.01)

    async def answer_while_it_is_changed(self, monkeypatch: pytest.MonkeyPatch) -> object:
        """Ana answers just when the registrar was told that nobody has, before the question is changed."""
        is_answered = asking._is_answered
        others: list[asyncio.Task[Any]] = []

        async def look_then_dawdle(work: Work, question: Question) -> bool:
            found = await is_answered(work, question)
            others.append(asyncio.create_task(self.answer()))
            await self.until_it_waits(others[0])
            return found

        monkeypatch.setattr(asking, "_is_answered", look_then_dawdle)
        await self.change()
        return await others[0]

    async def change_while_it_is_answered(self) -> Question:
        """The registrar changes the question when Ana has answered, and has not committed yet."""
        async with await self.acting(self.ana) as work:
            await answers.store(work, self.registration, {"diet": "yes"})
            await work.flush()
            changing = asyncio.create_task(self.change())
            await self.until_it_waits(changing)
        return await changing

    async def versions_and_answers(self) -> list[tuple[int, QuestionKind, list[object]]]:
        """Each version, what it asks, and what was answered to it."""
        return [
            (question.version, question.kind, [a.value for a in await self.make.all(Answer, question_id=question.id)])
            for question in await self.make.all(Question)
        ]


@pytest.fixture
async def scene(make: Maker, database_url: str, owner: asyncpg.Connection) -> AsyncIterator[Scene]:
    """The scene, with connections of its own."""
    database = Database(database_url, readers=1, writers=4)
    scene = Scene(make, database, owner)
    await scene.set()
    yield scene
    await database.close()


async def unsettled(_work: Work, _event_id: UUID, *, answering: bool = False) -> None:
    """No lock."""


async def test_an_answer_that_arrives_while_its_question_is_changed_is_checked_against_what_it_is_now(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await scene.answer_while_it_is_changed(monkeypatch)
    assert isinstance(answer, AnswersNotAccepted)
    assert (answer.questions, answer.reasons) == (["diet"], [AnswerFault.WRONG_TYPE])
    assert await scene.versions_and_answers() == [(1, QuestionKind.BOOLEAN, [])]


async def test_the_same_with_the_lock_off_stores_an_answer_to_what_was_never_asked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questionnaire, "settle", unsettled)
    await scene.answer_while_it_is_changed(monkeypatch)
    assert await scene.versions_and_answers() == [(1, QuestionKind.BOOLEAN, ["yes"])]


async def test_a_question_that_is_being_answered_is_frozen_once_the_answer_is_there(scene: Scene) -> None:
    assert (await scene.change_while_it_is_answered()).version == 2
    assert await scene.versions_and_answers() == [(1, QuestionKind.TEXT, ["yes"]), (2, QuestionKind.BOOLEAN, [])]


async def test_the_same_with_the_lock_off_changes_what_somebody_has_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questionnaire, "settle", unsettled)
    assert (await scene.change_while_it_is_answered()).version == 1
    assert await scene.versions_and_answers() == [(1, QuestionKind.BOOLEAN, ["yes"])]


async def test_people_answer_at_once_without_waiting_for_each_other(scene: Scene) -> None:
    other = await scene.make.member()
    theirs = await scene.make.registration(scene.event, other)
    async with await scene.acting(scene.ana) as one, await scene.acting(other) as two:
        await answers.store(one, scene.registration, {"diet": "yes"})
        await answers.store(two, theirs, {"diet": "no"})
    assert await scene.versions_and_answers() == [(1, QuestionKind.TEXT, ["yes", "no"])]


async def test_everything_at_once_ends_without_a_deadlock_and_every_answer_fits_its_question(scene: Scene) -> None:
    kinds = {QuestionKind.TEXT: str, QuestionKind.BOOLEAN: bool}

    async def change(kind: QuestionKind) -> None:
        asked = QuestionInput(kind=kind, label=texts("?", "?"))
        async with await scene.acting(scene.registrar) as work:
            current = await questionnaire.current(work, scene.event.id)
            try:
                await change_question(work, current[0].id, **vars(asked))
            except Problem:
                return

    async def answer() -> None:
        person = await scene.make.member()
        registration = await scene.make.registration(scene.event, person)
        async with await scene.acting(person) as work:
            await answers.store(work, registration, {"diet": "true"})

    await asyncio.gather(*(change(kind) for kind in (*kinds, *kinds)), *(answer() for _ in range(12)))
    assert await scene.make.count(Answer) == 12
    for _, kind, values in await scene.versions_and_answers():
        assert {type(value) for value in values} <= {kinds[kind]}
    assert await scene.make.count(Question, retired_at=None) == 1
