"""The GraphQL endpoint: a plain ASGI application, because a request's and a response's objects cost more than a read.

A query that is all compiled is answered here, as the bytes that PostgreSQL sent. Whatever is unusual (a mutation, a
field in Python, an error to be told, a browser) falls through to Strawberry's view, which gives the same answers.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import asyncpg
import orjson
from graphql import GraphQLError

from schema.build import Built
from schema.compiler import limits
from schema.compiler.context import Context
from schema.compiler.run import NotSpliced
from schema.requests import Request
from schema.web.actors import Actors, Misdirected, locales
from schema.web.view import View
from services.core.actor import Actor
from services.core.database import Database

log = logging.getLogger("confed.graphql")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LARGEST_BODY = 1_000_000
"""Bytes; a larger body is refused unread."""

_JSON = b"application/json"
_GRAPHQL = b"application/graphql-response+json"


class _BodyTooLarge(Exception):
    """More than LARGEST_BODY."""


class Endpoint:
    """`/{confederation}/graphql`."""

    def __init__(self, built: Built, database: Database, actors: Actors) -> None:
        self._operations = built.operations
        self._database = database
        self._actors = actors
        self._view = View(built.strawberry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._view(scope, receive, send)
            return
        headers = dict(scope["headers"])
        media_type = _GRAPHQL if _GRAPHQL in headers.get(b"accept", b"") else _JSON
        refuse = partial(_refuse, send, media_type)
        try:
            await self._answer(scope, headers, receive, send, refuse, media_type)
        except Exception:
            correlation = uuid4().hex
            log.exception("request failed, correlation %s", correlation)
            await refuse(500, "INTERNAL", f"Something went wrong here; the log has it under {correlation}.")

    async def _answer(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
        refuse: Callable[[int, str, str], Awaitable[None]],
        media_type: bytes,
    ) -> None:
        try:
            actor = await self._actors.anybody(scope["path_params"]["confederation"])
            if actor is None:
                await refuse(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this address.")
                return
            authorization = headers.get(b"authorization")
            reload: Callable[[], Awaitable[Actor]] = _nobody
            if authorization is not None:
                text = authorization.decode("latin-1")
                reload = partial(self._actors.load, actor.tenant, text)
                actor = await self._actors.of(actor.tenant, text)
        except Misdirected:
            await refuse(401, "UNKNOWN_CREDENTIALS", "These credentials are unknown at this address.")
            return
        accepted = headers.get(b"accept-language", b"").decode("latin-1")
        reading = Context(actor, datetime.now(UTC), locales(accepted, actor.tenant.locales))
        request = Request(self._database, reading, reload)
        try:
            body = await _body(receive, headers) if scope["method"] == "POST" else b""
        except _BodyTooLarge:
            await refuse(413, "BODY_TOO_LARGE", f"A body has at the most {LARGEST_BODY} bytes.")
            return
        answer = await self._splice(scope, headers, body, request)
        if answer is not None:
            await _respond(send, 200, media_type, answer)
        else:
            scope["confed.request"] = request
            await self._view(scope, _replay(body, receive), send)

    async def _splice(self, scope: Scope, headers: dict[bytes, bytes], body: bytes, request: Request) -> bytes | None:
        """The whole response as bytes; None where Strawberry's view has to answer, be it with an error."""
        try:
            document, variables, name = _asked(scope, headers, body)
            operation = self._operations.find(document, name)
            values = operation.coercion.values(variables)
            plan = operation.plan(values)
            cost = plan.cost(values, request.reading)
            limits.check_cost(cost)
            data = await request.read(plan, values)
        except (NotSpliced, GraphQLError, ExceptionGroup):
            return None
        except asyncpg.PostgresError:
            # Field by field under graphql-core, so that what can be answered is, and the rest says where it failed.
            log.exception("a spliced read failed")
            return None
        return b'{"data":%b,"extensions":{"cost":{"spent":%d,"left":%d}}}' % (data, cost, limits.MAXIMUM_COST - cost)


def _asked(scope: Scope, headers: dict[bytes, bytes], body: bytes) -> tuple[str, dict[str, Any], str | None]:
    if body:
        if not headers.get(b"content-type", b"").startswith(_JSON):
            raise NotSpliced
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise NotSpliced from None
    elif b"text/html" not in headers.get(b"accept", b"") and scope["method"] == "GET":
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=10))
        try:
            asked["variables"] = orjson.loads(asked.get("variables", "null"))
        except orjson.JSONDecodeError:
            raise NotSpliced from None
    else:
        raise NotSpliced
    if type(asked) is not dict:
        raise NotSpliced
    document, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    if type(document) is not str or not (variables is None or type(variables) is dict):
        raise NotSpliced
    if not (name is None or type(name) is str):
        raise NotSpliced
    return document, variables or {}, name or None


async def _nobody() -> Actor:
    raise AssertionError("nobody's rights never change")


async def _body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    if int(headers.get(b"content-length", b"0") or 0) > LARGEST_BODY:
        raise _BodyTooLarge
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _BodyTooLarge
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def _respond(send: Send, status: int, media_type: bytes, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", media_type + b"; charset=utf-8"),
                (b"content-length", b"%d" % len(body)),
                (b"vary", b"accept, accept-language, authorization"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, media_type: bytes, status: int, code: str, message: str) -> None:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    await _respond(send, status, media_type, body)
