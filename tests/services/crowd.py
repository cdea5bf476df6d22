"""Transactions that run at once, for the races that operations have to hold under."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from models import Person
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.errors import Problem
from services.core.work import Work, begin
from tests.making import Maker

AT_ONCE = 20
Operation = Callable[[Work], Awaitable[object]]


@dataclass
class Crowd:
    """Transactions that run at once, each on its own connection, up to AT_ONCE of them."""

    make: Maker
    database: Database

    async def act(self, actor: Actor, operation: Operation, now: datetime | None = None) -> object:
        """One of them: its answer, or the problem that refused it. Anything else, such as a deadlock, is raised."""
        try:
            async with begin(self.database, actor, now=now) as work:
                return await operation(work)
        except Problem as problem:
            return problem

    async def all_act(self, *acts: tuple[Person, Operation]) -> list[object]:
        """All of them at once; their answers in the order given."""
        actors = [await self.make.actor(person) for person, _ in acts]
        return await asyncio.gather(
            *(self.act(actor, operation) for actor, (_, operation) in zip(actors, acts, strict=True))
        )


async def somebody_waits_for_a_lock(owner: asyncpg.Connection) -> bool:
    """Whether a transaction of this database is stopped by another."""
    waiting = await owner.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    return bool(waiting)
