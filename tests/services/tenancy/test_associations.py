"""Adding associations."""

import pytest

from models import Association, AssociationKind, Role, Sector
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotSignedIn
from services.core.work import Work
from services.tenancy.associations import create_association
from tests.making import ActingAs, Maker


async def create(work: Work, slug: str = "cadres", **columns: object) -> Association:
    given = {"name": {"fr": "Cadres"}, "kind": AssociationKind.ASSOCIATION, "sector": Sector.PUBLIC}
    return await create_association(work, slug=slug, **{**given, **columns})  # type: ignore[arg-type]


async def test_an_umbrellas_administrator_adds_an_association(make: Maker, acting_as: ActingAs) -> None:
    umbrella = await make.umbrella()
    async with acting_as(await make.staff(association=umbrella)) as work:
        association = await create(work)
    assert (await make.fresh(association)).sector is Sector.PUBLIC


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.MEMBERSHIP_OFFICER])
async def test_other_staff_of_an_umbrella_add_none(make: Maker, acting_as: ActingAs, role: Role) -> None:
    umbrella = await make.umbrella()
    async with acting_as(await make.staff(role, umbrella)) as work:
        with pytest.raises(NotAllowed):
            await create(work)
    assert await make.count(Association) == 1


async def test_an_administrator_of_a_mere_association_adds_none(make: Maker, acting_as: ActingAs) -> None:
    async with acting_as(await make.staff(association=await make.association())) as work:
        with pytest.raises(NotAllowed):
            await create(work)
    async with acting_as(None) as work:
        with pytest.raises(NotSignedIn):
            await create(work)
    assert await make.count(Association) == 1


async def test_a_slug_names_one_association_of_the_confederation(make: Maker, acting_as: ActingAs) -> None:
    other = await make.other()
    await other.association(slug="cadres")
    umbrella = await make.umbrella()
    admin = await make.staff(association=umbrella)
    async with acting_as(admin) as work:
        await create(work)
    with pytest.raises(AlreadyExists):
        async with acting_as(admin) as work:
            await create(work)
    assert await make.count(Association, slug="cadres") == 1


@pytest.mark.parametrize("wrong", [{"website": "javascript:alert(1)"}, {"name": {"fr": ""}}, {"slug": "a--b"}])
async def test_what_is_given_is_checked(make: Maker, acting_as: ActingAs, wrong: dict[str, str]) -> None:
    umbrella = await make.umbrella()
    async with acting_as(await make.staff(association=umbrella)) as work:
        with pytest.raises(InvalidInput):
            await create(work, **wrong)
    assert await make.count(Association) == 1
