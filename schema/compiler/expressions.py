"""Small pieces of SQL that the passes share."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, Numeric, Select, Text, cast, func, literal_column, select

from schema.compiler.bind import KEY
from schema.compiler.bindings import Row

HIDDEN = "$"
"""Begins the labels of columns that the answer doesn't show: no GraphQL name can."""


def literal(sql: str) -> ColumnElement[Any]:
    """SQL as it stands: of our own making, or a GraphQL name, which has nothing to escape."""
    return literal_column(sql)


def named(type_name: str) -> ColumnElement[Any]:
    """The value of `__typename`."""
    return literal(f"'{type_name}'::text")


def whole(rows: FromClause) -> Any:
    """A sub-select's row as one value."""
    return rows.table_valued()  # type: ignore[attr-defined]


def json_array(items: ColumnElement[Any]) -> ColumnElement[Any]:
    """An array of rows or of JSON as a JSON array; empty where there is nothing."""
    return func.coalesce(func.array_to_json(items, type_=JSON), literal("'[]'::json"))


def ordered(row: FromClause, order: Iterable[tuple[str, bool]]) -> list[ColumnElement[Any]]:
    """An order's columns."""
    return [row.c[name].desc() if descending else row.c[name] for name, descending in order]


def written(value: Any) -> Any:
    """As the scalar of the column's type is written in JSON: decimals are text, so that nothing is lost."""
    if isinstance(value, Select):
        value = value.scalar_subquery()
    return cast(value, Text) if isinstance(value.type, Numeric) and value.type.asdecimal else value


def base64(value: ColumnElement[Any], *, longest: int | None = None) -> ColumnElement[Any]:
    """A text in base64. PostgreSQL breaks its lines after 57 bytes: `longest` says that there are fewer."""
    encoded = func.encode(func.convert_to(value, literal("'UTF8'")), literal("'base64'"))
    return (
        encoded if longest is not None and longest <= 57 else func.translate(encoded, literal("E'\\n'"), literal("''"))
    )


def global_id(type_name: str, row: Row) -> ColumnElement[Any]:
    """A row's global identifier; a UUID has 36 characters."""
    return base64(literal(f"'{type_name}:'").op("||")(cast(row[KEY], Text)), longest=len(type_name) + 37)


def one_row() -> Any:
    """A row of nothing: the left side of a first join, where there is no table."""
    return select(literal("1"))


def each_once(columns: Sequence[Any], found: Iterable[Any]) -> list[Any]:
    """The found columns whose labels aren't there yet."""
    return [item for item in found if all(item.name != other.name for other in columns)]
