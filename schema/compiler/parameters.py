"""Getters of a statement's parameters: from the request, and from the values of arguments."""

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
    """Return the getter of the locale of a given rank, when the document prefers one."""

    def locale(variables: Variables, request: context.Context) -> str:
        first = asked(variables, request)
        locales = request.locales if first is None else context.preferring(first.code, request.locales)
        return locales[choice]

    return locale


def or_else(get: Getter, absent: str | None) -> Getter:
    """Return the getter of a value, or of its replacement for null."""
    if absent is None:
        return get
    otherwise = context.VALUES[absent]

    def value(variables: Variables, request: context.Context) -> Any:
        given = get(variables, request)
        return otherwise(request) if given is None else given

    return value


def key_of(type_name: str) -> Callable[[Any], Any]:
    """Return the getter of the key in a global ID of a type; null for an ID of another type."""

    def key(value: Any) -> Any:
        found = decode_id(value)
        return found[1] if found and found[0] == type_name else None

    return key


def keys_of(type_name: str) -> Callable[[Any], Any]:
    """Return the getter of the keys in several global IDs, with null for each of another type."""
    key = key_of(type_name)
    return lambda ids: [key(id) for id in ids]


def sql_type(type_: GraphQLNamedType) -> Any:
    """Return the SQL type of an argument."""
    return _TYPES.get(type_.name, Text())
