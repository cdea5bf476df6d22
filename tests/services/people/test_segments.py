"""Segments: who is in them, on which day, and who may define and count them."""

from datetime import date
from typing import Any

import pytest

from models import (
    AffiliationState,
    ManagementLevel,
    MandateRole,
    MembershipStatus,
    Person,
    PositionClass,
    Role,
    Sector,
    Segment,
    SegmentClause,
)
from services.core.actor import system
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound
from services.core.work import begin
from services.people.segments import ClauseInput, create_segment, persons_in, preview
from tests.making import ActingAs, Maker

DAY = date(2026, 6, 15)
PUBLIC, PRIVATE = Sector.PUBLIC, Sector.PRIVATE


async def members(make: Maker, *clauses: dict[str, Any], day: date = DAY) -> set[str]:
    """The family names of those in a segment of these clauses."""
    segment = await make.segment(*clauses)
    persons = {person.id: person.family_name for person in await make.all(Person)}
    async with begin(make.database, system(make.tenant)) as work:
        rows = (await work.session.execute(persons_in([segment.id], day))).all()
    assert all(row.segment_id == segment.id for row in rows)
    assert len(rows) == len(set(rows)), "Each pair once."
    return {persons[row.person_id] for row in rows}


def named(name: str, **columns: Any) -> dict[str, Any]:
    return {"family_name": name, **columns}


async def test_a_bare_sector_means_its_members_and_those_who_work_in_it(make: Maker) -> None:
    public, private = await make.association(sector=PUBLIC), await make.association(sector=PRIVATE)
    await make.member(public, person=named("member"))
    await make.member(private, person=named("works there"), sector=PUBLIC)
    await make.member(private, person=named("neither"), sector=PRIVATE)
    assert await members(make, {"sector": PUBLIC}) == {"member", "works there"}


async def test_a_sector_and_a_class_ask_for_one_position(make: Maker) -> None:
    association = await make.association(sector=PUBLIC)
    both = await make.member(association, person=named("one of each"), sector=PUBLIC)
    await make.position(both, sector=PRIVATE, position_class=PositionClass.SENIOR_MANAGER)
    await make.member(association, person=named("senior"), sector=PUBLIC, position_class=PositionClass.SENIOR_MANAGER)
    clause = {"sector": PUBLIC, "position_class": PositionClass.SENIOR_MANAGER}
    assert await members(make, clause) == {"senior"}


async def test_a_mandate_in_a_sector_is_one_held_in_an_association_of_it(make: Maker) -> None:
    public, private = await make.association(sector=PUBLIC), await make.association(sector=PRIVATE)
    elsewhere = await make.member(public, person=named("governor elsewhere"))
    await make.mandate(elsewhere, private)
    governor = await make.person(**named("governor"))
    await make.mandate(governor, public)
    president = await make.person(**named("president"))
    await make.mandate(president, public, MandateRole.PRESIDENT)
    former = await make.person(**named("former"))
    await make.mandate(former, public, ends_on=date(2026, 6, 14))
    clause = {"sector": PUBLIC, "mandate_role": MandateRole.GOVERNOR}
    assert await members(make, clause) == {"governor"}
    assert await members(make, clause, day=date(2026, 6, 14)) == {"governor", "former"}


async def test_affiliates_are_within_an_umbrella_where_the_clause_says_so(make: Maker) -> None:
    national, provincial = await make.umbrella(), await make.umbrella()
    await make.affiliation(provincial, national)
    local = await make.association(under=provincial)
    suspended = await make.association()
    await make.affiliation(suspended, provincial, state=AffiliationState.SUSPENDED)
    for association, name in ((national, "national"), (local, "local"), (suspended, "suspended")):
        await make.member(association, person=named(name))
    assert await members(make, {"within_id": national.id}) == {"national"}
    assert await members(make, {"within_id": national.id, "with_affiliates": True}) == {"national", "local"}
    below = {"within_id": national.id, "with_affiliates": True, "sector": PUBLIC}
    assert await members(make, below) == {"local"}
    assert await members(make, below, day=date(2019, 1, 1)) == set()


async def test_members_are_in_good_standing_unless_a_status_is_named(make: Maker) -> None:
    home = await make.home()
    ends = date(2026, 5, 31)
    await make.member(person=named("current"))
    await make.member(person=named("new"), joined_on=date(2026, 6, 1))
    await make.member(person=named("grace"), ends_on=ends, grace_until=DAY)
    await make.member(person=named("expired"), ends_on=ends)
    assert await members(make, {"within_id": home.id}) == {"current", "new", "grace"}
    for status in ("NEW", "CURRENT", "GRACE", "EXPIRED"):
        clause = {"within_id": home.id, "membership_status": MembershipStatus(status)}
        assert await members(make, clause) == {status.lower()}
    assert await members(make, {"membership_status": MembershipStatus.NEW}) == {"new"}


async def test_mandate_and_status_speak_of_the_same_association(make: Maker) -> None:
    home, other = await make.home(), await make.association()
    same, different = await make.member(home, person=named("same")), await make.member(other, person=named("different"))
    for person in (same, different):
        await make.mandate(person, home)
    clause = {"mandate_role": MandateRole.GOVERNOR, "membership_status": MembershipStatus.CURRENT}
    assert await members(make, clause) == {"same"}


