"""Walking behind a journal, as a worker does each second."""

import asyncio

from services.core.actor import system
from services.core.journal.chaining import UNCHAINED, chain
from services.core.journal.verifying import Break, Head, verify
from services.core.work import begin
from tests.making import Maker


async def walk_behind(make: Maker) -> int:
    """One walk: how many entries it chained."""
    async with begin(make.database, system(make.tenant)) as work:
        return await chain(work)


async def chained(make: Maker) -> None:
    """All that is committed is chained: as soon as every transaction has ended that others of the server are in."""
    async with asyncio.timeout(20):
        while await make.database.readers.fetch(UNCHAINED, [str(make.tenant.id)]):
            await walk_behind(make)
            await asyncio.sleep(0.01)


async def broken(make: Maker, *anchors: Head) -> Break | None:
    """The first break; None where the chain is whole."""
    async with begin(make.database, system(make.tenant)) as work:
        async for step in verify(work, anchors):
            if isinstance(step, Break):
                return step
    return None
