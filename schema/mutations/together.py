"""Mutations of many who ask at the same moment, decided in one transaction of the platform's.

Who asks alone waits for nobody. What is decided is committed before its payload is read, by the person whose it is.
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
"""A row's key, a refusal, or nothing: who is to be decided upon alone."""


@dataclass(frozen=True)
class Together:
    """How a mutation is done for many who ask at the same moment.

    `about`: of the operation's arguments, what can be decided together; None for what is decided alone. `decide`: for
    each actor a row's key, a problem, or None where that one is to be decided alone. Apart: all are.
    """

    about: Callable[..., Hashable]
    decide: Callable[[Work, Any, Sequence[Actor]], Awaitable[Sequence[Decision]]]


@dataclass(frozen=True)
class Ask:
    """One of many who ask for the same. `keyed`: under which idempotency key."""

    actor: Actor
    keyed: Keyed | None


class Crowd:
    """Those who wait for others to be decided."""

    def __init__(self) -> None:
        self._gathering = Gathering[Ask, Decision]()

    @property
    def waiting(self) -> int:
        """How many wait for a lot that is worked on."""
        return self._gathering.waiting

    async def decide(
        self, together: Together, request: Request, about: Hashable, *, key: str | None, fingerprint: str
    ) -> Decision:
        """What is decided about this request among others; None where it is to be decided alone."""
        actor = request.actor
        if about is None or actor.person_id is None or (key is not None and not is_well_formed(key)):
            return None
        keyed = None if key is None else Keyed(actor.person_id, key, fingerprint)
        lot = (request.database, actor.tenant.id, together, about)
        try:
            return await self._gathering.join(lot, Ask(actor, keyed), partial(_decide, together, about, request))
        except Apart:
            return None


async def _decide(together: Together, about: Hashable, request: Request, asks: Sequence[Ask]) -> list[Decision]:
    """A decision for each: the earlier answer to its key, or a new one."""
    async with begin(request.database, system(request.actor.tenant)) as work:
        keyed = [ask.keyed for ask in asks if ask.keyed]
        earlier = await recall_each(work, keyed) if keyed else {}
        free = {ask.keyed: ask for ask in reversed(asks) if ask.keyed in earlier and earlier[ask.keyed] is None}
        # The same request twice in one lot is decided once; the other is told alone what came of it.
        new = [ask for ask in asks if ask.keyed is None or free.get(ask.keyed) is ask]
        decisions = dict(zip(map(id, new), await together.decide(work, about, [ask.actor for ask in new]), strict=True))
        answers = {ask.keyed: decisions[id(ask)] for ask in new if ask.keyed}
        await remember_each(work, {k: {"id": str(d)} for k, d in answers.items() if isinstance(d, UUID)})
    again = {keyed: UUID(answer["id"]) for keyed, answer in earlier.items() if answer is not None}
    return [decisions.get(id(ask)) or (again.get(ask.keyed) if ask.keyed else None) for ask in asks]
