"""Traces by OpenTelemetry: a span for each request, job and statement. Off, and not even imported, unless configured.

`OTEL_EXPORTER_OTLP_ENDPOINT` turns it on; OpenTelemetry's other variables (OTEL_TRACES_SAMPLER,
OTEL_EXPORTER_OTLP_HEADERS, …) mean what its specification says. A span has kinds, codes, costs and the names of
registered operations: no variables, documents or SQL, which may contain personal data. A statement is identified by a
hash of its text.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

from services.core.settings import Settings

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk.trace.export import SpanExporter
    from sqlalchemy.ext.asyncio import AsyncEngine

_STATEMENT = "postgresql"


class Span(Protocol):
    """The interface of a span."""

    def update_name(self, name: str) -> None:
        """Set its name, once known."""

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set attributes."""


class Tracing:
    """Creates spans and sends them, in a thread of its own. `exporter`: replaces the one from the settings."""

    def __init__(self, endpoint: str, service: str = "confed", exporter: "SpanExporter | None" = None) -> None:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
        exporter = exporter or OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("confed")
        self._propagator = TraceContextTextMapPropagator()
        self._kinds = trace.SpanKind

    @contextmanager
    def request(self, carrier: Mapping[str, str]) -> Iterator[Span]:
        """A span for a request, in the trace that its headers name (W3C: traceparent, tracestate), or in a new one."""
        context = self._propagator.extract(carrier)
        with self._span("a request", context=context, kind=self._kinds.SERVER) as span:
            yield span

    def job(self, name: str) -> AbstractContextManager[Span]:
        """A span for a job."""
        return self._span(f"job {name}", kind=self._kinds.CONSUMER)

    def statement(self, text: str) -> "trace.Span":
        """A span for a statement that begins; the caller ends it."""
        return self._tracer.start_span(_STATEMENT, kind=self._kinds.CLIENT, attributes=_about(text))

    def watch(self, engine: "AsyncEngine") -> None:
        """Trace the statements of an engine's connections, both SQLAlchemy's and those that bypass it."""
        from sqlalchemy import event

        def begin(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
            context.confed_span = self.statement(statement)

        def end(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
            context.confed_span.end()

        def fail(failing: Any) -> None:
            if hasattr(failing.execution_context, "confed_span"):
                failing.execution_context.confed_span.end()

        def connected(connection: Any, _record: Any) -> None:
            connection.driver_connection.add_query_logger(self._past_sqlalchemy)

        event.listen(engine.sync_engine, "before_cursor_execute", begin)
        event.listen(engine.sync_engine, "after_cursor_execute", end)
        event.listen(engine.sync_engine, "handle_error", fail)
        event.listen(engine.sync_engine, "connect", connected)

    def _past_sqlalchemy(self, record: Any) -> None:
        """Trace a statement on the driver's own connection, after it ends, in its caller's context."""
        began = time.time_ns() - int(record.elapsed * 1e9)
        about = _about(record.query)
        self._tracer.start_span(_STATEMENT, kind=self._kinds.CLIENT, attributes=about, start_time=began).end()

    def _span(self, name: str, **options: Any) -> AbstractContextManager[Any]:
        # An exception's message may quote a value: the log has its place and class.
        return self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False, **options
        )

    async def close(self) -> None:
        """Send the remaining spans."""
        await asyncio.to_thread(self._provider.shutdown)


def tracing_of(settings: Settings) -> Tracing | None:
    """The tracing that the settings ask for; None if they don't."""
    return Tracing(settings.otlp_endpoint, settings.service_name) if settings.otlp_endpoint else None


def job_span(tracing: Tracing | None, name: str) -> AbstractContextManager[Any]:
    """A job's span, or nothing."""
    return nullcontext() if tracing is None else tracing.job(name)


def _about(text: str) -> dict[str, str]:
    return {"db.system.name": "postgresql", "confed.statement": sha256(text.encode()).hexdigest()[:16]}
