"""Cursors: the place of a row in an order, as opaque text. A cursor holds for the order that it was made in."""

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
"""Columns and whether each descends; the last is the key, so no two rows are in one place."""

LONGEST_CURSOR = 10_000
"""Characters; no row's place is longer."""


def signature(of: str, order: Ordering) -> str:
    """What a cursor is checked against: the type of its list, and the order."""
    return f"{of}:" + ",".join(f"-{column}" if descending else column for column, descending in order)


def cursor_sql(of: str, order: Ordering, row: Row) -> ColumnElement[str]:
    """A row's cursor, worked out by PostgreSQL; without the line breaks that its base64 has."""
    mark: Any = literal_column(f"'{signature(of, order)}'")
    place = cast(func.json_build_array(mark, *(row[column] for column, _ in order)), Text)
    encoded = func.encode(func.convert_to(place, literal_column("'UTF8'")), literal_column("'base64'"))
    return func.translate(encoded, literal_column("E'\\n'"), literal_column("''"))


def decode(cursor: Any, of: str, order: Ordering, row: Row) -> list[Any]:
    """The values that a cursor stands for. Refused where it isn't one, or is one of another order."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError
        mark, *values = json.loads(base64.b64decode(cursor, validate=True))
        if mark != signature(of, order) or len(values) != len(order):
            raise ValueError
        return [_value(value, row[column].type) for value, (column, _) in zip(values, order, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError, GraphQLError):
        raise Refused("This is not a cursor of this list in this order.") from None


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
    """Whether a row comes after a place in an order; before it, if backwards."""
    directions = {descending != backwards for _, descending in order}
    columns = [row[column] for column, _ in order]
    if len(directions) == 1:  # one direction: a comparison of rows, which an index can answer
        here, there = tuple_(*columns), tuple_(*values)
        return here < there if directions == {True} else here > there
    ways = []
    for i, (_, descending) in enumerate(order):
        further = columns[i] < values[i] if descending != backwards else columns[i] > values[i]
        ways.append(and_(*(columns[j] == values[j] for j in range(i)), further))
    return or_(*ways)
