"""GraphQL over server-sent events, one stream per request: `graphql-sse`, distinct connections mode.

`next` events carry answers; `complete` is the last event. Queries and mutations can be answered as streams, too.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import orjson

from schema.reading.requests import Request
from schema.web.graphql import http
from schema.web.graphql.errors import codes_of
from schema.web.graphql.http import Headers, Receive, Send
from schema.web.graphql.streams import Ended

EVENT_STREAM = b"text/event-stream"
KEEP_ALIVE_SECONDS = 12.0
"""Seconds of silence after which a comment is sent, to keep proxies from closing the connection."""


def is_accepted(headers: Headers) -> bool:
    """Return True if the client accepts an event stream; subscriptions then get one."""
    return http.accepts(headers, EVENT_STREAM)


def is_all_that_is_accepted(headers: Headers) -> bool:
    """Return True if the client accepts nothing but an event stream; queries then get one, too."""
    return is_accepted(headers) and not any(
        http.accepts(headers, kind) for kind in (http.JSON, http.GRAPHQL_JSON, b"*/*", b"application/*")
    )


RECONNECT = b"retry: 500\n\n"
"""Sent instead of `complete` when the server ends the connection, so that clients reconnect."""


async def tell(
    answers: AsyncGenerator[bytes, None], receive: Receive, send: Send, request: Request, ends: asyncio.Event
) -> None:
    """Send answers as they come, until there are no more, the client disconnects, or the server stops."""
    headers = [
        (b"content-type", EVENT_STREAM + b"; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", http.VARY),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    telling = asyncio.ensure_future(_tell_all(answers, send, request))
    gone, ending = asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(ends.wait())
    try:
        await asyncio.wait((telling, gone, ending), return_when=asyncio.FIRST_COMPLETED)
        if ending.done() and not request.watches:  # a query has one answer, which must not be lost
            await asyncio.wait((telling, gone), return_when=asyncio.FIRST_COMPLETED)
        is_cut_off = not telling.done() and not gone.done()
        if telling.done():
            await telling
    finally:
        for task in (telling, gone, ending):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task
    if is_cut_off:
        await send({"type": "http.response.body", "body": RECONNECT, "more_body": False})


async def _tell_all(answers: AsyncGenerator[bytes, None], send: Send, request: Request) -> None:
    async def event(text: bytes) -> None:
        await send({"type": "http.response.body", "body": text, "more_body": True})

    await event(b":\n\n")  # sends the headers, so that the client knows that it is connected
    following = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            done, _ = await asyncio.wait((following,), timeout=KEEP_ALIVE_SECONDS)
            if not done:
                await event(b":\n\n")
                continue
            try:
                answer = await following
            except Ended as ended:
                request.seen.codes += codes_of(ended.errors)
                answer = orjson.dumps({"errors": ended.errors})
                await event(b"event: next\ndata: %b\n\n" % answer)
                break
            if answer is None:
                break
            await event(b"event: next\ndata: %b\n\n" % answer)
            following = asyncio.ensure_future(anext(answers, None))
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await following
        await answers.aclose()
    await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
