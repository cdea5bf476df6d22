"""Pairings, from the proposal to their end, and the mentor's place that goes with them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from models import JournalEntry, MentoringProfile, Pairing, PairingEnd, PairingState, Person, ProgrammeState, Role
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from services.core.work import Work
from services.mentoring.errors import AlreadyPaired, MentorFull, NotAParticipant, WrongPairingState, WrongProgrammeState
from services.mentoring.pairings import (
    accept_pairing,
    complete_pairing,
    decline_pairing,
    end_pairing,
    propose_pairing,
)
from tests.making import ActingAs, Maker, assert_places_reconcile
from tests.services.crowd import Operation
from tests.services.looking import actions
from tests.services.mentoring.looking import picture

PROPOSED, ACTIVE, DECLINED, COMPLETED, ENDED = PairingState
NOW = datetime.now(UTC).replace(microsecond=0)
Close = Callable[[Work, Pairing], Awaitable[Pairing]]


@pytest.fixture
async def coordinator(make: Maker) -> Person:
    """Who coordinates the home association's mentoring."""
    return await make.staff(Role.COORDINATOR)


async def test_a_proposal_takes_a_place_and_is_active_once_both_have_accepted(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    mentor, mentee = await make.mentor(), await make.mentee()
    async with acting_as(coordinator, now=NOW) as work:
        pairing = await propose_pairing(work, mentor.id, mentee.id)
    assert (pairing.state, pairing.proposed_at) == (PROPOSED, NOW)
    assert (pairing.mentor_name, pairing.mentee_name) == (mentor.name, mentee.name)
    assert (await make.fresh(mentor)).taken == 1
    the_mentor, the_mentee = await make.the_two(pairing)
    for _ in range(2):  # accepting twice is once
        async with acting_as(the_mentor, now=NOW) as work:
            pairing = await accept_pairing(work, pairing.id)
        assert (pairing.state, pairing.mentor_accepted_at, pairing.mentee_accepted_at) == (PROPOSED, NOW, None)
    async with acting_as(the_mentee, now=NOW) as work:
        pairing = await accept_pairing(work, pairing.id)
    assert (pairing.state, pairing.activated_at, pairing.mentee_accepted_at) == (ACTIVE, NOW, NOW)
    async with acting_as(the_mentor) as work:
        assert (await accept_pairing(work, pairing.id)).mentor_accepted_at == NOW
    done = ["proposed", "accepted", "accepted", "activated"]
    assert await actions(make) == [f"pairing.{what}" for what in done]
    await assert_places_reconcile(make)


@pytest.mark.parametrize("accepted", [None, 0, 1])
@pytest.mark.parametrize("decliner", [0, 1])
async def test_declining_gives_the_place_back_and_nobody_reads_whose_doing_it_was(
    make: Maker, acting_as: ActingAs, decliner: int, accepted: int | None
) -> None:
    mentor = await make.mentor()
    pairing = await make.pairing(mentor, state=PROPOSED)
    two, admin = await make.the_two(pairing), await make.staff()
    if accepted is not None:
        async with acting_as(two[accepted]) as work:
            await accept_pairing(work, pairing.id)
    async with acting_as(two[decliner]) as work:
        declined = await decline_pairing(work, pairing.id)
    assert (declined.state, declined.closed_at is None, declined.end_reason) == (DECLINED, False, None)
    assert (declined.mentor_accepted_at, declined.mentee_accepted_at) == (None, None)
    assert (await make.fresh(mentor)).taken == 0
    assert (await actions(make))[-1] == "pairing.declined"
    # The journal of the association's staff has neither who declined, nor who hadn't.
    assert await make.all_as(admin, JournalEntry) == []


CLOSING: dict[PairingState, Close] = {
    COMPLETED: lambda work, pairing: complete_pairing(work, pairing.id),
    ENDED: lambda work, pairing: end_pairing(work, pairing.id, reason=PairingEnd.NOT_A_MATCH),
}


@pytest.mark.parametrize("who", ["mentor", "mentee", "coordinator"])
@pytest.mark.parametrize("state", CLOSING)
async def test_an_active_pairing_is_completed_or_ended_by_one_of_the_two_or_the_coordinator(
    make: Maker, acting_as: ActingAs, coordinator: Person, who: str, state: PairingState
) -> None:
    close = CLOSING[state]
    mentor = await make.mentor()
    pairing = await make.pairing(mentor)
    people = dict(zip(("mentor", "mentee"), await make.the_two(pairing), strict=True)) | {"coordinator": coordinator}
    async with acting_as(people[who], now=NOW) as work:
        closed = await close(work, pairing)
    assert (closed.state, closed.closed_at) == (state, NOW)
    assert closed.end_reason is (PairingEnd.NOT_A_MATCH if state is ENDED else None)
    assert (await make.fresh(mentor)).taken == 0
    with pytest.raises(WrongPairingState) as refused:
        async with acting_as(people[who]) as work:
            await close(work, pairing)
    assert refused.value.found is state
    assert (await make.fresh(mentor)).taken == 0
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.data["before"]) == (f"pairing.{state.lower()}", "ACTIVE")


