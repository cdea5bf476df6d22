"""The demo data: the seeds' figures come from its rows, and every load is the same."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col
from uuid_utils.compat import uuid7

from models import (
    Affiliation,
    Association,
    AssociationKind,
    Avenue,
    Event,
    EventHost,
    EventKind,
    EventState,
    Mandate,
    MandateRole,
    Membership,
    Person,
    Registration,
    RegistrationState,
    Report,
    SeatPool,
    Sector,
    Speaker,
)
from models.base.permissions import permissions
from services.core.actor import Actor, Tenant, anonymous, find_tenant, load_person, system
from services.core.database.connections import Database
from services.core.work import begin
from services.demo import CONFEDERATIONS, AlreadyLoaded, is_empty, load
from services.demo.stage import Stage
from tests.making import Maker, assert_seats_reconcile
from tests.services.demo.conftest import TODAY

MEETING = "raising-the-status-of-senior-managers"


async def tenant(demo: Database, slug: str) -> Tenant:
    async with demo.readers.connection() as connection:
        found = await find_tenant(connection, slug)
    assert found is not None
    return found


async def making(demo: Database, slug: str) -> Maker:
    """Looks at a confederation of the demo as the platform."""
    return Maker(demo, await tenant(demo, slug), {})


async def star(demo: Database, slug: str, handle: str) -> Actor:
    """One of the demo's persons, on the day of loading."""
    of = await tenant(demo, slug)
    async with demo.readers.connection() as connection:
        actor = await load_person(connection, of, TODAY, reference=("demo", handle))
    assert actor is not None
    return actor


async def test_the_office_holders_are_counted_from_their_positions(demo: Database) -> None:
    async with begin(demo, anonymous(await tenant(demo, "ses"))) as work:
        headcount = func.figures.headcount(None, TODAY).table_valued("total", "part_time", "full_time")
        (counted,) = (await work.session.execute(select(headcount))).all()
        by_class = func.figures.headcount_by_class(None, TODAY).table_valued("position_class", "count")
        classes = (await work.session.execute(select(by_class))).all()
    assert tuple(counted) == (2585, 1850, 735)
    assert [tuple(row) for row in classes] == [("BOARD_MEMBER", 1850), ("SENIOR_EXECUTIVE", 375), ("BODY_MEMBER", 360)]


async def test_anybody_reads_of_the_second_study_meeting_what_the_seed_tells(demo: Database) -> None:
    async with begin(demo, anonymous(await tenant(demo, "ccc-cmc"))) as work:
        meeting = await work.find_by(Event, slug=f"{MEETING}-2")
        assert (meeting.kind, meeting.state) == (EventKind.STUDY_AND_EXCHANGE_MEETING, EventState.REPORTED)
        assert meeting.title == {
            "en": "Raising the status of senior managers",
            "fr": "La valorisation des cadres supérieurs",
        }
        assert meeting.follow_up_to_id is not None
        first = await work.find(Event, meeting.follow_up_to_id)
        assert (first.edition, meeting.edition) == (1, 2)
        assert (first.starts_at.year, first.starts_at.month) == (2011, 5)

        async def speakers(event: Event) -> list[str]:
            query = select(col(Speaker.name)).where(col(Speaker.event_id) == event.id).order_by(col(Speaker.rank))
            return list((await work.session.execute(query)).scalars())

        assert await speakers(first) == ["Joseph Facal", "Jacques Lusignan"]
        assert await speakers(meeting) == ["Jacques Lusignan"]
        hosts = await work.session.execute(
            select(col(Association.slug), col(EventHost.role))
            .join(EventHost, col(EventHost.host_id) == col(Association.id))
            .where(col(EventHost.event_id) == meeting.id)
            .order_by(col(EventHost.rank))
        )
        assert [tuple(row) for row in hosts] == [("ccc-cmc", "HOST"), ("cncq", "HOST"), ("placement-centre", "PARTNER")]
        attendance = func.figures.attendance(meeting.id).table_valued("attended")
        assert (await work.session.execute(select(attendance))).scalar_one() == 60
        report = await work.find_by(Report, event_id=meeting.id)
        assert set(report.summary) == {"fr", "en"}
        avenues = select(Avenue).where(col(Avenue.report_id) == report.id).order_by(col(Avenue.number))
        assert [(a.number, a.title["en"]) for a in (await work.session.execute(avenues)).scalars()] == [
            (1, "Rebuilding a sense of identity for public consumption"),
            (2, "Adopting new management policies and practices"),
            (3, "Negotiating working conditions – for real this time"),
            (4, "Developing a collective sense of efficiency"),
            (5, "Networking based on ties of solidarity"),
        ]


