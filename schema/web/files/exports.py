"""`/{confederation}/events/{slug}/registrations.csv` and `.xlsx`: an event's registrations as a file.

Credentials are those of the GraphQL endpoint. Absent and invisible events get the same 404, byte for byte. A reader who
sees the event but may not read its registrations gets 401 if anonymous, otherwise 403. Headings are in the request's
language. With a session, a recent sign-in is required (403). Caches may store nothing of it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Route

from schema.web.files.sheets import CSV, XLSX, csv_file, xlsx_file
from schema.web.graphql import http
from schema.web.graphql.actors import Actors, Misdirected, locales
from schema.web.graphql.errors import is_outage
from schema.web.graphql.http import Headers, HTTPRefusal, Receive, Scope, Send
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
    """The export of one file format, as an ASGI application below a route."""

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
            raise http.not_allowed("Use GET to download a file.", b"GET")
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
        """Return the actor with their current rights: an export is too much to give on the strength of
        cached rights.
        """
        slug = scope["path_params"]["confederation"]
        actor = await self._actors.anybody(scope, slug)
        if actor is None:
            raise HTTPRefusal(404, "NO_SUCH_CONFEDERATION", "There is no confederation at this URL.")
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
    """Send the file. If it fails, close the connection, so that no client takes the part that was sent
    for the whole.
    """
    try:
        async for chunk in file:
            yield chunk
    except Exception as error:
        # The server logs what closes a connection, and the message of the failure may contain a name.
        raise ConnectionError(f"an export failed, see {log_failure('an export failed', error)}") from None


def _failed(error: Exception) -> HTTPRefusal:
    if isinstance(error, Misdirected):
        unknown = "The credentials are unknown at this URL."
        return HTTPRefusal(401, "UNKNOWN_CREDENTIALS", unknown, [(b"www-authenticate", b"Bearer")])
    if is_outage(error):
        return HTTPRefusal(503, "UNAVAILABLE", "The database is not available; try again.", [(b"retry-after", b"1")])
    masked = f"Internal error; the log has it under {log_failure('an export failed', error)}."
    return HTTPRefusal(500, "INTERNAL", masked)


def routes(database: Database, actors: Actors) -> list[BaseRoute]:
    """Return the routes of exported files."""
    address = "/{confederation}/events/{slug}/registrations."
    return [Route(address + kind, Exports(database, actors, kind)) for kind in ("csv", "xlsx")]
