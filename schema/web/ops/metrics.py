"""`/metrics`: the process's metrics in Prometheus' text format, for holders of CONFED_METRICS_TOKEN.

Labels are kinds, codes, and names of mutations and jobs. There is no label for the confederation: whoever monitors the
machine need not learn how active each of them is.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import accumulate
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.web.graphql.endpoint import Endpoint
from schema.web.ops.draining import Stopping
from services.core.database.connections import UNAVAILABLE, Database
from services.core.jobs.backlog import backlog
from services.core.settings import Settings
from services.core.telemetry.meters import BUCKET_BOUNDS, METERS, Histogram

if TYPE_CHECKING:
    from prometheus_client import Metric


def routes(endpoint: Endpoint, database: Database, settings: Settings, stopping: Stopping) -> list[Route]:
    """Return the route of the metrics, if a token is configured."""
    if settings.metrics_token is None:
        return []
    expected = f"Bearer {settings.metrics_token.get_secret_value()}".encode()

    async def metrics(request: Request) -> Response:
        said = request.headers.get("authorization", "").encode("latin-1")
        if not secrets.compare_digest(said, expected):
            raise HTTPException(404)  # as if there were no such page
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        registry.register(_Figures(await _waiting(database), endpoint, database, stopping))
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route("/metrics", metrics)]


async def _waiting(database: Database) -> Mapping[str, float] | None:
    try:
        return asdict(await backlog(database))
    except UNAVAILABLE:
        return None


class _Figures:
    """A collector of the current values. `waiting`: values from the database; None if it doesn't answer."""

    def __init__(
        self, waiting: Mapping[str, float] | None, endpoint: Endpoint, database: Database, stopping: Stopping
    ) -> None:
        self._waiting = waiting
        self._endpoint = endpoint
        self._database = database
        self._stopping = stopping

    def collect(self) -> Iterator["Metric"]:
        """Yield all metrics."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield _histogram("confed_request_seconds", "Duration of requests, by kind.", "kind", METERS.requests)
        yield _histogram("confed_job_seconds", "Duration of jobs run by this process.", "job", METERS.jobs)
        mutations = CounterMetricFamily(
            "confed_mutations",
            "Mutations by outcome: done, dry run, or a problem.",
            labels=["mutation", "outcome"],
        )
        for (name, outcome), count in list(METERS.mutations.items()):
            mutations.add_metric([name, outcome], count)
        yield mutations
        yield _counter("confed_refusals", "Errors and problems in answers, by code.", "code", METERS.refusals)
        yield _counter("confed_failed_jobs", "Failed attempts of jobs in this process.", "job", METERS.failed_jobs)
        yield CounterMetricFamily("confed_gathered_lots", "Batches of mutations.", METERS.lots)
        yield CounterMetricFamily("confed_gathered", "Mutations decided in batches.", METERS.gathered)
        yield _counter("confed_connection_waits", "Reads that waited for a connection.", "pool", METERS.waits)
        yield _counter(
            "confed_connection_wait_seconds",
            "Total time for which reads waited for a connection.",
            "pool",
            METERS.waited,
        )
        for name, told, value in self._gauges():
            yield GaugeMetricFamily(name, told, value)

    def _gauges(self) -> Iterator[tuple[str, str, float]]:
        opened, idle, waiting = self._database.readers.figures
        pool = self._database.engine.pool
        live = self._endpoint.figures
        yield "confed_readers_open", "Open connections for reads.", opened
        yield "confed_readers_busy", "Connections for reads in use.", opened - idle
        yield "confed_readers_waiting", "Reads waiting for a connection.", waiting
        yield "confed_writers_size", "Maximum number of connections for operations.", pool.size()  # type: ignore[attr-defined]
        yield "confed_writers_busy", "Connections for operations in use.", pool.checkedout()  # type: ignore[attr-defined]
        yield "confed_streams", "Active subscriptions.", live.streams
        yield "confed_sockets", "Open WebSockets.", live.sockets
        yield "confed_gathering_waiting", "Mutations waiting for the next batch.", live.gathering
        yield "confed_stopping", "1 if the server is about to stop, otherwise 0.", self._stopping.is_begun
        yield "confed_database_up", "1 if the database answers, otherwise 0.", self._waiting is not None
        for name, value in (self._waiting or {}).items():
            told = _WAITING[name]
            yield f"confed_{name}{'_seconds' if name in _SECONDS else ''}", told, value


_SECONDS = ("oldest_job", "journal_lag", "oldest_webhook")
_WAITING = {
    "jobs_waiting": "Jobs that are due and not yet taken by a worker.",
    "jobs_later": "Jobs that are scheduled for later.",
    "jobs_at_work": "Jobs that workers are running.",
    "jobs_failed": "Jobs that failed finally and are kept for inspection.",
    "oldest_job": "Time for which the oldest due job has waited.",
    "journal_waiting": "Journal entries that are not yet sealed.",
    "journal_lag": "Age of the oldest unsealed journal entry.",
    "webhooks_waiting": "Webhook deliveries that are due.",
    "webhooks_later": "Webhook deliveries that will be retried later.",
    "oldest_webhook": "Time for which the oldest due delivery has waited.",
}


def _counter(name: str, told: str, label: str, counts: Mapping[str, float]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, told, labels=[label])
    for value, count in list(counts.items()):
        family.add_metric([value], count)
    return family


def _histogram(name: str, told: str, label: str, histograms: Mapping[str, Histogram]) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(name, told, labels=[label])
    for value, histogram in list(histograms.items()):
        bounds = [*map(str, BUCKET_BOUNDS), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(histogram.counts)), strict=True))
        family.add_metric([value], buckets, histogram.seconds)
    return family
