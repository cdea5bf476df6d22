"""What is told of requests: to the figures of `/metrics`, to the log where one was refused, and to a trace."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from schema.reading.requests import Seen
from schema.web.graphql.http import Message, Receive, Scope, Send
from services.core.telemetry.logs import log_request
from services.core.telemetry.meters import METERS
from services.core.telemetry.tracing import Span, Tracing

Answer = Callable[[Scope, Receive, Send], Awaitable[Seen]]


def observe(seen: Seen) -> None:
    """Count a request that has been answered; log it where it was refused."""
    seconds = perf_counter() - seen.began
    METERS.requests[seen.kind].add(seconds)
    if seen.codes:
        METERS.refusals.update(seen.codes)
        log_request(seen.kind, seen.codes, seconds)


def traced(answer: Answer, tracing: Tracing) -> Answer:
    """The same, with a span for each request, in the trace that its headers name."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> Seen:
        headers = dict(scope["headers"])
        given = ((name, headers.get(name.encode())) for name in ("traceparent", "tracestate"))
        with tracing.request({name: value.decode("latin-1") for name, value in given if value}) as span:
            seen = await answer(scope, receive, send)
            tell(span, seen)
        return seen

    return answering


def tell(span: Span, seen: Seen) -> None:
    """What a span is told of a request."""
    span.update_name(f"graphql {seen.kind}")
    told = {"confed.kind": seen.kind, "confed.cost": seen.cost}
    if seen.operation:
        told["graphql.operation.name"] = seen.operation
    if seen.codes:
        told["confed.codes"] = ",".join(sorted(set(seen.codes)))
    span.set_attributes(told)


class Routed:
    """What is asked at another address than GraphQL's: counted, and logged where it is refused."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
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
                # A route that says why it refused says so in the scope.
                seen.codes = (scope.get("confed.code") or f"HTTP_{status}",)
            observe(seen)
