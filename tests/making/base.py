"""A confederation of a test's own: acting in it, looking at it, writing to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from uuid_utils.compat import uuid7

from models import Confederation, MembershipCategory, Person
from models.base.records import TenantRow
from services.core.actor import Actor, Tenant, anonymous, load_person
from services.core.database.connections import Database
from services.core.work import Work, begin

Row = TypeVar("Row", bound=TenantRow)

LONG_AGO = date(2020, 1, 1)
_number = count(1)


class ActingAs(Protocol):
    """A transaction of a person, an actor or nobody; see tests/conftest.py."""

    def __call__(
        self, who: Person | Actor | None, *, now: datetime | None = None, dry_run: bool = False
    ) -> AbstractAsyncContextManager[Work]:
        """Open it."""


class BaseMaker:
    """One confederation, and what every kind of row needs."""

    def __init__(self, database: Database, tenant: Tenant, tenants: dict[UUID, Tenant]) -> None:
        self.database = database
        self.tenant = tenant
        self._tenants = tenants  # of all the makers of a test, so that anybody they made can act
        self._first_categories: dict[UUID, MembershipCategory] = {}  # by association

    @classmethod
    async def of_a_new_confederation(cls, database: Database, tenants: dict[UUID, Tenant] | None = None) -> Self:
        """A maker of a confederation that it makes first."""
        tenant = Tenant(uuid7(), f"confederation-{uuid7().hex}", ("fr", "en"), "America/Toronto")
        tenants = {} if tenants is None else tenants
        tenants[tenant.id] = tenant
        maker = cls(database, tenant, tenants)
        await maker.save(
            Confederation(
                id=tenant.id,
                slug=tenant.slug,
                name=texts("Confédération", "Confederation"),
                locales=list(tenant.locales),
                time_zone=tenant.time_zone,
            )
        )
        return maker

    async def other(self) -> Self:
        """A maker of another confederation."""
        return await self.of_a_new_confederation(self.database, self._tenants)

    @asynccontextmanager
    async def acting_as(
        self, who: Person | Actor | None, *, now: datetime | None = None, dry_run: bool = False
    ) -> AsyncIterator[Work]:
        """A transaction of somebody, committed at the end."""
        actor = await self.actor(who, now=now) if isinstance(who, Person) else who or anonymous(self.tenant)
        async with begin(self.database, actor, now=now, dry_run=dry_run) as work:
            yield work

    async def actor(self, person: Person, *, now: datetime | None = None) -> Actor:
        """The person as an actor, with the rights of today, or of the day of `now`."""
        tenant = self._tenants[person.confederation_id]
        day = (now or datetime.now(UTC)).astimezone(ZoneInfo(tenant.time_zone)).date()
        async with self.database.readers.connection() as connection:
            actor = await load_person(connection, tenant, day, person_id=person.id)
        assert actor is not None, "The person can't act: deceased, or never saved."
        return actor

    async def count(self, model: type[TenantRow], **where: Any) -> int:
        """How many rows of the confederation have these values."""
        return len(await self.all(model, **where))

    async def all(self, model: type[Row], **where: Any) -> Sequence[Row]:
        """The rows of the confederation that have these values, oldest first."""
        return (await self.everything(model, **where))[0]

    async def everything(self, *models: type[Row], **where: Any) -> list[Sequence[Row]]:
        """The same of several models, as they are at one moment."""
        async with past_row_security(self.database) as session:
            return [(await session.scalars(self._which(model, where))).all() for model in models]

    async def all_as(self, person: Person, model: type[Row], **where: Any) -> Sequence[Row]:
        """The same as the person sees it: for tables that admit nobody but their participants."""
        async with begin(self.database, await self.actor(person)) as work:
            return (await work.session.scalars(self._which(model, where))).all()

    def _which(self, model: type[Row], where: Mapping[str, Any]) -> Select[Row]:
        return select(model).filter_by(confederation_id=self.tenant.id, **where).order_by(col(model.id))

    async def fresh(self, row: Row) -> Row:
        """The row as it is in the database now."""
        (found,) = await self.all(type(row), id=row.id)
        return found

    async def save(self, *rows: SQLModel) -> None:
        """Write new rows, or what was changed on rows that `make` gave."""
        async with past_row_security(self.database) as session:
            session.add_all(rows)

    async def save_as(self, person: Person, *rows: SQLModel) -> None:
        """The same as the person: for tables that admit nobody but their participants, not even the platform."""
        async with begin(self.database, await self.actor(person)) as work:
            work.session.add_all(rows)

    async def add(self, model: type[Row], given: Mapping[str, Any], **otherwise: Any) -> Row:
        """Write a new row of the confederation: the given columns, and otherwise these."""
        row = model(confederation_id=self.tenant.id, **{**otherwise, **given})
        await self.save(row)
        return row


@asynccontextmanager
async def past_row_security(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction of the superuser that the tests connect as: nothing is asked of who acts."""
    async with database.sessions() as session, session.begin():
        await session.execute(_AS_OURSELVES)
        yield session


_AS_OURSELVES = text("set local role none")


def texts(fr: str, en: str) -> dict[str, str]:
    """Localized text."""
    return {"fr": fr, "en": en}


def name(person: Person) -> str:
    """A person's name as a badge prints it."""
    return f"{person.given_name} {person.family_name}"


def number() -> int:
    """A number that no other row of this process has."""
    return next(_number)
