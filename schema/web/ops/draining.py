"""Draining: whether this server is about to stop, and what must be finished before."""

import asyncio
from collections.abc import Awaitable, Callable


class Stopping:
    """The state of stopping. `is_begun`: load balancers should use other servers. `ends`: subscribers are told to
    reconnect.
    """

    def __init__(self) -> None:
        self.is_begun = False
        self.ends = asyncio.Event()
        self.finishing: list[Callable[[], Awaitable[None]]] = []

    def begin(self) -> None:
        """Begin to drain: load balancers should use other servers."""
        self.is_begun = True

    async def end(self) -> None:
        """Tell subscribers to reconnect, and wait for what must be finished."""
        self.ends.set()
        for finish in self.finishing:
            await finish()
