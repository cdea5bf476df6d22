"""Rows for the tables that the world by hand left empty, so that a new domain's types are asked for over rows.

Nothing here knows a domain. A row is drawn from the metadata alone: each column by its type, each reference from the
rows that are there, the columns that a key carries from the row that was drawn. Whether it holds together (checks,
unique keys, periods) only PostgreSQL says: what it refuses is drawn again, some hundreds of times. The same rows come
of every run.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, UserDefinedType

from tests.compiler.contents import Row, Rows, columns_of, references
from tests.compiler.rows import NOW, QUARTERS, TODAY, key

TRIES = (8, 60, 400)
"""How many candidates are offered for a row: few at first, more where none was accepted."""
_DAYS = (0, -1, 1, -30, 30, -400, 400)
_TEXTS = ("Québec", "spring", "Éclair", "Tremblay", "Ana", "fr", "", QUARTERS)
_WELL_KNOWN = {
    "locale": ("fr", "en"),
    "time_zone": ("America/Toronto", "America/Vancouver"),
    "currency": ("CAD", "EUR"),
    "kind": ("events.confirmation", "events.reminder"),  # of a message, as its domain declares it
}
_OFFER = """
create or replace function pg_temp.offer(statement text, candidates jsonb[], out accepted jsonb, out refused text[])
language plpgsql as $$
declare
  candidate jsonb;
  what text;
begin
  set constraints all immediate;
  foreach candidate in array candidates loop
    begin
      execute statement into accepted using candidate;
      return;
    exception when integrity_constraint_violation or data_exception then
      get stacked diagnostics what = constraint_name;
      refused := refused || coalesce(nullif(what, ''), sqlerrm);
    end;
  end loop;
