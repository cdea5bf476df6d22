"""`where` and `orderBy`: input types made from the columns that declare them, and what they are in a plan.

The input types are made once, when the schema is: `EventWhere` has a field for each column that can be filtered by,
with the comparisons that its type allows, and `and`, `or`, `not`. The shape of a condition belongs to the plan; the
values compared with are bound.
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
    "in": "One of these.",
    "notIn": "None of these, or null.",
    "lt": "Less than.",
    "lte": "Less than or equal to.",
    "gt": "Greater than.",
    "gte": "Greater than or equal to.",
    "contains": "Has this in it, letter for letter.",
    "startsWith": "Begins with this, letter for letter.",
    "isNull": "Whether there is no value.",
}


@dataclass(frozen=True, slots=True)
class Compare:
    """A column compared with a value of each request."""

    column: str
    operator: str
    value: Getter


@dataclass(frozen=True, slots=True)
class Combine:
    """All of (`and`), any of (`or`) or not all of (`not`) some conditions."""

    how: str
    parts: tuple["Condition", ...]


Condition = Compare | Combine


class Order(Enum):
    """The base of every `orderBy` enum: a column and a direction."""

    @property
    def column(self) -> str:
        """The column's name."""
        return str(self.value).rsplit(" ", 1)[0]

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return str(self.value).endswith(" desc")


def filter_type(name: str, annotation: Any) -> Any:
    """The comparisons that a column's type allows, as an input type; made once a type."""
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
    """The `where` of a read type: columns by GraphQL name with (annotation, name of its type, description)."""
    fields = {key: (filter_type(kind, python) | None, text) for key, (python, kind, text) in columns.items()}
    made: Any = _input(f"{name}Where", f"Conditions on {plural(name)}. All that are given must hold.", fields)
    for key, annotation, text in (
        ("and", list[made], "All of these hold."),
        ("or", list[made], "Any of these holds."),
        ("not", made, "This doesn't hold."),
    ):
        made.__strawberry_definition__.fields.append(_input_field(key, annotation | None, text))
    return made


def order_type(name: str, columns: dict[str, str]) -> Any:
    """The `orderBy` of a read type: columns by GraphQL name in capitals."""
    members = {f"{key}_{way}": f"{column} {way.lower()}" for key, column in columns.items() for way in ("ASC", "DESC")}
    made: Any = Order(f"{name}Order", members)  # type: ignore[call-arg]
    shown: Any = strawberry.enum(
        made, description=f"Orders of {plural(name)}. Equal ones are in the order of their identifiers."
    )
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
    """A condition over a row. `bind(getter, type)` makes a parameter of the statement."""
    if isinstance(condition, Combine):
        parts = [condition_sql(part, row, bind) for part in condition.parts]
        if condition.how == "or":
            return or_(false(), *parts)  # any of nothing is nothing
        every = and_(true(), *parts)
        # What can't be told of a null doesn't hold, so its `not` does: `not` and `ne` agree.
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
        # Functions, not LIKE: nothing of the value is a pattern.
        "contains": lambda text: func.strpos(column, text) > 0,
        "startsWith": lambda text: func.starts_with(column, text),
    }[condition.operator](value)


def comparable(value: Any) -> Any:
    """A value as what is kept is compared with: texts in NFC, as they are kept.

    Refused for null: a comparison with it would be true of nothing, and reads as if it were true of everything.
    """
    if value is None or (isinstance(value, list) and None in value):
        raise Refused("A filter can't compare with null; use isNull.")
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return _normal(value)


def _normal(value: Any) -> Any:
    return normalize("NFC", value) if type(value) is str else value


FILTERABLE: dict[Any, str] = {str: "String", int: "Int", bool: "Boolean", datetime: "DateTime", date: "Date"}
"""Python types that have filters, and the name of their GraphQL type."""
