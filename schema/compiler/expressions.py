"""Small SQL expressions shared by the passes."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, Numeric, Select, Text, cast, func, literal_column, select

from schema.compiler.bind import KEY
from schema.compiler.bindings import Row

HIDDEN = "$"
"""The beginning of labels of columns that the answer doesn't contain; no GraphQL name begins with it."""


def literal(sql: str) -> ColumnElement[Any]:
    """Return SQL as is: a constant of ours or a GraphQL name, which needs no escaping."""
    return literal_column(sql)


def named(type_name: str) -> ColumnElement[Any]:
    """Return the value of `__typename`."""
    return literal(f"'{type_name}'::text")


def whole(rows: FromClause) -> Any:
    """Return a sub-select's row as one value."""
    return rows.table_valued()  # type: ignore[attr-defined]


def json_array(items: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an array of rows or of JSON as a JSON array; empty if there are none."""
    return func.coalesce(func.array_to_json(items, type_=JSON), literal("'[]'::json"))


def ordered(row: FromClause, order: Iterable[tuple[str, bool]]) -> list[ColumnElement[Any]]:
    """Return the columns of an order."""
    return [row.c[name].desc() if descending else row.c[name] for name, descending in order]


def written(value: Any) -> Any:
    """Convert a value to the JSON form of its scalar: decimals become text, so that no digit is lost."""
    if isinstance(value, Select):
        value = value.scalar_subquery()
    return cast(value, Text) if isinstance(value.type, Numeric) and value.type.asdecimal else value


def base64(value: ColumnElement[Any], *, longest: int | None = None) -> ColumnElement[Any]:
    """Return a text in base64. PostgreSQL inserts a line break after every 57 bytes; `longest` says that there are
    fewer.
    """
    encoded = func.encode(func.convert_to(value, literal("'UTF8'")), literal("'base64'"))
    return (
        encoded if longest is not None and longest <= 57 else func.translate(encoded, literal("E'\\n'"), literal("''"))
    )


def global_id(type_name: str, row: Row) -> ColumnElement[Any]:
    """Return a row's global ID; a UUID has 36 characters."""
    return base64(literal(f"'{type_name}:'").op("||")(cast(row[KEY], Text)), longest=len(type_name) + 37)


def one_row() -> Any:
    """Return a row without columns: the left side of the first join where there is no table."""
    return select(literal("1"))


def each_once(columns: Sequence[Any], found: Iterable[Any]) -> list[Any]:
    """Return the new columns whose labels aren't in use yet."""
    return [item for item in found if all(item.name != other.name for other in columns)]
