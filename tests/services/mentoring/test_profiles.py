"""Profiles: the person's own to write, to publish and to withdraw."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from models import JournalEntry, MentoringProfile, MentoringRole, Person, ProgrammeState, Role, Sector
from services.core.errors import InvalidInput, NotFound, NotSignedIn
from services.mentoring.errors import CapacityTaken, NotAMember, WrongProgrammeState
from services.mentoring.profiles import draft_profile, publish_profile, withdraw_profile
from tests.making import ActingAs, Maker, name
from tests.services.crowd import Crowd
from tests.services.looking import actions
from tests.services.mentoring.looking import picture

MENTOR, MENTEE = MentoringRole.MENTOR, MentoringRole.MENTEE
OFFER: dict[str, Any] = {"role": MENTOR, "languages": ["fr"], "capacity": 2}
SAID: dict[str, Any] = {"skills": ["Éthique", " Éthique "], "presentation": "Bonjour.", "sector": Sector.PUBLIC}
WISH: dict[str, Any] = {"role": MENTEE, "languages": ["fr", "ase"]}


async def others_who_see(make: Maker, profile: MentoringProfile) -> int:
    """How many of a fellow member and the coordinator see the profile."""
    others: list[Person] = [await make.member(), await make.staff(Role.COORDINATOR)]
    return sum([len(await make.all_as(other, MentoringProfile, id=profile.id)) for other in others])


async def test_a_profile_is_its_persons_until_they_publish_it_and_again_once_they_withdraw_it(
    make: Maker, acting_as: ActingAs
) -> None:
    programme, ana = await make.programme(), await make.member()
    async with acting_as(ana) as work:
        profile = await draft_profile(work, programme.id, **OFFER, **SAID)
    assert (profile.person_id, profile.name, profile.skills) == (ana.id, name(ana), ["Éthique"])
    assert (profile.published, await others_who_see(make, profile)) == (False, 0)
    for step, seen in ((publish_profile, 2), (withdraw_profile, 0), (publish_profile, 2)):
        for _ in range(2):  # once more is the same
            async with acting_as(ana) as work:
                profile = await step(work, profile.id)
            assert (profile.published, await others_who_see(make, profile)) == (seen > 0, seen)
    entries = [f"mentoring_profile.{done}" for done in ("drafted", "published", "withdrawn", "published")]
    assert await actions(make) == entries


async def test_that_somebody_drafts_a_profile_is_no_staffs_to_read_in_the_journal(
    make: Maker, acting_as: ActingAs
) -> None:
    programme, ana, admin = await make.programme(), await make.member(), await make.staff()
    for _ in range(2):
        async with acting_as(ana) as work:
            await draft_profile(work, programme.id, **WISH)
    (profile,) = await make.all(MentoringProfile)
    assert len(await actions(make)) == 2
    assert await make.all_as(admin, JournalEntry) == []
    async with acting_as(ana) as work:
        await publish_profile(work, profile.id)
    (entry,) = await make.all_as(admin, JournalEntry)
    assert (entry.action, entry.data) == ("mentoring_profile.published", {"programme_id": str(programme.id)})


async def test_a_profile_is_written_anew_and_stays_published(make: Maker, acting_as: ActingAs) -> None:
    programme, ana = await make.programme(), await make.member()
    profile = await make.mentor(ana, programme, capacity=5, taken=3)
    async with acting_as(ana) as work:
        changed = await draft_profile(work, programme.id, role=MENTOR, languages=["en"], capacity=3)
    assert (changed.id, changed.languages, changed.skills) == (profile.id, ["en"], [])
    assert (changed.capacity, changed.taken, changed.published_at) == (3, 3, profile.published_at)
    async with acting_as(ana) as work:
        assert (await draft_profile(work, programme.id, **WISH)).id != profile.id  # one a role
    assert await make.count(MentoringProfile, person_id=ana.id) == 2


async def test_a_capacity_never_goes_below_the_places_that_are_taken(make: Maker, acting_as: ActingAs) -> None:
    programme, ana = await make.programme(), await make.member()
    await make.mentor(ana, programme, capacity=5, taken=3)
    before = await picture(make)
    with pytest.raises(CapacityTaken) as refused:
        async with acting_as(ana) as work:
            await draft_profile(work, programme.id, **OFFER)
    assert (refused.value.taken, refused.value.path) == (3, ("capacity",))
    assert await picture(make) == before


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"capacity": None}, ("capacity",)),
        ({"capacity": 0}, ("capacity",)),
        ({"capacity": 21}, ("capacity",)),
        ({"role": MENTEE, "capacity": 1}, ("capacity",)),
        ({"languages": []}, ("languages",)),
        ({"languages": ["fr", "fr"]}, ("languages", "1")),
        ({"languages": [f"a{letter}" for letter in "abcdefghijk"]}, ("languages",)),
        ({"skills": ["Éthique", " "]}, ("skills", "1")),
        ({"skills": [str(n) for n in range(31)]}, ("skills",)),
        ({"presentation": ""}, ("presentation",)),
        ({"region": "x" * 201}, ("region",)),
    ],
)
async def test_input_that_breaks_a_rule_writes_nothing(
    make: Maker, acting_as: ActingAs, given: dict[str, Any], path: tuple[str, ...]
) -> None:
    programme, ana = await make.programme(), await make.member()
    with pytest.raises(InvalidInput) as refused:
        async with acting_as(ana) as work:
            await draft_profile(work, programme.id, **(OFFER | given))
    assert refused.value.path == path
    assert await make.count(MentoringProfile) == 0
    assert await actions(make) == []


async def test_members_of_an_affiliate_take_part_and_whoever_is_no_member_does_not(
    make: Maker, acting_as: ActingAs
) -> None:
    umbrella = await make.umbrella()
    affiliate = await make.association(under=umbrella)
    programme = await make.programme(umbrella)
    async with acting_as(await make.member(affiliate)) as work:
        await draft_profile(work, programme.id, **WISH)
    cancelled: dict[str, Any] = {"cancelled_on": date(2021, 1, 1), "cancellation_reason": "RESIGNED"}
    for outsider in (await make.member(), await make.member(umbrella, **cancelled), await make.staff()):
        with pytest.raises(NotAMember) as refused:
            async with acting_as(outsider) as work:
                await draft_profile(work, programme.id, **WISH)
        assert refused.value.association_id == umbrella.id
    with pytest.raises(NotSignedIn):
        async with acting_as(None) as work:
            await draft_profile(work, programme.id, **WISH)
    assert await make.count(MentoringProfile) == 1


async def test_who_has_left_the_association_publishes_no_more_and_may_withdraw(
    make: Maker, acting_as: ActingAs
) -> None:
    programme, ana = await make.programme(), await make.person()
    profile = await make.mentee(ana, programme)
    async with acting_as(ana) as work:
        await withdraw_profile(work, profile.id)
    with pytest.raises(NotAMember):
        async with acting_as(ana) as work:
            await publish_profile(work, profile.id)
    assert not (await make.fresh(profile)).published


async def test_profiles_are_written_and_published_while_the_programme_is_open(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.member()
    closed, draft = [await make.programme(state=state) for state in (ProgrammeState.CLOSED, ProgrammeState.DRAFT)]
    profile = await make.mentor(ana, closed, published_at=None)
    before = await picture(make)
    with pytest.raises(WrongProgrammeState):
        async with acting_as(ana) as work:
            await draft_profile(work, closed.id, **OFFER)
    with pytest.raises(WrongProgrammeState):
        async with acting_as(ana) as work:
            await publish_profile(work, profile.id)
    for absent in (draft.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            async with acting_as(ana) as work:
                await draft_profile(work, absent, **OFFER)
        assert refused.value.path == ("mentoringProgrammeId",)
    assert await picture(make) == before


@pytest.mark.parametrize("step", [publish_profile, withdraw_profile])
async def test_nobody_else_publishes_or_withdraws_a_profile(make: Maker, acting_as: ActingAs, step: Any) -> None:
    published = datetime.now(UTC) if step is withdraw_profile else None
    profile = await make.mentor(published_at=published)
    others = [await make.member(), await make.staff(Role.COORDINATOR), await make.staff()]
    before = await picture(make)
    for other in others:
        with pytest.raises(NotFound):
            async with acting_as(other) as work:
                await step(work, profile.id)
    with pytest.raises(NotSignedIn):
        async with acting_as(None) as work:
            await step(work, profile.id)
    assert await picture(make) == before


async def test_one_who_drafts_many_times_at_once_has_one_profile(crowd: Crowd) -> None:
    programme, ana = await crowd.make.programme(), await crowd.make.member()
    actor = await crowd.make.actor(ana)
    answers = await asyncio.gather(
        *(crowd.act(actor, lambda work: draft_profile(work, programme.id, **OFFER)) for _ in range(8))
    )
    assert {type(answer) for answer in answers} == {MentoringProfile}
    assert sorted(await actions(crowd.make)) == ["mentoring_profile.changed"] * 7 + ["mentoring_profile.drafted"]
