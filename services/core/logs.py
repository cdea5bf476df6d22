"""Failures in the log: where and what kind, never the values. A message may quote a name, a key, a whole row."""

import logging
import traceback
from uuid import uuid4

import asyncpg

log = logging.getLogger("confed")


def log_failure(what: str, error: BaseException) -> str:
    """Log a failure that nobody expected; the correlation id that finds it there."""
    correlation = uuid4().hex
    log.error("%s, correlation %s\n%s", what, correlation, _told(error))
    return correlation


def _told(error: BaseException) -> str:
    lines = ["".join(traceback.format_tb(error.__traceback__)).rstrip(), _kind(error)]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines.append(f"because of\n{_told(cause)}")
    return "\n".join(lines)


def _kind(error: BaseException) -> str:
    """The class; of PostgreSQL's errors, its code and what it is about, which are names of the schema."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if not isinstance(error, asyncpg.PostgresError):
        return name
    about = (error.sqlstate, error.schema_name, error.table_name, error.column_name, error.constraint_name)
    return " ".join([name, *(str(part) for part in about if part)])
