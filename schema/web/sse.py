"""GraphQL over server-sent events, one stream a request: `graphql-sse`, distinct connections mode.

`next` events are answers, and `complete` is the last. What has one answer only is told so too.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import orjson

from schema.web import http
from schema.web.http import Headers, Receive, Send
from schema.web.streams import Ended

EVENT_STREAM = b"text/event-stream"
ALIVE = 12.0
"""Seconds of silence after which a comment keeps proxies from closing the connection."""


def is_wanted(headers: Headers) -> bool:
    """Whether the client reads a stream of events."""
    return EVENT_STREAM in headers.get(b"accept", b"").lower()


async def tell(answers: AsyncGenerator[bytes, None], receive: Receive, send: Send) -> None:
    """Send the answers as they come, until there are no more or the client is gone."""
    headers = [
        (b"content-type", EVENT_STREAM + b"; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", http.VARY),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    telling = asyncio.ensure_future(_tell_all(answers, send))
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((telling, gone), return_when=asyncio.FIRST_COMPLETED)
        if telling.done():
            await telling
    finally:
        for task in (telling, gone):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task


async def _tell_all(answers: AsyncGenerator[bytes, None], send: Send) -> None:
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
