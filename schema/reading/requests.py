"""The state of a request for resolvers: actor, cost, and the execution of compiled reads."""

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
    """Charge a cost to an actor's hourly quota. Return what is left, or None if there is no quota."""

    def __call__(self, actor: Actor, cost: int, *, owing: bool = False) -> tuple[int, int] | None: ...


def _as_much_as_wanted(actor: Actor, cost: int, *, owing: bool = False) -> tuple[int, int] | None:
    """Not rate limited."""
    return None


class Seen:
    """Facts about a request for metrics, logs and traces; no text that a client wrote.

    `kind`: `spliced` or `completed` (a read), `mutation`, `stream`, `page`, `refused`, `failed` or `route`. `codes`:
    codes of all errors and problems in the answer. `operation`: name of the operation if its document is trusted.
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
    """The context value of graphql-core. `reload` reloads the actor's rights. `document`: text and operation of the
    document.

    `decided`: by response key, outcomes of mutations that have run already, for graphql-core to complete. `spent`: cost
    of the operation so far. `left`: what is left of the hourly quota, and the seconds until it is full again. `plan`:
    the last plan that was read. `watches`: true for a subscription, which is read again and again. `receive`: tells
    that the client has disconnected, once the body was read; None if something else checks for that.
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
        """Return the loaders that serve many fields at once, by what they load."""
        return {}

    @property
    def actor(self) -> Actor:
        """Return the actor of the request."""
        return self.reading.actor

    def spend(self, cost: int) -> int:
        """Add a cost to the operation's cost so far, and return the sum."""
        self.spent += cost
        self.seen.cost = max(self.seen.cost, self.spent)
        return self.spent

    def pay(self, cost: int, besides: int = 0) -> None:
        """Charge the operation's cost, and what it costs besides its objects, to the actor's hourly quota.

        Raise HTTPRefusal if not enough is left.
        """
        self._foreseen += cost
        self.seen.cost += cost
        self.left = self.take(self.actor, cost + besides)

    def settle(self) -> None:
        """Charge what the operation cost beyond the estimate, such as a mutation's payload."""
        if self.spent > self._foreseen:
            self.left = self.take(self.actor, self.spent - self._foreseen, owing=True)
            self._foreseen = self.spent

    async def record(self, read: Sequence[tuple[Recorded, Mapping[str, Any]]]) -> list[None]:
        """Record that the actor reads these rows, before they are returned."""
        return await record(self, read)

    async def read(self, plan: Plan, variables: Variables) -> bytes:
        """Execute a plan with the actor's current rights, and return its answer.

        Raise TooSlow if it takes too long, and at once for every later read: an operation with many fields waits only
        once.
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
        """Execute a statement with the person's current rights, and return its answer."""
        for _ in range(2):
            found: bytes | None = await self.database.readers.fetch(
                statement.text, statement.arguments(variables, self.reading)
            )
            if found is not None:
                return found
            self.reading = self.reading.acting(await self.reload())
        raise RightsChanged
