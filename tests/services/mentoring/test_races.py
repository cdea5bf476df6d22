"""Races for a mentor's places, on connections of their own; with a control that shows what the lock prevents."""

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import MentoringProfile, MentoringRole, Pairing, PairingEnd, PairingGoal, PairingState, Person, Role
from services.core.work import Work
from services.mentoring import places, profiles
from services.mentoring.errors import AlreadyPaired, MentorFull, WrongPairingState
from services.mentoring.journey import set_goal
from services.mentoring.pairings import (
    accept_pairing,
    complete_pairing,
    decline_pairing,
    end_pairing,
    propose_pairing,
)
from services.mentoring.profiles import draft_profile
from tests.making import assert_places_reconcile
from tests.services.crowd import AT_ONCE, Crowd, Operation, somebody_waits_for_a_lock

PROPOSED, ACTIVE, DECLINED, COMPLETED, ENDED = PairingState


async def race_for_three_places(crowd: Crowd) -> tuple[MentoringProfile, list[object]]:
    """The coordinator proposes a mentor of three places to twenty mentees at once. The mentor, and the answers."""
    make = crowd.make
    mentor, coordinator = await make.mentor(capacity=3), await make.staff(Role.COORDINATOR)
    mentees = [await make.mentee() for _ in range(AT_ONCE)]
    answers = await crowd.all_act(
        *((coordinator, lambda work, id=mentee.id: propose_pairing(work, mentor.id, id)) for mentee in mentees)
    )
    return mentor, answers


async def test_of_twenty_proposals_for_three_places_three_are_made(crowd: Crowd) -> None:
    mentor, answers = await race_for_three_places(crowd)
    assert sorted(type(answer).__name__ for answer in answers) == ["MentorFull"] * 17 + ["Pairing"] * 3
    assert await crowd.make.count(Pairing) == 3
    assert (await crowd.make.fresh(mentor)).taken == 3
    await assert_places_reconcile(crowd.make)


