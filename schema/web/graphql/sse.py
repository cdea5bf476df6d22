"""GraphQL over server-sent events, one stream a request: `graphql-sse`, distinct connections mode.

`next` events are answers, and `complete` is the last. What has one answer only is told so too.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import orjson

from schema.reading.requests import Request
from schema.web.graphql import http
from schema.web.graphql.http import Headers, Receive, Send
from schema.web.graphql.streams import Ended
from schema.web.graphql.told import codes_of

EVENT_STREAM = b"text/event-stream"
ALIVE = 12.0
"""Seconds of silence after which a comment keeps proxies from closing the connection."""


def is_accepted(headers: Headers) -> bool:
    """Whether the client reads a stream of events: where it asks for a subscription, it gets one."""
    return http.accepts(headers, EVENT_STREAM)


def is_all_that_is_accepted(headers: Headers) -> bool:
    """Whether the client reads nothing but a stream of events: then a query is answered by one too."""
    return is_accepted(headers) and not any(
        http.accepts(headers, kind) for kind in (http.JSON, http.GRAPHQL_JSON, b"*/*", b"application/*")
    )


AGAIN = b"retry: 500\n\n"
"""Without `complete` before it, the end of what is sent is that of a connection, and clients come again."""


async def tell(
    answers: AsyncGenerator[bytes, None], receive: Receive, send: Send, request: Request, ends: asyncio.Event
) -> None:
    """Send the answers as they come, until there are no more or the client is gone; or the server ends."""
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
        if ending.done() and not request.watches:  # it has one answer, which isn't lost
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
        await send({"type": "http.response.body", "body": AGAIN, "more_body": False})


async def _tell_all(answers: AsyncGenerator[bytes, None], send: Send, request: Request) -> None:
    async def event(text: bytes) -> None:
        await send({"type": "http.response.body", "body": text, "more_body": True})

    await event(b":\n\n")  # the headers are on their way: the client knows that it is connected
    following = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            done, _ = await asyncio.wait((following,), timeout=ALIVE)
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
