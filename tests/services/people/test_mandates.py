"""Seats on boards, and offices."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import Mandate, MandateRole, Person, Role
from services.core.errors import InvalidInput, NotAllowed, NotFound
from services.people.mandates import begin_mandate, end_mandate
from tests.making import LONG_AGO, ActingAs, Maker

STARTS = date(2025, 9, 1)


async def test_a_published_mandate_shows_the_name_and_not_the_person(make: Maker, acting_as: ActingAs) -> None:
    member, home = await make.member(person={"given_name": "Ana", "family_name": "Roy"}), await make.home()
    async with acting_as(await make.staff()) as work:
        await begin_mandate(work, member.id, home.id, MandateRole.PRESIDENT, starts_on=STARTS, published=True)
        await begin_mandate(work, member.id, home.id, MandateRole.GOVERNOR, starts_on=STARTS)
    async with acting_as(None) as work:
        assert (await work.session.scalars(select(col(Mandate.published_name)))).all() == ["Ana Roy"]
        with pytest.raises(NotFound):
            await work.find(Person, member.id)


async def test_mandates_are_given_and_ended_by_who_manages_persons_there(make: Maker, acting_as: ActingAs) -> None:
    member, home = await make.member(), await make.home()
    mandate = await make.mandate(member, home)
    async with acting_as(await make.staff(Role.REGISTRAR)) as work:
        with pytest.raises(NotAllowed):
            await begin_mandate(work, member.id, home.id, MandateRole.PRESIDENT, starts_on=STARTS)
        with pytest.raises(NotAllowed):
            await end_mandate(work, mandate.id)
    async with acting_as(await make.staff(association=await make.association())) as work:
        with pytest.raises(NotAllowed):
            await begin_mandate(work, member.id, home.id, MandateRole.PRESIDENT, starts_on=STARTS)
    assert [row.ends_on for row in await make.all(Mandate)] == [None]
    assert (await make.fresh(member)).access_version == member.access_version
    async with acting_as(await make.staff()) as work:
        await end_mandate(work, mandate.id)
    assert (await make.fresh(mandate)).ends_on == work.today
    assert (await make.fresh(member)).access_version > member.access_version


async def test_a_mandate_does_not_end_before_it_begins_nor_twice(make: Maker, acting_as: ActingAs) -> None:
    member, home = await make.member(), await make.home()
    mandate = await make.mandate(member, home, ends_on=date(2025, 1, 1))
    async with acting_as(await make.staff()) as work:
        with pytest.raises(InvalidInput):
            await begin_mandate(work, member.id, home.id, MandateRole.GOVERNOR, starts_on=STARTS, ends_on=LONG_AGO)
        with pytest.raises(InvalidInput):
            await end_mandate(work, mandate.id)
    assert [row.ends_on for row in await make.all(Mandate)] == [date(2025, 1, 1)]
