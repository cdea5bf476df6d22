"""Whether the process lives, and whether it should be asked: for whoever starts servers, and spreads the load."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from schema.web.ops.draining import Stopping
from services.core.database.connections import Database
from services.core.database.readiness import Unready, unready

KEPT = 1.0
"""Seconds that what was found is told again: anybody may ask."""


def routes(database: Database, stopping: Stopping) -> list[Route]:
    """`/healthz` and `/readyz`."""
    found: Unready | None = None
    until = 0.0

    async def readyz(request: Request) -> JSONResponse:
        """200 where the server can answer; else 503 and the reason."""
        nonlocal found, until
        if not stopping.is_begun and time.monotonic() > until:
            found = await unready(database)
            until = time.monotonic() + KEPT
        reason = Unready.STOPPING if stopping.is_begun else found
        if reason is None:
            return JSONResponse({"status": "ready"})
        request.scope["confed.code"] = reason.value
        return JSONResponse({"status": "unready", "reason": reason}, 503, {"retry-after": "1"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def healthz(_request: Request) -> JSONResponse:
    """The process answers. Asks nobody else, so that a database's outage doesn't restart the servers."""
    return JSONResponse({"status": "ok"})
