"""What the tables hold, past row security, and who sees which rows: found in the metadata, whatever the domains are."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import ForeignKeyConstraint, Table
from sqlmodel import SQLModel

from services.core.database.connections import Database

Row = dict[str, Any]
"""A row as PostgreSQL's JSON has it: identifiers are texts."""
Rows = dict[str, list[Row]]
"""Rows by table, in the order of their keys."""


async def rows_of(owner: asyncpg.Connection, *tenants: UUID) -> Rows:
    """Every row of these confederations."""
    found: Rows = {}
    for table in SQLModel.metadata.tables.values():
        tenant = "confederation_id" if "confederation_id" in table.c else "id"
        query = f'select to_jsonb(t)::text from "{table.name}" t where {tenant} = any($1) order by id'
        found[table.name] = [orjson.loads(row) for (row,) in await owner.fetch(query, tenants)]
    return found


def references(table: Table) -> list[ForeignKeyConstraint]:
    """A table's references to other rows of its tenant, by their keys: not that of a chain to the row before."""
    keys = [
        key
        for key in table.foreign_key_constraints
        if key.referred_table.name != "confederation" and "id" in columns_of(key).values()
    ]
    return sorted(keys, key=lambda key: [*key.column_keys])


def columns_of(key: ForeignKeyConstraint) -> dict[str, str]:
    """The columns of a reference, by name, with what each is called in the row that is referred to."""
    return {element.parent.name: element.column.name for element in key.elements}


def richest_first(rows: Rows) -> dict[str, list[Row]]:
    """The rows of each table, first those that most kinds of rows refer to, and of these the most rows."""
    referring: defaultdict[tuple[str, Any], Counter[str]] = defaultdict(Counter)
    for table in SQLModel.metadata.tables.values():
        for key in references(table):
            (column,) = (name for name, referred in columns_of(key).items() if referred == "id")
            for row in rows[table.name]:
                referring[key.referred_table.name, row[column]][f"{table.name}.{column}"] += 1

    def richness(table: str, row: Row) -> tuple[int, int]:
        kinds = referring[table, row["id"]]
        return -len(kinds), -kinds.total()

    return {table: sorted(found, key=lambda row, of=table: richness(of, row)) for table, found in rows.items()}  # type: ignore[misc]


async def seen_by(database: Database, settings: Mapping[str, str], tables: Collection[str]) -> dict[str, set[str]]:
    """The keys of the rows of each table that row security shows to somebody."""
    async with database.readers.connection() as connection, connection.transaction():
        for name, value in settings.items():
            await connection.execute("select set_config($1, $2, true)", name, value)
        return {table: {str(id) for (id,) in await _ids(connection, table)} for table in tables}


async def _ids(connection: asyncpg.Connection, table: str) -> Sequence[Any]:
    return await connection.fetch(f'select id from "{table}"')
