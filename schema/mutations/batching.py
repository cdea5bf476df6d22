"""Batching of the same mutation by many people, decided in one transaction of the platform's.

A single request does not wait. Decisions are committed before the payloads are read, each with the rights of its
person.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from schema.reading.requests import Request
from services.core.actor import Actor, system
from services.core.batching import Apart, Gathering
from services.core.errors import Problem
from services.core.idempotency import Keyed, is_well_formed, recall_each, remember_each
from services.core.work import Work, begin

Decision = UUID | Problem | None
"""The key of a row, a refusal, or None: run this request alone."""


@dataclass(frozen=True)
class Batching:
    """How a mutation is batched.

    `about`: the part of the operation's arguments that requests of a batch share; None if a request can't be batched.
    `decide`: for each actor the key of a row, a problem, or None if that request must run alone. `Apart`: all must run
    alone.
    """

    about: Callable[..., Hashable]
    decide: Callable[[Work, Any, Sequence[Actor]], Awaitable[Sequence[Decision]]]


@dataclass(frozen=True)
class BatchedRequest:
    """A request in a batch. `keyed`: its idempotency key."""

    actor: Actor
    keyed: Keyed | None


class Batches:
    """The requests that wait for the next batch."""

    def __init__(self) -> None:
        self._gathering = Gathering[BatchedRequest, Decision]()

    @property
    def waiting(self) -> int:
        """Return the number of requests that wait while a batch is running."""
        return self._gathering.waiting

    async def decide(
        self, batching: Batching, request: Request, about: Hashable, *, key: str | None, fingerprint: str
    ) -> Decision:
        """Batch a request that arrives while a batch is running, and return its decision; None if it must run alone."""
        actor = request.actor
        if about is None or actor.person_id is None or (key is not None and not is_well_formed(key)):
            return None
        keyed = None if key is None else Keyed(actor.person_id, key, fingerprint)
        lot = (request.database, actor.tenant.id, batching, about)
        try:
            return await self._gathering.join(
                lot, BatchedRequest(actor, keyed), partial(_decide, batching, about, request)
            )
        except Apart:
            return None


async def _decide(
    batching: Batching, about: Hashable, request: Request, asks: Sequence[BatchedRequest]
) -> list[Decision]:
    """Decide each request of a batch: return the earlier outcome of its idempotency key, or a new one."""
    async with begin(request.database, system(request.actor.tenant)) as work:
        keyed = [ask.keyed for ask in asks if ask.keyed]
        earlier = await recall_each(work, keyed) if keyed else {}
        free = {ask.keyed: ask for ask in reversed(asks) if ask.keyed in earlier and earlier[ask.keyed] is None}
        # Two requests with the same idempotency key in one batch: the first is decided, the other then runs alone and
        # gets its outcome.
        new = [ask for ask in asks if ask.keyed is None or free.get(ask.keyed) is ask]
        decisions = dict(zip(map(id, new), await batching.decide(work, about, [ask.actor for ask in new]), strict=True))
        answers = {ask.keyed: decisions[id(ask)] for ask in new if ask.keyed}
        await remember_each(work, {k: {"id": str(d)} for k, d in answers.items() if isinstance(d, UUID)})
    again = {keyed: UUID(answer["id"]) for keyed, answer in earlier.items() if answer is not None}
    return [decisions.get(id(ask)) or (again.get(ask.keyed) if ask.keyed else None) for ask in asks]
