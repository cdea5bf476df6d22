"""The problem types of the schema, one for each refusal of the services.

The fields of a problem are those of the exception; keys become global IDs.
"""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from enum import Enum
from inspect import getdoc
from typing import Annotated, Any

import orjson
import strawberry
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    get_named_type,
    is_leaf_type,
)

import schema.base.enums  # noqa: F401 - refusals are told in them
from schema.base.describing import describe_values
from schema.base.ids import encode_id
from schema.base.scalars import Locale
from schema.compiler.names import camel
from schema.compiler.plan import Planner
from schema.compiler.run import NotSpliced
from schema.compiler.values import Variables, getter
from schema.reading.requests import Request
from services.core import errors
from services.core.discovery import import_named

import_named("services", "errors")


def _every(base: type[errors.Problem]) -> list[type[errors.Problem]]:
    return [cls for direct in base.__subclasses__() for cls in (direct, *_every(direct))]


PROBLEMS: dict[type[errors.Problem], Any] = {}
"""The GraphQL type of each refusal."""

_codes: Any = Enum("ProblemCode", {cls.code: cls.code for cls in _every(errors.Problem)})  # type: ignore[misc]
ProblemCode: Any = describe_values(
    strawberry.enum(_codes, description="Code of a problem, for programs."),
    {cls.code: str(getdoc(cls)).partition("\n\n")[0].replace("\n", " ") for cls in _every(errors.Problem)},
)


@dataclass(frozen=True)
class Met:
    """A problem as passed between resolvers; graphql-core would treat an exception as a failure."""

    problem: errors.Problem


def _code(self: Any) -> ProblemCode:
    return self.problem.code


def _language(request: Request, locale: Locale | None) -> str:
    return locale.code if locale else request.reading.locales[0]


_IN = Annotated[Locale | None, strawberry.argument(description="Language; by default the request's.")]


def _message(self: Any, info: strawberry.Info[Request], locale: _IN = None) -> str:
    text: str = self.problem.message(_language(info.context, locale))
    return text


def _path(self: Any) -> list[str] | None:
    return list(self.problem.path) or None


@strawberry.interface(description="An expected refusal. Nothing was changed.")
class Problem:
    """The interface of all problems."""

    code: ProblemCode = strawberry.field(resolver=_code, description="Code of the problem, for programs.")
    message: str = strawberry.field(
        resolver=_message, description="Message for people; by default in the request's language."
    )
    path: list[str] | None = strawberry.field(
        resolver=_path, description="Path of the input that the problem is about; null if it is about the whole input."
    )


def _value(problem: errors.Problem, declared: Field[Any]) -> Any:
    value, kind = getattr(problem, declared.name), declared.metadata["kind"]
    return value if kind is None or value is None else encode_id(kind, value)


def _field(declared: Field[Any], annotation: Any) -> Any:
    def resolve(self: Any) -> Any:
        return _value(self.problem, declared)

    resolve.__annotations__["return"] = annotation if declared.metadata["kind"] is None else strawberry.ID | None
    return strawberry.field(resolver=resolve, description=declared.metadata["description"])


def _type(cls: type[errors.Problem]) -> Any:
    hints = typing.get_type_hints(cls)
    made = {own.name: _field(own, hints[own.name]) for own in fields(cls) if own.name != "path"}
    body = types.new_class(cls.__name__, (Problem,), exec_body=lambda namespace: namespace.update(made))
    return strawberry.type(body, description=getdoc(cls))


for _cls in _every(errors.Problem):
    PROBLEMS[_cls] = _type(_cls)


# Used without graphql-core: whoever reads the payload another way returns the refusal too.


@dataclass(frozen=True)
class _Asked:
    """A selected field of a problem: how to get its value, and how to encode it as JSON."""

    value: Callable[[errors.Problem, Request, Variables], Any]
    type: GraphQLOutputType


Refusal = Mapping[str, _Asked]
"""The selected fields of a problem, by response key."""


def refusal(cls: type[errors.Problem], planner: Planner, schema: GraphQLSchema, sets: Sequence[Any]) -> Refusal:
    """Return the fields that the selection sets select of a problem class. Raise NotSpliced for a field that is not a
    leaf.
    """
    type_ = schema.type_map[cls.__name__]
    assert isinstance(type_, GraphQLObjectType)
    own = {camel(declared.name): declared for declared in fields(cls) if declared.name != "path"}
    found = {}
    for key, nodes in planner.collect(cls.__name__, sets).items():
        name = nodes[0].name.value
        if name == "__typename":
            found[key] = _Asked(lambda problem, *_: type(problem).__name__, GraphQLString)
            continue
        returned = type_.fields[name].type
        if not is_leaf_type(get_named_type(returned)):
            raise NotSpliced
        found[key] = _Asked(_getter(name, nodes[0], type_, own), returned)
    return found


def _getter(name: str, node: FieldNode, type_: GraphQLObjectType, own: Mapping[str, Field[Any]]) -> Any:
    if name == "code":
        return lambda problem, *_: problem.code
    if name == "path":
        return lambda problem, *_: list(problem.path) or None
    if name != "message":
        return lambda problem, *_: _value(problem, own[name])
    asked = [getter(argument.value, type_.fields[name].args["locale"].type) for argument in node.arguments or ()]

    def message(problem: errors.Problem, request: Request, variables: Variables) -> str:
        locale = asked[0](variables, request.reading) if asked else None
        return problem.message(_language(request, locale))

    return message


def refused(problem: errors.Problem, asked: Refusal, request: Request, variables: Variables) -> dict[str, bytes]:
    """Return the selected fields of a problem: JSON by response key."""
    return {
        key: orjson.dumps(_leaf(field.type, field.value(problem, request, variables))) for key, field in asked.items()
    }


def _leaf(type_: GraphQLOutputType, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(type_, GraphQLNonNull):
        return _leaf(type_.of_type, value)
    if isinstance(type_, GraphQLList):
        return [_leaf(type_.of_type, item) for item in value]
    assert isinstance(type_, GraphQLScalarType | GraphQLEnumType)
    return type_.coerce_output_value(value)