async def test_a_class_or_level_beside_a_membership_asks_for_a_position_too(make: Maker) -> None:
    home = await make.home()
    await make.member(person=named("without"))
    await make.member(person=named("manager"), position_class=PositionClass.MANAGER, sector=PRIVATE)
    executive = await make.member(person=named("executive"))
    await make.position(executive, level=ManagementLevel.EXECUTIVE, sector=PRIVATE)
    managers = {"within_id": home.id, "sector": PUBLIC, "position_class": PositionClass.MANAGER}
    assert await members(make, managers) == {"manager", "executive"}
    assert await members(make, {"within_id": home.id, "level": ManagementLevel.EXECUTIVE}) == {"executive"}
    assert await members(make, {"level": ManagementLevel.EXECUTIVE}) == {"executive"}


async def test_locale_and_region_are_the_persons(make: Maker) -> None:
    await make.person(**named("north", region="Nord", locale="en"))
    await make.person(**named("north, in French", region="Nord"))
    await make.person(**named("nowhere", locale="en"))
    assert await members(make, {"region": "Nord", "locale": "en"}) == {"north"}
    assert await members(make, {"region": "Nord"}, {"locale": "en"}) == {"north", "north, in French", "nowhere"}


async def test_the_deceased_are_in_no_segment(make: Maker) -> None:
    await make.member(person=named("deceased", deceased_on=DAY), sector=PUBLIC)
    assert await members(make, {"sector": PUBLIC}) == set()
    assert await members(make, {"sector": PUBLIC}, day=date(2026, 6, 14)) == {"deceased"}


async def test_another_confederations_persons_are_in_no_segment(make: Maker) -> None:
    await (await make.other()).member(sector=PUBLIC)
    assert await members(make, {"sector": PUBLIC}) == set()


async def test_asked_about_one_person_it_answers_for_each_segment(make: Maker) -> None:
    member, home = await make.member(sector=PRIVATE), await make.home()
    segments = [
        await make.segment({"within_id": home.id}),
        await make.segment({"sector": PRIVATE}),
        await make.segment({"sector": Sector.PARAPUBLIC}),
    ]
    asked = persons_in([segment.id for segment in segments], DAY).subquery()
    async with begin(make.database, system(make.tenant)) as work:
        found = await work.session.scalars(asked.select().where(asked.c.person_id == member.id))
        assert set(found) == {segments[0].id, segments[1].id}


async def test_staff_define_a_segment_and_learn_how_many_it_means(make: Maker, acting_as: ActingAs) -> None:
    home, staff = await make.home(), await make.staff(Role.REGISTRAR)
    for _ in range(4):
        await make.member()
    async with acting_as(staff) as work:
        segment = await create_segment(
            work,
            association_id=home.id,
            slug="ours",
            name={"fr": "Les nôtres"},
            clauses=[ClauseInput(within_id=home.id), ClauseInput(sector=PUBLIC)],
        )
        assert await preview(work, segment.id) is None, "Four are too few to be told."
        assert [clause.rank for clause in await make.all(SegmentClause)] == [], "Not before the transaction ends."
    await make.member()
    async with acting_as(staff) as work:
        assert await preview(work, segment.id) == 5
    assert [clause.rank for clause in await make.all(SegmentClause)] == [0, 1]
    async with acting_as(await make.member()) as work:
        with pytest.raises(NotFound):
            await preview(work, segment.id)


async def test_a_published_segment_is_seen_and_not_counted(make: Maker, acting_as: ActingAs) -> None:
    segment = await make.segment({"sector": PUBLIC})
    async with acting_as(await make.member()) as work:
        with pytest.raises(NotAllowed):
            await preview(work, segment.id)


async def test_members_define_no_segments(make: Maker, acting_as: ActingAs) -> None:
    home = await make.home()
    async with acting_as(await make.member()) as work:
        with pytest.raises(NotAllowed):
            await create_segment(
                work, association_id=home.id, slug="ours", name={"fr": "x"}, clauses=[ClauseInput(sector=PUBLIC)]
            )
    assert await make.count(Segment) == 0


@pytest.mark.parametrize(
    "clauses",
    [
        [],
        [ClauseInput()],
        [ClauseInput(sector=PUBLIC), ClauseInput(with_affiliates=True)],
        [ClauseInput(sector=PUBLIC, with_affiliates=True)],
        [ClauseInput(locale="fr_CA")],
        [ClauseInput(region=" ")],
    ],
)
async def test_every_clause_asks_something(make: Maker, acting_as: ActingAs, clauses: list[ClauseInput]) -> None:
    home = await make.home()
    async with acting_as(await make.staff()) as work:
        with pytest.raises(InvalidInput):
            await create_segment(work, association_id=home.id, slug="ours", name={"fr": "x"}, clauses=clauses)
    assert await make.count(Segment) == 0


async def test_a_slug_names_one_segment(make: Maker, acting_as: ActingAs) -> None:
    segment, home = await make.segment({"sector": PUBLIC}), await make.home()
    with pytest.raises(AlreadyExists):
        async with acting_as(await make.staff()) as work:
            await create_segment(
                work,
                association_id=home.id,
                slug=segment.slug,
                name={"fr": "x"},
                clauses=[ClauseInput(sector=PUBLIC)],
            )
    assert await make.count(Segment) == 1
