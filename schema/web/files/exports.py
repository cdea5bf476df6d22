"""`/{confederation}/events/{slug}/registrations.csv` and `.xlsx`: an event's registrations as a file.

Credentials are those of the GraphQL endpoint. What isn't there and what one may not see is 404 with the same bytes;
who sees the event and may not read its registrations is told so: 401 for anybody, 403 for who is signed in. Headings
are in the request's language. Who asks in a session has to have shown lately who they are (403). Nothing of it is kept
by a cache.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Route

from schema.web.files.sheets import CSV, XLSX, csv_file, xlsx_file
from schema.web.graphql import http
from schema.web.graphql.actors import Actors, Misdirected, locales
from schema.web.graphql.http import Headers, HTTPRefusal, Receive, Scope, Send
from schema.web.graphql.told import is_outage
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem, StepUpRequired
from services.core.telemetry.logs import log_failure
from services.core.work import begin
from services.events.files import exports
from services.events.files.exports import Cell, Sheet

_STATUS: Mapping[type[Problem], int] = {
    NotFound: 404,
    NotSignedIn: 401,
    NotAllowed: 403,
    InvalidInput: 422,
    StepUpRequired: 403,
}
_TITLES = {"fr": "Inscriptions", "en": "Registrations"}


class Exports:
    """One kind of file, as an ASGI application below a route."""

    def __init__(self, database: Database, actors: Actors, kind: str) -> None:
        self._database = database
        self._actors = actors
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._response(scope)
        except Exception as error:
            refusal = error if isinstance(error, HTTPRefusal) else _failed(error)
            scope["confed.code"] = refusal.code
            await http.refuse(send, http.JSON, refusal)
        else:
            await response(scope, receive, send)

    async def _response(self, scope: Scope) -> StreamingResponse:
        if scope["method"] != "GET":
            raise http.not_allowed("A file is asked for by GET.", b"GET")
        headers = dict(scope["headers"])
        actor = await self._actor(scope, headers)
        accepted = headers.get(b"accept-language", b"").decode("latin-1")
        locale = locales(accepted, actor.tenant.locales)[0]
        try:
            actor.require_recent(datetime.now(UTC))
            async with begin(self._database, actor) as work:
                sheet = await exports.open_sheet(work, scope["path_params"]["slug"], kind=self._kind)
        except Problem as problem:
            more = [(b"www-authenticate", b"Bearer")] if isinstance(problem, NotSignedIn) else []
            raise HTTPRefusal(_STATUS[type(problem)], problem.code, problem.message(locale), more) from None
        headings, rows = sheet.headings(locale), self._rows(actor, sheet)
        is_csv = self._kind == "csv"
        file = csv_file(headings, rows) if is_csv else xlsx_file(_TITLES.get(locale, _TITLES["en"]), headings, rows)
        return StreamingResponse(
            _whole_or_broken_off(file),
            media_type=CSV if is_csv else XLSX,
            headers={
                "content-disposition": f'attachment; filename="{sheet.slug}.{self._kind}"',
                "cache-control": "no-store",
                "vary": "accept-language, authorization, cookie",
                "x-content-type-options": "nosniff",
            },
        )

    async def _actor(self, scope: Scope, headers: Headers) -> Actor:
        """Who asks, with their rights as they are now: an export is too much to give by rights kept from before."""
        slug = scope["path_params"]["confederation"]
        actor = await self._actors.anybody(scope, slug)
        if actor is None:
            raise HTTPRefusal(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this address.")
        credentials = self._actors.credentials(slug, headers, safe=True)
        return actor if credentials is None else await self._actors.anew(scope, actor.tenant, credentials)

    async def _rows(self, actor: Actor, sheet: Sheet) -> AsyncIterator[Sequence[Sequence[Cell]]]:
        after: int | None = None
        while True:
            async with begin(self._database, actor) as work:
                page = await exports.read_page(work, sheet, after)
            yield page.rows
            if (after := page.last) is None:
                return


async def _whole_or_broken_off(file: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The file; where it fails, the connection is closed, so that nobody takes what was sent for the whole."""
    try:
        async for chunk in file:
            yield chunk
    except Exception as error:
        # The server logs what closes a connection, and what the failure says may quote a name.
        raise ConnectionError(f"an export failed, see {log_failure('an export failed', error)}") from None


def _failed(error: Exception) -> HTTPRefusal:
    if isinstance(error, Misdirected):
        unknown = "These credentials are unknown at this address."
        return HTTPRefusal(401, "UNKNOWN_CREDENTIALS", unknown, [(b"www-authenticate", b"Bearer")])
    if is_outage(error):
        return HTTPRefusal(503, "UNAVAILABLE", "The database doesn't answer; ask again.", [(b"retry-after", b"1")])
    masked = f"Something went wrong here; the log has it under {log_failure('an export failed', error)}."
    return HTTPRefusal(500, "INTERNAL", masked)


def routes(database: Database, actors: Actors) -> list[BaseRoute]:
    """The routes of the files."""
    address = "/{confederation}/events/{slug}/registrations."
    return [Route(address + kind, Exports(database, actors, kind)) for kind in ("csv", "xlsx")]
