"""A usual server, written as well as one would: Strawberry, DataLoaders and SQLAlchemy's ORM over the same tables.

Documents are parsed and validated once, each request has one session, each list of children is one query. It has no row
security: it connects as the owner and filters by the tenant, by what is published and by rights in its own queries.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import func
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.types import Info

import models
from models import READ_MEMBERSHIPS, READ_PERSONS
from services.core.actor import Actor, anonymous, find_tenant, load_person
from services.core.database.connections import Readers, engine
from tests.benchmarks.load import SLUG
from tests.benchmarks.queries import STAFF

for _enum in (models.EventKind, models.EventState, models.AssociationKind):
    strawberry.enum(_enum)


class Context:
    """What one request shares: who asks, one session, and the loaders that gather keys."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], actor: Actor) -> None:
        self.actor = actor
        self._sessions = sessions
        self._session: AsyncSession | None = None
        self._turn = asyncio.Lock()  # a session runs one statement at a time, and loaders are many
        self.associations: DataLoader[UUID, Association] = DataLoader(load_fn=self._load_associations)
        self.persons: DataLoader[UUID, Person | None] = DataLoader(load_fn=self._load_persons)
        self.positions: DataLoader[UUID, list[Position]] = DataLoader(load_fn=self._load_positions)
        self.speakers: DataLoader[UUID, list[Speaker]] = DataLoader(load_fn=self._load_speakers)
        self.seats_taken: DataLoader[UUID, int] = DataLoader(load_fn=self._load_seats_taken)

    async def rows(self, query: Any) -> Any:
        """The query's rows through the request's session."""
        async with self._turn:
            if self._session is None:
                self._session = self._sessions()
            return (await self._session.exec(query)).all()

    async def close(self) -> None:
        """Give the connection back."""
        if self._session is not None:
            await self._session.close()

    def text(self, texts: dict[str, str] | None) -> str | None:
        """The text in the first of the confederation's locales that has one."""
        if texts is None:
            return None
        return next((texts[locale] for locale in self.actor.tenant.locales if locale in texts), None)

    async def _load_associations(self, keys: list[UUID]) -> list[Any]:
        return await self._by_id(models.Association, keys)

    async def _load_persons(self, keys: list[UUID]) -> list[Any]:
        allowed = self.actor.holds.get(READ_PERSONS, frozenset())
        found = await self._by_id(models.Person, keys)
        return [person if person and not allowed.isdisjoint(person.association_ids) else None for person in found]

    async def _load_positions(self, keys: list[UUID]) -> list[list[Any]]:
        model = models.Position
        rows = await self._children(model, model.person_id, keys, col(model.starts_on).desc(), col(model.id).desc())
        allowed = self.actor.holds.get(READ_PERSONS, frozenset())
        return _grouped((row for row in rows if not allowed.isdisjoint(row.association_ids)), "person_id", keys)

    async def _load_speakers(self, keys: list[UUID]) -> list[list[Any]]:
        model = models.Speaker
        rows = await self._children(model, model.event_id, keys, model.rank, model.id)
        return _grouped((row for row in rows if row.published), "event_id", keys)

    async def _load_seats_taken(self, keys: list[UUID]) -> list[int]:
        pool = models.SeatPool
        query = (
            select(pool.event_id, func.sum(pool.taken))
            .where(pool.confederation_id == self.actor.tenant.id, col(pool.event_id).in_(keys), col(pool.published))
            .group_by(col(pool.event_id))
        )
        taken = dict(await self.rows(query))
        return [taken.get(key, 0) for key in keys]

    async def _by_id(self, model: Any, keys: list[UUID]) -> list[Any]:
        query = select(model).where(model.confederation_id == self.actor.tenant.id, col(model.id).in_(keys))
        found = {row.id: row for row in await self.rows(query)}
        return [found.get(key) for key in keys]

    async def _children(self, model: Any, parent: Any, keys: list[UUID], *order: Any) -> Any:
        query = select(model).where(model.confederation_id == self.actor.tenant.id, col(parent).in_(keys))
        return await self.rows(query.order_by(*order))


def _grouped(rows: Iterable[Any], column: str, keys: list[UUID]) -> list[list[Any]]:
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, column)].append(row)
    return [groups[key] for key in keys]


# The types describe the models' rows, which resolvers return as they are: plain fields are read by attribute.


def _title(root: strawberry.Parent[models.Event], info: Info[Context]) -> str | None:
    return info.context.text(root.title)


def _name(root: strawberry.Parent[models.Association], info: Info[Context]) -> str | None:
    return info.context.text(root.name)


@strawberry.type
class Speaker:
    name: str


@strawberry.type
class Event:
    id: strawberry.Private[UUID]
    slug: str
    kind: models.EventKind
    state: models.EventState
    starts_at: datetime
    ends_at: datetime
    city: str | None
    venue: str | None

    title: str | None = strawberry.field(resolver=_title)

    @strawberry.field
    async def seats_taken(self, info: Info[Context]) -> int:
        return await info.context.seats_taken.load(self.id)

    @strawberry.field
    async def speakers(self, info: Info[Context]) -> list[Speaker]:
        return await info.context.speakers.load(self.id)


