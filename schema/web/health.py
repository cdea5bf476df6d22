"""Whether the process lives."""

from starlette.requests import Request
from starlette.responses import JSONResponse


async def healthz(_request: Request) -> JSONResponse:
    """The process answers. Asks nobody else, so that a database's outage doesn't restart the servers."""
    return JSONResponse({"status": "ok"})
