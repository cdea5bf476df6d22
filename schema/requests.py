"""One request as resolvers see it: who asks, what has been spent, and how compiled reads are made for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from schema.compiler.context import Context
from schema.compiler.run import Plan, RightsChanged
from schema.compiler.values import Variables
from services.core.actor import Actor
from services.core.database import Database


@dataclass
class Request:
    """graphql-core's context value. `reload` works the actor's rights out anew."""

    database: Database
    reading: Context
    reload: Callable[[], Awaitable[Actor]]
    spent: int = 0
    loaders: dict[Any, Any] = field(default_factory=dict)

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