async def test_a_coordinator_takes_a_proposal_back_and_the_two_decline_it(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    mentor = await make.mentor()
    pairing = await make.pairing(mentor, state=PROPOSED)
    before = await picture(make)
    for participant in await make.the_two(pairing):
        with pytest.raises(WrongPairingState) as refused:
            async with acting_as(participant) as work:
                await end_pairing(work, pairing.id, reason=PairingEnd.PROPOSAL_WITHDRAWN)
        assert (refused.value.required, refused.value.found) == ([ACTIVE], PROPOSED)
    with pytest.raises(InvalidInput) as invalid:
        async with acting_as(coordinator) as work:
            await end_pairing(work, pairing.id, reason=PairingEnd.NOT_A_MATCH)
    assert (invalid.value.path, invalid.value.required) == (("reason",), "one of PROPOSAL_WITHDRAWN")
    assert await picture(make) == before
    async with acting_as(coordinator) as work:
        ended = await end_pairing(work, pairing.id, reason=PairingEnd.PROPOSAL_WITHDRAWN)
    assert (ended.state, ended.end_reason) == (ENDED, PairingEnd.PROPOSAL_WITHDRAWN)
    assert (await make.fresh(mentor)).taken == 0


async def test_an_active_pairing_is_no_proposal_to_take_back(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    pairing = await make.pairing()
    before = await picture(make)
    for somebody in (coordinator, *await make.the_two(pairing)):
        with pytest.raises(InvalidInput):
            async with acting_as(somebody) as work:
                await end_pairing(work, pairing.id, reason=PairingEnd.PROPOSAL_WITHDRAWN)
    assert await picture(make) == before


async def test_what_is_closed_may_be_followed_by_another_pairing_of_the_same_two(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    mentor, mentee = await make.mentor(capacity=1), await make.mentee()
    for state in (DECLINED, COMPLETED, ENDED):
        await make.pairing(mentor, mentee, state)
    async with acting_as(coordinator) as work:
        pairing = await propose_pairing(work, mentor.id, mentee.id)
    assert pairing.state is PROPOSED
    await assert_places_reconcile(make)


@pytest.mark.parametrize("state", [PROPOSED, ACTIVE])
async def test_a_mentee_has_one_live_pairing_in_a_programme(
    make: Maker, acting_as: ActingAs, coordinator: Person, state: PairingState
) -> None:
    person, other_programme = await make.member(), await make.programme()
    mentee = await make.mentee(person)
    live = await make.pairing(mentee=mentee, state=state)
    mentor = await make.mentor()
    before = await picture(make)
    with pytest.raises(AlreadyPaired) as refused:
        async with acting_as(coordinator) as work:
            await propose_pairing(work, mentor.id, mentee.id)
    assert (refused.value.pairing_id, refused.value.path) == (live.id, ("menteeProfileId",))
    assert await picture(make) == before
    mentor, mentee = await make.mentor(programme=other_programme), await make.mentee(person, other_programme)
    async with acting_as(coordinator) as work:
        await propose_pairing(work, mentor.id, mentee.id)


async def test_a_mentor_without_a_place_left_is_proposed_to_nobody(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    mentor = await make.mentor(capacity=1)
    pairing, mentee = await make.pairing(mentor), await make.mentee()
    before = await picture(make)
    with pytest.raises(MentorFull) as refused:
        async with acting_as(coordinator) as work:
            await propose_pairing(work, mentor.id, mentee.id)
    assert (refused.value.capacity, refused.value.path) == (1, ("mentorProfileId",))
    assert await picture(make) == before
    async with acting_as(coordinator) as work:
        await complete_pairing(work, pairing.id)
        await propose_pairing(work, mentor.id, mentee.id)
    await assert_places_reconcile(make)


async def test_a_pairing_is_of_two_who_published_a_mentors_and_a_mentees_profile_in_one_programme(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    ana = await make.member()
    mentor, mentee = await make.mentor(ana), await make.mentee()
    mentor_id, mentee_id, hers = "mentorProfileId", "menteeProfileId", await make.mentee(ana)
    elsewhere = await make.mentee(programme=await make.programme())
    unpublished = [await make.mentee(published_at=None), await make.mentor(published_at=None)]
    wrong: list[tuple[MentoringProfile, MentoringProfile, type[Problem], str]] = [
        (mentee, mentor, InvalidInput, mentor_id),
        (mentor, mentor, InvalidInput, mentee_id),
        (mentor, hers, InvalidInput, mentee_id),
        (mentor, elsewhere, InvalidInput, mentee_id),
        (mentor, unpublished[0], NotFound, mentee_id),
        (unpublished[1], mentee, NotFound, mentor_id),
    ]
    before = await picture(make)
    for one, other, refusal, path in wrong:
        with pytest.raises(refusal) as refused:
            async with acting_as(coordinator) as work:
                await propose_pairing(work, one.id, other.id)
        assert refused.value.path == (path,)
    assert await picture(make) == before


async def test_a_coordinators_own_draft_is_not_proposed(make: Maker, acting_as: ActingAs, coordinator: Person) -> None:
    draft, mentee = await make.mentor(coordinator, published_at=None), await make.mentee()
    before = await picture(make)
    with pytest.raises(InvalidInput):
        async with acting_as(coordinator) as work:
            await propose_pairing(work, draft.id, mentee.id)
    assert await picture(make) == before


async def test_pairings_are_proposed_while_the_programme_is_open_and_go_on_after_it(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    programme = await make.programme(state=ProgrammeState.CLOSED)
    mentor, mentee = await make.mentor(programme=programme), await make.mentee(programme=programme)
    with pytest.raises(WrongProgrammeState):
        async with acting_as(coordinator) as work:
            await propose_pairing(work, mentor.id, mentee.id)
    assert (await make.fresh(mentor)).taken == 0
    pairing = await make.pairing(mentor, mentee, PROPOSED)
    for person in await make.the_two(pairing):
        async with acting_as(person) as work:
            await accept_pairing(work, pairing.id)
    assert (await make.fresh(pairing)).state is ACTIVE


@pytest.mark.parametrize("operation", [accept_pairing, decline_pairing])
@pytest.mark.parametrize("state", [ACTIVE, DECLINED, COMPLETED, ENDED])
async def test_a_proposal_is_accepted_or_declined_while_it_is_one(
    make: Maker,
    acting_as: ActingAs,
    operation: Callable[..., Awaitable[Pairing]],
    state: PairingState,
) -> None:
    pairing = await make.pairing(state=state)
    mentor, _ = await make.the_two(pairing)
    before = await picture(make)
    if operation is accept_pairing and state is ACTIVE:
        async with acting_as(mentor) as work:
            assert (await accept_pairing(work, pairing.id)).state is ACTIVE
    else:
        with pytest.raises(WrongPairingState) as refused:
            async with acting_as(mentor) as work:
                await operation(work, pairing.id)
        assert (refused.value.required, refused.value.found) == ([PROPOSED], state)
    assert await picture(make) == before


async def test_a_coordinator_answers_for_neither_side_and_a_stranger_finds_nothing(
    make: Maker, acting_as: ActingAs, coordinator: Person
) -> None:
    pairing = await make.pairing(state=PROPOSED)
    active = await make.pairing()
    mentor, mentee = await make.mentor(), await make.mentee()
    stranger, foreigner = await make.member(), await (await make.other()).staff()
    before = await picture(make)
    for operation in (accept_pairing, decline_pairing):
        with pytest.raises(NotAParticipant):
            async with acting_as(coordinator) as work:
                await operation(work, pairing.id)
    attempts: tuple[Operation, ...] = (
        lambda work: accept_pairing(work, pairing.id),
        lambda work: decline_pairing(work, pairing.id),
        lambda work: complete_pairing(work, active.id),
        lambda work: end_pairing(work, active.id, reason=PairingEnd.UNAVAILABLE),
        lambda work: complete_pairing(work, uuid4()),
    )
    for somebody in (None, stranger, foreigner):
        for attempt in attempts:
            with pytest.raises(NotFound):
                async with acting_as(somebody) as work:
                    await attempt(work)
    with pytest.raises(NotAllowed):
        async with acting_as(stranger) as work:  # who sees both profiles, as a member
            await propose_pairing(work, mentor.id, mentee.id)
    assert await picture(make) == before
