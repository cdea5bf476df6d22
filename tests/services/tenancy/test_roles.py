"""Granting and ending roles."""

import asyncio
from datetime import date, timedelta

import pytest

from models import MANAGE_EVENTS, MANAGE_ROLES, JournalEntry, Role, RoleGrant
from services.core.errors import InvalidInput, NotAllowed, NotFound
from services.core.permissions import ROLES
from services.tenancy.errors import LastAdministrator, OwnRole
from services.tenancy.roles import end_role, grant_role
from tests.making import LONG_AGO, ActingAs, Maker

FAR = date(2099, 12, 31)


async def test_an_administrator_grants_a_role_to_a_member(make: Maker, acting_as: ActingAs) -> None:
    member, admin, home = await make.member(), await make.staff(), await make.home()
    async with acting_as(admin) as work:
        await grant_role(work, person_id=member.id, association_id=home.id, role=Role.REGISTRAR)
    actor = await make.actor(member)
    assert actor.may(MANAGE_EVENTS, home.id)
    assert not actor.may(MANAGE_ROLES, home.id)
    assert actor.version > member.access_version


async def test_a_registrar_grants_nothing(make: Maker, acting_as: ActingAs) -> None:
    member, registrar, home = await make.member(), await make.staff(Role.REGISTRAR), await make.home()
    async with acting_as(registrar) as work:
        with pytest.raises(NotAllowed):
            await grant_role(work, person_id=member.id, association_id=home.id, role=Role.REGISTRAR)
    assert await make.count(RoleGrant) == 1
    assert (await make.fresh(member)).access_version == member.access_version


async def test_somebody_whom_the_administrator_does_not_see_is_nobody(make: Maker, acting_as: ActingAs) -> None:
    elsewhere = await make.member(await make.association())
    async with acting_as(await make.staff()) as work:
        with pytest.raises(NotFound):
            await grant_role(work, person_id=elsewhere.id, association_id=(await make.home()).id, role=Role.REGISTRAR)


async def test_nobody_hands_on_a_cascade_that_they_do_not_have(make: Maker, acting_as: ActingAs) -> None:
    umbrella = await make.umbrella()
    association = await make.association(under=umbrella)
    member = await make.member(umbrella)
    cascading = {"person_id": member.id, "association_id": umbrella.id, "role": Role.REGISTRAR, "cascades": True}
    async with acting_as(await make.staff(association=umbrella)) as work:
        with pytest.raises(NotAllowed):
            await grant_role(work, **cascading)  # type: ignore[arg-type]
    assert not (await make.actor(member)).holds
    async with acting_as(await make.staff(association=umbrella, cascades=True)) as work:
        await grant_role(work, **cascading)  # type: ignore[arg-type]
    assert (await make.actor(member)).may(MANAGE_EVENTS, association.id)


async def test_a_role_that_is_ended_is_gone_at_once(make: Maker, acting_as: ActingAs) -> None:
    registrar, home = await make.staff(Role.REGISTRAR), await make.home()
    (grant,) = await make.all(RoleGrant)
    async with acting_as(await make.staff()) as work:
        ended = await end_role(work, grant.id)
        assert ended.ends_on == work.today - timedelta(days=1)
    after = await make.actor(registrar)
    assert not after.may(MANAGE_EVENTS, home.id)
    assert after.version > registrar.access_version


async def test_a_role_that_began_today_leaves_no_trace_but_the_journals(make: Maker, acting_as: ActingAs) -> None:
    member, home = await make.member(), await make.home()
    async with acting_as(await make.staff()) as work:
        grant = await grant_role(work, person_id=member.id, association_id=home.id, role=Role.REGISTRAR)
        await end_role(work, grant.id)
    assert await make.count(RoleGrant, person_id=member.id) == 0
    assert not (await make.actor(member)).holds


async def test_a_role_may_end_on_a_day_but_not_later_than_it_does(make: Maker, acting_as: ActingAs) -> None:
    await make.staff(Role.REGISTRAR)
    (grant,) = await make.all(RoleGrant)
    async with acting_as(await make.staff()) as work:
        await end_role(work, grant.id, ends_on=work.today)
        with pytest.raises(InvalidInput):
            await end_role(work, grant.id, ends_on=work.today + timedelta(days=1))
    assert (await make.fresh(grant)).ends_on == work.today


async def test_a_period_that_ends_before_it_begins_is_refused(make: Maker, acting_as: ActingAs) -> None:
    member, home = await make.member(), await make.home()
    async with acting_as(await make.staff()) as work:
        with pytest.raises(InvalidInput):
            await grant_role(work, person_id=member.id, association_id=home.id, role=Role.REGISTRAR, ends_on=LONG_AGO)
    assert await make.count(RoleGrant, person_id=member.id) == 0


# Who may grant what


@pytest.mark.parametrize("role", Role)
def test_every_role_says_what_it_is_for_and_what_it_may_do(role: Role) -> None:
    assert ROLES[role].purpose.keys() == {"en", "fr"}
    assert role is Role.ADMINISTRATOR or not ROLES[role].permissions & {"roles.manage", "keys.manage"}


def test_an_auditor_changes_nothing() -> None:
    assert {permission.partition(".")[2] for permission in ROLES[Role.AUDITOR].permissions} == {"read"}


