"""What a field is in SQL, said where the field is declared.

A read type is a Strawberry type over a table (or over a figure function's rows); each of its fields is a column, an
expression over the row, localized text, a relation to another read type, or computed in Python from columns:

    @read_type(models.Speaker)
    class Speaker(Node):
        \"\"\"Somebody who speaks at an event.\"\"\"

        name: str = column("As the programme prints it.")
        title: str | None = localized("What they are.")

    @extends(Event)
    class _:
        speakers: list[Speaker] = many("Who speaks, in order.", via="event_id", order=("rank",))

Functions in declarations get rows whose attributes are the table's columns, and arguments as bound parameters; they
return SQLAlchemy expressions. They run once a plan, never per request.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import SQLModel
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from schema.base.scalars import Locale, Translation
from schema.compiler.bindings import (
    CONNECTION,
    DEFAULT_FIRST,
    LIST_LIMIT,
    MANY,
    MAXIMUM_FIRST,
    ONE,
    Argument,
    Binding,
    Column,
    Computed,
    Expression,
    GlobalId,
    Localized,
    NodeLookup,
    Recorded,
    Relation,
    Translations,
)
from schema.compiler.read_types import ReadType, dates_of
from schema.compiler.watching import Watch

BINDING = "sql"
"""The key of a field's metadata under which its binding is."""

ANNOTATION = "annotation"
"""The key under which the annotation is as it was written: Strawberry replaces its own copy."""


@dataclass(frozen=True)
class Declared:
    """The right side of a declaration, until its class is decorated."""

    description: str
    binding: Binding
    deprecated: str | None = None


def column(
    description: str, *, name: str = "", where: bool = False, order: bool = False, recorded: Recorded | None = None
) -> Any:
    """A column of the table, by its own name unless another is given."""
    return Declared(description, Column(name=name, where=where, order=order, recorded=recorded))


def expression(
    description: str,
    sql: Callable[..., ColumnElement[Any]],
    arguments: Mapping[str, Argument] | None = None,
    *,
    weight: int = 0,
    recorded: Recorded | None = None,
) -> Any:
    """SQL over the row, and over arguments by keyword."""
    return Declared(description, Expression(sql, arguments=arguments or {}, weight=weight, recorded=recorded))


def localized(description: str, *, name: str = "") -> Any:
    """A text by locale, and beside it `<field>Translations` with all of them."""
    arguments = {"locale": Argument(Locale | None, "The locale to prefer; by default the request's `Accept-Language`.")}
    return Declared(description, Localized(name, arguments=arguments))


def official(description: str, *, name: str = "") -> Any:
    """A text whose wording counts: in the locale asked for or null, and beside it `<field>Translations`."""
    arguments = {"locale": Argument(Locale | None, "The locale; by default the first of the request's.")}
    return Declared(description, Localized(name, official=True, arguments=arguments))


def one(
    description: str,
    *,
    via: str | None = None,
    on: Callable[..., ColumnElement[bool]] | None = None,
    rows: Callable[..., Any] | None = None,
    arguments: Mapping[str, Argument] | None = None,
    weight: int = 0,
    watch: Watch | None = None,
) -> Any:
    """A row of another read type, or null."""
    said: dict[str, Any] = {"arguments": arguments or {}, "weight": weight, "watch": watch}
    return Declared(description, Relation(ONE, via, on, rows, limit=1, **said))


def many(
    description: str,
    *,
    via: str | None = None,
    on: Callable[..., ColumnElement[bool]] | None = None,
    rows: Callable[..., Any] | None = None,
    order: Sequence[str] = (),
    limit: int = LIST_LIMIT,
    arguments: Mapping[str, Argument] | None = None,
    weight: int = 0,
    recorded: Recorded | None = None,
    watch: Watch | None = None,
) -> Any:
    """A short list: `limit` rows at the most, in order ("-name": descending; ties by key)."""
    said: dict[str, Any] = {"arguments": arguments or {}, "weight": weight, "recorded": recorded, "watch": watch}
    return Declared(description, Relation(MANY, via, on, rows, tuple(order), limit, **said))


def connection(
    description: str,
    *,
    via: str | None = None,
    on: Callable[..., ColumnElement[bool]] | None = None,
    order: Sequence[str] = (),
    arguments: Mapping[str, Argument] | None = None,
) -> Any:
    """A list of any length, by pages, with `where` and `orderBy`; `order` where the request asks for none."""
    arguments = {**PAGING, **(arguments or {})}
    return Declared(description, Relation(CONNECTION, via, on, None, tuple(order), MAXIMUM_FIRST, arguments=arguments))


