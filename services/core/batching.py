"""Asks that come while others are being worked on are worked on together, next.

As PostgreSQL gathers commits: one who asks alone waits for nobody, and a crowd takes as many transactions as it takes
to work through it a lot at a time.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from services.core.telemetry.meters import METERS

Ask = TypeVar("Ask")
Outcome = TypeVar("Outcome")


class Apart(Exception):
    """These can't be decided together: nothing of it may be kept, and each is to be decided alone."""


MOST_PER_LOT = 100
"""How many are worked on together at the most: each waits for the whole lot."""


class Gathering(Generic[Ask, Outcome]):
    """What waits, by what it is about. Lots of one key are worked on one after the other, in the order of coming."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[tuple[Ask, asyncio.Future[Outcome]]]] = {}
        self._at_work: set[asyncio.Task[None]] = set()  # the loop keeps weak references only

    @property
    def waiting(self) -> int:
        """How many aren't being worked on yet."""
        return sum(map(len, self._waiting.values()))

    async def join(
        self, key: Hashable, ask: Ask, decide: Callable[[Sequence[Ask]], Awaitable[Sequence[Outcome]]]
    ) -> Outcome:
        """The outcome of one's ask. What `decide` raises is raised for each of its lot.

        Who stops waiting is worked on all the same.
        """
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = deque()
            task = asyncio.create_task(self._work(key, waiting, decide))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        waiting.append((ask, outcome))
        return await outcome

    async def _work(self, key: Hashable, waiting: deque[Any], decide: Callable[..., Any]) -> None:
        try:
            while waiting:
                lot = [waiting.popleft() for _ in range(min(len(waiting), MOST_PER_LOT))]
                METERS.lots += 1
                METERS.gathered += len(lot)
                try:
                    outcomes = await decide([ask for ask, _ in lot])
                except Exception as error:
                    for _, outcome in lot:
                        if not outcome.done():
                            outcome.set_exception(error)
                else:
                    for (_, outcome), found in zip(lot, outcomes, strict=True):
                        if not outcome.done():
                            outcome.set_result(found)
        finally:
            # Nobody can have come since `waiting` was found empty: nothing was awaited in between.
            del self._waiting[key]
            for _, outcome in waiting:
                outcome.cancel()
