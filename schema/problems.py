"""The problems that operations meet, as types of the schema: one for each refusal in `services.core.errors`.

A problem's fields are the exception's; keys are global identifiers.
"""

import types
import typing
from dataclasses import dataclass, fields
from enum import Enum
from inspect import getdoc
from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.relay import encode_id
from schema.requests import Request
from schema.scalars import Locale
from services.core import errors


def _every(base: type[errors.Problem]) -> list[type[errors.Problem]]:
    return [cls for direct in base.__subclasses__() for cls in (direct, *_every(direct))]


PROBLEMS: dict[type[errors.Problem], Any] = {}
"""The GraphQL type of each refusal."""

_codes: Any = Enum("ProblemCode", {cls.code: cls.code for cls in _every(errors.Problem)})  # type: ignore[misc]
ProblemCode: Any = strawberry.enum(_codes, description="What kind of problem it is, for programs.")

_FIELDS: dict[str, str] = {
    "audiences": "The slugs of the audiences that it is for, where they are public.",
    "available": "What there is to choose from.",
    "closed_at": "When it closed; null where no time is set.",
    "found": "What was found.",
    "kind": "What kind of thing it is about.",
    "opens_at": "When it opens; null where no time is set.",
    "permission": "The permission that it asks for.",
    "registration_id": "The registration that there is.",
    "required": "What was required.",
    "state": "Where it stands.",
}


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


def _global(kind: str) -> Any:
    def resolve(self: Any) -> strawberry.ID | None:
        id: UUID | None = getattr(self.problem, f"{kind}_id")
        return strawberry.ID(encode_id(kind.title(), id)) if id else None

    return resolve


def _field(name: str, annotation: Any) -> Any:
    if UUID in (annotation, *typing.get_args(annotation)):
        return strawberry.field(resolver=_global(name.removesuffix("_id")), description=_FIELDS[name])

    def resolve(self: Any) -> Any:
        return getattr(self.problem, name)

    resolve.__annotations__["return"] = annotation
    return strawberry.field(resolver=resolve, description=_FIELDS[name])


def _type(cls: type[errors.Problem]) -> Any:
    hints = typing.get_type_hints(cls)
    made = {f.name: _field(f.name, hints[f.name]) for f in fields(cls) if f.name != "path"}
    body = types.new_class(cls.__name__, (Problem,), exec_body=lambda namespace: namespace.update(made))
    return strawberry.type(body, description=getdoc(cls))


for _cls in _every(errors.Problem):
    PROBLEMS[_cls] = _type(_cls)
