"""GraphQL over WebSocket: `graphql-transport-ws`, on Strawberry's handling of the protocol.

Who asks is said by the handshake's `Authorization`, or in `connection_init`'s payload, `{"authorization": "Bearer …"}`,
where a browser can't set headers. Queries and mutations are answered as over HTTP.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import CompleteMessage, ErrorMessage
from strawberry.types.unset import UNSET

from schema.reading.requests import Request, Seen
from schema.web.graphql import http
from schema.web.graphql.actors import Misdirected
from schema.web.graphql.allowance import peer_of
from schema.web.graphql.http import LARGEST_BODY, Asked, HTTPRefusal, Receive, Scope, Send, loads
from schema.web.graphql.streams import STREAMS_OF_ONE, Ended, ended_by
from schema.web.graphql.told import codes_of
from schema.web.ops.draining import Stopping
from schema.web.ops.observing import observe
from services.core.telemetry.logs import log_failure

RESTARTING = 1012
"""The code that says so (RFC 6455's registry): clients connect again and subscribe to what they had."""
GREETING = timedelta(seconds=10)
"""How long a client may take to say who it is."""
CONNECTIONS = 1_000
"""How many connections a process holds."""
CONNECTIONS_OF_ONE = 50
"""How many of them one network address has: the next tenant's desk finds a place, whatever one client does."""
IDLE = 60.0
"""Seconds without any operation after which a connection is closed: clients that need it connect again."""

Requesting = Callable[[str | None], Awaitable[Request]]
"""Makes a request of whoever has these credentials."""
Answers = Callable[[Asked, Request], AsyncGenerator[bytes, None]]


class Sockets:
    """The connections of a process."""

    def __init__(self, stopping: Stopping) -> None:
        self._conversations: set[_Conversation] = set()
        self._by_peer: Counter[bytes] = Counter()
        self._ends = stopping.ends
        stopping.finishing.append(self._finish)

    @property
    def open(self) -> int:
        """How many there are."""
        return len(self._conversations)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, requesting: Requesting, answers: Answers
    ) -> None:
        """Serve one connection until it is closed."""
        websocket = WebSocket(scope, receive, send)
        peer = peer_of(scope)
        is_full = self.open >= CONNECTIONS or self._by_peer[peer] >= CONNECTIONS_OF_ONE
        if GRAPHQL_TRANSPORT_WS_PROTOCOL not in scope["subprotocols"] or is_full:
            await websocket.close()  # before it is accepted: the handshake is answered 403
            return
        conversation = _Conversation(websocket, requesting, answers, self._ends)
        self._conversations.add(conversation)
        self._by_peer[peer] += 1
        resting = asyncio.ensure_future(conversation.close_when_idle())
        try:
            await websocket.accept(GRAPHQL_TRANSPORT_WS_PROTOCOL)
            await conversation.handle()
        finally:
            resting.cancel()
            self._conversations.discard(conversation)
            self._by_peer[peer] -= 1
            if not self._by_peer[peer]:
                del self._by_peer[peer]

    async def _finish(self) -> None:
        """Close each connection once nothing is to be answered on it but subscriptions: clients come again."""
        while self._conversations:
            for conversation in list(self._conversations):
                if conversation.is_idle:
                    await conversation.texts.close(RESTARTING, "Come again")
                    self._conversations.discard(conversation)
            await asyncio.sleep(0.02)


class _Texts(ASGIWebSocketAdapter):
    """Messages as texts, of a limited length."""

    async def send(self, text: str) -> None:
        """One message."""
        try:
            await self.ws.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        with suppress(RuntimeError):  # closed by the other side meanwhile
            await self.ws.close(code=code, reason=reason[:100])


class _TooLong(Exception):
    """A message that is longer than a request may be."""


