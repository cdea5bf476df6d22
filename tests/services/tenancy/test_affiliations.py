"""Affiliations, and the graph that they make."""

import asyncio
from contextlib import suppress
from datetime import date, timedelta

import pytest

from models import MANAGE_EVENTS, READ_PERSONS, Affiliation, AffiliationState, Association, AssociationKind, Role
from services.core.actor import system
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound
from services.core.work import Work, begin
from services.tenancy.affiliations import (
    accept_affiliation,
    affiliate,
    apply_for_affiliation,
    end_affiliation,
    reinstate_affiliation,
    suspend_affiliation,
)
from services.tenancy.errors import WouldMakeACycle, WrongAffiliationState
from tests.making import LONG_AGO, ActingAs, Maker


async def two(make: Maker) -> tuple[Association, Association]:
    return await make.association(), await make.umbrella()


async def test_the_umbrella_takes_an_association_in_at_once(make: Maker, acting_as: ActingAs) -> None:
    association, umbrella = await two(make)
    async with acting_as(await make.staff(association=umbrella)) as work:
        made = await affiliate(work, association_id=association.id, umbrella_id=umbrella.id, starts_on=LONG_AGO)
    assert (await make.fresh(made)).state is AffiliationState.ACTIVE


async def test_the_association_alone_can_only_apply(make: Maker, acting_as: ActingAs) -> None:
    association, umbrella = await two(make)
    parties = {"association_id": association.id, "umbrella_id": umbrella.id, "starts_on": LONG_AGO}
    admin = await make.staff(association=association)
    async with acting_as(admin) as work:
        with pytest.raises(NotAllowed):
            await affiliate(work, **parties)  # type: ignore[arg-type]
        application = await apply_for_affiliation(work, **parties)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            await accept_affiliation(work, application.id)
    assert (await make.fresh(application)).state is AffiliationState.APPLIED
    async with acting_as(await make.staff(association=umbrella)) as work:
        await accept_affiliation(work, application.id)
    assert (await make.fresh(application)).state is AffiliationState.ACTIVE


async def test_an_application_is_unknown_to_third_parties(make: Maker, acting_as: ActingAs) -> None:
    association, umbrella = await two(make)
    application = await make.affiliation(association, umbrella, state=AffiliationState.APPLIED)
    async with acting_as(await make.staff(association=await make.umbrella())) as work:
        with pytest.raises(NotFound):
            await accept_affiliation(work, application.id)


async def test_an_affiliation_is_suspended_reinstated_and_ended(make: Maker, acting_as: ActingAs) -> None:
    association, umbrella = await two(make)
    affiliation = await make.affiliation(association, umbrella)
    async with acting_as(await make.staff(association=umbrella)) as work:
        with pytest.raises(WrongAffiliationState):
            await reinstate_affiliation(work, affiliation.id, reason="Rien à rétablir")
        await suspend_affiliation(work, affiliation.id, reason="Cotisations")
        assert (await make.fresh(affiliation)).state is AffiliationState.ACTIVE, "Not before the transaction ends."
        await reinstate_affiliation(work, affiliation.id, reason="Réglé")
        ended = await end_affiliation(work, affiliation.id)
        assert ended.ends_on == work.today - timedelta(days=1)
        again = await affiliate(work, association_id=association.id, umbrella_id=umbrella.id, starts_on=work.today)
        with pytest.raises(InvalidInput):
            await end_affiliation(work, again.id, ends_on=work.today)
        with pytest.raises(WrongAffiliationState):
            await suspend_affiliation(work, affiliation.id, reason="Trop tard")
    assert (await make.fresh(affiliation)).state is AffiliationState.ENDED


async def test_two_associations_have_one_live_affiliation(make: Maker, acting_as: ActingAs) -> None:
    association, umbrella = await two(make)
    await make.affiliation(association, umbrella, state=AffiliationState.SUSPENDED)
    admin = await make.staff(association=umbrella)
    with pytest.raises(AlreadyExists):
        async with acting_as(admin) as work:
            await affiliate(work, association_id=association.id, umbrella_id=umbrella.id, starts_on=LONG_AGO)
    assert await make.count(Affiliation) == 1


@pytest.mark.parametrize("state", [AffiliationState.ACTIVE, AffiliationState.APPLIED, AffiliationState.SUSPENDED])
async def test_no_association_is_affiliated_below_itself(make: Maker, state: AffiliationState) -> None:
    national, provincial, local = await make.umbrella(), await make.umbrella(), await make.umbrella()
    await make.affiliation(provincial, national)
    await make.affiliation(local, provincial, state=state)
    async with begin(make.database, system(make.tenant)) as work:
        for operation in (affiliate, apply_for_affiliation):
            for above in (national, provincial, local):
                with pytest.raises(WouldMakeACycle):
                    await operation(work, association_id=national.id, umbrella_id=above.id, starts_on=LONG_AGO)
    assert await make.count(Affiliation) == 2