async def test_the_sixty_are_registrations_that_were_checked_in(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    (meeting,) = await make.all(Event, slug=f"{MEETING}-2")
    came = await make.all(Registration, event_id=meeting.id, state=RegistrationState.ATTENDED)
    assert len(came) == 60
    assert {registration.checked_in_at for registration in came} == {meeting.starts_at}
    governors = {mandate.person_id for mandate in await make.all(Mandate, role=MandateRole.GOVERNOR)}
    assert any(registration.person_id in governors for registration in came)
    assert any(registration.person_id not in governors for registration in came), "Interested managers came as well."


async def test_the_federation_spans_the_sectors(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    associations = await make.all(Association, kind=AssociationKind.ASSOCIATION)
    assert len(associations) >= 12
    assert {association.sector for association in associations} == set(Sector)
    affiliated = {affiliation.association_id for affiliation in await make.all(Affiliation)}
    assert {association.id for association in associations} <= affiliated
    for association in associations:
        assert 30 <= await make.count(Membership, association_id=association.id) <= 70
        board = await make.all(Mandate, association_id=association.id, ends_on=None, published=True)
        assert [mandate.role for mandate in board].count(MandateRole.PRESIDENT) == 1
        assert [mandate.role for mandate in board].count(MandateRole.GOVERNOR) == 7


@pytest.mark.parametrize("slug", CONFEDERATIONS)
async def test_seats_reconcile_and_some_wait_for_one(demo: Database, slug: str) -> None:
    make = await making(demo, slug)
    await assert_seats_reconcile(make)
    # What is kept for an association is not free.
    full = {pool.id for pool in await make.all(SeatPool) if pool.taken + pool.reserved == pool.capacity}
    waiting = {
        registration.pool_id for registration in await make.all(Registration, state=RegistrationState.WAITLISTED)
    }
    assert waiting
    assert waiting <= full
    upcoming = await make.all(Event, state=EventState.OPEN)
    assert len({event.kind for event in upcoming}) >= 4
    assert all(event.starts_at.date() > TODAY for event in upcoming)


@pytest.mark.parametrize(
    ("slug", "handle", "permission", "association"),
    [
        ("ccc-cmc", "admin", "associations.manage", "cadres-logiciel-polaris"),
        ("ccc-cmc", "registrar", "registrations.manage", "cncq"),
        ("ccc-cmc", "registrar", "events.manage", "cadres-ministeres-boreaux"),
        ("ses", "admin", "persons.read", "titulaires"),
        ("managers", "admin", "events.manage", "managers-ateliers-nord"),
    ],
)
async def test_staff_hold_what_their_work_asks_for(
    demo: Database, slug: str, handle: str, permission: str, association: str
) -> None:
    actor = await star(demo, slug, handle)
    (found,) = await (await making(demo, slug)).all(Association, slug=association)
    assert actor.may(permissions[permission], found.id)


@pytest.mark.parametrize(
    ("slug", "handle", "permissions"),
    [
        *(("ccc-cmc", handle, set()) for handle in ("governor", "manager")),
        ("ccc-cmc", "adviser", {"advocacy.manage"}),
        ("ses", "coordinator", {"mentoring.manage"}),
        *(("ses", handle, set()) for handle in ("holder", "newcomer", "counsellor")),
        *(("managers", handle, set()) for handle in ("facilitator", "member", "stranger", "director")),
    ],
)
async def test_nobody_manages_what_is_not_their_work(
    demo: Database, slug: str, handle: str, permissions: set[str]
) -> None:
    assert (await star(demo, slug, handle)).holds.keys() == permissions


async def test_governor_and_manager_are_in_the_meetings_audiences(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    governor, manager = [(await star(demo, "ccc-cmc", handle)).person_id for handle in ("governor", "manager")]
    assert await make.count(Mandate, person_id=governor, role=MandateRole.GOVERNOR, ends_on=None) == 1
    assert await make.count(Mandate, person_id=manager) == 0
    (meeting,) = await make.all(Event, slug=f"{MEETING}-3")
    assert await make.count(Registration, event_id=meeting.id, person_id=manager) == 1
    assert await make.count(Registration, event_id=meeting.id, person_id=governor) == 0, "Theirs to try."


@pytest.mark.parametrize(
    ("slug", "handle", "name"),
    [
        ("ccc-cmc", "admin", "Isaurelle Larivoire"),
        ("ccc-cmc", "governor", "Alderic Islevert"),
        ("ses", "newcomer", "Isaurelle Sablonneux"),
        ("ses", "holder", "Violaine Fontcreuse"),
        ("managers", "director", "Benjamine Orvalin"),
    ],
)
async def test_every_load_has_the_same_cast(demo: Database, slug: str, handle: str, name: str) -> None:
    actor = await star(demo, slug, handle)
    async with begin(demo, actor) as work:
        person = await work.find(Person, actor.required_person_id)
    assert f"{person.given_name} {person.family_name}" == name


async def test_a_second_load_is_refused_and_changes_nothing(demo: Database) -> None:
    assert not await is_empty(demo)

    async def counts() -> list[int]:
        models: tuple[type[SQLModel], ...] = (Person, Membership, Event, Registration)
        async with begin(demo, system(await tenant(demo, "managers"))) as work:
            return [(await work.session.execute(select(func.count()).select_from(m))).scalar_one() for m in models]

    before = await counts()
    with pytest.raises(AlreadyLoaded):
        await load(demo, today=TODAY, only=["managers"])
    with pytest.raises(AlreadyLoaded):
        await load(demo, today=TODAY)
    assert await counts() == before


@pytest.mark.parametrize(
    "today", [date(2026, 2, 28), date(2026, 6, 19), date(2026, 11, 22), date(2026, 12, 31), date(2028, 2, 29)]
)
async def test_what_is_to_come_falls_on_a_working_day_after_the_load(demo: Database, today: date) -> None:
    stage = Stage(demo, Tenant(uuid7(), "x", ("fr",), "UTC"), today)
    for days in range(1, 60):
        assert stage.ahead(days) > today
        assert stage.ahead(-days) < today
        assert stage.ahead(days).weekday() < 5
        assert stage.announced(stage.ahead(days)) + timedelta(days=7) < today
