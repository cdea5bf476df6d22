"""One request as resolvers see it: who asks, what has been spent, and how compiled reads are made for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schema.compiler.context import Context
from schema.compiler.run import Plan, RightsChanged
from schema.compiler.values import Variables
from services.core.actor import Actor
from services.core.database import Database


@dataclass
class Request:
    """graphql-core's context value. `reload` works the actor's rights out anew; `document`: its text and operation."""

    database: Database
    reading: Context
    reload: Callable[[], Awaitable[Actor]]
    document: tuple[str, str | None] | None = None
    spent: int = 0

    @cached_property
    def loaders(self) -> dict[Any, Any]:
        """What loads for many fields at once, by what it loads."""
        return {}

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.reading.actor

    def spend(self, cost: int) -> int:
        """Add to what the operation has cost so far; the sum."""
        self.spent += cost
        return self.spent

    async def read(self, plan: Plan, variables: Variables) -> bytes:
        """The plan's answer, with the actor's rights as they are now."""
        try:
            return await plan.read(self.database.readers, variables, self.reading)
        except RightsChanged:
            self.reading = self.reading.acting(await self.reload())
            return await plan.read(self.database.readers, variables, self.reading)
