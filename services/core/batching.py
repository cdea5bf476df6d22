"""Batches requests that arrive while a batch is running.

Like PostgreSQL's group commit: a single request runs at once, and a burst of requests takes one transaction per batch.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from services.core.telemetry.meters import METERS

Ask = TypeVar("Ask")
Outcome = TypeVar("Outcome")


class Apart(Exception):
    """The requests of a batch can't be decided together: roll the batch back and decide each of them alone."""


MOST_PER_LOT = 100
"""Maximum size of a batch: each request waits for its whole batch."""


class Gathering(Generic[Ask, Outcome]):
    """Queues of waiting requests, by key. Batches of one key run one after the other, in order of arrival."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[tuple[Ask, asyncio.Future[Outcome]]]] = {}
        self._at_work: set[asyncio.Task[None]] = set()  # strong references: the event loop keeps weak ones only

    @property
    def waiting(self) -> int:
        """Number of requests whose batch hasn't started."""
        return sum(map(len, self._waiting.values()))

    async def join(
        self, key: Hashable, ask: Ask, decide: Callable[[Sequence[Ask]], Awaitable[Sequence[Outcome]]]
    ) -> Outcome:
        """Return the outcome of a request. What `decide` raises is raised for each of its lot.

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
            # No request can have arrived since `waiting` was found empty: nothing was awaited in between.
            del self._waiting[key]
            for _, outcome in waiting:
                outcome.cancel()