@strawberry.type
class Position:
    employer: str
    title: str
    starts_on: date


@strawberry.type
class Person:
    id: strawberry.Private[UUID]
    given_name: str
    family_name: str

    @strawberry.field
    async def positions(self, info: Info[Context]) -> list[Position]:
        return await info.context.positions.load(self.id)


@strawberry.type
class Membership:
    person_id: strawberry.Private[UUID]
    association_id: strawberry.Private[UUID]
    number: str | None
    joined_on: date

    @strawberry.field
    async def person(self, info: Info[Context]) -> Person | None:
        return await info.context.persons.load(self.person_id)

    @strawberry.field
    async def association(self, info: Info[Context]) -> "Association":
        return await info.context.associations.load(self.association_id)


@strawberry.input
class DateTimeFilter:
    gte: datetime | None = None


@strawberry.input
class EventWhere:
    starts_at: DateTimeFilter | None = None


@strawberry.enum
class EventOrder(Enum):
    STARTS_AT_ASC = "starts_at_asc"
    STARTS_AT_DESC = "starts_at_desc"


@strawberry.type
class EventConnection:
    nodes: list[Event]


@strawberry.type
class MembershipConnection:
    nodes: list[Membership]


@strawberry.type
class Association:
    id: strawberry.Private[UUID]
    slug: str
    kind: models.AssociationKind

    name: str | None = strawberry.field(resolver=_name)

    @strawberry.field
    async def events(
        self,
        info: Info[Context],
        first: int = 20,
        where: EventWhere | None = None,
        order_by: list[EventOrder] | None = None,
    ) -> EventConnection:
        event = models.Event
        query = select(event).where(
            event.confederation_id == info.context.actor.tenant.id,
            event.association_id == self.id,
            col(event.published),
        )
        if where and where.starts_at and where.starts_at.gte:
            query = query.where(event.starts_at >= where.starts_at.gte)
        descends = bool(order_by) and order_by[0] is EventOrder.STARTS_AT_DESC  # type: ignore[index]
        order = col(event.starts_at).desc() if descends else col(event.starts_at)
        return EventConnection(nodes=await info.context.rows(query.order_by(order, col(event.id)).limit(first)))

    @strawberry.field
    async def memberships(self, info: Info[Context], first: int = 20) -> MembershipConnection:
        membership, actor = models.Membership, info.context.actor
        if not actor.may(READ_MEMBERSHIPS, self.id):
            return MembershipConnection(nodes=[])
        query = (
            select(membership)
            .where(
                membership.confederation_id == actor.tenant.id,
                membership.association_id == self.id,
            )
            .order_by(col(membership.joined_on), col(membership.id))
            .limit(first)
        )
        return MembershipConnection(nodes=await info.context.rows(query))


@strawberry.type
class Query:
    @strawberry.field
    async def event(self, info: Info[Context], slug: str) -> Event | None:
        event, tenant = models.Event, info.context.actor.tenant
        query = select(event).where(event.confederation_id == tenant.id, event.slug == slug, col(event.published))
        return next(iter(await info.context.rows(query)), None)

    @strawberry.field
    async def association(self, info: Info[Context], slug: str) -> Association | None:
        association, tenant = models.Association, info.context.actor.tenant
        query = select(association).where(association.confederation_id == tenant.id, association.slug == slug)
        return next(iter(await info.context.rows(query)), None)


class SessionPerRequest(SchemaExtension):
    """Closes the request's session when its operation is done."""

    async def on_operation(self) -> AsyncIterator[None]:
        yield
        await self.execution_context.context.close()


schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache, SessionPerRequest])


class Usual(GraphQL[Context, None]):
    """Strawberry's view."""

    sessions: async_sessionmaker[AsyncSession]
    actors: dict[str | None, Actor]

    async def get_context(self, request: Any, response: Response | Any) -> Context:
        return Context(self.sessions, self.actors[request.headers.get("authorization")])


def create_app() -> Starlette:
    """For uvicorn."""
    url = os.environ["DATABASE_URL"]
    pool = engine(url, role=None, size=8)
    view = Usual(schema, graphql_ide=None)
    view.sessions = async_sessionmaker(pool, class_=AsyncSession, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        readers = Readers(url, 1)
        async with readers.connection() as connection:
            tenant = await find_tenant(connection, SLUG)
            assert tenant is not None
            staff = await load_person(connection, tenant, datetime.now(UTC).date(), reference=("demo", "staff"))
            assert staff is not None
        await readers.close()
        view.actors = {None: anonymous(tenant), STAFF: staff}
        yield
        await pool.dispose()

    return Starlette(routes=[Route(f"/{SLUG}/graphql", view)], lifespan=lifespan)
