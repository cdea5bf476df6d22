"""Positions with employers."""

from datetime import date
from typing import Any

import pytest

from models import Person, Position, PositionClass, Role, Sector, WorkingTime
from services.core.errors import InvalidInput, NotAllowed, NotFound
from services.core.work import Work
from services.people.positions import begin_position, end_position
from tests.making import LONG_AGO, ActingAs, Maker


async def begin(work: Work, person: Person, **columns: Any) -> Position:
    given: dict[str, Any] = {
        "employer": "Ville",
        "title": "Directrice",
        "position_class": PositionClass.SENIOR_MANAGER,
        "working_time": WorkingTime.FULL_TIME,
        "sector": Sector.PERIPUBLIC,
        "starts_on": date(2024, 5, 1),
    }
    return await begin_position(work, person.id, **{**given, **columns})


async def test_those_who_see_the_person_see_the_position(make: Maker, acting_as: ActingAs) -> None:
    member, staff = await make.member(), await make.staff()
    async with acting_as(staff) as work:
        position = await begin(work, member)
    for reader in (staff, member):
        async with acting_as(reader) as work:
            assert (await work.find(Position, position.id)).employer == "Ville"
    async with acting_as(await make.staff(association=await make.association())) as work:
        with pytest.raises(NotFound):
            await work.find(Position, position.id)


async def test_only_who_manages_the_person_enters_or_ends_a_position(make: Maker, acting_as: ActingAs) -> None:
    member, registrar = await make.member(), await make.staff(Role.REGISTRAR)
    position = await make.position(member)
    for reader in (registrar, member):
        async with acting_as(reader) as work:
            with pytest.raises(NotAllowed):
                await begin(work, member)
            with pytest.raises(NotAllowed):
                await end_position(work, position.id)
    async with acting_as(await make.staff(association=await make.association())) as work:
        with pytest.raises(NotFound):
            await begin(work, member)
        with pytest.raises(NotFound):
            await end_position(work, position.id)
    assert [row.ends_on for row in await make.all(Position)] == [None]


async def test_a_position_ends_today_or_on_a_day_of_its_own(make: Maker, acting_as: ActingAs) -> None:
    member = await make.member()
    first, second = await make.position(member), await make.position(member)
    async with acting_as(await make.staff()) as work:
        await end_position(work, first.id)
        await end_position(work, second.id, ends_on=date(2024, 6, 30))
        with pytest.raises(InvalidInput):
            await end_position(work, second.id, ends_on=date(2024, 7, 1))
    assert [row.ends_on for row in await make.all(Position)] == [work.today, date(2024, 6, 30)]


@pytest.mark.parametrize("wrong", [{"employer": ""}, {"title": " "}, {"ends_on": LONG_AGO}])
async def test_a_position_has_an_employer_a_title_and_a_period(
    make: Maker, acting_as: ActingAs, wrong: dict[str, Any]
) -> None:
    member = await make.member()
    async with acting_as(await make.staff()) as work:
        with pytest.raises(InvalidInput):
            await begin(work, member, **wrong)
    assert await make.count(Position) == 0


async def test_somebody_deceased_begins_nothing(make: Maker, acting_as: ActingAs) -> None:
    member = await make.member(person={"deceased_on": LONG_AGO})
    async with acting_as(await make.staff()) as work:
        with pytest.raises(InvalidInput):
            await begin(work, member)
    assert await make.count(Position) == 0