class _Conversation(BaseGraphQLTransportWSHandler[Any, None]):
    """One connection: what Strawberry does of the protocol, with this project's requests and answers."""

    def __init__(self, websocket: WebSocket, requesting: Requesting, answers: Answers, ends: asyncio.Event) -> None:
        self._requesting = requesting
        self._answers = answers
        self._credentials: str | None = None
        self._ends = ends
        self._running: dict[str, Request | None] = {}
        self.texts = _Texts(self, websocket, websocket)  # type: ignore[arg-type]
        super().__init__(
            view=self,  # type: ignore[arg-type]
            websocket=self.texts,
            context={},
            root_value=None,
            schema=None,  # type: ignore[arg-type]
            connection_init_wait_timeout=GREETING,
            max_subscriptions_per_connection=STREAMS_OF_ONE,
        )

    # What the adapter and the handler ask of a view

    def decode_json(self, text: str) -> object:
        """A message."""
        if len(text) > LARGEST_BODY:
            raise _TooLong
        return loads(text)

    def encode_json(self, message: object) -> str:
        """A message as text."""
        return orjson.dumps(message).decode()

    async def on_ws_connect(self, context: dict[str, Any]) -> Any:
        """Find out who it is. ConnectionRejectionError for unknown credentials."""
        said = context["connection_params"].get("authorization")
        if said is not None and not isinstance(said, str):
            raise ConnectionRejectionError
        self._credentials = said
        try:
            await self._requesting(said)
        except Exception as refusal:
            if not isinstance(refusal, Misdirected | HTTPRefusal):
                log_failure("a conversation could not begin", refusal)
            raise ConnectionRejectionError from refusal
        return UNSET

    # Messages

    async def handle_message(self, message: Any) -> None:
        """One message, or the end of a conversation that isn't one."""
        if _is_well_formed(message):
            if message["type"] == "subscribe":
                if self._ends.is_set():
                    return  # it is asked again on the next connection
                # Carried through Strawberry's handling as what it takes for the document's text.
                message["payload"]["query"] = http.read(message["payload"])
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("This is no message of graphql-transport-ws")

    async def handle(self) -> None:
        """Until the connection is closed."""
        try:
            await super().handle()
        except _TooLong:
            await self.texts.close(1009, f"A message has at the most {LARGEST_BODY} characters")

    async def close_when_idle(self) -> None:
        """Close the connection once nothing has been asked on it for a while."""
        since = time.monotonic()
        while time.monotonic() - since < IDLE:
            if self._running:
                since = time.monotonic()
            await asyncio.sleep(IDLE / 10)
        await self.texts.close(1000, "Nothing was asked")

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to be answered but subscriptions."""
        return all(request is not None and request.watches for request in self._running.values())

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Send the answers of an operation, then that it is complete, or why it ended."""
        seen = Seen("refused")
        self._running[operation.id] = None
        try:
            await self._run(operation, seen)
        finally:
            request = self._running.pop(operation.id, None)
            if request is not None:
                request.seen.codes += seen.codes
                if request.seen.codes and request.seen.kind == "spliced":
                    request.seen.kind = "refused"
            observe(seen if request is None else request.seen)

    async def _run(self, operation: Operation[Any, None], seen: Seen) -> None:
        asked: Any = operation.query  # see `handle_message`
        try:
            try:
                request = self._running[operation.id] = await self._requesting(self._credentials)
                async with aclosing(self._answers(asked, request)) as answers:
                    async for answer in answers:
                        id = self.encode_json(operation.id)
                        await self.texts.send(f'{{"id":{id},"type":"next","payload":{answer.decode()}}}')
                await operation.send_operation_message(CompleteMessage(id=operation.id, type="complete"))
            except WebSocketDisconnected:
                raise
            except Exception as error:
                ended = ended_by(error)
                seen.codes = codes_of(ended.errors)
                await _end(operation, ended)
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)


async def _end(operation: Operation[Any, None], ended: Ended) -> None:
    errors: Any = ended.errors
    await operation.send_operation_message(ErrorMessage(id=operation.id, type="error", payload=errors))


def _is_well_formed(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return False
    if message["type"] != "subscribe":
        return True
    try:
        http.read(message.get("payload"))
    except HTTPRefusal:
        return False
    return True