async def test_an_association_may_have_two_umbrellas_of_which_one_is_below_the_other(make: Maker) -> None:
    national, provincial, local = await make.umbrella(), await make.umbrella(), await make.association()
    await make.affiliation(provincial, national)
    await make.affiliation(local, provincial)
    async with begin(make.database, system(make.tenant)) as work:
        await affiliate(work, association_id=local.id, umbrella_id=national.id, starts_on=LONG_AGO)
    assert await make.count(Affiliation) == 3


async def test_the_graph_turns_round_only_after_the_old_affiliation(make: Maker) -> None:
    one, other = await make.umbrella(), await make.umbrella()
    await make.affiliation(one, other, state=AffiliationState.ENDED, ends_on=date(2024, 12, 31))
    async with begin(make.database, system(make.tenant)) as work:
        with pytest.raises(WouldMakeACycle):
            await affiliate(work, association_id=other.id, umbrella_id=one.id, starts_on=date(2024, 12, 31))
        await affiliate(work, association_id=other.id, umbrella_id=one.id, starts_on=date(2025, 1, 1))


async def test_nothing_is_affiliated_with_a_partner(make: Maker) -> None:
    partner, association = await make.association(AssociationKind.PARTNER, None), await make.association()
    async with begin(make.database, system(make.tenant)) as work:
        with pytest.raises(InvalidInput):
            await affiliate(work, association_id=association.id, umbrella_id=partner.id, starts_on=LONG_AGO)
    assert await make.count(Affiliation) == 0


async def race(make: Maker) -> int:
    """Two transactions affiliate two umbrellas with each other at once; how many affiliations there are then."""
    one, other = await make.umbrella(), await make.umbrella()
    both_have_looked = asyncio.Barrier(2)

    async def add(association: Association, umbrella: Association) -> None:
        async with begin(make.database, system(make.tenant)) as work:
            await affiliate(work, association_id=association.id, umbrella_id=umbrella.id, starts_on=LONG_AGO)
            with suppress(TimeoutError, asyncio.BrokenBarrierError):
                # Commits once the other has looked as well; with the lock it can't have, and this one goes on alone.
                async with asyncio.timeout(0.3):
                    await both_have_looked.wait()

    found = await asyncio.gather(add(one, other), add(other, one), return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, WouldMakeACycle) for outcome in found), found
    return await make.count(Affiliation)


async def test_two_who_affiliate_each_other_at_once_make_no_cycle(make: Maker) -> None:
    assert await race(make) == 1


async def test_without_the_lock_they_would_make_one(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_lock(work: Work, name: str) -> None: ...

    monkeypatch.setattr(Work, "lock", no_lock)
    assert await race(make) == 2


async def test_what_cascading_grants_reach_follows_the_graph(make: Maker, acting_as: ActingAs) -> None:
    association, umbrella = await two(make)
    admin = await make.staff(association=umbrella, cascades=True)
    bystander = await make.staff(Role.REGISTRAR, umbrella)
    before = await make.actor(admin)
    assert not before.may(MANAGE_EVENTS, association.id)
    async with acting_as(admin) as work:
        await affiliate(work, association_id=association.id, umbrella_id=umbrella.id, starts_on=LONG_AGO)
    after = await make.actor(admin)
    assert after.may(MANAGE_EVENTS, association.id)
    assert not after.may(READ_PERSONS, association.id), "Not visible from above."
    assert after.version > before.version
    assert (await make.fresh(bystander)).access_version == bystander.access_version


async def test_members_of_an_affiliate_are_within_the_umbrella_on_their_next_request(
    make: Maker, acting_as: ActingAs
) -> None:
    association, umbrella = await two(make)
    chapter = await make.association(under=association)
    ana, bystander = await make.member(chapter), await make.member(await make.association())
    before = await make.actor(ana)
    async with acting_as(await make.staff(association=umbrella)) as work:
        made = await affiliate(work, association_id=association.id, umbrella_id=umbrella.id, starts_on=LONG_AGO)
    within = await make.actor(ana)
    assert within.version > before.version
    assert within.memberships - before.memberships == {umbrella.id}
    async with acting_as(await make.staff(association=umbrella)) as work:
        await suspend_affiliation(work, made.id, reason="Cotisation")
    assert (await make.actor(ana)).version > within.version
    assert (await make.actor(ana)).memberships == before.memberships
    assert (await make.actor(bystander)).version == bystander.access_version
