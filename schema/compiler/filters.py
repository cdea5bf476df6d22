"""`where` and `orderBy`: input types derived from the declared columns, and their form in a plan.

The input types are created once, with the schema: `EventWhere` has a field for each column that can be filtered by,
with the comparisons that its type allows, and `and`, `or`, `not`. The shape of a condition belongs to the plan; the
values in it are bound.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from unicodedata import normalize

import strawberry
from sqlalchemy import and_, any_, false, func, or_, true
from sqlalchemy.dialects.postgresql import ARRAY
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField

from schema.base.describing import describe_values
from schema.compiler.bindings import Row
from schema.compiler.names import camel, plural, with_article
from schema.compiler.values import Getter, Refused

_EQUALITY = ("eq", "ne", "in", "notIn")
_ORDER = ("lt", "lte", "gt", "gte")
_TEXT = ("contains", "startsWith")

_MEANING = {
    "eq": "Equal to.",
    "ne": "Not equal to, or null.",
    "in": "One of these values.",
    "notIn": "None of these values, or null.",
    "lt": "Less than.",
    "lte": "Less than or equal to.",
    "gt": "Greater than.",
    "gte": "Greater than or equal to.",
    "contains": "Contains this text; case-sensitive.",
    "startsWith": "Begins with this text; case-sensitive.",
    "isNull": "`true`: null; `false`: not null.",
}


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of a column with a value from the request."""

    column: str
    operator: str
    value: Getter


@dataclass(frozen=True, slots=True)
class Combine:
    """A combination of conditions: all of (`and`), any of (`or`), or not all of (`not`)."""

    how: str
    parts: tuple["Condition", ...]


Condition = Compare | Combine


class Order(Enum):
    """The base of every `orderBy` enum: a column and a direction."""

    @property
    def column(self) -> str:
        """Return the column's name."""
        return str(self.value).rsplit(" ", 1)[0]

    @property
    def descending(self) -> bool:
        """Return True for descending order."""
        return str(self.value).endswith(" desc")


def filter_type(name: str, annotation: Any) -> Any:
    """Return the input type with the comparisons that a column's type allows; created once per type."""
    if name not in _filters:
        has_order = annotation is not bool and not isinstance(annotation, type(Enum))
        operators = (*_EQUALITY, *(_ORDER if has_order else ()), *(_TEXT if annotation is str else ()))
        fields = {op: (list[annotation] if op.lower().endswith("in") else annotation) for op in operators}
        _filters[name] = _input(
            f"{name}Filter",
            f"Conditions on {with_article(name)}. All that are given must hold.",
            {
                **{op: (type_ | None, _MEANING[op]) for op, type_ in fields.items()},
                "isNull": (bool | None, _MEANING["isNull"]),
            },
        )
    return _filters[name]


_filters: dict[str, Any] = {}


def where_type(name: str, columns: dict[str, tuple[Any, str, str]]) -> Any:
    """Return the `where` type of a read type. `columns`: by GraphQL name (annotation, name of its type,
    description).
    """
    fields = {key: (filter_type(kind, python) | None, text) for key, (python, kind, text) in columns.items()}
    made: Any = _input(f"{name}Where", f"Conditions on {plural(name)}. All that are given must hold.", fields)
    for key, annotation, text in (
        ("and", list[made], "All of these conditions must hold."),
        ("or", list[made], "At least one of these conditions must hold."),
        ("not", made, "This condition must not hold."),
    ):
        made.__strawberry_definition__.fields.append(_input_field(key, annotation | None, text))
    return made


def order_type(name: str, columns: dict[str, str]) -> Any:
    """Return the `orderBy` type of a read type. `columns`: by GraphQL name in capitals."""
    members = {f"{key}_{way}": f"{column} {way.lower()}" for key, column in columns.items() for way in ("ASC", "DESC")}
    made: Any = Order(f"{name}Order", members)  # type: ignore[call-arg]
    shown: Any = strawberry.enum(made, description=f"Orders of {plural(name)}. Ties are broken by ID.")
    return describe_values(
        shown,
        {
            f"{key}_{way}": f"By `{camel(column)}`, {word}."
            for key, column in columns.items()
            for way, word in (("ASC", "ascending"), ("DESC", "descending"))
        },
    )


def _input(name: str, description: str, fields: dict[str, tuple[Any, str]]) -> Any:
    cls: Any = strawberry.input(type(name, (), {"__annotations__": {}}), name=name, description=description)
    cls.__strawberry_definition__.fields.extend(_input_field(key, type_, text) for key, (type_, text) in fields.items())
    return cls


def _input_field(name: str, annotation: Any, description: str) -> StrawberryField:
    return StrawberryField(
        python_name=name if name.isidentifier() and name not in ("in", "and", "or", "not") else f"{name}_",
        graphql_name=name,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=strawberry.UNSET,
    )


def condition_sql(condition: Condition, row: Row, bind: Callable[[Getter, Any], Any]) -> Any:
    """Return a condition over a row as SQL. `bind(getter, type)` creates a parameter of the statement."""
    if isinstance(condition, Combine):
        parts = [condition_sql(part, row, bind) for part in condition.parts]
        if condition.how == "or":
            return or_(false(), *parts)  # no alternatives: nothing matches
        every = and_(true(), *parts)
        # A comparison with null is unknown and doesn't hold, so its `not` does hold: `not` and `ne` agree.
        return every.is_not(true()) if condition.how == "not" else every
    column = row[condition.column]
    if condition.operator == "isNull":
        return column.is_(None) == bind(condition.value, bool)
    if condition.operator in ("in", "notIn"):
        listed = column == any_(bind(condition.value, ARRAY(column.type)))
        return listed if condition.operator == "in" else listed.is_not(True)
    value = bind(condition.value, column.type)
    if condition.operator == "ne":
        return column.is_distinct_from(value)
    return {
        "eq": column.__eq__,
        "lt": column.__lt__,
        "lte": column.__le__,
        "gt": column.__gt__,
        "gte": column.__ge__,
        # Functions instead of LIKE: no character of the value is a wildcard.
        "contains": lambda text: func.strpos(column, text) > 0,
        "startsWith": lambda text: func.starts_with(column, text),
    }[condition.operator](value)


def comparable(value: Any) -> Any:
    """Normalize a value for comparison with stored values: texts to NFC, as they are stored.

    Raise Refused for null: a comparison with it matches nothing, but reads as if it matched everything.
    """
    if value is None or (isinstance(value, list) and None in value):
        raise Refused("A filter can't compare with null; use isNull.")
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return _normal(value)


def _normal(value: Any) -> Any:
    return normalize("NFC", value) if type(value) is str else value


FILTERABLE: dict[Any, str] = {str: "String", int: "Int", bool: "Boolean", datetime: "DateTime", date: "Date"}
"""Python types that have filters, and the names of their GraphQL types."""
