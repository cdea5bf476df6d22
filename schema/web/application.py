"""The ASGI application: Starlette, with the GraphQL endpoint in front of it."""

from typing import Any

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from schema.web import cors
from schema.web.graphql.endpoint import Endpoint
from schema.web.ops.draining import Stopping
from schema.web.ops.observing import Answer, Routed, observe, traced
from schema.web.ops.proxies import Proxies
from services.core.settings import Settings
from services.core.telemetry.tracing import Tracing


class Application(Starlette):
    """Starlette for everything but the GraphQL endpoint: its middleware costs 14 µs per read, as much as all of our own
    work.
    """

    def __init__(
        self, endpoint: Endpoint, settings: Settings, stopping: Stopping, tracing: Tracing | None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.drain_seconds = settings.drain_seconds
        self.stopping = stopping
        self._endpoint = endpoint
        self._answer: Answer = endpoint if tracing is None else traced(endpoint, tracing)
        self._routed = Routed(super().__call__)
        self._proxies = Proxies(settings.trusted_proxies)
        self._origins = settings.allowed_origins

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route everything that isn't GraphQL. Pages of other websites may read the answers as far as CORS lets them
        read GraphQL's.
        """
        if scope["path"].count("/") > 1:  # paths of a confederation, not the server's own health and metrics
            headers = dict(scope["headers"])
            if cors.is_preflight(scope["method"], headers):
                await cors.preflight(headers, self._origins, send)
                return
            send = cors.opened(headers, self._origins, send)
        await self._routed(scope, receive, send)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the endpoint or to Starlette's routes."""
        kind = scope["type"]
        if self._proxies and kind != "lifespan":
            scope = self._proxies.behind(scope)
        if kind == "http" and scope["path"].endswith("/graphql"):
            observe(await self._answer(scope, receive, send))
        elif kind == "websocket" and scope["path"].endswith("/graphql"):
            await self._endpoint.websocket(scope, receive, send)
        elif kind == "http":
            await self._route(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
