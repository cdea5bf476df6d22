"""Cursors: the position of a row in an order, as opaque text. A cursor is valid only for the order it
was created in.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from graphql import GraphQLError
from sqlalchemy import ColumnElement, Date, DateTime, Integer, Text, Uuid, and_, cast, func, literal_column, or_, tuple_

from schema.base.scalars import parse_date, parse_moment
from schema.compiler.bindings import Row
from schema.compiler.values import Refused

Ordering = tuple[tuple[str, bool], ...]
"""Columns, and True for each that is descending. The last is the key, so no two rows have the same position."""

LONGEST_CURSOR = 10_000
"""Maximum number of characters of a cursor; no real one is longer."""


def signature(of: str, order: Ordering) -> str:
    """Return what a cursor is checked against: the type of its list, and the order."""
    return f"{of}:" + ",".join(f"-{column}" if descending else column for column, descending in order)


def cursor_sql(of: str, order: Ordering, row: Row) -> ColumnElement[str]:
    """Return SQL for a row's cursor, without the line breaks of PostgreSQL's base64."""
    mark: Any = literal_column(f"'{signature(of, order)}'")
    place = cast(func.json_build_array(mark, *(row[column] for column, _ in order)), Text)
    encoded = func.encode(func.convert_to(place, literal_column("'UTF8'")), literal_column("'base64'"))
    return func.translate(encoded, literal_column("E'\\n'"), literal_column("''"))


def decode(cursor: Any, of: str, order: Ordering, row: Row) -> list[Any]:
    """Return the values of a cursor. Raise Refused if it is malformed or of another order."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError
        mark, *values = json.loads(base64.b64decode(cursor, validate=True))
        if mark != signature(of, order) or len(values) != len(order):
            raise ValueError
        return [_value(value, row[column].type) for value, (column, _) in zip(values, order, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError, GraphQLError):
        raise Refused("The cursor is not one of this list in this order.") from None


def _value(value: Any, type_: Any) -> Any:
    if isinstance(type_, Uuid):
        return UUID(value)
    if isinstance(type_, DateTime):
        return parse_moment(value)
    if isinstance(type_, Date):
        return parse_date(value)
    if isinstance(type_, Integer):
        if type(value) is not int:
            raise ValueError
        return value
    if not isinstance(value, str):
        raise ValueError
    return value


def follows(order: Ordering, row: Row, values: Sequence[Any], *, backwards: bool = False) -> ColumnElement[bool]:
    """Return the condition that a row comes after a position in an order, or before it if backwards."""
    directions = {descending != backwards for _, descending in order}
    columns = [row[column] for column, _ in order]
    if len(directions) == 1:  # all in one direction: a comparison of rows, which can use an index
        here, there = tuple_(*columns), tuple_(*values)
        return here < there if directions == {True} else here > there
    ways = []
    for i, (_, descending) in enumerate(order):
        further = columns[i] < values[i] if descending != backwards else columns[i] > values[i]
        ways.append(and_(*(columns[j] == values[j] for j in range(i)), further))
    return or_(*ways)
