"""Who acts, and what that gives them: rights from grants and affiliations as of a day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from models import MANAGE_EVENTS, READ_REGISTRATIONS, AffiliationState, Association, CancellationReason, Person, Role
from services.core.actor import Actor, anonymous, find_tenant, load_person, system
from services.core.database.connections import Database
from services.core.errors import NotAllowed, NotSignedIn
from services.core.permissions import ROLES
from tests.making import Maker

TODAY = datetime.now(UTC).date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
NOW = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=12)  # the same day in Toronto
PLAIN, ABOUT_PERSONS = MANAGE_EVENTS, READ_REGISTRATIONS


async def holds(make: Maker, person: Person, association: Association) -> tuple[bool, bool]:
    """Whether the person holds a plain permission in the association, and one about persons."""
    actor = await make.actor(person, now=NOW)
    assert ABOUT_PERSONS.about_persons
    assert not PLAIN.about_persons
    return actor.may(PLAIN, association.id), actor.may(ABOUT_PERSONS, association.id)


@pytest.mark.parametrize(
    ("grant", "holds_it"),
    [
        ({"starts_on": YESTERDAY}, True),
        ({"starts_on": TODAY, "ends_on": TODAY}, True),
        ({"starts_on": TOMORROW}, False),
        ({"ends_on": YESTERDAY}, False),
        ({"role": Role.COUNSELLOR}, False),
    ],
)
async def test_a_grant_gives_its_roles_permissions_from_its_first_to_its_last_day(
    make: Maker, grant: dict[str, Any], holds_it: bool
) -> None:
    home, elsewhere = await make.home(), await make.association()
    registrar = await make.person()
    await make.grant(registrar, association=home, **{"role": Role.REGISTRAR, **grant})
    assert await holds(make, registrar, home) == (holds_it, holds_it)
    assert await holds(make, registrar, elsewhere) == (False, False)


@pytest.mark.parametrize(
    ("affiliation", "reaches"),
    [
        ({}, True),
        ({"starts_on": TODAY}, True),
        ({"ends_on": TODAY}, True),
        ({"starts_on": TOMORROW}, False),
        ({"ends_on": YESTERDAY}, False),
        ({"state": AffiliationState.APPLIED}, False),
        ({"state": AffiliationState.SUSPENDED}, False),
        ({"state": AffiliationState.ENDED, "ends_on": TODAY}, False),
    ],
)
async def test_a_cascading_grant_reaches_over_active_affiliations_only(
    make: Maker, affiliation: dict[str, Any], reaches: bool
) -> None:
    umbrella, association = await make.umbrella(), await make.association()
    await make.affiliation(association, umbrella, **affiliation)
    chapter = await make.association(under=association)
    cascading = await make.staff(Role.REGISTRAR, umbrella, cascades=True)
    staying = await make.staff(Role.REGISTRAR, umbrella)
    assert await holds(make, cascading, umbrella) == (True, True)
    assert await holds(make, cascading, association) == (reaches, False)
    assert await holds(make, cascading, chapter) == (reaches, False)
    assert await holds(make, staying, association) == (False, False)


@pytest.mark.parametrize(
    ("upper", "lower", "sees_persons"), [(True, True, True), (True, False, False), (False, True, False)]
)
async def test_persons_are_visible_from_above_only_where_every_step_says_so(
    make: Maker, upper: bool, lower: bool, sees_persons: bool
) -> None:
    top = await make.umbrella()
    middle = await make.umbrella(under=top, visible_from_above=upper)
    association = await make.association(under=middle, visible_from_above=lower)
    staff = await make.staff(Role.REGISTRAR, top, cascades=True)
    assert await holds(make, staff, association) == (True, sees_persons)
    # One open way is enough.
    await make.affiliation(association, top, visible_from_above=True)
    assert await holds(make, staff, association) == (True, True)


async def test_a_grant_ends_on_any_graph(make: Maker) -> None:
    top = await make.umbrella()
    bottom = await make.association(under=top)
    await make.affiliation(top, bottom)
    staff = await make.staff(Role.REGISTRAR, top, cascades=True)
    assert (await make.actor(staff)).holds[PLAIN] == {top.id, bottom.id}


async def test_memberships_are_those_in_good_standing(make: Maker) -> None:
    first, second, third = [await make.association() for _ in range(3)]
    ana = await make.member(first, joined_on=YESTERDAY)
    await make.membership(
        ana, second, cancelled_on=YESTERDAY, cancellation_reason=CancellationReason.RESIGNED, joined_on=YESTERDAY
    )
    await make.membership(ana, third, starts_on=TOMORROW, joined_on=YESTERDAY)
    assert (await make.actor(ana, now=NOW)).memberships == {first.id}


async def test_a_member_is_within_the_umbrellas_above_while_the_affiliation_is_active(make: Maker) -> None:
    top = await make.umbrella()
    middle = await make.umbrella(under=top)
    home = await make.association(under=middle)
    suspending, past = await make.umbrella(), await make.umbrella()
    await make.affiliation(home, suspending, state=AffiliationState.SUSPENDED)
    await make.affiliation(home, past, state=AffiliationState.ACTIVE, ends_on=YESTERDAY)
    ana = await make.member(home, joined_on=YESTERDAY)
    assert (await make.actor(ana, now=NOW)).memberships == {home.id, middle.id, top.id}
    assert not (await make.actor(await make.person(), now=NOW)).memberships


async def test_nobody_acts_as_the_dead_or_as_somebody_of_another_confederation(make: Maker, database: Database) -> None:
    other = await make.other()
    living, dead = await make.person(), await make.person(deceased_on=YESTERDAY)
    stranger = await other.person()
    async with database.readers.connection() as connection:
        for person, acts in ((living, True), (dead, False), (stranger, False)):
            found = await load_person(connection, make.tenant, TODAY, person_id=person.id)
            assert (found is not None) is acts
        assert await load_person(connection, make.tenant, TODAY, person_id=uuid7()) is None
        assert await connection.fetchval("select count(*) from person") == 0


async def test_a_person_is_found_by_how_another_system_names_them(make: Maker, database: Database) -> None:
    other = await make.other()
    ana = await make.person(reference=("payroll", "17"))
    await other.person(reference=("payroll", "18"))
    async with database.readers.connection() as connection:
        found = await load_person(connection, make.tenant, TODAY, reference=("payroll", "17"))
        assert found == await make.actor(ana)
        for nobody in (("payroll", "18"), ("directory", "17")):
            assert await load_person(connection, make.tenant, TODAY, reference=nobody) is None


async def test_what_is_required_is_told_to_the_signed_in_only(make: Maker) -> None:
    home = await make.home()
    member = await make.actor(await make.member(home))
    registrar = await make.actor(await make.staff(Role.REGISTRAR, home))
    registrar.require(PLAIN, home.id)
    system(make.tenant).require(PLAIN, home.id)
    with pytest.raises(NotAllowed, match=PLAIN):
        member.require(PLAIN, home.id)
    with pytest.raises(NotSignedIn):
        anonymous(make.tenant).require(PLAIN, home.id)
    with pytest.raises(NotSignedIn):
        _ = anonymous(make.tenant).required_person_id


async def test_postgresql_is_told_what_is_held_and_nobody_inherits_what_another_held(
    make: Maker, database: Database
) -> None:
    home = await make.home()
    registrar, member = await make.actor(await make.staff(Role.REGISTRAR, home)), await make.actor(await make.member())
    always = {"confed.tenant", "confed.person", "confed.memberships"}
    names = {f"confed.{permission.replace('.', '_')}" for permission in ROLES[Role.REGISTRAR].permissions}
    assert registrar.settings.keys() == always | names
    assert member.settings.keys() == always
    assert anonymous(make.tenant).settings == {"confed.tenant": str(make.tenant.id)}

    read = """select case when (select count(set_config(name, value, true))
        from unnest($1::text[], $2::text[]) setting(name, value)) > 0
        then current_setting('confed.events_manage', true) end"""
    async with database.readers.connection() as connection:
        found = [
            await connection.value(read, list(actor.settings), list(actor.settings.values()))
            for actor in (registrar, member, registrar, member)
        ]
    assert found == [f"{{{home.id}}}", "", f"{{{home.id}}}", ""]


async def test_a_confederation_is_found_by_its_slug(make: Maker, database: Database) -> None:
    async with database.readers.connection() as connection:
        assert await find_tenant(connection, make.tenant.slug) == make.tenant
        assert await find_tenant(connection, "nowhere") is None


async def test_an_actor_is_loaded_as_of_a_day(make: Maker) -> None:
    ended = date(2025, 6, 30)
    registrar = await make.staff(Role.REGISTRAR, ends_on=ended)

    async def then(day: date) -> Actor:
        return await make.actor(registrar, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))

    assert (await then(ended)).holds
    assert not (await then(ended + timedelta(days=1))).holds
