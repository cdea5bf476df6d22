"""Errors as shown to clients: those of a request as they are, internal ones masked by an identifier."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import asyncpg
from graphql import GraphQLError

from services.core.database.connections import UNAVAILABLE
from services.core.telemetry.logs import log_failure

_SUGGESTION = re.compile(r" Did you mean [^?]*\?(?=$| Found: )")


def formatted_error(error: GraphQLError) -> dict[str, Any]:
    """Format an error of an answer with a code. Log an unexpected one, and show only the identifier of
    its log entry.
    """
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        formatted: dict[str, Any] = dict(error.formatted)
        formatted["message"] = _SUGGESTION.sub("", formatted["message"])  # suggestions would reveal the schema
        formatted["extensions"] = {"code": "BAD_REQUEST"} | dict(error.extensions or {})
        return formatted
    if is_bad_value(cause):
        return _told(error, "A value can't be stored or compared in the database.", code="INVALID_INPUT")
    if is_outage(cause):
        return _told(error, "The database is not available; try again.", code="UNAVAILABLE")
    correlation = log_failure(f"a field failed at {error.path}", cause)
    masked = "Internal error; the log has it under the correlation ID."
    return _told(error, masked, code="INTERNAL", correlation=correlation)


def codes_of(errors: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the codes of formatted errors."""
    return tuple(str(error["extensions"]["code"]) for error in errors)


def is_bad_value(error: BaseException) -> bool:
    """Return True if PostgreSQL can't hold a value, such as a NUL in a text or a year beyond its calendar."""
    return any(isinstance(cause, asyncpg.DataError | UnicodeEncodeError) for cause in _causes(error))


def is_outage(error: BaseException) -> bool:
    """Return True if there is no connection to the database, or it was lost."""
    return any(isinstance(cause, UNAVAILABLE) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _told(error: GraphQLError, message: str, **extensions: str) -> dict[str, Any]:
    return dict(GraphQLError(message, error.nodes, path=error.path, extensions=extensions).formatted)
