"""The first pass: what each field of the finished schema is in SQL.

`finish` completes the declarations before the schema is made (connections learn the filters and orders of what they
list); `Catalog` looks the bindings up in the schema that graphql-core executes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from graphql import (
    GraphQLArgument,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from models.base.policies import policies
from schema.compiler.bindings import CONNECTION, ONE, Argument, Binding, Column, Localized, Relation, Translations
from schema.compiler.declare import ANNOTATION, BINDING, READ_TYPES, argument
from schema.compiler.filters import FILTERABLE, order_type, where_type
from schema.compiler.read_types import ReadType

KEY = "id"
"""The column that breaks ties, so that every order is total."""


class BadDeclaration(Exception):
    """A declaration that can't be kept: found when the schema is made, never by a request."""


@dataclass(frozen=True)
class BoundField:
    """A field with what it is, its GraphQL type and arguments, and the read type it leads to (by name)."""

    binding: Binding
    type: GraphQLOutputType
    arguments: Mapping[str, GraphQLArgument]
    target: str | None


def finish() -> None:
    """Give every connection the `where` and `orderBy` of the read type it lists. Once, before the schema is made."""
    filters = {name: _filters(name, read.cls) for name, read in READ_TYPES.items() if read.model is not None}
    for read in READ_TYPES.values():
        for declared in read.cls.__strawberry_definition__.fields:  # type: ignore[attr-defined]
            binding = declared.metadata.get(BINDING)
            if isinstance(binding, Relation) and binding.shape == CONNECTION:
                (listed,) = get_args(declared.metadata[ANNOTATION])
                extra = filters[listed.__name__]
                declared.metadata = {
                    **declared.metadata,
                    BINDING: replace(binding, arguments={**binding.arguments, **extra}),
                }
                declared.arguments = [
                    *declared.arguments,
                    *(argument(name, value.annotation, value.description) for name, value in extra.items()),
                ]


def _filters(name: str, cls: Any) -> dict[str, Argument]:
    where, order = {}, {}
    for declared in cls.__strawberry_definition__.fields:
        binding = declared.metadata.get(BINDING)
        if isinstance(binding, Column):
            python = _not_none(declared.metadata[ANNOTATION])
            if binding.where:
                kind = FILTERABLE.get(python) or python.__name__
                where[to_camel_case(declared.python_name)] = (python, kind, declared.description)
            if binding.order:
                order[declared.python_name.upper()] = binding.name
    arguments = {}
    if where:
        made = where_type(name, where)
        arguments["where"] = Argument(made | None, "Only those that this holds for.")
    if order:
        arguments["order_by"] = Argument(list[order_type(name, order)] | None, "In this order.")  # type: ignore[misc]
    return arguments


def _not_none(annotation: Any) -> Any:
    if get_origin(annotation) in (UnionType, Union):
        return next(item for item in get_args(annotation) if item is not NoneType)
    return annotation


class Catalog:
    """The schema's read types and the bindings of their fields, as the planner looks them up."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.types: dict[str, ReadType] = dict(READ_TYPES)
        self.fields: dict[tuple[str, str], BoundField] = {}
        self.node_types: tuple[str, ...] = ()
        for name, type_ in schema.type_map.items():
            if name in self.types and isinstance(type_, GraphQLObjectType):
                self._bind(type_)
        node = schema.type_map.get("Node")
        if isinstance(node, GraphQLInterfaceType):
            self.node_types = tuple(sorted(t.name for t in schema.get_possible_types(node)))

    def is_compiled(self, type_name: str, field_name: str) -> bool:
        """Whether a field has a binding."""
        return (type_name, field_name) in self.fields

    def column(self, type_name: str, graphql_name: str) -> str:
        """The column of a filter's field."""
        binding = self.fields[type_name, graphql_name].binding
        assert isinstance(binding, Column)
        return binding.name

    def _bind(self, type_: GraphQLObjectType) -> None:
        for name, declared in type_.fields.items():
            definition = declared.extensions.get("strawberry-definition")
            binding = definition.metadata.get(BINDING) if isinstance(definition, StrawberryField) else None
            if binding is None:
                continue
            bound = BoundField(binding, declared.type, declared.args, self._target(binding, declared.type))
            self._check(type_.name, name, bound)
            self.fields[type_.name, name] = bound

    def _target(self, binding: Binding, type_: GraphQLOutputType) -> str | None:
        if not isinstance(binding, Relation):
            return None
        named = get_named_type(type_)
        if binding.shape == CONNECTION:
            assert isinstance(named, GraphQLObjectType)
            named = get_named_type(named.fields["nodes"].type)
        return named.name

    def _check(self, type_name: str, name: str, bound: BoundField) -> None:
        where, binding = f"{type_name}.{name}", bound.binding
        model = self.types[type_name].model
        if isinstance(binding, Column | Localized | Translations) and model is not None:
            if binding.name not in model.__table__.columns:  # type: ignore[attr-defined]
                raise BadDeclaration(f"{where}: {model.__tablename__} has no column {binding.name}")
            if isinstance(binding, Column) and binding.order and model.__table__.columns[binding.name].nullable:  # type: ignore[attr-defined]
                raise BadDeclaration(f"{where}: an order needs a value in every row")
        if isinstance(binding, Localized) and is_non_null_type(bound.type):
            raise BadDeclaration(f"{where}: a text may be missing in every locale, so the field is nullable")
        if isinstance(binding, Relation):
            if bound.target not in self.types:
                raise BadDeclaration(f"{where}: {bound.target} is not a read type")
            target = self.types[bound.target].model
            if (
                binding.shape == ONE
                and is_non_null_type(bound.type)
                and target is not None
                and not policies.of(target).is_public
            ):
                raise BadDeclaration(f"{where}: the reader may not see the {bound.target}, so the field is nullable")
            if binding.shape != ONE and not is_list_type(get_nullable_type(bound.type)) and binding.shape != CONNECTION:
                raise BadDeclaration(f"{where}: many rows need a list")
