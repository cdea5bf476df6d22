"""What `where`, `orderBy` and the paging arguments mean, in Python: the oracle of filters, orders and pages."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cmp_to_key
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Uuid

from schema.base.scalars import moment_text

DEFAULT = 50
Collated = Callable[[set[str]], Awaitable[dict[str, int]]]


@dataclass(frozen=True)
class Item:
    """A row's key and all its columns."""

    key: UUID
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """A page of a list, and where it stands."""

    items: Sequence[Item]
    cursors: Sequence[str]
    info: Mapping[str, Any]
    total: int


async def page(
    items: Sequence[Item],
    given: Mapping[str, Any],
    *,
    default_order: Sequence[str],
    columns: Mapping[str, str],
    types: Mapping[str, Any],
    collated: Collated,
    limit: int | None,
    of: str,
) -> Page:
    """The page that the arguments ask for.

    `columns`: by the names that filters call them; `types`: of the columns; `of`: the list's type.
    """
    where = given.get("where") or {}
    order = total_order([order_name(x) for x in given.get("orderBy") or ()] or default_order)
    after, before = (_place(given[name], of, order, types) if given.get(name) else None for name in ("after", "before"))
    places = await collated(_texts(items, where, order, after, before))
    held = [item for item in items if holds(where, item.values, columns, places)]

    def compare(a: Sequence[Any], b: Sequence[Any]) -> int:
        for (_, descending), x, y in zip(order, a, b, strict=True):
            one, other = _comparable(x, places), _comparable(y, places)
            if one != other:
                return (1 if one > other else -1) * (-1 if descending else 1)
        return 0

    def place(item: Item) -> list[Any]:
        return [item.values[name] for name, _ in order]

    def compare_items(a: Item, b: Item) -> int:
        return compare(place(a), place(b))

    listed = sorted(held, key=cmp_to_key(compare_items))
    if after is not None:
        listed = [item for item in listed if compare(place(item), after) > 0]
    if before is not None:
        listed = [item for item in listed if compare(place(item), before) < 0]
    backwards = given.get("last") is not None
    size = given["last"] if backwards else given.get("first")
    size = limit or (DEFAULT if size is None else size)
    more = len(listed) > size
    shown = listed[max(0, len(listed) - size) :] if backwards else listed[:size]
    cursors = [_cursor(place(item), of, order) for item in shown]
    info = {
        "hasNextPage": before is not None if backwards else more,
        "hasPreviousPage": more if backwards else after is not None,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    return Page(shown, cursors, info, len(held))


def order_name(value: Any) -> str:
    """`STARTS_AT_DESC`, as a declaration would write it: "-starts_at"."""
    name, _, way = value.name.rpartition("_")
    return f"-{name.lower()}" if way == "DESC" else name.lower()


def total_order(names: Sequence[str]) -> list[tuple[str, bool]]:
    """Columns and whether each descends; the key breaks ties, and descends only where everything else does."""
    order: dict[str, bool] = {}
    for name in names:
        order.setdefault(name.lstrip("-"), name.startswith("-"))
    if "id" not in order:
        order["id"] = bool(order) and all(order.values())
    return list(order.items())


def holds(
    where: Mapping[str, Any], values: Mapping[str, Any], columns: Mapping[str, str], places: Mapping[str, int]
) -> bool:
    """Whether a condition holds for a row: everything that is given of it. `not` is true of whatever the rest isn't."""
    for name, inner in where.items():
        if inner is None:  # as if it weren't given
            continue
        if name == "and":
            held = all(holds(part, values, columns, places) for part in inner)
        elif name == "or":
            held = any(holds(part, values, columns, places) for part in inner)
        elif name == "not":
            held = not holds(inner, values, columns, places)
        else:
            value = values[columns[name]]
            held = all(_compares(operator, value, other, places) for operator, other in inner.items())
        if not held:
            return False
    return True


def _compares(operator: str, value: Any, other: Any, places: Mapping[str, int]) -> bool:
    if operator == "isNull":
        return (value is None) is bool(other)
    if operator in ("ne", "notIn"):
        return value is None or not _compares({"ne": "eq", "notIn": "in"}[operator], value, other, places)
    if value is None:
        return False
    if operator in ("eq", "in"):
        return bool(value == other if operator == "eq" else value in other)
    if operator in ("contains", "startsWith"):
        return bool(str(other) in value if operator == "contains" else value.startswith(other))
    x, y = _comparable(value, places), _comparable(other, places)
    return bool({"lt": x < y, "lte": x <= y, "gt": x > y, "gte": x >= y}[operator])


def _comparable(value: Any, places: Mapping[str, int]) -> Any:
    return places[str(value)] if isinstance(value, str) else value


def _texts(*parts: Any) -> set[str]:
    """Every text in some values, which PostgreSQL then puts in order."""
    found: set[str] = set()
    for part in parts:
        if isinstance(part, str):
            found.add(str(part))
        elif isinstance(part, Item):
            found |= _texts(*part.values.values())
        elif isinstance(part, Mapping):
            found |= _texts(*part.values())
        elif isinstance(part, list | tuple):
            found |= _texts(*part)
    return found


# Cursors: base64 of a JSON list, the order's signature and the row's place in it


def _cursor(values: Sequence[Any], of: str, order: Sequence[tuple[str, bool]]) -> str:
    listed = [_signature(of, order), *(as_json(value) for value in values)]
    return base64.b64encode(json.dumps(listed, ensure_ascii=False).encode()).decode()


def _place(cursor: str, of: str, order: Sequence[tuple[str, bool]], types: Mapping[str, Any]) -> list[Any]:
    signature, *values = json.loads(base64.b64decode(cursor))
    assert signature == _signature(of, order), "a cursor of another order"
    return [_from_json(types[name], value) for (name, _), value in zip(order, values, strict=True)]


def _signature(of: str, order: Sequence[tuple[str, bool]]) -> str:
    return f"{of}:" + ",".join(("-" if descending else "") + name for name, descending in order)


def as_json(value: Any) -> Any:
    """A value as PostgreSQL's JSON has it."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value


def _from_json(type_: Any, value: Any) -> Any:
    if isinstance(type_, Uuid):
        return UUID(value)
    if isinstance(type_, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(type_, Date) else value
