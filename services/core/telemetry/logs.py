"""The log: where something failed or was refused, and the kind of error; never a value.

A message may quote a name, a key or a whole row. So an exception is logged by its place and class, and a library's
message without its arguments.
"""

import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO
from uuid import uuid4

import asyncpg
import orjson

log = logging.getLogger("confed")

_OURS = ("confed", "services", "schema")
_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)


def configure(form: Literal["text", "json"], stream: TextIO | None = None) -> None:
    """Write the log to a stream (standard error), one line of text or JSON per entry: ours from INFO on, others' from
    WARNING on.

    Replaces what was configured before.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_JSON() if form == "json" else _Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    # Uncaught exceptions of the process and of threads are logged without their messages too.
    sys.excepthook = lambda _kind, error, _traceback: log.critical("the process failed", exc_info=error)


def log_failure(what: str, error: BaseException) -> str:
    """Log an unexpected failure, and return the correlation id under which it is found."""
    correlation = uuid4().hex
    _correlation.set(correlation)
    log.error("%s, correlation %s\n%s", what, correlation, _told(error), extra={"told": {"correlation": correlation}})
    return correlation


def log_request(kind: str, codes: tuple[str, ...], seconds: float) -> None:
    """Log a refused or failed request: one line, with the correlation id of the failure, if there was one."""
    correlation, milliseconds = _correlation.get() or uuid4().hex, round(seconds * 1_000, 1)
    _correlation.set(None)  # the next request on the connection may run in the same context
    told = {"kind": kind, "codes": ",".join(sorted(set(codes))), "ms": milliseconds, "correlation": correlation}
    log.info("a request was refused", extra={"told": told})


class _Text(logging.Formatter):
    """Formats an entry as a line of text, with traceback lines below."""

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in getattr(record, "told", {}).items())
        where = f"\n{_told(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else ""
        return f"{_at(record)} {record.levelname} {record.name}: {_message(record)}{told}{where}"


class _JSON(logging.Formatter):
    """Formats an entry as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[1]:
            said["where"] = _told(record.exc_info[1])
        return orjson.dumps(said).decode()


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """Our messages as they are; of others' the first line of the template, without its arguments."""
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    # asyncio puts details with the exception's message below its first line.
    return record.msg.partition("\n")[0][:200] if isinstance(record.msg, str) else type(record.msg).__name__


def _told(error: BaseException) -> str:
    lines = ["".join(traceback.format_tb(error.__traceback__)).rstrip(), _kind(error)]
    if isinstance(error, BaseExceptionGroup):
        lines += [f"one of\n{_told(each)}" for each in error.exceptions]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines.append(f"because of\n{_told(cause)}")
    return "\n".join(lines)


def _kind(error: BaseException) -> str:
    """The exception's class; for PostgreSQL's errors also the code and the names of the schema objects concerned."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if not isinstance(error, asyncpg.PostgresError):
        return name
    about = (error.sqlstate, error.schema_name, error.table_name, error.column_name, error.constraint_name)
    return " ".join([name, *(str(part) for part in about if part)])
