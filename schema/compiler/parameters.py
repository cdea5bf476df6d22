"""How the parameters of a statement are had: from the request, and from what its arguments are given."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from graphql import GraphQLNamedType
from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, Text

from schema.base.ids import decode_id
from schema.compiler import context
from schema.compiler.values import Getter, Variables

_TYPES: Mapping[str, Any] = {
    "Int": Integer(),
    "Boolean": Boolean(),
    "DateTime": DateTime(timezone=True),
    "Date": Date(),
    "Decimal": Numeric(),
}


def _of_request(get: Callable[[context.Context], Any], _variables: Variables, request: context.Context) -> Any:
    return get(request)


REQUEST: Mapping[str, Getter] = {
    "$tenant": lambda _, request: str(request.actor.tenant.id),
    "$names": lambda _, request: list(request.actor.settings),
    "$values": lambda _, request: list(request.actor.settings.values()),
    "$version": lambda _, request: request.actor.version,
    "$key": lambda variables, _: variables["$key"],
    **{name: partial(_of_request, get) for name, get in context.VALUES.items()},
}


def preferring(asked: Getter, choice: int) -> Getter:
    """The locale of one choice, where a document asks for one first."""

    def locale(variables: Variables, request: context.Context) -> str:
        first = asked(variables, request)
        locales = request.locales if first is None else context.preferring(first.code, request.locales)
        return locales[choice]

    return locale


def or_else(get: Getter, absent: str | None) -> Getter:
    """A value, or what stands in for null."""
    if absent is None:
        return get
    otherwise = context.VALUES[absent]

    def value(variables: Variables, request: context.Context) -> Any:
        given = get(variables, request)
        return otherwise(request) if given is None else given

    return value


def key_of(type_name: str) -> Callable[[Any], Any]:
    """The key in a global identifier of a type; null for another's."""

    def key(value: Any) -> Any:
        found = decode_id(value)
        return found[1] if found and found[0] == type_name else None

    return key


def keys_of(type_name: str) -> Callable[[Any], Any]:
    """The keys in several global identifiers, null in the place of each of another type."""
    key = key_of(type_name)
    return lambda ids: [key(id) for id in ids]


def sql_type(type_: GraphQLNamedType) -> Any:
    """What an argument is in SQL."""
    return _TYPES.get(type_.name, Text())
