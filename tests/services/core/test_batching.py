"""Asks that come while others are being worked on."""

import asyncio
from collections.abc import Sequence

import pytest

from services.core.batching import MOST_REQUESTS_PER_BATCH, Gathering


class Unlucky(Exception):
    """What deciding fails with."""


class Counter:
    """Decides lots, each once it is let go on; remembers them."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.begun, self.going_on = asyncio.Event(), asyncio.Event()

    async def decide(self, lot: Sequence[int]) -> list[int]:
        self.lots.append(list(lot))
        self.begun.set()
        await self.going_on.wait()
        if 13 in lot:
            raise Unlucky
        return [ask * 10 for ask in lot]


async def test_who_comes_while_one_is_worked_on_is_worked_on_together_in_the_order_of_coming() -> None:
    counter, gathering = Counter(), Gathering[int, int]()
    first = asyncio.create_task(gathering.join("seats", 1, counter.decide))
    await counter.begun.wait()
    others = [asyncio.create_task(gathering.join("seats", ask, counter.decide)) for ask in (4, 2, 3)]
    elsewhere = asyncio.create_task(gathering.join("other seats", 9, counter.decide))
    await asyncio.sleep(0)
    counter.going_on.set()
    assert await asyncio.gather(first, *others, elsewhere) == [10, 40, 20, 30, 90]
    assert counter.lots == [[1], [9], [4, 2, 3]]


async def test_a_lot_has_a_largest_size() -> None:
    counter, gathering = Counter(), Gathering[int, int]()
    counter.going_on.set()
    asks = [gathering.join("seats", 100 + ask, counter.decide) for ask in range(MOST_REQUESTS_PER_BATCH + 5)]
    assert await asyncio.gather(*asks) == [10 * (100 + ask) for ask in range(MOST_REQUESTS_PER_BATCH + 5)]
    assert [len(lot) for lot in counter.lots] == [MOST_REQUESTS_PER_BATCH, 5]


async def test_a_failure_is_told_to_its_lot_and_the_next_is_worked_on() -> None:
    counter, gathering = Counter(), Gathering[int, int]()
    unlucky = [asyncio.create_task(gathering.join("seats", ask, counter.decide)) for ask in (13, 14)]
    await counter.begun.wait()
    next_ = asyncio.create_task(gathering.join("seats", 15, counter.decide))
    await asyncio.sleep(0)
    counter.going_on.set()
    for each in unlucky:
        with pytest.raises(Unlucky):
            await each
    assert await next_ == 150


async def test_who_stops_waiting_is_worked_on_all_the_same() -> None:
    counter, gathering = Counter(), Gathering[int, int]()
    gone, stays = (asyncio.create_task(gathering.join("seats", ask, counter.decide)) for ask in (1, 2))
    await counter.begun.wait()
    gone.cancel()
    counter.going_on.set()
    assert await stays == 20
    assert counter.lots == [[1, 2]]
