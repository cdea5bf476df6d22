"""Memberships: admitted, renewed, ended."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models import CancellationReason, Membership, MembershipStatus, Person, Role
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.core.work import Work
from services.membership.errors import WrongMembershipStatus
from services.membership.memberships import Admission, admit, admit_all, cancel_membership, renew, resign
from tests.making import LONG_AGO, ActingAs, Maker

NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)
TODAY = date(2026, 6, 15)
JOINED = date(2026, 1, 1)


async def known(make: Maker) -> Person:
    """Somebody whom the home association's staff see, and who is no member."""
    person = await make.person()
    await make.seen_by(person, await make.home())
    return person


async def join(work: Work, make: Maker, person: Person, **columns: Any) -> Membership:
    home, category = await make.home(), await make.category()
    return await admit(
        work, person_id=person.id, association_id=home.id, category_id=category.id, **{"joined_on": JOINED, **columns}
    )


async def test_somebody_admitted_is_a_member_and_has_a_members_rights(make: Maker, acting_as: ActingAs) -> None:
    person, home = await known(make), await make.home()
    await make.category(grace_days=30)
    async with acting_as(await make.staff(Role.MEMBERSHIP_OFFICER), now=NOON) as work:
        membership = await join(work, make, person, ends_on=date(2026, 12, 31), number="A-1")
    assert (membership.starts_on, membership.grace_until) == (JOINED, date(2027, 1, 30))
    actor = await make.actor(person, now=NOON)
    assert actor.memberships == {home.id}
    assert actor.version > person.access_version
    assert not (await make.actor(person, now=datetime(2027, 1, 31, 16, tzinfo=UTC))).memberships


async def test_a_registrar_admits_and_ends_nothing(make: Maker, acting_as: ActingAs) -> None:
    person, member = await known(make), await make.member()
    (membership,) = await make.all(Membership)
    async with acting_as(await make.staff(Role.REGISTRAR), now=NOON) as work:
        with pytest.raises(NotAllowed):
            await join(work, make, person)
        for operation in (resign(work, membership.id), renew(work, membership.id, ends_on=TODAY)):
            with pytest.raises(NotFound):
                await operation
    async with acting_as(None, now=NOON) as work:
        with pytest.raises(NotSignedIn):
            await join(work, make, person)
    async with acting_as(member, now=NOON) as work:
        with pytest.raises(NotAllowed):
            await cancel_membership(work, membership.id, reason=CancellationReason.EXCLUDED)
    assert [row.cancelled_on for row in await make.all(Membership)] == [None]


async def test_one_live_membership_of_an_association_each(make: Maker, acting_as: ActingAs) -> None:
    person, officer = await known(make), await make.staff(Role.MEMBERSHIP_OFFICER)
    async with acting_as(officer, now=NOON) as work:
        first = await join(work, make, person)
    with pytest.raises(AlreadyExists):
        async with acting_as(officer, now=NOON) as work:
            await join(work, make, person)
    assert await make.count(Membership) == 1
    async with acting_as(officer, now=NOON) as work:
        await cancel_membership(work, first.id, reason=CancellationReason.EXCLUDED, explanation="Statuts, art. 9")
        await join(work, make, person, joined_on=TODAY)
    assert await make.count(Membership) == 2


async def test_one_who_cannot_be_admitted_keeps_all_out(make: Maker, acting_as: ActingAs) -> None:
    person, member, home, category = await known(make), await make.member(), await make.home(), await make.category()
    elsewhere = await make.category(await make.association())
    stranger = await make.member(await make.association())
    officer = await make.staff(Role.MEMBERSHIP_OFFICER)
    right = Admission(person_id=person.id, category_id=category.id, joined_on=JOINED)
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (AlreadyExists, {"person_id": member.id}),
        (NotFound, {"person_id": stranger.id}),
        (NotFound, {"person_id": person.id, "category_id": elsewhere.id}),
        (InvalidInput, {"person_id": person.id, "ends_on": LONG_AGO}),
        (InvalidInput, {"person_id": person.id, "starts_on": LONG_AGO}),
    ]
    for refusal, columns in wrong:
        admission = Admission(**{"category_id": category.id, "joined_on": JOINED, **columns})
        with pytest.raises(refusal):
            async with acting_as(officer, now=NOON) as work:
                await admit_all(work, association_id=home.id, admissions=[right, admission])
    assert await make.count(Membership, association_id=home.id) == 1


async def test_a_renewal_in_good_standing_leaves_no_gap(make: Maker, acting_as: ActingAs) -> None:
    await make.category(grace_days=30)
    await make.member(joined_on=JOINED, ends_on=date(2026, 5, 31), grace_until=date(2026, 6, 30))
    (membership,) = await make.all(Membership)
    officer = await make.staff(Role.MEMBERSHIP_OFFICER)
    async with acting_as(officer, now=NOON) as work:
        for too_early in (date(2026, 5, 31), TODAY - timedelta(days=1)):
            with pytest.raises(InvalidInput):
                await renew(work, membership.id, ends_on=too_early)
        renewed = await renew(work, membership.id, ends_on=date(2027, 5, 31))
    assert (renewed.joined_on, renewed.starts_on) == (JOINED, JOINED)
    assert (renewed.ends_on, renewed.grace_until) == (date(2027, 5, 31), date(2027, 6, 30))


async def test_a_renewal_after_expiry_begins_anew_and_keeps_seniority(make: Maker, acting_as: ActingAs) -> None:
    await make.member(joined_on=JOINED, ends_on=date(2026, 5, 31), grace_until=date(2026, 6, 14))
    (membership,) = await make.all(Membership)
    async with acting_as(await make.staff(Role.MEMBERSHIP_OFFICER), now=NOON) as work:
        renewed = await renew(work, membership.id, ends_on=date(2027, 5, 31))
    assert (renewed.joined_on, renewed.starts_on) == (JOINED, TODAY)


async def test_a_member_resigns_once_and_by_themselves(make: Maker, acting_as: ActingAs) -> None:
    member = await make.member()
    (membership,) = await make.all(Membership)
    async with acting_as(member, now=NOON) as work:
        with pytest.raises(InvalidInput):
            await resign(work, membership.id, on=TODAY - timedelta(days=1))
        resigned = await resign(work, membership.id)
        with pytest.raises(WrongMembershipStatus) as refusal:
            await resign(work, membership.id)
        assert refusal.value.found is MembershipStatus.CANCELLED
        with pytest.raises(NotAllowed):
            await renew(work, membership.id, ends_on=date(2030, 1, 1))
    assert (resigned.cancelled_on, resigned.cancellation_reason) == (TODAY, CancellationReason.RESIGNED)
    assert not (await make.actor(member, now=NOON)).memberships
    assert (await make.fresh(member)).access_version > member.access_version


async def test_who_resigns_for_later_is_a_member_until_then(make: Maker, acting_as: ActingAs) -> None:
    member, home = await make.member(), await make.home()
    (membership,) = await make.all(Membership)
    async with acting_as(member, now=NOON) as work:
        await resign(work, membership.id, on=TODAY + timedelta(days=1))
        with pytest.raises(WrongMembershipStatus):
            await resign(work, membership.id)
    assert (await make.actor(member, now=NOON)).memberships == {home.id}
    assert not (await make.actor(member, now=NOON + timedelta(days=1))).memberships
    assert (await make.fresh(member)).association_ids == [home.id]