end $$
"""


@dataclass
class Filling:
    """Fills tables of one confederation. `often`: rows that references prefer, by table; `rows`: what is there.

    `called` sets the keys of these rows apart from another confederation's.
    """

    owner: asyncpg.Connection
    tenant: UUID
    rows: Rows
    often: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    called: str = ""

    async def fill(self, metadata: MetaData, wanted: int) -> dict[str, str]:
        """Give each empty table as many rows as are wanted, or can be had.

        Returns why nothing was accepted, by table: what refused the candidates, and how often.
        """
        await self.owner.execute(_OFFER)
        why: dict[str, str] = {}
        for table in _in_order([t for t in metadata.tables.values() if not self.rows.get(t.name)]):
            self.rows[table.name] = []
            refused: Counter[str] = Counter()
            for n in range(wanted):
                await self._add(table, n, refused)
            if not self.rows[table.name]:
                why[table.name] = ", ".join(f"{what}: {times}" for what, times in refused.most_common() if times)
        return why

    async def _add(self, table: Table, n: int, refused: Counter[str]) -> None:
        draw = _Draw(self, table, n)
        given = [column.name for column in draw.columns]
        listed = ", ".join(f'"{name}"' for name in ("confederation_id", "id", *given))
        # By its schema: `circle` alone is a type of PostgreSQL's own.
        statement = f"""insert into "{table.name}" as t ({listed}) select {listed}
                        from jsonb_populate_record(null::public."{table.name}", $1) returning to_jsonb(t)"""
        for tries in TRIES:
            # Rows keep to their turn of each enum's values, so that rare states occur; some of the last needn't.
            drawn = [draw.row(keeping=tries != TRIES[-1] or at % 2 == 0) for at in range(tries)]
            candidates = [json.dumps(row) for row in drawn if row is not None]
            refused["no row to refer to"] += tries - len(candidates)
            answer = await self.owner.fetchrow("select * from pg_temp.offer($1, $2)", statement, candidates)
            assert answer is not None
            refused.update(answer["refused"] or ())
            if answer["accepted"] is not None:
                self.rows[table.name].append(json.loads(answer["accepted"]))
                return


class _Draw:
    """Draws candidates for one row of a table."""

    def __init__(self, filling: Filling, table: Table, n: int) -> None:
        self._filling = filling
        self._table = table
        self._n = n
        self._called = " ".join(filter(None, (table.name, str(n), filling.called)))
        self._random = Random(self._called)  # the same rows each run
        self._checks = [str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)]
        self._references = references(table)
        self._missing = 0.0
        self.columns = [
            column
            for column in table.columns
            if column.name not in ("confederation_id", "id")
            and column.computed is None
            and column.identity is None
            and not isinstance(column.type, UserDefinedType)  # PostgreSQL's to say: the number of a transaction
        ]

    def row(self, *, keeping: bool) -> Row | None:
        """A candidate; None where there is nothing that it could refer to.

        `keeping`: its enums have the values whose turn it is.
        """
        row: Row = {"confederation_id": str(self._filling.tenant), "id": str(key(self._called))}
        # What is null goes together more often than not: nothing yet of it, some of it, all of it.
        self._missing = self._random.choice((0.1, 0.4, 0.7, 0.95))
        for reference in self._random.sample(self._references, len(self._references)):
            if not self._refer(row, reference):
                return None
        for column in self.columns:
            if column.name not in row:
                row[column.name] = self._value(column, row, keeping=keeping)
        if self._random.random() < 0.5:
            self._put_in_order(row)
        return row

    def _refer(self, row: Row, reference: ForeignKeyConstraint) -> bool:
        columns = columns_of(reference)
        (referring,) = (name for name, referred in columns.items() if referred == "id")
        if referring in row and row[referring] is None:
            return True
        table = reference.referred_table.name
        fitting = [
            found
            for found in self._filling.rows.get(table, ())
            # A row whose key is the other's has it from there.
            if all(found[of] == row[name] for name, of in columns.items() if name != "id" and row.get(name) is not None)
        ]
        if self._table.c[referring].nullable and referring not in row and (not fitting or self._is_missing()):
            row[referring] = None
            return True
        if not fitting:
            return False
        found = self._one_of(table, fitting)
        row |= {name: found[referred] for name, referred in columns.items()}
        return True

    def _one_of(self, table: str, rows: Sequence[Row]) -> Row:
        preferred = {str(id) for id in self._filling.often.get(table, ())}
        often = [row for row in rows if row["id"] in preferred]
        return self._random.choice(often if often and self._random.random() < 0.5 else rows)

    def _is_missing(self) -> bool:
        return self._random.random() < self._missing

    def _value(self, column: "Column[Any]", row: Row, *, keeping: bool) -> Any:
        if column.nullable and self._is_missing():
            return None
        if isinstance(column.type, sa.Uuid):
            alike = [row[c.name] for c in self.columns if isinstance(c.type, sa.Uuid) and row.get(c.name) is not None]
            if alike and self._random.random() < 0.5:
                return self._random.choice(alike)  # one of the two, or of the three, that the row is about
        return self._of_type(column.name, column.type, keeping=keeping)

    def _of_type(self, name: str, type_: Any, *, keeping: bool) -> Any:
        choose = self._random.choice
        if isinstance(type_, TypeDecorator):
            type_ = type_.impl_instance
        match type_:
            case sa.Enum():
                return type_.enums[self._n % len(type_.enums)] if keeping else choose(type_.enums)
            case ARRAY():
                return self._several(name, type_.item_type)
            case sa.Uuid():
                return self._identifier(name)
            case sa.Boolean():
                return choose((True, False))
            case sa.Integer():
                return choose((1, 2, 3, 0, 30, self._n, *map(int, self._said_of(name, r"(?<![\w'])\d+(?![\w'])"))))
            case sa.Numeric():
                return choose(("12.50", "0", "1234.05", "1"))
            case sa.DateTime():
                return (NOW + timedelta(days=choose(_DAYS), microseconds=choose((0, 1, 123400)))).isoformat()
            case sa.Date():
                return (TODAY + timedelta(days=choose(_DAYS))).isoformat()
            case sa.JSON() | sa.LargeBinary():
                is_json = isinstance(type_, sa.JSON)
                return self._json(name) if is_json else f"\\x{self._random.randbytes(32).hex()}"
            case sa.String():
                if name == "slug":
                    return self._called.replace("_", "-").replace(" ", "-")
                known = _WELL_KNOWN.get(name, (*_TEXTS, f"{name} {self._n}"))
                return choose((*known, *self._said_of(name, r"'([^']*)'")))
        raise TypeError(f"{self._table.name}.{name}: tests/compiler/filling.py can't draw a {type_!r} yet")

    def _json(self, name: str) -> Any:
        if any(f"jsonb_typeof({name}) = 'array'" in check for check in self._checks):
            count = self._random.choice((1, 2, 3))
            return [{"key": f"{n}", "label": {"fr": f"N° {n}"}} for n in range(count)]
        named = {"fr": f"N° {self._n}"}, {"en": f"No. {self._n}"}
        return self._random.choice(({"fr": "Québec", "en": "Quebec"}, *named))

    def _several(self, name: str, item: Any) -> list[Any]:
        drawn = [self._of_type(name, item, keeping=False) for _ in range(self._random.randrange(4))]
        return sorted(set(drawn), key=drawn.index)

    def _identifier(self, name: str) -> str:
        """Of a row of the table that the name says; of an association, where it says none that is here."""
        said = re.sub(r"_ids?$", "", name)
        named = [table for table in self._filling.rows if said == table or said.endswith(f"_{table}")]
        table = max(named, key=len, default="association")
        rows = self._filling.rows.get(table) or self._filling.rows.get("association")
        return str(self._one_of(table, rows)["id"]) if rows else str(key(f"{self._called} {name}"))

    def _said_of(self, name: str, pattern: str) -> list[str]:
        """What the table's checks compare a column with, and other columns beside it."""
        return [
            found for check in self._checks if re.search(rf"\b{name}\b", check) for found in re.findall(pattern, check)
        ]

    def _put_in_order(self, row: Row) -> None:
        """Days and moments, each in the order of their columns: first things are declared first."""
        for type_ in (sa.Date, sa.DateTime):
            names = [c.name for c in self.columns if isinstance(c.type, type_) and row[c.name] is not None]
            in_keys = {name for reference in self._references for name in columns_of(reference)}
            names = [name for name in names if name not in in_keys]
            row |= dict(zip(names, sorted(row[name] for name in names), strict=True))


def _in_order(tables: Sequence[Table]) -> list[Table]:
    """What others refer to first. In a circle, what may be null of it is left out at first, and stays null."""
    waiting, ordered = sorted(tables, key=lambda table: table.name), list[Table]()

    def ready(table: Table, *, required: bool) -> bool:
        return not any(
            reference.referred_table in waiting and reference.referred_table is not table
            for reference in references(table)
            if not required or not any(column.nullable for column in reference.columns)
        )

    while waiting:
        whole = (table for table in waiting if ready(table, required=False))
        in_circles = (table for table in waiting if ready(table, required=True))
        following = next(chain(whole, in_circles, waiting))
        waiting.remove(following)
        ordered.append(following)
    return ordered
