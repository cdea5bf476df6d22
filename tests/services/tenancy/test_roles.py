"""Granting and ending roles."""

from datetime import timedelta

import pytest

from models import Role, RoleGrant
from services.core.errors import InvalidInput, NotAllowed, NotFound
from services.tenancy.roles import end_role, grant_role
from tests.making import LONG_AGO, ActingAs, Maker


async def test_an_administrator_grants_a_role_to_a_member(make: Maker, acting_as: ActingAs) -> None:
    member, admin, home = await make.member(), await make.staff(), await make.home()
    async with acting_as(admin) as work:
        await grant_role(work, person_id=member.id, association_id=home.id, role=Role.REGISTRAR)
    actor = await make.actor(member)
    assert actor.may("events.manage", home.id)
    assert not actor.may("roles.manage", home.id)
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
    assert (await make.actor(member)).may("events.manage", association.id)


async def test_a_role_that_is_ended_is_gone_at_once(make: Maker, acting_as: ActingAs) -> None:
    registrar, home = await make.staff(Role.REGISTRAR), await make.home()
    (grant,) = await make.all(RoleGrant)
    async with acting_as(await make.staff()) as work:
        ended = await end_role(work, grant.id)
        assert ended.ends_on == work.today - timedelta(days=1)
    after = await make.actor(registrar)
    assert not after.may("events.manage", home.id)
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
