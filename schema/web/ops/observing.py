"""Observability of requests: metrics, log entries for refusals, and traces."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from schema.reading.requests import Seen
from schema.web.graphql.http import Message, Receive, Scope, Send
from services.core.telemetry.logs import log_request
from services.core.telemetry.meters import METERS
from services.core.telemetry.tracing import Span, Tracing

Answer = Callable[[Scope, Receive, Send], Awaitable[Seen]]


def observe(seen: Seen) -> None:
    """Count an answered request; log it if it was refused."""
    seconds = perf_counter() - seen.began
    METERS.requests[seen.kind].add(seconds)
    if seen.codes:
        METERS.refusals.update(seen.codes)
        log_request(seen.kind, seen.codes, seconds)


def traced(answer: Answer, tracing: Tracing) -> Answer:
    """Call the application with a span for each request, in the trace that its headers name."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> Seen:
        headers = dict(scope["headers"])
        given = ((name, headers.get(name.encode())) for name in ("traceparent", "tracestate"))
        with tracing.request({name: value.decode("latin-1") for name, value in given if value}) as span:
            seen = await answer(scope, receive, send)
            tell(span, seen)
        return seen

    return answering


def tell(span: Span, seen: Seen) -> None:
    """Set a span's attributes from the facts about a request."""
    span.update_name(f"graphql {seen.kind}")
    told = {"confed.kind": seen.kind, "confed.cost": seen.cost}
    if seen.operation:
        told["graphql.operation.name"] = seen.operation
    if seen.codes:
        told["confed.codes"] = ",".join(sorted(set(seen.codes)))
    span.set_attributes(told)


class Routed:
    """Middleware for URLs other than GraphQL's: counts requests, and logs refused ones."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        seen, status = Seen("route"), 0

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching)
        finally:
            if status >= 400 or not status:
                # A route that refuses a request puts its code into the scope.
                seen.codes = (scope.get("confed.code") or f"HTTP_{status}",)
            observe(seen)
