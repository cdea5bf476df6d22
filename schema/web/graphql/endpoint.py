"""The GraphQL endpoint: a plain ASGI application, because a request's and a response's objects cost more than a read.

A query that is all compiled is answered here, as the bytes that PostgreSQL sent. Whatever is unusual (a mutation, a
field in Python, an error to be told, a browser) falls through to Strawberry's view, which gives the same answers.
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
from schema.web.graphql.exchange import Exchange
from schema.web.graphql.http import Asked, Headers, HTTPRefusal, Message, Receive, Scope, Send
from schema.web.graphql.memory import Key, Memory, key_by, key_of
from schema.web.graphql.sockets import Sockets
from schema.web.graphql.streams import Streams, ended_by
from schema.web.graphql.told import codes_of, is_bad_value, is_outage, told
from schema.web.graphql.view import View
from schema.web.ops.draining import Stopping
from schema.web.signin.cookies import forgotten
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.settings import Settings
from services.core.telemetry.logs import log_failure


class Live(NamedTuple):
    """How much goes on: subscriptions, WebSockets, mutations that wait for others to be decided."""

    streams: int
    sockets: int
    gathering: int


class Endpoint:
    """`/{confederation}/graphql`."""

    def __init__(
        self, built: Built, database: Database, actors: Actors, settings: Settings, stopping: Stopping | None = None
    ) -> None:
        self._operations = built.operations
        self._trusted = Operations(built.catalog)  # of their own: what strangers ask for can't push them out
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
        """What goes on at this moment."""
        return Live(self._streams.open, self._sockets.open, self._mutations.waiting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Seen:
        """Answer one request; what may be told of it."""
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
        """Answer from memory, where what anybody gets was told a moment ago."""
        kept = self._memory.find(key) if key is not None else None
        if kept is None:
            return False
        exchange.seen.kind = "remembered"
        await caching.tell(exchange, kept.kind, kept.body, kept.etag, kept.control)
        return True

    async def _answer(self, exchange: Exchange) -> None:
        """Answer, or say why not."""
        try:
            await self._serve(exchange)
        except HTTPRefusal as refusal:
            await exchange.refuse(refusal)
        except Misdirected:  # at once, or when rights that have changed were worked out anew
            await exchange.refuse(_unknown_credentials(exchange))
        except Exception as error:
            if is_outage(error):
                unavailable = "The database doesn't answer; ask again."
                await exchange.refuse(HTTPRefusal(503, "UNAVAILABLE", unavailable, [(b"retry-after", b"1")]))
                return
            masked = f"Something went wrong here; the log has it under {log_failure('a request failed', error)}."
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
        asked = http.asked(scope, headers, body)
        try:
            if asked.named or request.actor.key:
                if asked.named and not asked.document:
                    request.pay(0, allowance.NAMING)
                asked = await self._documents.resolved(asked, request.actor)
                body = documents.in_full(scope, asked)
            await self._respond(exchange, body, asked, request)
        except Malformed as malformed:
            said = [told(error) for error in malformed.errors]
            exchange.seen.kind, exchange.seen.codes = "refused", codes_of(said)
            # A request that isn't executed is a client's error, where the media type can say so.
            status = 400 if exchange.kind == http.GRAPHQL_JSON else 200
            await exchange.respond(status, exchange.kind, orjson.dumps({"errors": said}))

    async def _respond(self, exchange: Exchange, body: bytes, asked: Asked, request: Request) -> None:
        """Answer what is asked: as bytes, as a stream of events, or by Strawberry's view."""
        if sse.is_all_that_is_accepted(exchange.headers):
            if not exchange.may_change and self._is_mutation(asked):
                raise http.not_allowed("A mutation is asked by POST.", b"POST")
            await self._stream(exchange, body, asked, request)
            return
        request.receive = exchange.receive
        try:
            answer = await self._splice(asked, request, may_change=exchange.may_change)
        except Watched:
            if not sse.is_accepted(exchange.headers):
                watched = "A subscription is watched over WebSocket, or as text/event-stream."
                raise HTTPRefusal(406, "SUBSCRIPTION", watched) from None
            await self._stream(exchange, body, asked, request)
            return
        if answer is None:
            request.document = (asked.document, asked.operation_name)
            exchange.scope["confed.request"] = request
            await self._view(exchange.scope, http.replay(body, exchange.receive), exchange.send)
        elif exchange.may_change:
            await exchange.respond(200, exchange.kind, answer)
        else:
            await caching.respond(exchange, answer, request, self._memory, _key_of(exchange, request))

    async def _stream(self, exchange: Exchange, body: bytes, asked: Asked, request: Request) -> None:
        request.receive = None  # the stream looks itself whether somebody still listens
        answers = self._answers(exchange.scope, body, asked, request)
        await sse.tell(answers, exchange.receive, exchange.send, request, self._stopping.ends)

    def _is_mutation(self, asked: Asked) -> bool:
        try:
            self._operations.find(asked.document, asked.operation_name)
        except Changing:
            return True
        except (NotSpliced, Malformed):
            return False
        return False

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket, at the same address."""
        headers = dict(scope["headers"])

        async def answers(asked: Asked, request: Request) -> AsyncGenerator[bytes, None]:
            posted = {**scope, "type": "http", "method": "POST", "headers": [(b"content-type", http.JSON)]}
            try:
                asked = await self._documents.resolved(asked, request.actor)
            except Exception as error:
                raise ended_by(error) from None
            async with aclosing(self._answers(posted, documents.in_full(posted, asked), asked, request)) as given:
                async for answer in given:
                    yield answer

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

    async def _request(self, scope: Scope, headers: Headers, seen: Seen | None = None) -> Request:
        """Who asks what of whom. HTTPRefusal without such a confederation, Misdirected for unknown credentials."""
        actor = await self._actors.anybody(scope, scope["path"][1 : -len("/graphql")])
        if actor is None:
            raise HTTPRefusal(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this address.")
        reload: Callable[[], Awaitable[Actor]] = _nobody
        # What a page of another website can make a browser do is a plain GET, whose answer it can't read.
        safe = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        credentials = self._actors.credentials(actor.tenant.slug, headers, safe=safe)
        if credentials is not None:
            reload = partial(self._actors.load, actor.tenant, credentials)
            actor = await self._actors.of(scope, actor.tenant, credentials)
        accepted = headers.get(b"accept-language", b"")[:200].decode("latin-1")  # it is kept
        reading = Context(actor, datetime.now(UTC), locales(accepted, actor.tenant.locales))
        take = partial(self._allowances.take, scope)
        return Request(self._database, reading, reload, take=take, seen=seen or Seen())

    async def _splice(self, asked: Asked, request: Request, *, may_change: bool = True) -> bytes | None:
        """The whole response as bytes; None where Strawberry's view has to answer, be it with an error of a field.

        Watched for a subscription. `may_change`: whether a mutation is done. Malformed where there is nothing to
        execute, or too much of it: the database has been asked nothing then.
        """
        if asked.is_trusted:
            request.seen.operation = asked.operation_name
        try:
            check_values(asked.variables)
            plan, values, cost = self._planned(asked, request)
            data = await request.read(plan, values)
        except TooMuch as too_much:
            raise Malformed([too_much]) from None
        except Changing as changing:
            request.seen.kind = "mutation"
            changed = await self._changed(changing, asked, request) if may_change else None
            if changed is None:
                return None
            data, cost = changed, request.spent
        except Watched:
            raise
        except (NotSpliced, GraphQLError, ExceptionGroup):
            request.seen.kind = "completed"
            if request.left is None:
                request.pay(0, allowance.REFUSING)
            return None
        except asyncpg.PostgresError as error:
            if is_outage(error):
                raise
            request.seen.kind = "completed"
            # Field by field under graphql-core, so that what can be answered is, and the rest says where it failed.
            if not is_bad_value(error):
                log_failure("a spliced read failed", error)
            return None
        if request.left is None or not may_change:  # what is asked by GET may be kept, for everybody and for longer
            return b'{"data":%b,"extensions":{"cost":{"spent":%d,"left":%d}}}' % (data, cost, MAXIMUM_COST - cost)
        return b'{"data":%b,"extensions":{"cost":{"spent":%d,"left":%d,"hour":{"left":%d,"restoredIn":%d}}}}' % (
            data,
            cost,
            MAXIMUM_COST - cost,
            *request.left,
        )

    async def _changed(self, changing: Changing, asked: Asked, request: Request) -> bytes | None:
        """What a mutation did, directly; None where graphql-core has to do it, or to answer."""
        fields = changing.operation.node.selection_set.selections
        request.pay(0, allowance.ASKING + allowance.MUTATING * len(fields))
        document = (asked.document, asked.operation_name)
        try:
            changed = await self._mutations.data(changing.operation, document, asked.variables, request)
        except (GraphQLError, ExceptionGroup):  # of the variables: graphql-core tells it
            return None
        request.settle()
        return changed

    def _planned(self, asked: Asked, request: Request) -> tuple[Plan, Variables, int]:
        """The plan, its values and its cost. NotSpliced after the cost has been checked all the same."""
        operations = self._trusted if asked.is_trusted else self._operations
        if not asked.is_trusted and not operations.keeps(asked.document, asked.operation_name):
            request.pay(0, allowance.READING + len(asked.document) // allowance.CHARACTERS)
        operation = operations.find(asked.document, asked.operation_name)
        values = operation.coercion.values(asked.variables)
        try:
            plan = operation.plan(values)
        except NotSpliced as unusual:
            if operation.introspects:
                self._check_introspection(request.actor)
            cost = unusual.cost.of(values, request.reading) if unusual.cost else 0
            limits.check_cost(cost)
            request.pay(cost, allowance.ASKING)
            raise
        cost = plan.cost.of(values, request.reading)
        limits.check_cost(cost)
        request.pay(cost, allowance.ASKING)
        return plan, values, cost

    def _check_introspection(self, actor: Actor) -> None:
        """Malformed where the actor may not ask for the schema."""
        if self._introspection == "everybody" or (self._introspection == "signed-in" and not actor.is_anonymous):
            return
        who = "nobody" if self._introspection == "nobody" else "whoever is not signed in"
        told = f"The schema is not told to {who} here."
        raise Malformed([GraphQLError(told, extensions={"code": "INTROSPECTION_OFF"})])


def _key_of(exchange: Exchange, request: Request) -> Key | None:
    """What the answer is kept by, where it is anybody's, or anybody's who shows a publishable key."""
    actor = request.actor
    if actor.key is None:
        return key_of(exchange.scope, exchange.headers)
    return key_by(exchange.scope, exchange.headers, actor.key.id) if actor.is_anonymous else None


def _unknown_credentials(exchange: Exchange) -> HTTPRefusal:
    slug = exchange.scope["path"][1 : -len("/graphql")]
    challenge = [(b"www-authenticate", b"Bearer"), *forgotten(exchange.headers, slug)]
    return HTTPRefusal(401, "UNKNOWN_CREDENTIALS", "These credentials are unknown at this address.", challenge)


async def _nobody() -> Actor:
    raise AssertionError("nobody's rights never change")
