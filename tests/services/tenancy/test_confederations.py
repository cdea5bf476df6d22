"""Founding a confederation."""

import pytest
from sqlalchemy import select
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import Association, Confederation, JournalEntry
from services.core.actor import Actor, Tenant, system
from services.core.database.connections import Database
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed
from services.core.work import Work, begin
from services.tenancy.confederations import found_confederation
from tests.making import Maker


def a_tenant(slug: str | None = None) -> Tenant:
    id = uuid7()
    return Tenant(id, slug or f"new-{id.hex}", ("fr", "en"), "America/Toronto")


async def found(work: Work, **columns: object) -> Confederation:
    given = {
        "slug": work.actor.tenant.slug,
        "name": {"fr": "Confédération"},
        "locales": ["fr", "en"],
        "time_zone": "America/Toronto",
    }
    return await found_confederation(work, **{**given, **columns})  # type: ignore[arg-type]


async def test_the_confederation_is_the_works_tenant(database: Database) -> None:
    tenant = a_tenant()
    async with begin(database, system(tenant)) as work:
        confederation = await found(work)
    assert confederation.id == tenant.id
    async with begin(database, Actor(tenant)) as work:
        assert (await work.session.scalars(select(col(Confederation.slug)))).all() == [tenant.slug]
    async with begin(database, system(tenant)) as work:
        assert (await work.session.scalars(select(col(JournalEntry.action)))).all() == ["confederation.founded"]


async def test_a_slug_founds_one_confederation(database: Database, make: Maker) -> None:
    tenant = a_tenant(make.tenant.slug)
    with pytest.raises(AlreadyExists):
        async with begin(database, system(tenant)) as work:
            await found(work)
    async with begin(database, system(tenant)) as work:
        assert (await work.session.scalars(select(Confederation))).all() == []


async def test_no_person_founds_a_confederation(make: Maker) -> None:
    async with make.acting_as(await make.staff(cascades=True)) as work:
        with pytest.raises(NotAllowed):
            await found(work)


@pytest.mark.parametrize(
    "wrong",
    [{"slug": "Not A Slug"}, {"name": {}}, {"name": {"fr": " "}}, {"locales": []}, {"time_zone": "Quebec"}],
)
async def test_a_confederation_has_a_slug_a_name_a_locale_and_a_time_zone(
    database: Database, wrong: dict[str, object]
) -> None:
    tenant = a_tenant()
    with pytest.raises(InvalidInput):
        async with begin(database, system(tenant)) as work:
            await found(work, **wrong)
    async with begin(database, system(tenant)) as work:
        assert (await work.session.scalars(select(Association))).all() == []
        assert (await work.session.scalars(select(Confederation))).all() == []
