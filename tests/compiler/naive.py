"""The third way: graphql-core with one small query for each field of each row.

It shares the declarations (bindings, columns, conditions as they are declared) and nothing of the passes: no plan, no
statement, no limits, no cursors of theirs. A row is its type and its key; a function's row is the row itself. What is
asked of a list is worked out in Python. Slow, and simple enough to be believed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute,
    get_named_type,
    parse,
    validate,
)
from sqlalchemy import FromClause, Select, bindparam, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.utils.str_converters import to_snake_case

from schema.base.ids import decode_id, encode_id
from schema.build import build
from schema.compiler.bind import BoundField, Catalog
from schema.compiler.bindings import (
    CONNECTION,
    MANY,
    ONE,
    Column,
    Computed,
    Expression,
    GlobalId,
    Localized,
    NodeLookup,
    Relation,
    Translations,
)
from schema.compiler.context import VALUES, Context
from schema.reading.requests import Request
from services.core.database.connections import Database
from tests.compiler.lists import Item, Page, as_json, page

_PAGED = ("first", "last", "after", "before", "where", "orderBy")


@dataclass(frozen=True)
class Row:
    """A row of a read type: by its key in the type's table, or with the values that a function gave."""

    type_name: str
    key: UUID | None = None
    values: "Values | None" = None


class Values:
    """A row as declarations see it, with values for columns."""

    def __init__(self, row: FromClause, values: Mapping[str, Any]) -> None:
        self._columns = {column.key: (values[column.key], column.type) for column in row.c}

    def __getitem__(self, name: str) -> Any:
        return literal(*self._columns[name])

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def of(self, name: str) -> Any:
        """The value itself."""
        return self._columns[name][0]


@dataclass
class Reader:
    """One actor's transaction, a statement at a time."""

    connection: AsyncConnection
    request: Request
    parameters: Mapping[str, Any]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    listed: dict[Any, asyncio.Future[Sequence[Any]]] = field(default_factory=dict)

    @property
    def reading(self) -> Context:
        """As resolvers in Python look for it."""
        return self.request.reading

    async def rows(self, query: Any, **parameters: Any) -> Sequence[Any]:
        """What a query answers."""
        async with self.lock:
            return (await self.connection.execute(query, {**self.parameters, **parameters})).all()

    async def value(self, query: Any, **parameters: Any) -> Any:
        """The one value that a query answers."""
        ((value,),) = await self.rows(query, **parameters)
        return value

    async def collated(self, texts: set[str]) -> dict[str, int]:
        """Places of texts in PostgreSQL's order of texts, which isn't Python's."""
        found = await self.rows(text("select t from unnest(cast(:texts as text[])) t order by t"), texts=list(texts))
        return {value: place for place, (value,) in enumerate(found)}


async def execute_naively(
    database: Database,
    reading: Context,
    document: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
) -> ExecutionResult:
    """The answer to a valid query."""
    parsed = parse(document)
    assert not (errors := validate(naive_schema(), parsed)), errors
    async with _reader(database, reading) as reader:
        answer = execute(
            naive_schema(),
            parsed,
            context_value=reader,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
        )
        return answer if isinstance(answer, ExecutionResult) else await answer


@asynccontextmanager
async def _reader(database: Database, reading: Context) -> AsyncIterator[Reader]:
    actor = reading.actor
    parameters = {name: of(reading) for name, of in VALUES.items()}
    async with database.engine.connect() as connection:
        for name, value in actor.settings.items():
            await connection.execute(text("select set_config(:name, :value, true)"), {"name": name, "value": value})

        async def reload() -> Any:
            return actor

        yield Reader(connection, Request(database, reading, reload), parameters)
        await connection.rollback()


@cache
def naive_schema() -> GraphQLSchema:
    """The schema once more, from the same types, with these resolvers."""
    built = build().strawberry
    schema = strawberry.Schema(query=built.query, mutation=built.mutation, config=built.config)._schema
    catalog = Catalog(schema)
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = _type_of
        if not isinstance(type_, GraphQLObjectType) or name.startswith("__"):
            continue
        type_.is_type_of = None
        for field_name, declared in type_.fields.items():
            if (bound := catalog.fields.get((name, field_name))) is not None:
                declared.resolve = _Resolver(catalog, bound)
            elif name.endswith(("Connection", "Edge")) or name in ("PageInfo", "Translation"):
                declared.resolve = _of_python
    return schema


def _type_of(value: Any, _info: Any, _type: Any) -> str:
    return value.type_name if isinstance(value, Row) else type(value.problem).__name__


def _of_python(source: Any, info: GraphQLResolveInfo[Reader]) -> Any:
    return source[info.field_name] if isinstance(source, dict) else getattr(source, to_snake_case(info.field_name))


