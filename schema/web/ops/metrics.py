"""`/metrics`: the process's figures in Prometheus' text format, for whoever has CONFED_METRICS_TOKEN.

Labels are kinds, codes, and names of mutations and jobs. Confederations are none: whoever watches the machine needn't
learn how much each of them has to do.
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
from services.core.telemetry.meters import BOUNDS, METERS, Histogram

if TYPE_CHECKING:
    from prometheus_client import Metric


def routes(endpoint: Endpoint, database: Database, settings: Settings, stopping: Stopping) -> list[Route]:
    """The page, where there is a token for it."""
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
    """What there is at this moment. `waiting`: what the database says; None where it doesn't answer."""

    def __init__(
        self, waiting: Mapping[str, float] | None, endpoint: Endpoint, database: Database, stopping: Stopping
    ) -> None:
        self._waiting = waiting
        self._endpoint = endpoint
        self._database = database
        self._stopping = stopping

    def collect(self) -> Iterator["Metric"]:
        """Everything."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield _histogram("confed_request_seconds", "How long requests took, by kind.", "kind", METERS.requests)
        yield _histogram("confed_job_seconds", "How long jobs that were done here took.", "job", METERS.jobs)
        mutations = CounterMetricFamily(
            "confed_mutations",
            "Mutations by what came of them: done, tried, or a problem.",
            labels=["mutation", "outcome"],
        )
        for (name, outcome), count in list(METERS.mutations.items()):
            mutations.add_metric([name, outcome], count)
        yield mutations
        yield _counter("confed_refusals", "Errors and problems in answers, by code.", "code", METERS.refusals)
        yield _counter("confed_failed_jobs", "Tries of jobs that failed here.", "job", METERS.failed_jobs)
        yield CounterMetricFamily("confed_gathered_lots", "Lots of mutations decided together.", METERS.lots)
        yield CounterMetricFamily("confed_gathered", "Mutations that were decided in such lots.", METERS.gathered)
        yield _counter("confed_connection_waits", "Reads that waited for a connection.", "pool", METERS.waits)
        yield _counter("confed_connection_wait_seconds", "How long they waited in all.", "pool", METERS.waited)
        for name, told, value in self._gauges():
            yield GaugeMetricFamily(name, told, value)

    def _gauges(self) -> Iterator[tuple[str, str, float]]:
        opened, idle, waiting = self._database.readers.figures
        pool = self._database.engine.pool
        live = self._endpoint.figures
        yield "confed_readers_open", "Connections for reads that are open.", opened
        yield "confed_readers_busy", "Those that are in use.", opened - idle
        yield "confed_readers_waiting", "Reads that wait for one now.", waiting
        yield "confed_writers_size", "Connections for operations at the most.", pool.size()  # type: ignore[attr-defined]
        yield "confed_writers_busy", "Those that are in use.", pool.checkedout()  # type: ignore[attr-defined]
        yield "confed_streams", "Subscriptions that are watched.", live.streams
        yield "confed_sockets", "WebSockets that are open.", live.sockets
        yield "confed_gathering_waiting", "Mutations that wait for the next lot.", live.gathering
        yield "confed_stopping", "Whether the server is about to end.", self._stopping.is_begun
        yield "confed_database_up", "Whether the database answers.", self._waiting is not None
        for name, value in (self._waiting or {}).items():
            told = _WAITING[name]
            yield f"confed_{name}{'_seconds' if name in _SECONDS else ''}", told, value


_SECONDS = ("oldest_job", "journal_lag", "oldest_webhook")
_WAITING = {
    "jobs_waiting": "Jobs that are due and not taken up.",
    "jobs_later": "Jobs that are due later.",
    "jobs_at_work": "Jobs that workers have taken up.",
    "jobs_failed": "Jobs that failed for good and are kept to be looked at.",
    "oldest_job": "For how long the oldest of the jobs that are due has waited.",
    "journal_waiting": "Entries of the journal that aren't chained yet.",
    "journal_lag": "How old the oldest of them is.",
    "webhooks_waiting": "Deliveries to webhooks that are due.",
    "webhooks_later": "Deliveries that are tried again later.",
    "oldest_webhook": "For how long the oldest that is due has waited.",
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
        bounds = [*map(str, BOUNDS), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(histogram.counts)), strict=True))
        family.add_metric([value], buckets, histogram.seconds)
    return family