PAGING: Mapping[str, Argument] = {
    "first": Argument(int | None, f"How many from the start: {DEFAULT_FIRST} by default, {MAXIMUM_FIRST} at the most."),
    "after": Argument(str | None, "Only what follows this cursor."),
    "last": Argument(int | None, f"How many from the end, {MAXIMUM_FIRST} at the most; not together with `first`."),
    "before": Argument(str | None, "Only what precedes this cursor."),
}
PAGED = frozenset({*PAGING, "where", "order_by"})  # a declaration's functions get the other arguments


def computed(
    description: str,
    resolve: Callable[..., Any] | None = None,
    *,
    batch: Callable[..., Any] | None = None,
    needs: Sequence[str],
    arguments: Mapping[str, Argument] | None = None,
    weight: int = 0,
) -> Any:
    """A field that needs Python. A query that asks for it is completed by graphql-core, from the same plan.

    With `batch` it is asked once for all rows of a list, with `resolve` for each.
    """
    return Declared(description, Computed(resolve, batch, tuple(needs), arguments=arguments or {}, weight=weight))


MOST_NODES = 100
"""How many identifiers are looked up at once, at the most."""


def node_lookup(description: str) -> Any:
    """Any row by its global identifier."""
    return Declared(description, NodeLookup(arguments={"id": Argument(strawberry.ID, "A global identifier.")}))


def nodes_lookup(description: str) -> Any:
    """The rows of several global identifiers, in their order; null for each that isn't to be seen."""
    ids = Argument(list[strawberry.ID], f"Global identifiers, {MOST_NODES} at the most.")
    return Declared(description, NodeLookup(many=True, arguments={"ids": ids}))


def global_id(description: str) -> Any:
    """The row's global identifier."""
    return Declared(description, GlobalId())


READ_TYPES: dict[str, ReadType] = {}
"""Every read type by its GraphQL name."""


def read_type(model: type[SQLModel] | None = None) -> Callable[[type], Any]:
    """Make a class a read type. Its docstring is its description. What implements `Node` tells its dates."""

    def decorate(cls: type) -> Any:
        for name, told in dates_of(cls, model).items():
            setattr(cls, name, column(told, where=True, order=True))
            cls.__annotations__[name] = datetime
        _install(cls)
        made = strawberry.type(cls, description=inspect.getdoc(cls))
        READ_TYPES[cls.__name__] = ReadType(made, model)
        return made

    return decorate


def read_interface(cls: type) -> Any:
    """Make a class an interface of read types."""
    _install(cls)
    return strawberry.interface(cls, description=inspect.getdoc(cls))


def watched(cls: type) -> Any:
    """Make a class the root of what can be watched. Each domain adds fields, which the query's root has too."""
    made = strawberry.type(cls, description=inspect.getdoc(cls))
    made.__watched__ = True  # type: ignore[attr-defined]
    return made


def extends(target: Any) -> Callable[[type], type]:
    """Add the fields declared in a class to a read type of another domain, so that the domains stay apart.

    TypeError for a field that is to be watched and doesn't say under which topic.
    """

    def decorate(cls: type) -> type:
        fields = _install(cls)
        for each in fields if getattr(target, "__watched__", False) else ():
            if each.metadata[BINDING].watch is None:
                raise TypeError(f"{each.python_name} can't be watched: declare its `watch`")
        target.__strawberry_definition__.fields.extend(fields)
        return cls

    return decorate


def _install(cls: type) -> list[StrawberryField]:
    """Turn the class's declarations into Strawberry fields."""
    fields = []
    for name, annotation in list(inspect.get_annotations(cls).items()):
        declared = cls.__dict__.get(name)
        if not isinstance(declared, Declared):
            continue
        binding = declared.binding
        if isinstance(binding, (Column, Localized)) and not binding.name:
            binding = replace(binding, name=name)
        fields.append(_field(cls, name, annotation, replace(declared, binding=binding)))
        if isinstance(binding, Localized):
            every = Declared(f"Every translation of `{name}`.", Translations(binding.name))
            fields.append(_field(cls, f"{name}_translations", list[Translation], every))
    return fields


def _field(cls: type, name: str, annotation: Any, declared: Declared) -> StrawberryField:
    namespace = sys.modules[cls.__module__].__dict__
    made = StrawberryField(
        python_name=name,
        type_annotation=StrawberryAnnotation(annotation, namespace=namespace),
        origin=cls,
        description=declared.description,
        metadata={BINDING: declared.binding, ANNOTATION: annotation},
        deprecation_reason=declared.deprecated,
    )
    made.arguments = [
        argument(key, value.annotation, value.description) for key, value in declared.binding.arguments.items()
    ]
    cls.__annotations__[name] = annotation
    setattr(cls, name, made)
    return made


def argument(name: str, annotation: Any, description: str) -> StrawberryArgument:
    """An argument as Strawberry knows it; one that is optional may be absent."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=strawberry.UNSET,
    )
