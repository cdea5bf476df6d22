"""HTTP caching of answers: `Cache-Control`, `ETag` and 304.

The answer to an anonymous GET that is entirely compiled has a strong `ETag` of its bytes and may be shared: a CDN can
carry a website. It is read again each time a cache revalidates it, so a 304 is never wrong. The time after which a
cache must revalidate is determined by what the answer depends on:

- rows only: FRESH_SECONDS, and STALE_SECONDS more while the cache revalidates;
- the day (memberships, mandates): the same, but not past midnight in the confederation's time zone;
- the moment (whether registration is open): PASSING_SECONDS.

Such an answer doesn't contain the remaining quota. All other answers, above all those to persons and machines, may not
be stored.

Withdrawn data is gone from caches after FRESH_SECONDS + STALE_SECONDS at the latest.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from schema.compiler.context import Context
from schema.compiler.run import Plan
from schema.reading.requests import Request
from schema.web.graphql.exchange import Exchange
from schema.web.graphql.http import Header
from schema.web.graphql.memory import Key, Memory
from services.core.actor import Acting

FRESH_SECONDS = 60
"""Seconds for which a cache serves an answer without revalidating it."""
STALE_SECONDS = 300
"""Seconds after that in which a cache still serves it while revalidating."""
PASSING_SECONDS = 5
"""Seconds for which an answer is cached that changes with the passing of time."""

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_TAGS = re.compile(rb'[ \t,]*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t,]*|$))+')


async def respond(exchange: Exchange, body: bytes, request: Request, memory: Memory, key: Key | None) -> None:
    """Send the compiled answer to a GET: with caching headers if it is anonymous, and as 304 if the client has it
    already.

    `key`: key of the anonymous answer in this process's cache; None for other answers.
    """
    plan, reading, kind = request.plan, request.reading, exchange.kind
    if plan is None or not reading.actor.is_anonymous:
        await exchange.respond(200, kind, body)
        return
    tag, control = (b"etag", etag(kind, body)), (b"cache-control", _control(plan, reading))
    if key is not None:
        memory.keep(key, kind, body, tag, control)
    await tell(exchange, kind, body, tag, control)


async def tell(exchange: Exchange, kind: bytes, body: bytes, tag: Header, control: Header) -> None:
    """Send an anonymous answer, or 304 if the client has it already."""
    if b"if-none-match" in exchange.headers and is_known(
        tag[1], (value for name, value in exchange.scope["headers"] if name == b"if-none-match")
    ):
        await exchange.respond_unchanged((tag, control))
    else:
        await exchange.respond(200, kind, body, (tag, control))


def etag(kind: bytes, body: bytes) -> bytes:
    """Return a strong validator: it differs if the bytes or the media type differ."""
    return b'"%b"' % urlsafe_b64encode(sha256(kind + b"\n" + body).digest()[:18])


def is_known(mark: bytes, if_none_match: Iterable[bytes]) -> bool:
    """Return True if If-None-Match contains the tag, compared weakly (RFC 9110, 13.1.2).

    A CDN that compresses makes tags weak. A malformed header matches nothing.
    """
    said = b",".join(if_none_match).strip(b" \t")
    if said == b"*":
        return True
    return _TAGS.fullmatch(said) is not None and mark in _TAG.findall(said)


def _control(plan: Plan, reading: Context) -> bytes:
    depends = plan.statement(Acting.ANYBODY).depends_on
    if "now" in depends:
        return b"public, max-age=%d" % PASSING_SECONDS
    fresh, stale = FRESH_SECONDS, STALE_SECONDS
    if "today" in depends:
        left = _seconds_of_the_day(reading)
        fresh, stale = min(fresh, left), min(stale, max(0, left - fresh))
    return b"public, max-age=%d, stale-while-revalidate=%d" % (fresh, stale)


def _seconds_of_the_day(reading: Context) -> int:
    zone = ZoneInfo(reading.actor.tenant.time_zone)
    midnight = datetime.combine(reading.today + timedelta(days=1), time(), zone)
    return int((midnight.astimezone(UTC) - reading.now).total_seconds())
