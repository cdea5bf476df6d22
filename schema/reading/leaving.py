"""A client that goes away ends what is read for it: PostgreSQL is told to cancel the statement."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeVar

T = TypeVar("T")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""ASGI's: the next message of a request."""

PATIENCE = 0.1
"""Seconds after which it is looked whether the client still waits: most reads are done by then, at no cost."""


class Gone(BaseException):
    """The client has gone: nobody waits for the answer. As a cancellation, it is no error that a field could have."""


async def unless_gone(receive: Receive | None, reading: Coroutine[Any, Any, T]) -> T:
    """What is read. Gone where the client went first: what is read is cancelled then."""
    if receive is None:
        return await reading
    reader = asyncio.current_task()
    assert reader is not None
    watching: list[asyncio.Task[None]] = []
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        reader.cancel()

    timer = asyncio.get_running_loop().call_later(PATIENCE, lambda: watching.append(asyncio.create_task(watch())))
    try:
        return await reading
    except asyncio.CancelledError:
        if not gone:
            raise
        reader.uncancel()
        raise Gone from None
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()
