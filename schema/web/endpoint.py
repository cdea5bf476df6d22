"""The GraphQL endpoint: a plain ASGI application, because a request's and a response's objects cost more than a read.

A query that is all compiled is answered here, as the bytes that PostgreSQL sent. Whatever is unusual (a mutation, a
field in Python, an error to be told, a browser) falls through to Strawberry's view, which gives the same answers.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial

import asyncpg
import orjson
from graphql import GraphQLError

from schema.build import Built
from schema.compiler import limits
from schema.compiler.context import Context
from schema.compiler.measure import MAXIMUM_COST
from schema.compiler.run import Malformed, NotSpliced, Plan, Watched
from schema.compiler.values import TooMuch, Variables
from schema.requests import Request
from schema.web import http, sse
from schema.web.actors import Actors, Misdirected, locales
from schema.web.http import Asked, Headers, HTTPRefusal, Message, Receive, Scope, Send
from schema.web.sockets import Sockets
from schema.web.streams import Streams, ended_by
from schema.web.told import is_bad_value, is_outage, told
from schema.web.view import View
from services.core.actor import Actor
from services.core.database import Database
from services.core.logs import log_failure


class Endpoint:
    """`/{confederation}/graphql`."""

    def __init__(self, built: Built, database: Database, actors: Actors) -> None:
        self._operations = built.operations
        self._database = database
        self._actors = actors
        self._view = View(built.strawberry)
        self._streams = Streams(built.operations, database)
        self._sockets = Sockets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        kind = http.media_type(headers)
        try:
            request = await self._request(scope, headers)
            if http.wants_page(scope, headers):
                await self._view(scope, receive, send)
                return
            body = await http.read_body(receive, headers) if scope["method"] == "POST" else b""
            asked = http.asked(scope, headers, body)
            if sse.is_wanted(headers):
                await sse.tell(self._answers(scope, body, asked, request), receive, send)
                return
            try:
                answer = await self._splice(asked, request)
            except Malformed as malformed:
                errors = orjson.dumps({"errors": [told(error) for error in malformed.errors]})
                # A request that isn't executed is a client's error, where the media type can say so.
                await http.respond(send, 400 if kind == http.GRAPHQL_JSON else 200, kind, errors)
                return
            if answer is not None:
                await http.respond(send, 200, kind, answer)
            else:
                request.document = (asked.document, asked.operation_name)
                scope["confed.request"] = request
                await self._view(scope, http.replay(body, receive), send)
        except HTTPRefusal as refusal:
            await http.refuse(send, kind, refusal)
        except Misdirected:  # at once, or when rights that have changed were worked out anew
            unknown = "These credentials are unknown at this address."
            challenge = [(b"www-authenticate", b"Bearer")]
            await http.refuse(send, kind, HTTPRefusal(401, "UNKNOWN_CREDENTIALS", unknown, challenge))
        except Exception as error:
            if is_outage(error):
                unavailable = "The database doesn't answer; ask again."
                await http.refuse(send, kind, HTTPRefusal(503, "UNAVAILABLE", unavailable, [(b"retry-after", b"1")]))
                return
            masked = f"Something went wrong here; the log has it under {log_failure('a request failed', error)}."
            await http.refuse(send, kind, HTTPRefusal(500, "INTERNAL", masked))

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket, at the same address."""
        headers = dict(scope["headers"])

        def answers(asked: Asked, request: Request) -> AsyncGenerator[bytes, None]:
            body = orjson.dumps(
                {"query": asked.document, "variables": asked.variables, "operationName": asked.operation_name}
            )
            posted = {**scope, "type": "http", "method": "POST", "headers": [(b"content-type", http.JSON)]}
            return self._answers(posted, body, asked, request)

        async def requesting(authorization: str | None) -> Request:
            said = {} if authorization is None else {b"authorization": authorization.encode()}
            return await self._request(scope, {**headers, **said})

        await self._sockets(scope, receive, send, requesting, answers)

    async def _answers(self, scope: Scope, body: bytes, asked: Asked, request: Request) -> AsyncGenerator[bytes, None]:
        """The answers to whatever is asked, for a connection that has several. Ended where there are no more."""
        try:
            try:
                async with aclosing(self._streams.answers(asked, request)) as answers:
                    async for answer in answers:
                        yield answer
            except NotSpliced:
                yield await self._only_answer(scope, body, asked, request)
        except Exception as error:
            raise ended_by(error) from None

    async def _only_answer(self, scope: Scope, body: bytes, asked: Asked, request: Request) -> bytes:
        """The answer to a query or a mutation, as over HTTP."""
        sent: list[bytes] = []

        async def send(message: Message) -> None:
            sent.append(message.get("body", b""))

        async def receive() -> Message:
            raise AssertionError("the body was read")

        answer = await self._splice(asked, request)
        if answer is not None:
            return answer
        request.document = (asked.document, asked.operation_name)
        await self._view({**scope, "confed.request": request}, http.replay(body, receive), send)
        return b"".join(sent)

    async def _request(self, scope: Scope, headers: Headers) -> Request:
        """Who asks what of whom. HTTPRefusal without such a confederation, Misdirected for unknown credentials."""
        actor = await self._actors.anybody(scope["path"][1 : -len("/graphql")])
        if actor is None:
            raise HTTPRefusal(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this address.")
        reload: Callable[[], Awaitable[Actor]] = _nobody
        authorization = headers.get(b"authorization")
        if authorization is not None:
            credentials = authorization.decode("latin-1")
            reload = partial(self._actors.load, actor.tenant, credentials)
            actor = await self._actors.of(actor.tenant, credentials)
        accepted = headers.get(b"accept-language", b"").decode("latin-1")
        reading = Context(actor, datetime.now(UTC), locales(accepted, actor.tenant.locales))
        return Request(self._database, reading, reload)

    async def _splice(self, asked: Asked, request: Request) -> bytes | None:
        """The whole response as bytes; None where Strawberry's view has to answer, be it with an error of a field.

        Malformed where there is nothing to execute, or too much of it: nothing has been asked of the database then.
        """
        try:
            plan, values, cost = self._planned(asked, request)
            data = await request.read(plan, values)
        except TooMuch as too_much:
            raise Malformed([too_much]) from None
        except Watched:
            watched = "A subscription is watched over WebSocket, or as text/event-stream."
            raise HTTPRefusal(406, "SUBSCRIPTION", watched) from None
        except (NotSpliced, GraphQLError, ExceptionGroup):
            return None
        except asyncpg.PostgresError as error:
            if is_outage(error):
                raise
            # Field by field under graphql-core, so that what can be answered is, and the rest says where it failed.
            if not is_bad_value(error):
                log_failure("a spliced read failed", error)
            return None
        return b'{"data":%b,"extensions":{"cost":{"spent":%d,"left":%d}}}' % (data, cost, MAXIMUM_COST - cost)

    def _planned(self, asked: Asked, request: Request) -> tuple[Plan, Variables, int]:
        """The plan, its values and its cost. NotSpliced after the cost has been checked all the same."""
        operation = self._operations.find(asked.document, asked.operation_name)
        values = operation.coercion.values(asked.variables)
        try:
            plan = operation.plan(values)
        except NotSpliced as unusual:
            limits.check_cost(unusual.cost.of(values, request.reading) if unusual.cost else 0)
            raise
        cost = plan.cost.of(values, request.reading)
        limits.check_cost(cost)
        return plan, values, cost


async def _nobody() -> Actor:
    raise AssertionError("nobody's rights never change")
