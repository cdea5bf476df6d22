"""The problems that operations meet, as types of the schema: one for each refusal of the services.

A problem's fields are the exception's; keys are global identifiers.
"""

import types
import typing
from dataclasses import Field, dataclass, fields
from enum import Enum
from inspect import getdoc
from typing import Annotated, Any

import strawberry

import schema.base.enums  # noqa: F401 - refusals are told in them
from schema.base.describing import describe_values
from schema.base.ids import encode_id
from schema.base.scalars import Locale
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
    strawberry.enum(_codes, description="What kind of problem it is, for programs."),
    {cls.code: str(getdoc(cls)).partition("\n\n")[0].replace("\n", " ") for cls in _every(errors.Problem)},
)


@dataclass(frozen=True)
class Met:
    """A problem that was met, as resolvers hand it on: graphql-core takes an exception for a failure."""

    problem: errors.Problem


def _code(self: Any) -> ProblemCode:
    return self.problem.code


_IN = Annotated[Locale | None, strawberry.argument(description="The language; by default the request's.")]


def _message(self: Any, info: strawberry.Info[Request], locale: _IN = None) -> str:
    text: str = self.problem.message(locale.code if locale else info.context.reading.locales[0])
    return text


def _path(self: Any) -> list[str] | None:
    return list(self.problem.path) or None


@strawberry.interface(description="Why an operation was not done. Nothing was changed.")
class Problem:
    """The interface of all problems."""

    code: ProblemCode = strawberry.field(resolver=_code, description="What kind of problem it is, for programs.")
    message: str = strawberry.field(
        resolver=_message, description="What is wrong, in words; by default in the request's language."
    )
    path: list[str] | None = strawberry.field(
        resolver=_path, description="Which part of the input it is about; null where it is about the whole."
    )


def _field(declared: Field[Any], annotation: Any) -> Any:
    kind = declared.metadata["kind"]

    def resolve(self: Any) -> Any:
        value = getattr(self.problem, declared.name)
        return value if kind is None or value is None else encode_id(kind, value)

    resolve.__annotations__["return"] = annotation if kind is None else strawberry.ID | None
    return strawberry.field(resolver=resolve, description=declared.metadata["description"])


def _type(cls: type[errors.Problem]) -> Any:
    hints = typing.get_type_hints(cls)
    made = {own.name: _field(own, hints[own.name]) for own in fields(cls) if own.name != "path"}
    body = types.new_class(cls.__name__, (Problem,), exec_body=lambda namespace: namespace.update(made))
    return strawberry.type(body, description=getdoc(cls))


for _cls in _every(errors.Problem):
    PROBLEMS[_cls] = _type(_cls)
