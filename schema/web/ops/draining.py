"""Whether this server is about to end, and what has to be finished before it does."""

import asyncio
from collections.abc import Awaitable, Callable


class Stopping:
    """`is_begun`: others should be asked from now on. `ends`: whoever watches is to come again."""

    def __init__(self) -> None:
        self.is_begun = False
        self.ends = asyncio.Event()
        self.finishing: list[Callable[[], Awaitable[None]]] = []

    def begin(self) -> None:
        """Others should be asked from now on."""
        self.is_begun = True

    async def end(self) -> None:
        """Tell whoever watches, and wait for what has to be finished."""
        self.ends.set()
        for finish in self.finishing:
            await finish()
