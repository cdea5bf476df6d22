"""Health checks for supervisors and load balancers."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from schema.web.ops.draining import Stopping
from services.core.database.connections import Database
from services.core.database.readiness import Unready, unready

CACHE_SECONDS = 1.0
"""Seconds for which the result is cached, since anybody may request it."""


def routes(database: Database, stopping: Stopping) -> list[Route]:
    """Return the routes `/healthz` and `/readyz`."""
    found: Unready | None = None
    until = 0.0

    async def readyz(request: Request) -> JSONResponse:
        """Return 200 if the server can answer requests, otherwise 503 with the reason."""
        nonlocal found, until
        if not stopping.is_begun and time.monotonic() > until:
            found = await unready(database)
            until = time.monotonic() + CACHE_SECONDS
        reason = Unready.STOPPING if stopping.is_begun else found
        if reason is None:
            return JSONResponse({"status": "ready"})
        request.scope["confed.code"] = reason.value
        return JSONResponse({"status": "unready", "reason": reason}, 503, {"retry-after": "1"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def healthz(_request: Request) -> JSONResponse:
    """Return 200: the process is alive. It checks nothing else, so that an outage of the database doesn't restart
    servers.
    """
    return JSONResponse({"status": "ok"})
