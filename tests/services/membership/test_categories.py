"""Categories of members."""

import pytest

from models import CategoryKind, MembershipCategory, Role
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed
from services.core.work import Work
from services.membership.categories import create_category
from tests.making import ActingAs, Maker


async def create(work: Work, make: Maker, grace_days: int = 30) -> MembershipCategory:
    home = await make.home()
    return await create_category(
        work,
        association_id=home.id,
        slug="regular",
        name={"fr": "Régulier"},
        kind=CategoryKind.REGULAR,
        grace_days=grace_days,
    )


async def test_an_associations_categories_have_different_slugs(make: Maker, acting_as: ActingAs) -> None:
    await make.category(await make.association(), slug="regular")
    officer = await make.staff(Role.MEMBERSHIP_OFFICER)
    async with acting_as(officer) as work:
        await create(work, make)
    with pytest.raises(AlreadyExists):
        async with acting_as(officer) as work:
            await create(work, make)
    assert await make.count(MembershipCategory) == 2


async def test_a_registrar_adds_no_category_and_grace_is_a_year_at_most(make: Maker, acting_as: ActingAs) -> None:
    async with acting_as(await make.staff(Role.REGISTRAR)) as work:
        with pytest.raises(NotAllowed):
            await create(work, make)
    async with acting_as(await make.staff(Role.MEMBERSHIP_OFFICER)) as work:
        for days in (-1, 367):
            with pytest.raises(InvalidInput):
                await create(work, make, days)
    assert await make.count(MembershipCategory) == 0
