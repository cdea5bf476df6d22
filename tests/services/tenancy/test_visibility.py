"""Who sees a person follows their links to associations."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from models import (
    Association,
    MandateRole,
    Person,
    PersonReference,
    Position,
    PositionClass,
    Role,
    Sector,
    WorkingTime,
)
from services.core.actor import system
from services.core.errors import NotFound
from services.core.work import Work, begin
from services.membership.memberships import admit, resign
from services.people import mandates
from services.people.mandates import begin_mandate, end_mandate
from services.people.persons import register_person
from services.people.positions import begin_position
from services.tenancy import visibility
from services.tenancy.roles import end_role, grant_role
from tests.making import ActingAs, Maker

STARTS = date(2026, 1, 1)


async def somebody(make: Maker) -> tuple[Person, Association]:
    """A person with a reference and a position, registered by an association."""
    home = await make.home()
    async with begin(make.database, system(make.tenant)) as work:
        person = await register_person(
            work, given_name="Ana", family_name="Roy", association_id=home.id, references={"hr": "7"}
        )
        await begin_position(
            work,
            person.id,
            employer="Ville",
            title="Directrice",
            position_class=PositionClass.MANAGER,
            working_time=WorkingTime.FULL_TIME,
            sector=Sector.PUBLIC,
            starts_on=STARTS,
        )
    return person, home


async def seen_by(make: Maker, person: Person) -> list[set[object]]:
    """The associations that see the person, their references and their positions."""
    rows: list[Person | PersonReference | Position] = [
        await make.fresh(person),
        *await make.all(PersonReference, person_id=person.id),
        *await make.all(Position, person_id=person.id),
    ]
    return [set(row.association_ids) for row in rows]


async def test_a_membership_a_mandate_and_a_role_each_show_the_person_while_they_last(make: Maker) -> None:
    person, home = await somebody(make)
    club, board, office = [await make.association() for _ in range(3)]
    category = await make.category(club)
    assert await seen_by(make, person) == [{home.id}] * 3
    async with begin(make.database, system(make.tenant)) as work:
        membership = await admit(
            work, person_id=person.id, association_id=club.id, category_id=category.id, joined_on=STARTS
        )
        mandate = await begin_mandate(work, person.id, board.id, MandateRole.SECRETARY, starts_on=STARTS)
        grant = await grant_role(
            work, person_id=person.id, association_id=office.id, role=Role.REGISTRAR, starts_on=STARTS
        )
    assert await seen_by(make, person) == [{home.id, club.id, board.id, office.id}] * 3
    async with begin(make.database, system(make.tenant)) as work:
        await resign(work, membership.id)
        await end_mandate(work, mandate.id, ends_on=date(2026, 2, 1))
        await end_role(work, grant.id)
    assert await seen_by(make, person) == [{home.id}] * 3
    assert (await make.fresh(person)).access_version == person.access_version + 6


async def test_the_association_that_registered_a_person_still_sees_them_after_they_left_it(make: Maker) -> None:
    person, home = await somebody(make)
    category = await make.category(home)
    async with begin(make.database, system(make.tenant)) as work:
        membership = await admit(
            work, person_id=person.id, association_id=home.id, category_id=category.id, joined_on=STARTS
        )
        await resign(work, membership.id)
    assert await seen_by(make, person) == [{home.id}] * 3


async def test_what_the_session_has_loaded_follows(make: Maker) -> None:
    person, home = await somebody(make)
    board = await make.association()
    async with begin(make.database, system(make.tenant)) as work:
        loaded = await work.find(Person, person.id)
        await begin_mandate(work, person.id, board.id, MandateRole.SECRETARY, starts_on=STARTS)
        assert loaded.association_ids == [home.id, board.id]
        assert loaded.access_version == person.access_version + 1


async def two_at_once(make: Maker, monkeypatch: pytest.MonkeyPatch) -> int:
    """Two associations give the person a mandate at the same time; how many associations see them then."""
    person, _ = await somebody(make)
    both_have_inserted = asyncio.Barrier(2)

    async def links_changed(work: Work, person_ids: Sequence[UUID]) -> None:
        await both_have_inserted.wait()
        await visibility.links_changed(work, person_ids)

    monkeypatch.setattr(mandates, "links_changed", links_changed)

    async def seat(association: Association) -> None:
        async with begin(make.database, system(make.tenant)) as work:
            await begin_mandate(work, person.id, association.id, MandateRole.TREASURER, starts_on=STARTS)

    await asyncio.gather(seat(await make.association()), seat(await make.association()))
    return len((await seen_by(make, person))[0])


async def test_two_links_that_change_at_once_both_count(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await two_at_once(make, monkeypatch) == 3


async def test_without_the_lock_one_of_them_would_be_lost(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_lock(*_: object) -> Sequence[UUID]:
        return []

    monkeypatch.setattr(visibility, "_lock", no_lock)
    assert await two_at_once(make, monkeypatch) == 2


async def test_an_ex_members_association_no_longer_sees_them(make: Maker, acting_as: ActingAs) -> None:
    person, _ = await somebody(make)
    club = await make.association()
    staff, category = await make.staff(association=club), await make.category(club)
    async with begin(make.database, system(make.tenant)) as work:
        membership = await admit(
            work, person_id=person.id, association_id=club.id, category_id=category.id, joined_on=STARTS
        )
    async with acting_as(staff) as work:
        assert (await work.find(Person, person.id)).family_name == "Roy"
        await resign(work, membership.id)
    async with acting_as(staff) as work:
        with pytest.raises(NotFound):
            await work.find(Person, person.id)
