"""GraphQL over WebSocket: `graphql-transport-ws`, on top of Strawberry's protocol handler.

Credentials are in the handshake's `Authorization`, or in `connection_init`'s payload, `{"authorization": "Bearer …"}`,
since browsers can't set headers. Queries and mutations are answered as over HTTP.
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
from schema.web.graphql.errors import codes_of
from schema.web.graphql.http import LARGEST_BODY, HTTPRefusal, Receive, RequestParams, Scope, Send, loads
from schema.web.graphql.streams import MOST_STREAMS_PER_ACTOR, Ended, ended_by
from schema.web.ops.draining import Stopping
from schema.web.ops.observing import observe
from services.core.telemetry.logs import log_failure

CLOSE_CODE_RESTARTING = 1012
"""Close code 1012 (service restart): clients connect again and renew their subscriptions."""
INIT_TIMEOUT = timedelta(seconds=10)
"""Time within which a client must send `connection_init`."""
MOST_CONNECTIONS = 1_000
"""Maximum number of connections per process."""
MOST_CONNECTIONS_PER_ADDRESS = 50
"""Maximum number of connections per network address: one client can't take the places of other tenants' desks."""
IDLE_SECONDS = 60.0
"""Seconds without any operation after which a connection is closed. Clients connect again when they need it."""

Requesting = Callable[[str | None], Awaitable[Request]]
"""Creates a request with the given credentials."""
Answers = Callable[[RequestParams, Request], AsyncGenerator[bytes, None]]


class Sockets:
    """The WebSocket connections of a process."""

    def __init__(self, stopping: Stopping) -> None:
        self._conversations: set[_Conversation] = set()
        self._by_peer: Counter[bytes] = Counter()
        self._ends = stopping.ends
        stopping.finishing.append(self._finish)

    @property
    def open(self) -> int:
        """Return the number of open connections."""
        return len(self._conversations)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, requesting: Requesting, answers: Answers
    ) -> None:
        """Serve one connection until it is closed."""
        websocket = WebSocket(scope, receive, send)
        peer = peer_of(scope)
        is_full = self.open >= MOST_CONNECTIONS or self._by_peer[peer] >= MOST_CONNECTIONS_PER_ADDRESS
        if GRAPHQL_TRANSPORT_WS_PROTOCOL not in scope["subprotocols"] or is_full:
            await websocket.close()  # refused before it is accepted: the handshake gets a 403
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
        """Close each connection once only subscriptions are running on it; clients reconnect."""
        while self._conversations:
            for conversation in list(self._conversations):
                if conversation.is_idle:
                    await conversation.texts.close(CLOSE_CODE_RESTARTING, "Come again")
                    self._conversations.discard(conversation)
            await asyncio.sleep(0.02)


class _Texts(ASGIWebSocketAdapter):
    """WebSocket messages as texts of limited length."""

    async def send(self, text: str) -> None:
        """Send a message."""
        try:
            await self.ws.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        with suppress(RuntimeError):  # the client has closed the connection meanwhile
            await self.ws.close(code=code, reason=reason[:100])


class _TooLong(Exception):
    """The message is longer than a request may be."""


class _Conversation(BaseGraphQLTransportWSHandler[Any, None]):
    """A connection: Strawberry's protocol handler with this project's requests and answers."""

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
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MOST_STREAMS_PER_ACTOR,
        )

    # The interface of a view that Strawberry's adapter and handler use

    def decode_json(self, text: str) -> object:
        """Parse a message."""
        if len(text) > LARGEST_BODY:
            raise _TooLong
        return loads(text)

    def encode_json(self, message: object) -> str:
        """Serialize a message."""
        return orjson.dumps(message).decode()

    async def on_ws_connect(self, context: dict[str, Any]) -> Any:
        """Authenticate the client. Raise ConnectionRejectionError for unknown credentials."""
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
        """Handle a message; close the connection if it is not a valid one."""
        if _is_well_formed(message):
            if message["type"] == "subscribe":
                if self._ends.is_set():
                    return  # the client sends it again on its next connection
                # Pass the parsed request through Strawberry's handler in place of the document's text.
                message["payload"]["query"] = http.parse_params(message["payload"])
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("This is not a message of graphql-transport-ws")

    async def handle(self) -> None:
        """Handle messages until the connection is closed."""
        try:
            await super().handle()
        except _TooLong:
            await self.texts.close(1009, f"A message may have at most {LARGEST_BODY} characters")

    async def close_when_idle(self) -> None:
        """Close the connection once it has been idle for a while."""
        since = time.monotonic()
        while time.monotonic() - since < IDLE_SECONDS:
            if self._running:
                since = time.monotonic()
            await asyncio.sleep(IDLE_SECONDS / 10)
        await self.texts.close(1000, "The connection was idle")

    @property
    def is_idle(self) -> bool:
        """Return True if only subscriptions are running."""
        return all(request is not None and request.watches for request in self._running.values())

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Send the answers of an operation, then `complete`, or the error that ended it."""
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
        params: Any = operation.query  # see `handle_message`
        try:
            try:
                request = self._running[operation.id] = await self._requesting(self._credentials)
                async with aclosing(self._answers(params, request)) as answers:
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
        http.parse_params(message.get("payload"))
    except HTTPRefusal:
        return False
    return True