class _Resolver:
    """Resolves one field by its binding."""

    def __init__(self, catalog: Catalog, bound: BoundField) -> None:
        self._catalog = catalog
        self._bound = bound
        self._binding = bound.binding

    async def __call__(self, source: Row | None, info: GraphQLResolveInfo[Reader], **given: Any) -> Any:
        reader: Reader = info.context
        binding = self._binding
        if isinstance(binding, NodeLookup):
            if binding.many:
                return [await self._node(reader, id) for id in given["ids"]]
            return await self._node(reader, given["id"])
        if isinstance(binding, Relation):
            return await self._relation(reader, source, binding, given)
        assert source is not None
        if isinstance(binding, GlobalId):
            assert source.key is not None
            return encode_id(source.type_name, source.key)
        if isinstance(binding, Column):
            return await self._column(reader, source, binding.name)
        if isinstance(binding, Expression):
            return await self._expression(reader, source, binding, given)
        if isinstance(binding, Localized):
            texts = await self._column(reader, source, binding.name) or {}
            preferred = [given["locale"].code] if given.get("locale") else []
            choices = (*preferred, *reader.request.reading.locales)
            return next((texts[x] for x in (choices[:1] if binding.official else choices) if x in texts), None)
        if isinstance(binding, Translations):
            texts = await self._column(reader, source, binding.name) or {}
            return [{"locale": locale.upper(), "text": texts[locale]} for locale in sorted(texts)]
        assert isinstance(binding, Computed)
        needs = {name: as_json(await self._column(reader, source, name)) for name in binding.needs}
        arguments = {n: given.get(_camel(n)) for n in binding.arguments}
        if binding.resolve is not None:
            return await binding.resolve(needs, reader.request, **arguments)
        assert binding.batch is not None
        (answer,) = await binding.batch([needs], reader.request, **arguments)
        return answer

    async def _node(self, reader: Reader, id: str) -> Row | None:
        found = decode_id(id)
        if found is None or found[0] not in self._catalog.node_types:
            return None
        type_name, key = found
        row = self._table(type_name)
        exists = await reader.rows(select(row.c.id).where(*self._in_tenant(row), row.c.id == bindparam("key")), key=key)
        return Row(type_name, key) if exists else None

    async def _column(self, reader: Reader, source: Row, name: str) -> Any:
        if source.values is not None:
            return source.values.of(name)
        row = self._table(source.type_name)
        return await reader.value(
            select(row.c[name]).where(*self._in_tenant(row), row.c.id == bindparam("key")), key=source.key
        )

    async def _expression(self, reader: Reader, source: Row, binding: Expression, given: dict[str, Any]) -> Any:
        row: Any = source.values
        where = []
        if source.values is None:
            table = self._table(source.type_name)
            row, where = table.c, [*self._in_tenant(table), table.c.id == source.key]
        value: Any = binding.sql(row, **self._arguments(reader, given))
        value = value.scalar_subquery() if isinstance(value, Select) else value
        return await reader.value(select(value).where(*where))

    def _arguments(self, reader: Reader, given: dict[str, Any]) -> dict[str, Any]:
        made = {}
        for name, declared in self._binding.arguments.items():
            if _camel(name) in _PAGED:
                continue
            value = given.get(_camel(name))
            if value is None and declared.absent is not None:
                value = reader.parameters[declared.absent]
            made[name] = literal(value.value if isinstance(value, Enum) else value)
        return made

    async def _values(self, reader: Reader, source: Row | None) -> Values | None:
        if source is None or source.values is not None:
            return None if source is None else source.values
        row = self._table(source.type_name)
        (found,) = await reader.rows(select(row).where(*self._in_tenant(row), row.c.id == source.key))
        return Values(row, found._mapping)

    # Relations

    async def _relation(self, reader: Reader, source: Row | None, binding: Relation, given: dict[str, Any]) -> Any:
        target = self._bound.target
        assert target is not None
        arguments = self._arguments(reader, given)
        if binding.rows is not None:
            outer = await self._values(reader, source)
            return await self._function(reader, target, binding.rows(outer, **arguments).alias(), binding)
        row = self._table(target)
        where = self._in_tenant(row)
        if binding.via is not None:
            assert source is not None
            if binding.shape == ONE:
                where.append(row.c.id == await self._column(reader, source, binding.via))
            else:
                where.append(row.c[binding.via] == source.key)
        if binding.on is not None:
            where.append(binding.on(await self._values(reader, source), row.c, **arguments))
        # Of one row and with the same arguments a list is the same, however it is filtered, ordered and cut below.
        which = (id(binding), source and (source.type_name, source.key), repr(sorted(self._asked(given).items())))
        if which not in reader.listed or (source is not None and source.key is None):
            reader.listed[which] = asyncio.ensure_future(reader.rows(select(row).where(*where)))
        items = [Item(found.id, found._mapping) for found in await reader.listed[which]]
        shown: Page = await page(
            items,
            {} if binding.shape != CONNECTION else given,
            default_order=binding.order,
            columns={name: self._catalog.column(target, name) for name in self._filterable(target)},
            types={column.name: column.type for column in row.c},
            collated=reader.collated,
            limit=None if binding.shape == CONNECTION else binding.limit,
            of=get_named_type(self._bound.type).name,
        )
        rows = [Row(target, item.key) for item in shown.items]
        if binding.shape == CONNECTION:
            edges = [{"cursor": cursor, "node": row} for cursor, row in zip(shown.cursors, rows, strict=True)]
            return {"nodes": rows, "edges": edges, "pageInfo": shown.info, "totalCount": shown.total}
        if binding.shape == MANY:
            return rows
        assert len(items) <= 1, f"{target}: more than one row where the schema says one"
        return rows[0] if rows else None

    def _asked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that the declaration gets."""
        return {name: value for name, value in given.items() if name not in _PAGED}

    async def _function(self, reader: Reader, target: str, rows: Any, binding: Relation) -> Any:
        found = (await reader.rows(select(rows)))[: binding.limit]
        made = [Row(target, values=Values(rows, row._mapping)) for row in found]
        return made if binding.shape == MANY else made[0] if made else None

    def _filterable(self, target: str) -> list[str]:
        fields = self._catalog.fields.items()
        return [name for (of, name), bound in fields if of == target and isinstance(bound.binding, Column)]

    def _table(self, type_name: str) -> Any:
        model = self._catalog.types[type_name].model
        assert model is not None, f"{type_name} has no table"
        return _alias(model)

    def _in_tenant(self, row: Any) -> list[Any]:
        return [row.c.confederation_id == bindparam("tenant")] if "confederation_id" in row.c else []


@cache
def _alias(model: Any) -> Any:
    return model.__table__.alias()


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