async def test_the_same_race_with_a_look_before_the_write_gives_places_that_are_not_there(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody_has_looked = asyncio.Barrier(AT_ONCE)

    async def look_then_write(work: Work, mentor_profile_id: UUID) -> bool:
        async with work.elevated("a race"):
            mentor = await work.find(MentoringProfile, mentor_profile_id)
            await everybody_has_looked.wait()
            if mentor.capacity is None or mentor.taken >= mentor.capacity:
                return False
            mentor.taken += 1
            return True

    monkeypatch.setattr(places, "take", look_then_write)
    _, answers = await race_for_three_places(crowd)
    assert sum(isinstance(answer, Pairing) for answer in answers) > 3
    assert not any(isinstance(answer, MentorFull) for answer in answers)


async def test_a_mentee_proposed_to_several_mentors_at_once_is_paired_with_one(crowd: Crowd) -> None:
    make = crowd.make
    mentee, coordinator = await make.mentee(), await make.staff(Role.COORDINATOR)
    mentors = [await make.mentor() for _ in range(8)]
    answers = await crowd.all_act(
        *((coordinator, lambda work, id=mentor.id: propose_pairing(work, id, mentee.id)) for mentor in mentors)
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyPaired"] * 7 + ["Pairing"]
    assert await make.count(Pairing) == 1
    # The places that the others had taken went back with their transactions.
    assert sum(profile.taken for profile in await make.all(MentoringProfile)) == 1
    await assert_places_reconcile(make)


async def test_a_proposal_that_was_not_there_yet_is_refused_without_a_key(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = crowd.make
    mentee, coordinator = await make.mentee(), await make.staff(Role.COORDINATOR)
    mentor, another = await make.mentor(), await make.mentor()
    take = places.take

    async def dawdle_then_take(work: Work, mentor_profile_id: UUID) -> bool:
        # Both have looked for a live pairing of the mentee, and found none.
        monkeypatch.setattr(places, "take", take)
        actor = await make.actor(coordinator)
        assert isinstance(await crowd.act(actor, lambda work: propose_pairing(work, another.id, mentee.id)), Pairing)
        return await take(work, mentor_profile_id)

    monkeypatch.setattr(places, "take", dawdle_then_take)
    (answer,) = await crowd.all_act((coordinator, lambda work: propose_pairing(work, mentor.id, mentee.id)))
    assert isinstance(answer, AlreadyPaired)
    assert answer.pairing_id is None
    assert (await make.fresh(mentor)).taken == 0
    await assert_places_reconcile(make)


async def test_two_who_accept_at_once_make_the_pairing_active(crowd: Crowd) -> None:
    for _ in range(5):
        pairing = await crowd.make.pairing(state=PROPOSED)
        two = await crowd.make.the_two(pairing)
        await crowd.all_act(*((person, lambda work, id=pairing.id: accept_pairing(work, id)) for person in two))
        assert (await crowd.make.fresh(pairing)).state is ACTIVE


async def test_accepting_and_declining_at_once_leaves_one_answer_and_the_place_given_back_once(crowd: Crowd) -> None:
    make = crowd.make
    for _ in range(5):
        mentor = await make.mentor()
        await make.pairing(mentor)  # a place that must stay taken
        pairing = await make.pairing(mentor, state=PROPOSED)
        the_mentor, the_mentee = await make.the_two(pairing)
        answers = await crowd.all_act(
            (the_mentor, lambda work, id=pairing.id: accept_pairing(work, id)),  # type: ignore[misc]
            (the_mentee, lambda work, id=pairing.id: decline_pairing(work, id)),  # type: ignore[misc]
            (the_mentor, lambda work, id=pairing.id: decline_pairing(work, id)),  # type: ignore[misc]
        )
        # Whoever came second found it declined; an acceptance that came first was for the other to decline.
        assert sum(isinstance(answer, WrongPairingState) for answer in answers) in (1, 2)
        assert (await make.fresh(pairing)).state is DECLINED
        assert (await make.fresh(mentor)).taken == 1
    await assert_places_reconcile(make)


def closing(pairing: Pairing, two: tuple[Person, Person], coordinator: Person) -> list[tuple[Person, Operation]]:
    """Completed and ended by everybody who may."""
    acts: list[tuple[Person, Operation]] = []
    for person in (*two, coordinator):
        acts.append((person, lambda work: complete_pairing(work, pairing.id)))
        acts.append((person, lambda work: end_pairing(work, pairing.id, reason=PairingEnd.BY_AGREEMENT)))
    return acts


async def test_completing_and_ending_at_once_gives_the_place_back_once(crowd: Crowd) -> None:
    make = crowd.make
    mentor, coordinator = await make.mentor(capacity=3), await make.staff(Role.COORDINATOR)
    await make.pairing(mentor)
    pairing = await make.pairing(mentor)
    answers = await crowd.all_act(*closing(pairing, await make.the_two(pairing), coordinator))
    assert sorted(type(answer).__name__ for answer in answers) == ["Pairing"] + ["WrongPairingState"] * 5
    assert (await make.fresh(mentor)).taken == 1
    await assert_places_reconcile(make)


async def test_nothing_is_written_into_a_pairing_that_ends_meanwhile(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = crowd.make
    pairing = await make.pairing()
    mentor, mentee = await make.the_two(pairing)
    actor, writing = await make.actor(mentee), list[asyncio.Task[object]]()
    give_back = places.give_back

    async def give_back_while_the_other_writes(work: Work, mentor_profile_id: UUID) -> None:
        writing.append(
            asyncio.create_task(crowd.act(actor, lambda work: set_goal(work, pairing.id, title="Trop tard")))
        )
        while not await somebody_waits_for_a_lock(owner):
            assert not writing[0].done(), "The goal didn't wait for the pairing."
            await asyncio.wait(writing, timeout=0.01)
        await give_back(work, mentor_profile_id)

    monkeypatch.setattr(places, "give_back", give_back_while_the_other_writes)
    await crowd.all_act((mentor, lambda work: complete_pairing(work, pairing.id)))
    assert isinstance(await writing[0], WrongPairingState)
    assert await make.all_as(mentee, PairingGoal) == []


async def test_a_place_is_taken_before_a_capacity_shrinks_or_not_at_all(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = crowd.make
    programme, person, mentee = await make.running(), await make.member(), await make.mentee()
    mentor = await make.mentor(person, capacity=2)
    await make.pairing(mentor)
    actor, own = await make.actor(await make.staff(Role.COORDINATOR)), profiles._own
    proposing: list[asyncio.Task[object]] = []

    async def look_while_somebody_proposes(*given: Any) -> MentoringProfile | None:
        found = await own(*given)
        proposing.append(
            asyncio.create_task(crowd.act(actor, lambda work: propose_pairing(work, mentor.id, mentee.id)))
        )
        while not await somebody_waits_for_a_lock(owner):
            assert not proposing[0].done(), "The proposal didn't wait for the profile."
            await asyncio.wait(proposing, timeout=0.01)
        return found

    def shrink(work: Work) -> Awaitable[MentoringProfile]:
        return draft_profile(work, programme.id, role=MentoringRole.MENTOR, languages=["fr"], capacity=1)

    monkeypatch.setattr(profiles, "_own", look_while_somebody_proposes)
    (shrunk,) = await crowd.all_act((person, shrink))
    assert isinstance(shrunk, MentoringProfile)
    assert isinstance(await proposing[0], MentorFull)
    after = await make.fresh(mentor)
    assert (after.taken, after.capacity) == (1, 1)


async def test_everything_at_once_ends_without_a_deadlock_and_the_places_reconcile(crowd: Crowd) -> None:
    """Closing and proposing anew for the same two, over and over: each takes the pairing's and the mentor's locks."""
    make = crowd.make
    coordinator, (mentor, another) = await make.staff(Role.COORDINATOR), [await make.mentor() for _ in range(2)]
    for _ in range(4):
        mentees = [await make.mentee() for _ in range(2)]
        pairings = [await make.pairing(await make.fresh(mentor), mentee) for mentee in mentees]
        acts: list[tuple[Person, Operation]] = []
        for pairing, mentee in zip(pairings, mentees, strict=True):
            acts += closing(pairing, await make.the_two(pairing), coordinator)[:4]
            for profile in (mentor, another, mentor):
                acts.append((coordinator, lambda work, ids=(profile.id, mentee.id): propose_pairing(work, *ids)))  # type: ignore[misc]
        answers = await crowd.all_act(*acts[::2], *acts[1::2])
        assert sum(isinstance(answer, Pairing) for answer in answers) >= 2
        await assert_places_reconcile(make)
        for live in [*await make.all(Pairing, state=PROPOSED), *await make.all(Pairing, state=ACTIVE)]:
            async with make.acting_as(coordinator) as work:
                await end_pairing(
                    work,
                    live.id,
                    reason=PairingEnd.UNAVAILABLE if live.state is ACTIVE else PairingEnd.PROPOSAL_WITHDRAWN,
                )
    assert {pairing.state for pairing in await make.all(Pairing)} <= {COMPLETED, ENDED}
    await assert_places_reconcile(make)


async def test_a_proposal_and_a_closing_of_the_same_two_do_not_wait_for_each_other(
    crowd: Crowd, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the one has the mentor's profile, the other has their pairing, which the index shows the one."""
    make = crowd.make
    mentor, mentee = await make.mentor(), await make.mentee()
    coordinator = await make.staff(Role.COORDINATOR)
    actor, take, closing = await make.actor(coordinator), places.take, list[asyncio.Task[object]]()

    def propose(work: Work) -> Awaitable[Pairing]:
        return propose_pairing(work, mentor.id, mentee.id)

    async def take_while_another_proposal_comes_and_goes(work: Work, mentor_profile_id: UUID) -> bool:
        monkeypatch.setattr(places, "take", take)
        another = await crowd.act(actor, propose)
        assert isinstance(another, Pairing)
        taken = await take(work, mentor_profile_id)
        withdraw: Operation = partial(end_pairing, pairing_id=another.id, reason=PairingEnd.PROPOSAL_WITHDRAWN)
        closing.append(asyncio.create_task(crowd.act(actor, withdraw)))
        while not await somebody_waits_for_a_lock(owner):
            assert not closing[0].done(), "The closing didn't wait for the mentor's profile."
            await asyncio.wait(closing, timeout=0.01)
        return taken

    monkeypatch.setattr(places, "take", take_while_another_proposal_comes_and_goes)
    (answer,) = await crowd.all_act((coordinator, propose))
    assert isinstance(answer, AlreadyPaired)
    closed = await closing[0]
    assert isinstance(closed, Pairing)
    assert closed.state is ENDED
    assert (await make.fresh(mentor)).taken == 0
