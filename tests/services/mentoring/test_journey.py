"""Goals, sessions and notes: for the two, while their pairing is active."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models import Pairing, PairingGoal, PairingNote, PairingSession, PairingState, Person, Role
from services.core.errors import InvalidInput, NotFound, Problem
from services.core.work import Work
from services.mentoring.errors import NotAParticipant, WrongPairingState
from services.mentoring.journey import (
    achieve_goal,
    record_session,
    reopen_goal,
    retract_note,
    set_goal,
    write_note,
)
from services.mentoring.pairings import complete_pairing
from tests.making import ActingAs, Maker
from tests.services.mentoring.looking import picture

NOON = datetime(2026, 3, 10, 16, tzinfo=UTC)
TODAY = date(2026, 3, 10)
SINCE = date(2026, 3, 1)
# Half past midnight in Greenwich, and the evening before where the confederation is.
ACTIVATED = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)

SESSION: dict[str, Any] = {"held_on": TODAY, "minutes": 60}


@pytest.fixture
async def pairing(make: Maker) -> Pairing:
    """An active pairing since the first of March."""
    return await make.pairing(activated_at=ACTIVATED)


@pytest.fixture
async def two(make: Maker, pairing: Pairing) -> tuple[Person, Person]:
    """The mentor and the mentee."""
    return await make.the_two(pairing)


Writing = Callable[[Work, Pairing], Awaitable[object]]
WRITING: dict[str, Writing] = {
    "goal": lambda work, pairing: set_goal(work, pairing.id, title="Déléguer"),
    "session": lambda work, pairing: record_session(work, pairing.id, held_on=work.today, minutes=30),
    "note": lambda work, pairing: write_note(work, pairing.id, text="Entre nous."),
}
writing = pytest.mark.parametrize("write", WRITING.values(), ids=WRITING)


@pytest.mark.parametrize("writer", [0, 1])
async def test_the_two_set_goals_reach_them_and_take_that_back(
    make: Maker, acting_as: ActingAs, pairing: Pairing, two: tuple[Person, Person], writer: int
) -> None:
    async with acting_as(two[writer], now=NOON) as work:
        goal = await set_goal(work, pairing.id, title=" Déléguer ")
    assert (goal.title, goal.set_on, goal.achieved_on) == ("Déléguer", TODAY, None)
    for step, achieved_on in ((achieve_goal, TODAY), (achieve_goal, TODAY), (reopen_goal, None), (reopen_goal, None)):
        async with acting_as(two[1 - writer], now=NOON) as work:
            assert (await step(work, goal.id)).achieved_on == achieved_on
    for reader in two:
        assert [row.id for row in await make.all_as(reader, PairingGoal)] == [goal.id]


@pytest.mark.parametrize("held_on", [SINCE, TODAY])
async def test_a_session_is_of_a_day_since_the_pairing_became_active(
    make: Maker, acting_as: ActingAs, pairing: Pairing, two: tuple[Person, Person], held_on: date
) -> None:
    async with acting_as(two[1], now=NOON) as work:
        session = await record_session(work, pairing.id, held_on=held_on, minutes=1440, topic="Réseau")
    (seen,) = await make.all_as(two[0], PairingSession)
    assert (seen.id, seen.held_on, seen.minutes, seen.topic) == (session.id, held_on, 1440, "Réseau")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"held_on": SINCE - timedelta(days=1)}, "heldOn"),
        ({"held_on": TODAY + timedelta(days=1)}, "heldOn"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"topic": " "}, "topic"),
    ],
)
async def test_a_session_that_breaks_a_rule_is_not_recorded(
    make: Maker, acting_as: ActingAs, pairing: Pairing, given: dict[str, Any], path: str
) -> None:
    mentor, _ = await make.the_two(pairing)
    with pytest.raises(InvalidInput) as refused:
        async with acting_as(mentor, now=NOON) as work:
            await record_session(work, pairing.id, **(SESSION | given))
    assert refused.value.path == (path,)
    assert await make.all_as(mentor, PairingSession) == []


async def test_a_note_is_read_by_both_and_taken_back_by_who_wrote_it(
    make: Maker, acting_as: ActingAs, pairing: Pairing, two: tuple[Person, Person]
) -> None:
    mentor, mentee = two
    async with acting_as(mentee, now=NOON) as work:
        note = await write_note(work, pairing.id, text="x" * 10_000)
    assert (note.author_id, note.written_at) == (mentee.id, NOON)
    with pytest.raises(InvalidInput):
        async with acting_as(mentee) as work:
            await write_note(work, pairing.id, text="x" * 10_001)
    with pytest.raises(NotFound):
        async with acting_as(mentor) as work:
            await retract_note(work, note.id)
    for reader in two:
        assert [row.id for row in await make.all_as(reader, PairingNote)] == [note.id]
    async with acting_as(mentee) as work:
        await complete_pairing(work, pairing.id)
    async with acting_as(mentee) as work:
        await retract_note(work, note.id)
    assert await make.all_as(mentee, PairingNote) == []


@writing
@pytest.mark.parametrize("state", [PairingState.PROPOSED, PairingState.COMPLETED, PairingState.ENDED])
async def test_nothing_is_written_but_while_the_pairing_is_active(
    make: Maker, acting_as: ActingAs, write: Writing, state: PairingState
) -> None:
    pairing = await make.pairing(state=state)
    before = await picture(make)
    for participant in await make.the_two(pairing):
        with pytest.raises(WrongPairingState) as refused:
            async with acting_as(participant) as work:
                await write(work, pairing)
        assert refused.value.found is state
    assert await picture(make) == before


async def test_after_its_end_the_two_read_everything_and_change_no_goal(make: Maker, acting_as: ActingAs) -> None:
    pairing = await make.pairing(state=PairingState.COMPLETED)
    goal = await make.goal(pairing)
    await make.session(pairing)
    await make.note(pairing)
    for participant in await make.the_two(pairing):
        for model in (PairingGoal, PairingSession, PairingNote):
            assert len(await make.all_as(participant, model)) == 1
        with pytest.raises(WrongPairingState):
            async with acting_as(participant) as work:
                await achieve_goal(work, goal.id)
    (after,) = await make.all_as(participant, PairingGoal)
    assert after.achieved_on is None


@writing
async def test_nobody_but_the_two_writes(make: Maker, acting_as: ActingAs, pairing: Pairing, write: Writing) -> None:
    umbrella = await make.umbrella()
    await make.affiliation(await make.home(), umbrella, visible_from_above=True)
    who: list[tuple[Person | None, type[Problem]]] = [
        (await make.staff(Role.COORDINATOR), NotAParticipant),
        (await make.staff(), NotAParticipant),
        (await make.staff(association=umbrella, cascades=True), NotAParticipant),
        (await make.member(), NotFound),
        (await (await make.other()).staff(), NotFound),
        (None, NotFound),
    ]
    before = await picture(make)
    for somebody, refusal in who:
        with pytest.raises(refusal):
            async with acting_as(somebody) as work:
                await write(work, pairing)
    assert await picture(make) == before
