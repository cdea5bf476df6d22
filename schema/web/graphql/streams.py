"""What is watched, as a stream of answers: the same for WebSocket and SSE.

A subscription is a compiled read, made again whenever there is word of a change (`services.core.database.changes`), and
told again where its answer is another. Words are gathered: whoever watches is told a few times a second at the most,
the newest each time. Rights are looked at every second, and the whole again now and then, in case a word was lost.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from graphql import GraphQLError, OperationType
from strawberry.utils.str_converters import to_camel_case

from models.base.topics import topic_of
from schema.base.ids import decode_id
from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.context import Context
from schema.compiler.measure import check_values
from schema.compiler.plan import FieldPlan
from schema.compiler.run import Malformed, Operations
from schema.compiler.sql import Statement
from schema.compiler.statements import is_current
from schema.compiler.values import Variables
from schema.reading.requests import Request
from schema.web.graphql.actors import Misdirected
from schema.web.graphql.allowance import ASKING
from schema.web.graphql.http import Asked, HTTPRefusal
from schema.web.graphql.told import is_outage, told
from services.core.actor import Acting, Actor
from services.core.database.connections import Database
from services.core.telemetry.logs import log_failure

PAUSE = 0.25
"""Seconds between two answers of a stream at the least."""
LOOKING = 1.0
"""Seconds after which rights that were withdrawn end a stream."""
RESTING = 10.0
"""Seconds after which the answer is looked at without a word."""
STREAMS = 1_000
"""How many streams a process has at a time."""
STREAMS_OF_ONE = 20
"""How many of them are one actor's."""
NEVER_TOLD = ""
"""A topic under which nothing is told."""


@dataclass
class Ended(Exception):
    """The stream is over, and why, as GraphQL tells errors."""

    errors: list[dict[str, Any]]

    @classmethod
    def by(cls, code: str, message: str) -> "Ended":
        """With one reason."""
        return cls([{"message": message, "extensions": {"code": code}}])


def ended_by(error: Exception) -> Ended:
    """The end that an error is: what is wrong with the request as it is, what is wrong here as an identifier."""
    if isinstance(error, Ended):
        return error
    if isinstance(error, Malformed):
        return Ended([told(each) for each in error.errors])
    if isinstance(error, GraphQLError):
        return Ended([told(error)])
    if isinstance(error, ExceptionGroup):
        return Ended([each for inner in error.exceptions for each in ended_by(inner).errors])
    if isinstance(error, HTTPRefusal):
        return Ended.by(error.code, error.message)
    if isinstance(error, Misdirected):
        return Ended.by("UNKNOWN_CREDENTIALS", "These credentials are unknown at this address.")
    if is_outage(error):
        return Ended.by("UNAVAILABLE", "The database doesn't answer; ask again.")
    return Ended.by(
        "INTERNAL", f"Something went wrong here; the log has it under {log_failure('a stream failed', error)}."
    )


class Streams:
    """Every stream of a process."""

    def __init__(self, operations: Operations, catalog: Catalog, database: Database) -> None:
        self._operations = operations
        self._is_current_for: dict[Acting, Statement] = {
            acting: is_current(catalog, acting, inside=False) for acting in Acting if acting is not Acting.ANYBODY
        }
        self._database = database
        self._open: Counter[object] = Counter()

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open.total()

    async def answers(self, asked: Asked, request: Request) -> AsyncGenerator[bytes, None]:
        """The answers of a subscription, each a GraphQL response as JSON. NotSpliced for what isn't one.

        Ended where there is nothing to watch, or nothing any more.
        """
        request.seen.operation = asked.operation_name if asked.is_trusted else None
        check_values(asked.variables)
        operation = self._operations.find(asked.document, asked.operation_name, OperationType.SUBSCRIPTION)
        values = operation.coercion.values(asked.variables)
        plan = operation.plan(values)
        cost = plan.cost.of(values, request.reading)
        limits.check_cost(cost)
        (root,) = plan.roots
        topic = _topic(root, values, request.reading)
        last: bytes | None = None
        request.seen.kind, request.watches = "stream", True
        with self._counted(request.actor), self._database.changes.watch(topic) as changed:
            while True:
                changed.clear()
                began = time.monotonic()
                _at_this_moment(request)
                request.pay(cost, ASKING)
                try:
                    data = await request.read(plan, values)
                except Exception as error:
                    if last is None or not is_outage(error):
                        raise
                    await asyncio.sleep(LOOKING)  # the database is away: what was told stands until it is back
                    continue
                if None in orjson.loads(data).values():
                    raise _nothing(request.actor, was_there=last is not None)
                if data != last:
                    last = data
                    yield b'{"data":%b}' % data
                await self._wait(changed, began, request)

    async def _wait(self, changed: asyncio.Event, began: float, request: Request) -> None:
        """Until there may be something new to tell, or another right to tell it by."""
        while time.monotonic() < began + RESTING:
            try:
                async with asyncio.timeout(LOOKING):
                    await changed.wait()
                break
            except TimeoutError:
                if not await self._is_current(request):
                    request.reading = request.reading.acting(await request.reload())
                    return
        await asyncio.sleep(began + PAUSE - time.monotonic())

    async def _is_current(self, request: Request) -> bool:
        """Whether the actor's rights are those that they were loaded with."""
        actor, now = request.actor, datetime.now(UTC)
        check = self._is_current_for.get(actor.acting)
        if check is None:
            return True
        if actor.day != now.astimezone(ZoneInfo(actor.tenant.time_zone)).date():
            return False
        if actor.session is not None and actor.session.until <= now:
            return False
        try:
            arguments = check.arguments({}, request.reading._replace(now=now))
            return bool(await self._database.readers.fetch(check.text, arguments))
        except Exception as error:
            if is_outage(error):
                return True
            raise

    @contextmanager
    def _counted(self, actor: Actor) -> Iterator[None]:
        who = actor.person_id or actor.key_id or actor.tenant.id
        if self._open.total() >= STREAMS or self._open[who] >= STREAMS_OF_ONE:
            raise Ended.by("TOO_MANY_SUBSCRIPTIONS", "There are too many subscriptions; end one, or ask again later.")
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


def _topic(root: FieldPlan, values: Variables, reading: Context) -> str:
    """The topic that a field is watched under, as its declaration says; one that nothing is told under for no key."""
    watch = root.bound.binding.watch if root.bound else None
    if watch is None:  # `__typename`, which never changes
        return NEVER_TOLD
    if watch.argument is None:
        id = reading.actor.person_id
    else:
        decoded = decode_id(root.arguments[to_camel_case(watch.argument)](values, reading))
        id = decoded[1] if decoded else None
    return NEVER_TOLD if id is None else topic_of(reading.actor.tenant.id, watch.model, id)


def _at_this_moment(request: Request) -> None:
    request.reading = request.reading._replace(now=datetime.now(UTC))


def _nothing(actor: Actor, *, was_there: bool) -> Ended:
    if was_there:
        return Ended.by("NOT_ALLOWED", "You may not watch this any more.")
    if actor.is_anonymous:
        return Ended.by("NOT_SIGNED_IN", "Sign in to watch this.")
    return Ended.by("NOT_FOUND", "There is no such thing to watch, or not for you.")
