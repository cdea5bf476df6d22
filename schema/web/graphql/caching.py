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
from schema.web.graphql import http
from schema.web.graphql.http import Message, Scope, Send
from services.core.actor import Acting

FRESH = 60
"""Seconds that an answer is served from a cache without asking."""
STALE = 300
"""Seconds after them in which it is still served while a cache asks again."""
PASSING = 5
"""Seconds that an answer is kept which the mere passing of time can change."""
PRIVATE = b"private, no-store"

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_TAGS = re.compile(rb'[ \t,]*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t,]*|$))+')


def reading(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """A GET, and how it is answered: nothing is kept of it unless it says so. A HEAD is a GET whose body isn't sent."""
    is_head = scope["method"] == "HEAD"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            if all(name != b"cache-control" for name, _ in message["headers"]):
                message = {**message, "headers": [*message["headers"], (b"cache-control", PRIVATE)]}
        elif is_head:
            message = {**message, "body": b""}
        await send(message)

    return ({**scope, "method": "GET"} if is_head else scope), sending


async def respond(scope: Scope, send: Send, kind: bytes, body: bytes, request: Request) -> None:
    """Send the answer to a GET, all compiled; what anybody gets may be shared, or the client may have it already."""
    plan, reading = request.plan, request.reading
    if plan is None or not reading.actor.is_anonymous:
        await http.respond(send, 200, kind, body)
        return
    mark = etag(kind, body)
    headers = [(b"etag", mark), (b"cache-control", _control(plan, reading))]
    if is_known(mark, (value for name, value in scope["headers"] if name == b"if-none-match")):
        headers.append((b"vary", http.VARY))
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
    else:
        await http.respond(send, 200, kind, body, headers)


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
