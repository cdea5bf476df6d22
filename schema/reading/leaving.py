"""Cancellation of reads whose client has disconnected: PostgreSQL is told to cancel the statement."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeVar

T = TypeVar("T")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""ASGI's `receive`: returns the next message of a request."""

DISCONNECT_CHECK_SECONDS = 0.1
"""Seconds before checking whether the client is still connected. Most reads finish earlier and so pay nothing for the
check.
"""


class Gone(BaseException):
    """The client has disconnected. A BaseException, like a cancellation, so that no field reports it as its error."""


async def unless_gone(receive: Receive | None, reading: Coroutine[Any, Any, T]) -> T:
    """Return the result of a read. Cancel it and raise Gone if the client disconnects first."""
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

    timer = asyncio.get_running_loop().call_later(
        DISCONNECT_CHECK_SECONDS, lambda: watching.append(asyncio.create_task(watch()))
    )
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
