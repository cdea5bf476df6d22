"""Public files: events as calendars, and pictures of tickets.

`/{confederation}/events/{slug}.ics`, `/{confederation}/associations/{slug}/events.ics` (`?locale=en`: the language),
`/{confederation}/tickets/{code}.png` and `.svg`. They are read as an anonymous reader: a draft gets the same 404 as an
absent event.
"""

import re
from collections.abc import Awaitable, Callable, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from schema.web.graphql.actors import Actors
from schema.web.graphql.caching import is_known
from schema.web.graphql.errors import is_outage
from schema.web.graphql.http import HTTPRefusal
from services.core.database.connections import Database
from services.core.errors import NotFound
from services.core.telemetry.logs import log_failure
from services.core.work import Work, begin
from services.events.files import calendars, tickets
from services.events.files.calendars import Rendering

Answer = Callable[[Work, Request], Awaitable[Response]]

_SLUG = re.compile(r"[a-z0-9-]{1,100}")
_CODE = re.compile(r"[0-9A-Z]{1,40}")


def routes(database: Database, actors: Actors) -> list[BaseRoute]:
    """Return the routes of public files."""

    def route(address: str, answer: Answer) -> BaseRoute:
        async def endpoint(request: Request) -> Response:
            return await _answered(database, actors, answer, request)

        return Route("/{confederation}" + address, endpoint)

    return [
        route("/events/{slug}.ics", _event),
        route("/associations/{slug}/events.ics", _association),
        route("/tickets/{code}.png", _png),
        route("/tickets/{code}.svg", _svg),
    ]


async def _answered(database: Database, actors: Actors, answer: Answer, request: Request) -> Response:
    try:
        actor = await actors.anybody(request.scope, request.path_params["confederation"])
        if actor is None:
            raise HTTPException(404)
        actors.attempts.check_unknown(request.scope)
        async with begin(database, actor) as work:
            return await answer(work, request)
    except NotFound:
        actors.attempts.count_unknown(request.scope)  # ticket codes must not be guessable
        raise HTTPException(404) from None
    except HTTPRefusal as refusal:
        raise HTTPException(refusal.status, headers={k.decode(): v.decode() for k, v in refusal.headers}) from None
    except HTTPException:
        raise
    except Exception as error:
        if is_outage(error):
            raise HTTPException(503, headers={"retry-after": "1"}) from None
        log_failure("a calendar or a ticket failed", error)
        raise HTTPException(500) from None


async def _event(work: Work, request: Request) -> Response:
    return _calendar(request, await calendars.of_event(work, _slug(request), _wished(work, request)))


async def _association(work: Work, request: Request) -> Response:
    return _calendar(request, await calendars.of_association(work, _slug(request), _wished(work, request)))


async def _png(work: Work, request: Request) -> Response:
    return _picture(tickets.png(await _code(work, request)), "image/png")


async def _svg(work: Work, request: Request) -> Response:
    return _picture(tickets.svg(await _code(work, request)), "image/svg+xml")


def _slug(request: Request) -> str:
    slug: str = request.path_params["slug"]
    if not _SLUG.fullmatch(slug):
        raise HTTPException(404)
    return slug


async def _code(work: Work, request: Request) -> str:
    code: str = request.path_params["code"]
    if not _CODE.fullmatch(code):
        raise HTTPException(404)
    await tickets.check_ticket(work, code)
    return code


def _wished(work: Work, request: Request) -> Sequence[str]:
    """Return the locales in order of preference: calendar programs send no Accept-Language."""
    locales = work.actor.tenant.locales
    asked = request.query_params.get("locale", "")
    return (asked, *locales) if asked in locales else locales


def _calendar(request: Request, rendering: Rendering) -> Response:
    mark = f'"{rendering.mark}"'
    headers = {"etag": mark, "cache-control": "public, max-age=300"}
    if is_known(mark.encode(), (value for name, value in request.headers.raw if name == b"if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(rendering.body(), media_type="text/calendar; charset=utf-8", headers=headers)


def _picture(picture: bytes, media_type: str) -> Response:
    """Send the picture of a ticket. Whoever has it has the ticket: it is kept out of indexes and shared caches, and its
    URL out of referrers.
    """
    headers = {
        "cache-control": "private, max-age=300",
        "x-robots-tag": "noindex",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(picture, media_type=media_type, headers=headers)
