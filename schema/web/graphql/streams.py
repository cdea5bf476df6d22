"""Subscriptions as streams of answers, for WebSocket and SSE alike.

A subscription is a compiled read that is repeated when a change is notified (`services.core.database.changes`). An
answer is sent only if it differs from the last. Notifications are coalesced: a client gets a few answers a second at
most, the newest each time. Rights are checked every second, and the read is repeated now and then in case a
notification was lost.
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
from schema.web.graphql.allowance import COST_PER_REQUEST
from schema.web.graphql.errors import formatted_error, is_outage
from schema.web.graphql.http import HTTPRefusal, RequestParams
from services.core.actor import Acting, Actor
from services.core.database.connections import Database
from services.core.telemetry.logs import log_failure

SECONDS_BETWEEN_ANSWERS = 0.25
"""Minimum number of seconds between two answers of a stream."""
SECONDS_BETWEEN_RIGHTS_CHECKS = 1.0
"""Seconds between two checks of the actor's rights; withdrawn rights end the stream."""
SECONDS_BETWEEN_REREADS = 10.0
"""Seconds after which the read is repeated without a notification."""
MOST_STREAMS = 1_000
"""Maximum number of streams per process."""
MOST_STREAMS_PER_ACTOR = 20
"""Maximum number of streams per actor."""
SILENT_TOPIC = ""
"""A topic without notifications."""


@dataclass
class Ended(Exception):
    """The stream has ended, with the reasons as GraphQL errors."""

    errors: list[dict[str, Any]]

    @classmethod
    def by(cls, code: str, message: str) -> "Ended":
        """Create it with a single reason."""
        return cls([{"message": message, "extensions": {"code": code}}])


def ended_by(error: Exception) -> Ended:
    """Convert an error to the end of a stream: errors of the request are shown, internal ones masked by
    an identifier.
    """
    if isinstance(error, Ended):
        return error
    if isinstance(error, Malformed):
        return Ended([formatted_error(each) for each in error.errors])
    if isinstance(error, GraphQLError):
        return Ended([formatted_error(error)])
    if isinstance(error, ExceptionGroup):
        return Ended([each for inner in error.exceptions for each in ended_by(inner).errors])
    if isinstance(error, HTTPRefusal):
        return Ended.by(error.code, error.message)
    if isinstance(error, Misdirected):
        return Ended.by("UNKNOWN_CREDENTIALS", "The credentials are unknown at this URL.")
    if is_outage(error):
        return Ended.by("UNAVAILABLE", "The database is not available; try again.")
    return Ended.by("INTERNAL", f"Internal error; the log has it under {log_failure('a stream failed', error)}.")


class Streams:
    """All streams of a process."""

    def __init__(self, operations: Operations, catalog: Catalog, database: Database) -> None:
        self._operations = operations
        self._is_current_for: dict[Acting, Statement] = {
            acting: is_current(catalog, acting, inside=False) for acting in Acting if acting is not Acting.ANYBODY
        }
        self._database = database
        self._open: Counter[object] = Counter()

    @property
    def open(self) -> int:
        """Return the number of open streams."""
        return self._open.total()

    async def answers(self, params: RequestParams, request: Request) -> AsyncGenerator[bytes, None]:
        """Yield the answers of a subscription, each a GraphQL response as JSON. Raise NotSpliced for any other
        operation.

        Raise Ended if the object does not exist, or no longer does.
        """
        request.seen.operation = params.operation_name if params.is_trusted else None
        check_values(params.variables)
        operation = self._operations.find(params.document, params.operation_name, OperationType.SUBSCRIPTION)
        values = operation.coercion.values(params.variables)
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
                request.pay(cost, COST_PER_REQUEST)
                try:
                    data = await request.read(plan, values)
                except Exception as error:
                    if last is None or not is_outage(error):
                        raise
                    # The database is unavailable: the last answer stands until it is back.
                    await asyncio.sleep(SECONDS_BETWEEN_RIGHTS_CHECKS)
                    continue
                if None in orjson.loads(data).values():
                    raise _nothing(request.actor, was_there=last is not None)
                if data != last:
                    last = data
                    yield b'{"data":%b}' % data
                await self._wait(changed, began, request)

    async def _wait(self, changed: asyncio.Event, began: float, request: Request) -> None:
        """Wait until there may be a new answer, or other rights to check."""
        while time.monotonic() < began + SECONDS_BETWEEN_REREADS:
            try:
                async with asyncio.timeout(SECONDS_BETWEEN_RIGHTS_CHECKS):
                    await changed.wait()
                break
            except TimeoutError:
                if not await self._is_current(request):
                    request.reading = request.reading.acting(await request.reload())
                    return
        await asyncio.sleep(began + SECONDS_BETWEEN_ANSWERS - time.monotonic())

    async def _is_current(self, request: Request) -> bool:
        """Return True if the actor's rights are the ones that were loaded."""
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
        if self._open.total() >= MOST_STREAMS or self._open[who] >= MOST_STREAMS_PER_ACTOR:
            raise Ended.by("TOO_MANY_SUBSCRIPTIONS", "There are too many subscriptions; end one, or try again later.")
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


def _topic(root: FieldPlan, values: Variables, reading: Context) -> str:
    """Return the topic of a field as declared; without a key, a topic that has no notifications."""
    watch = root.bound.binding.watch if root.bound else None
    if watch is None:  # `__typename` never changes
        return SILENT_TOPIC
    if watch.argument is None:
        id = reading.actor.person_id
    else:
        decoded = decode_id(root.arguments[to_camel_case(watch.argument)](values, reading))
        id = decoded[1] if decoded else None
    return SILENT_TOPIC if id is None else topic_of(reading.actor.tenant.id, watch.model, id)


def _at_this_moment(request: Request) -> None:
    request.reading = request.reading._replace(now=datetime.now(UTC))


def _nothing(actor: Actor, *, was_there: bool) -> Ended:
    if was_there:
        return Ended.by("NOT_ALLOWED", "You are no longer allowed to watch this.")
    if actor.is_anonymous:
        return Ended.by("NOT_SIGNED_IN", "Sign in to watch this.")
    return Ended.by("NOT_FOUND", "The object does not exist, or you may not see it.")