@pytest.mark.promise("no-more-than-ones-own")
async def test_nobody_grants_a_role_that_may_do_what_they_may_not(make: Maker, acting_as: ActingAs) -> None:
    umbrella = await make.umbrella()
    home = await make.association(under=umbrella)  # whose persons the umbrella's administrator doesn't see
    above = await make.staff(association=umbrella, cascades=True)
    friend = await make.member(umbrella)
    async with acting_as(above) as work:
        for role in (Role.ADMINISTRATOR, Role.REGISTRAR, Role.AUDITOR, Role.TREASURER, Role.COORDINATOR):
            with pytest.raises(NotAllowed) as refused:
                await grant_role(work, person_id=friend.id, association_id=home.id, role=role)
            assert refused.value.permission in ROLES[role].permissions
        await grant_role(work, person_id=friend.id, association_id=home.id, role=Role.EDITOR)
    assert set((await make.actor(friend)).holds) == {"events.manage"}


@pytest.mark.promise("no-more-than-ones-own")
async def test_nobody_grants_themselves_a_role(make: Maker, acting_as: ActingAs) -> None:
    admin, home = await make.staff(ends_on=FAR), await make.home()
    async with acting_as(admin) as work:
        for role in (Role.ADMINISTRATOR, Role.FACILITATOR):  # for longer than they have it, or another
            with pytest.raises(OwnRole):
                await grant_role(work, person_id=admin.id, association_id=home.id, role=role)
    assert await make.count(RoleGrant) == 1
    assert (await make.fresh(admin)).access_version == admin.access_version


async def test_an_administrator_elsewhere_grants_nothing_here(make: Maker, acting_as: ActingAs) -> None:
    home, elsewhere = await make.home(), await make.association()
    friend = await make.member(elsewhere)
    async with acting_as(await make.staff(association=elsewhere)) as work:
        with pytest.raises(NotAllowed, match=r"roles\.manage"):
            await grant_role(work, person_id=friend.id, association_id=home.id, role=Role.FACILITATOR)
    assert await make.count(RoleGrant) == 1


async def test_an_administrator_of_another_tenant_finds_nothing_to_grant_or_to_end(
    make: Maker, acting_as: ActingAs
) -> None:
    home, member = await make.home(), await make.member()
    grant = await make.grant(member, Role.EDITOR)
    stranger = await (await make.other()).staff()
    async with acting_as(stranger) as work:
        with pytest.raises(NotFound):
            await grant_role(work, person_id=stranger.id, association_id=home.id, role=Role.EDITOR)
        with pytest.raises(NotFound):
            await end_role(work, grant.id)
    assert await make.fresh(grant) == grant


# An association keeps an administrator


async def test_the_last_administrator_stays(make: Maker, acting_as: ActingAs) -> None:
    admin = await make.staff()
    (grant,) = await make.all(RoleGrant)
    async with acting_as(admin) as work:
        for last in (None, work.today, FAR):
            with pytest.raises(LastAdministrator):
                async with work.session.begin_nested():
                    await end_role(work, grant.id, ends_on=last)
    assert await make.fresh(grant) == grant
    assert await make.count(JournalEntry, action="role.ended") == 0


async def test_one_of_two_administrators_leaves(make: Maker, acting_as: ActingAs) -> None:
    admin = await make.staff()
    (grant,) = await make.all(RoleGrant)
    await make.staff()
    async with acting_as(admin) as work:
        await end_role(work, grant.id)
    assert not (await make.actor(admin)).holds


async def test_two_administrators_do_not_end_each_others_role_at_once(make: Maker, acting_as: ActingAs) -> None:
    admins = [await make.staff(), await make.staff()]
    grants = [(await make.all(RoleGrant, person_id=admin.id))[0] for admin in admins]

    async def end(who: int, whose: int) -> None:
        async with acting_as(actors[who]) as work:
            await end_role(work, grants[whose].id)

    for pairs in (((0, 1), (1, 0)), ((0, 0), (1, 1))):
        actors = [await make.actor(admin) for admin in admins]  # with the rights that they had before either began
        outcomes = await asyncio.gather(*(end(*pair) for pair in pairs), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes if outcome] == [LastAdministrator]
        for grant in grants:  # both have it again
            again = await make.fresh(grant)
            again.ends_on = None
            await make.save(again)


@pytest.mark.parametrize("visible", [True, False])
async def test_an_umbrellas_administrator_counts_where_they_could_appoint_another(
    make: Maker, acting_as: ActingAs, visible: bool
) -> None:
    umbrella = await make.umbrella()
    home = await make.association(under=umbrella, visible_from_above=visible)
    above = await make.staff(association=umbrella, cascades=True)
    admin = await make.staff(association=home)
    (grant,) = await make.all(RoleGrant, person_id=admin.id)
    async with acting_as(admin) as work:
        if visible:
            await end_role(work, grant.id)
        else:
            with pytest.raises(LastAdministrator):
                await end_role(work, grant.id)
    if not visible:
        async with acting_as(above) as work:  # whose hands it came into
            await end_role(work, grant.id)
    assert not (await make.actor(admin)).holds
