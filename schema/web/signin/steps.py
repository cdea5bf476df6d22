"""A step of signing in as a small HTTP exchange: JSON in, JSON out, never cached."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from schema.web.graphql import http
from schema.web.graphql.actors import Actors, Misdirected
from schema.web.graphql.errors import is_bad_value, is_outage
from schema.web.graphql.http import Headers, HTTPRefusal, Receive, Scope, Send
from services.core.actor import Actor, Tenant
from services.core.database.connections import Database
from services.core.errors import NotAllowed, NotFound, NotSignedIn, Problem, StepUpRequired
from services.core.telemetry.logs import log_failure
from services.identity.devices import device_label

NOT_KEPT = (b"cache-control", b"no-store")
LARGEST_BODY = 50_000
"""Maximum size of a body in bytes; a passkey has one or two thousand."""

_STATUS: Mapping[type[Problem], int] = {NotSignedIn: 401, NotAllowed: 403, StepUpRequired: 403, NotFound: 404}


class Answer(NamedTuple):
    """The answer of a step."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()
    kind: bytes = http.JSON
    code: str | None = None


def answer(value: Any, *headers: tuple[bytes, bytes]) -> Answer:
    """Answer with a value as JSON."""
    return Answer(200, orjson.dumps(value), headers)


def refused(status: int, code: str, message: str, *headers: tuple[bytes, bytes], **told: Any) -> Answer:
    """Refuse, in the format of GraphQL errors."""
    error = {"message": message, "extensions": {"code": code, **told}}
    return Answer(status, orjson.dumps({"errors": [error]}), headers, code=code)


@dataclass(frozen=True)
class Step:
    """A request of a step, in an existing confederation. `given`: the members of the body, if there is one."""

    database: Database
    actors: Actors
    tenant: Tenant
    scope: Scope
    headers: Headers
    given: Mapping[str, Any]

    async def actor(self) -> Actor | None:
        """Return the actor with their current rights; None without credentials.

        Raise HTTPRefusal for a cookie that another website makes a browser send, and Misdirected for unknown
        credentials.
        """
        credentials = self.actors.credentials(self.tenant.slug, self.headers, safe=False)
        return None if credentials is None else await self.actors.anew(self.scope, self.tenant, credentials)

    async def whoever(self) -> Actor | None:
        """Return the actor; None without credentials or with unknown ones: an ended session must not
        prevent the next.
        """
        try:
            return await self.actor()
        except Misdirected:
            return None

    @property
    def device(self) -> str | None:
        """Return the description of the device, for a session that is opened here."""
        return device_label(self.headers.get(b"user-agent", b"").decode("latin-1"))

    def text(self, name: str) -> str:
        """Return a member of the body that must be text."""
        value = self.given.get(name)
        if not isinstance(value, str) or len(value) > 1_000:
            raise HTTPRefusal(400, "BAD_REQUEST", f"`{name}` is required and must be text.")
        return value

    def object(self, name: str) -> Mapping[str, Any]:
        """Return a member of the body that must be an object."""
        value = self.given.get(name)
        if not isinstance(value, dict):
            raise HTTPRefusal(400, "BAD_REQUEST", f"`{name}` is required and must be an object.")
        return value


_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1000}")  # excludes what browsers take for another host's URL


def may_return_to(address: str, asked: Step) -> bool:
    """Return True if a browser may be redirected there: a path on this server, or a URL of one of its websites."""
    if _PATH.fullmatch(address):
        return True
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False
    is_plain = _PATH.fullmatch(address.removeprefix(origin) or "/") is not None
    return is_plain and parts.scheme in ("https", "http") and origin in asked.actors.origins


Take = Callable[[Step], Awaitable[Answer]]


class step:  # noqa: N801 - a route takes a function for one of its own kind
    """Decorate a function as an ASGI application below a route that answers one step."""

    def __init__(self, database: Database, actors: Actors, take: Take, *, method: str = "POST") -> None:
        self._database = database
        self._actors = actors
        self._take = take
        self._method = method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answered = await self._take(await _asked(self._database, self._actors, self._method, scope, receive))
        except HTTPRefusal as refusal:
            answered = refused(refusal.status, refusal.code, refusal.message, *refusal.headers, **refusal.told)
        except Problem as problem:
            more = [(b"www-authenticate", b"Bearer")] if isinstance(problem, NotSignedIn) else []
            answered = refused(_STATUS.get(type(problem), 422), problem.code, problem.message("en"), *more)
        except Misdirected:
            unknown = "The credentials are unknown at this URL."
            answered = refused(401, "UNKNOWN_CREDENTIALS", unknown, (b"www-authenticate", b"Bearer"))
        except Exception as error:
            answered = _failed(error)
        scope["confed.code"] = answered.code
        await http.respond(send, answered.status, answered.kind, answered.body, [NOT_KEPT, *answered.headers])


async def _asked(database: Database, actors: Actors, method: str, scope: Scope, receive: Receive) -> Step:
    if scope["method"] != method:
        raise http.not_allowed(f"Use {method} for this URL.", method.encode())
    headers: Headers = dict(scope["headers"])
    anybody = await actors.anybody(scope, scope["path_params"]["confederation"])
    if anybody is None:
        raise HTTPRefusal(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this URL.")
    given: Any = {}
    if method == "POST":
        body = await http.read_body(receive, headers)
        if len(body) > LARGEST_BODY:
            raise HTTPRefusal(413, "BODY_TOO_LARGE", f"A body may have at most {LARGEST_BODY} bytes.")
        # JSON only: a form of another website can't send it without a preflight.
        given = http.json_body(headers, body)
    return Step(database, actors, anybody.tenant, scope, headers, given)


def _failed(error: Exception) -> Answer:
    if is_outage(error):
        return refused(503, "UNAVAILABLE", "The database is not available; try again.", (b"retry-after", b"1"))
    if is_bad_value(error):
        return refused(422, "INVALID_INPUT", "A value can't be stored or compared in the database.")
    correlation = log_failure("signing in failed", error)
    return refused(500, "INTERNAL", "Internal error; the log has it under the correlation ID.", correlation=correlation)
