"""The GraphQL endpoint: a plain ASGI application, because Starlette's request and response cost more than a read.

A query that is entirely compiled is answered here, with the bytes that PostgreSQL sent. Everything else (a mutation, a
field in Python, an answer with errors, a browser) is passed on to Strawberry's view, which gives the same answers.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import asyncpg
import orjson
from graphql import GraphQLError

from schema.build import Built
from schema.compiler import limits
from schema.compiler.context import Context
from schema.compiler.measure import MAXIMUM_COST, check_values
from schema.compiler.run import Changing, Malformed, NotSpliced, Operations, Plan, Watched
from schema.compiler.values import TooMuch, Variables
from schema.reading.leaving import Gone
from schema.reading.requests import Request, Seen
from schema.web import cors
from schema.web.graphql import allowance, caching, documents, http, sse
from schema.web.graphql.actors import Actors, Misdirected, locales
from schema.web.graphql.allowance import Allowances
from schema.web.graphql.documents import Documents
from schema.web.graphql.errors import codes_of, formatted_error, is_bad_value, is_outage
from schema.web.graphql.exchange import Exchange
from schema.web.graphql.http import Headers, HTTPRefusal, Message, Receive, RequestParams, Scope, Send
from schema.web.graphql.memory import Key, Memory, key_by, key_of
from schema.web.graphql.sockets import Sockets
from schema.web.graphql.streams import Streams, ended_by
from schema.web.graphql.view import View
from schema.web.ops.draining import Stopping
from schema.web.signin.cookies import forgotten
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.settings import Settings
from services.core.telemetry.logs import log_failure


class Live(NamedTuple):
    """Current numbers of subscriptions, of WebSockets, and of mutations that wait for a batch."""

    streams: int
    sockets: int
    gathering: int


class Endpoint:
    """`/{confederation}/graphql`."""

    def __init__(
        self, built: Built, database: Database, actors: Actors, settings: Settings, stopping: Stopping | None = None
    ) -> None:
        self._operations = built.operations
        # separate caches: requests from strangers can't evict trusted documents
        self._trusted = Operations(built.catalog)
        self._documents = Documents(database)
        self._mutations = built.mutations
        self._database = database
        self._actors = actors
        self._view = View(built.strawberry)
        self._streams = Streams(built.operations, built.catalog, database)
        self._stopping = stopping or Stopping()
        self._sockets = Sockets(self._stopping)
        self._allowances = Allowances(settings)
        self._introspection = settings.introspection
        self._memory = Memory(settings.public_seconds)

    @property
    def figures(self) -> Live:
        """Return the current numbers for the metrics."""
        return Live(self._streams.open, self._sockets.open, self._mutations.waiting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Seen:
        """Answer a request, and return the facts about it for metrics and logs."""
        headers = dict(scope["headers"])
        if cors.is_preflight(scope["method"], headers):
            await cors.preflight(headers, self._actors.origins, send)
            return Seen("preflight")
        exchange = Exchange(scope, headers, receive, send, self._actors.origins)
        if scope["method"] in ("GET", "HEAD") and await self._retell(exchange, key_of(scope, headers)):
            return exchange.seen
        with suppress(Gone):
            await self._answer(exchange)
        return exchange.seen

    async def _retell(self, exchange: Exchange, key: Key | None) -> bool:
        """Answer from the cache, if the same anonymous answer was sent a moment ago."""
        kept = self._memory.find(key) if key is not None else None
        if kept is None:
            return False
        exchange.seen.kind = "remembered"
        await caching.tell(exchange, kept.kind, kept.body, kept.etag, kept.control)
        return True

    async def _answer(self, exchange: Exchange) -> None:
        """Answer a request or refuse it."""
        try:
            await self._serve(exchange)
        except HTTPRefusal as refusal:
            await exchange.refuse(refusal)
        except Misdirected:  # from the first look-up, or from reloading stale rights
            await exchange.refuse(_unknown_credentials(exchange))
        except Exception as error:
            if is_outage(error):
                unavailable = "The database is not available; try again."
                await exchange.refuse(HTTPRefusal(503, "UNAVAILABLE", unavailable, [(b"retry-after", b"1")]))
                return
            masked = f"Internal error; the log has it under {log_failure('a request failed', error)}."
            await exchange.refuse(HTTPRefusal(500, "INTERNAL", masked))

    async def _serve(self, exchange: Exchange) -> None:
        scope, headers = exchange.scope, exchange.headers
        request = await self._request(scope, headers, exchange.seen)
        if request.actor.session is not None:
            exchange.more += await self._actors.renewed(request.actor, headers)
        if not exchange.may_change and request.actor.key and await self._retell(exchange, _key_of(exchange, request)):
            return
        if http.wants_page(scope, headers):
            exchange.seen.kind = "page"
            await self._view(scope, exchange.receive, exchange.send)
            return
        body = await http.read_body(exchange.receive, headers) if exchange.may_change else b""
        params = http.parse_request(scope, headers, body)
        try:
            if params.named or request.actor.key:
                if params.named and not params.document:
                    request.pay(0, allowance.COST_PER_DOCUMENT_LOOKUP)
                params = await self._documents.resolved(params, request.actor)
                body = documents.in_full(scope, params)
            await self._respond(exchange, body, params, request)
        except Malformed as malformed:
            said = [formatted_error(error) for error in malformed.errors]
            exchange.seen.kind, exchange.seen.codes = "refused", codes_of(said)
            # A request that isn't executed is a client's error, if the media type can express that.
            status = 400 if exchange.kind == http.GRAPHQL_JSON else 200
            await exchange.respond(status, exchange.kind, orjson.dumps({"errors": said}))

    async def _respond(self, exchange: Exchange, body: bytes, params: RequestParams, request: Request) -> None:
        """Answer a request: as bytes, as an event stream, or by Strawberry's view."""
        if sse.is_all_that_is_accepted(exchange.headers):
            if not exchange.may_change and self._is_mutation(params):
                raise http.not_allowed("Use POST for a mutation.", b"POST")
            await self._stream(exchange, body, params, request)
            return
        request.receive = exchange.receive
        try:
            answer = await self._splice(params, request, may_change=exchange.may_change)
        except Watched:
            if not sse.is_accepted(exchange.headers):
                watched = "Use WebSocket or text/event-stream for a subscription."
                raise HTTPRefusal(406, "SUBSCRIPTION", watched) from None
            await self._stream(exchange, body, params, request)
            return
        if answer is None:
            request.document = (params.document, params.operation_name)
            exchange.scope["confed.request"] = request
            await self._view(exchange.scope, http.replay(body, exchange.receive), exchange.send)
        elif exchange.may_change:
            await exchange.respond(200, exchange.kind, answer)
        else:
            await caching.respond(exchange, answer, request, self._memory, _key_of(exchange, request))

    async def _stream(self, exchange: Exchange, body: bytes, params: RequestParams, request: Request) -> None:
        request.receive = None  # the stream itself checks whether the client is still connected
        answers = self._answers(exchange.scope, body, params, request)
        await sse.tell(answers, exchange.receive, exchange.send, request, self._stopping.ends)

    def _is_mutation(self, params: RequestParams) -> bool:
        try:
            self._operations.find(params.document, params.operation_name)
        except Changing:
            return True
        except (NotSpliced, Malformed):
            return False
        return False

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket at the same URL."""
        headers = dict(scope["headers"])

        async def answers(params: RequestParams, request: Request) -> AsyncGenerator[bytes, None]:
            posted = {**scope, "type": "http", "method": "POST", "headers": [(b"content-type", http.JSON)]}
            try:
                params = await self._documents.resolved(params, request.actor)
            except Exception as error:
                raise ended_by(error) from None
            async with aclosing(self._answers(posted, documents.in_full(posted, params), params, request)) as given:
                async for answer in given:
                    yield answer

        async def requesting(authorization: str | None) -> Request:
            said = {} if authorization is None else {b"authorization": authorization.encode()}
            return await self._request(scope, {**headers, **said})

        await self._sockets(scope, receive, send, requesting, answers)

    async def _answers(
        self, scope: Scope, body: bytes, params: RequestParams, request: Request
    ) -> AsyncGenerator[bytes, None]:
        """Yield the answers to an operation, for a connection that carries several. Raise Ended when
        there are no more.
        """
        try:
            try:
                async with aclosing(self._streams.answers(params, request)) as answers:
                    async for answer in answers:
                        yield answer
            except NotSpliced:
                yield await self._only_answer(scope, body, params, request)
        except Exception as error:
            raise ended_by(error) from None

    async def _only_answer(self, scope: Scope, body: bytes, params: RequestParams, request: Request) -> bytes:
        """Return the answer to a query or a mutation, as over HTTP."""
        sent: list[bytes] = []

        async def send(message: Message) -> None:
            sent.append(message.get("body", b""))

        async def receive() -> Message:
            raise AssertionError("the body was read")

        answer = await self._splice(params, request)
        if answer is not None:
            return answer
        request.document = (params.document, params.operation_name)
        await self._view({**scope, "confed.request": request}, http.replay(body, receive), send)
        return b"".join(sent)

    async def _request(self, scope: Scope, headers: Headers, seen: Seen | None = None) -> Request:
        """Identify the actor and create the request. Raise HTTPRefusal if there is no such confederation, and
        Misdirected for unknown credentials.
        """
        actor = await self._actors.anybody(scope, scope["path"][1 : -len("/graphql")])
        if actor is None:
            raise HTTPRefusal(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this URL.")
        reload: Callable[[], Awaitable[Actor]] = _nobody
        # All that a page of another website can make a browser send is a plain GET, whose answer it can't read.
        safe = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        credentials = self._actors.credentials(actor.tenant.slug, headers, safe=safe)
        if credentials is not None:
            reload = partial(self._actors.load, actor.tenant, credentials)
            actor = await self._actors.of(scope, actor.tenant, credentials)
        accepted = headers.get(b"accept-language", b"")[:200].decode("latin-1")  # the value is cached
        reading = Context(actor, datetime.now(UTC), locales(accepted, actor.tenant.locales))
        take = partial(self._allowances.take, scope)
        return Request(self._database, reading, reload, take=take, seen=seen or Seen())

    async def _splice(self, params: RequestParams, request: Request, *, may_change: bool = True) -> bytes | None:
        """Return the whole response as bytes; None if Strawberry's view has to answer, for example with an error of a
        field.

        `watched`: for a subscription. `may_change`: True if mutations are run. Raise Malformed if there is nothing to
        execute, or too much; the database has not been queried then.
        """
        if params.is_trusted:
            request.seen.operation = params.operation_name
        try:
            check_values(params.variables)
            plan, values, cost = self._planned(params, request)
            data = await request.read(plan, values)
        except TooMuch as too_much:
            raise Malformed([too_much]) from None
        except Changing as changing:
            request.seen.kind = "mutation"
            changed = await self._changed(changing, params, request) if may_change else None
            if changed is None:
                return None
            data, cost = changed, request.spent
        except Watched:
            raise
        except (NotSpliced, GraphQLError, ExceptionGroup):
            request.seen.kind = "completed"
            if request.left is None:
                request.pay(0, allowance.COST_PER_REFUSED_OPERATION)
            return None
        except asyncpg.PostgresError as error:
            if is_outage(error):
                raise
            request.seen.kind = "completed"
            # Let graphql-core read field by field: it answers what it can, and reports where the rest failed.
            if not is_bad_value(error):
                log_failure("a spliced read failed", error)
            return None
        if request.left is None or not may_change:  # the answer to a GET may be cached, for everybody and for longer
            return b'{"data":%b,"extensions":{"cost":{"spent":%d,"left":%d}}}' % (data, cost, MAXIMUM_COST - cost)
        return b'{"data":%b,"extensions":{"cost":{"spent":%d,"left":%d,"hour":{"left":%d,"restoredIn":%d}}}}' % (
            data,
            cost,
            MAXIMUM_COST - cost,
            *request.left,
        )

    async def _changed(self, changing: Changing, params: RequestParams, request: Request) -> bytes | None:
        """Run a mutation and return its answer; None if graphql-core has to run it, or to answer."""
        fields = changing.operation.node.selection_set.selections
        request.pay(0, allowance.COST_PER_REQUEST + allowance.COST_PER_MUTATION * len(fields))
        document = (params.document, params.operation_name)
        try:
            changed = await self._mutations.data(changing.operation, document, params.variables, request)
        except (GraphQLError, ExceptionGroup):  # in the variables: graphql-core reports it
            return None
        request.settle()
        return changed

    def _planned(self, params: RequestParams, request: Request) -> tuple[Plan, Variables, int]:
        """Return the plan, its values and its cost. Raise NotSpliced, but check the cost before."""
        operations = self._trusted if params.is_trusted else self._operations
        if not params.is_trusted and not operations.keeps(params.document, params.operation_name):
            request.pay(0, allowance.COST_PER_NEW_DOCUMENT + len(params.document) // allowance.CHARACTERS_PER_COST)
        operation = operations.find(params.document, params.operation_name)
        values = operation.coercion.values(params.variables)
        try:
            plan = operation.plan(values)
        except NotSpliced as unusual:
            if operation.introspects:
                self._check_introspection(request.actor)
            cost = unusual.cost.of(values, request.reading) if unusual.cost else 0
            limits.check_cost(cost)
            request.pay(cost, allowance.COST_PER_REQUEST)
            raise
        cost = plan.cost.of(values, request.reading)
        limits.check_cost(cost)
        request.pay(cost, allowance.COST_PER_REQUEST)
        return plan, values, cost

    def _check_introspection(self, actor: Actor) -> None:
        """Raise Malformed if the actor may not introspect the schema."""
        if self._introspection == "everybody" or (self._introspection == "signed-in" and not actor.is_anonymous):
            return
        whom = "" if self._introspection == "nobody" else " for anonymous clients"
        told = f"Introspection is disabled{whom}."
        raise Malformed([GraphQLError(told, extensions={"code": "INTROSPECTION_OFF"})])


def _key_of(exchange: Exchange, request: Request) -> Key | None:
    """Return the cache key of the answer, if it is the same for all anonymous clients or for all users of a publishable
    key.
    """
    actor = request.actor
    if actor.key is None:
        return key_of(exchange.scope, exchange.headers)
    return key_by(exchange.scope, exchange.headers, actor.key.id) if actor.is_anonymous else None


def _unknown_credentials(exchange: Exchange) -> HTTPRefusal:
    slug = exchange.scope["path"][1 : -len("/graphql")]
    challenge = [(b"www-authenticate", b"Bearer"), *forgotten(exchange.headers, slug)]
    return HTTPRefusal(401, "UNKNOWN_CREDENTIALS", "The credentials are unknown at this URL.", challenge)


async def _nobody() -> Actor:
    raise AssertionError("anonymous rights never change")
