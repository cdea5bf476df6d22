"""One request as resolvers see it: who asks, what has been spent, and how compiled reads are made for it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import Any, Protocol

from schema.compiler.bindings import Recorded
from schema.compiler.context import Context
from schema.compiler.run import Plan, RightsChanged
from schema.compiler.sql import Statement
from schema.compiler.values import TooSlow, Variables
from schema.reading.leaving import Receive, unless_gone
from schema.reading.recording import record
from services.core.actor import Actor
from services.core.database.connections import Database


class Take(Protocol):
    """Takes a cost from what an actor has for the hour; tells what is left, or None where nobody counts."""

    def __call__(self, actor: Actor, cost: int, *, owing: bool = False) -> tuple[int, int] | None: ...


def _as_much_as_wanted(actor: Actor, cost: int, *, owing: bool = False) -> tuple[int, int] | None:
    """For requests of nobody's allowance."""
    return None


class Seen:
    """What may be told of a request, in figures, logs and traces: nothing that anybody wrote.

    `kind`: `spliced` or `completed` (a read), `mutation`, `stream`, `page`, `refused`, `failed`, `route`. `codes`: of
    every error and problem in the answer. `operation`: its name, where its document was registered.
    """

    __slots__ = ("began", "codes", "cost", "kind", "operation")

    def __init__(self, kind: str = "spliced") -> None:
        self.began = perf_counter()
        self.kind = kind
        self.codes: tuple[str, ...] = ()
        self.cost = 0
        self.operation: str | None = None


@dataclass
class Request:
    """graphql-core's context value. `reload` works the actor's rights out anew; `document`: its text and operation.

    `decided`: by response key, what came of a mutation that was done already, for graphql-core to complete.
    `spent`: what its operation has cost; `left`: of the hour's cost, and in how many seconds all of it is there again.
    `plan`: the one that was read last. `watches`: it is a subscription, which is answered again and again.
    `receive`: tells that the client has gone, once its body was read; None where something else looks for that.
    """

    database: Database
    reading: Context
    reload: Callable[[], Awaitable[Actor]]
    document: tuple[str, str | None] | None = None
    spent: int = 0
    decided: dict[str, Callable[[], Any]] = field(default_factory=dict)
    take: Take = _as_much_as_wanted
    left: tuple[int, int] | None = None
    plan: Plan | None = None
    seen: Seen = field(default_factory=Seen)
    watches: bool = False
    receive: Receive | None = None
    _foreseen: int = 0
    _is_slow: bool = False

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
        self.seen.cost = max(self.seen.cost, self.spent)
        return self.spent

    def pay(self, cost: int, besides: int = 0) -> None:
        """Take what the operation will cost from the actor's hour, and what it costs besides its answer's objects.

        HTTPRefusal where there isn't as much left.
        """
        self._foreseen += cost
        self.seen.cost += cost
        self.left = self.take(self.actor, cost + besides)

    def settle(self) -> None:
        """Take what the operation has cost beyond what was foreseen, such as a mutation's payload."""
        if self.spent > self._foreseen:
            self.left = self.take(self.actor, self.spent - self._foreseen, owing=True)
            self._foreseen = self.spent

    async def record(self, read: Sequence[tuple[Recorded, Mapping[str, Any]]]) -> list[None]:
        """Write down that the actor reads these of rows, before they do."""
        return await record(self, read)

    async def read(self, plan: Plan, variables: Variables) -> bytes:
        """The plan's answer, with the actor's rights as they are now.

        TooSlow where it isn't there in time, and at once after that: an operation of many fields waits but once.
        """
        self.plan = plan
        if self._is_slow:
            raise TooSlow
        try:
            return await unless_gone(self.receive, self._read(plan, variables))
        except TooSlow:
            self._is_slow = True
            raise

    async def _read(self, plan: Plan, variables: Variables) -> bytes:
        try:
            return await plan.read(self.database.readers, variables, self.reading)
        except RightsChanged:
            self.reading = self.reading.acting(await self.reload())
            return await plan.read(self.database.readers, variables, self.reading)

    async def fetch(self, statement: Statement, variables: Variables) -> bytes:
        """The answer of a statement of the person's own, with their rights as they are now."""
        for _ in range(2):
            found: bytes | None = await self.database.readers.fetch(
                statement.text, statement.arguments(variables, self.reading)
            )
            if found is not None:
                return found
            self.reading = self.reading.acting(await self.reload())
        raise RightsChanged
