"""What a cache may keep of an answer, and for how long; and whether the client has it already.

An answer to a GET that anybody would get, all compiled, has a strong `ETag` of its bytes and may be shared: a CDN can
carry a website. It is worked out anew each time a cache asks, so a 304 is never wrong, whatever was written. How long
nobody asks is bounded by what the answer depends on:
- on rows only: FRESH seconds, and STALE more while a cache asks again;
- on the day (memberships, mandates): the same, and never past midnight where the confederation is;
- on the moment (whether registration is open): PASSING seconds.
It says nothing of what the asker has left. Everything else, persons' and machines' above all, is not to be kept.

What is withdrawn is gone from caches after FRESH + STALE seconds at the latest.
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

FRESH = 60
"""Seconds that an answer is served from a cache without asking."""
STALE = 300
"""Seconds after them in which it is still served while a cache asks again."""
PASSING = 5
"""Seconds that an answer is kept which the mere passing of time can change."""

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_TAGS = re.compile(rb'[ \t,]*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t,]*|$))+')


async def respond(exchange: Exchange, body: bytes, request: Request, memory: Memory, key: Key | None) -> None:
    """Send the answer to a GET, all compiled; what anybody gets may be shared, or the client may have it already.

    `key`: what it is kept by in this process, where it is what anybody gets.
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
    """Send what anybody gets, or that the client has it."""
    if b"if-none-match" in exchange.headers and is_known(
        tag[1], (value for name, value in exchange.scope["headers"] if name == b"if-none-match")
    ):
        await exchange.respond_unchanged((tag, control))
    else:
        await exchange.respond(200, kind, body, (tag, control))


def etag(kind: bytes, body: bytes) -> bytes:
    """A strong validator: other bytes, or the same as another media type, have another."""
    return b'"%b"' % urlsafe_b64encode(sha256(kind + b"\n" + body).digest()[:18])


def is_known(mark: bytes, if_none_match: Iterable[bytes]) -> bool:
    """Whether the client has what the mark stands for, by its If-None-Match (RFC 9110, 13.1.2), compared weakly.

    A CDN that compresses makes tags weak. What isn't a list of tags says nothing.
    """
    said = b",".join(if_none_match).strip(b" \t")
    if said == b"*":
        return True
    return _TAGS.fullmatch(said) is not None and mark in _TAG.findall(said)


def _control(plan: Plan, reading: Context) -> bytes:
    depends = plan.statement(Acting.ANYBODY).depends_on
    if "now" in depends:
        return b"public, max-age=%d" % PASSING
    fresh, stale = FRESH, STALE
    if "today" in depends:
        left = _seconds_of_the_day(reading)
        fresh, stale = min(fresh, left), min(stale, max(0, left - fresh))
    return b"public, max-age=%d, stale-while-revalidate=%d" % (fresh, stale)


def _seconds_of_the_day(reading: Context) -> int:
    zone = ZoneInfo(reading.actor.tenant.time_zone)
    midnight = datetime.combine(reading.today + timedelta(days=1), time(), zone)
    return int((midnight.astimezone(UTC) - reading.now).total_seconds())
