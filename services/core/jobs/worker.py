"""The worker: runs due and periodic jobs, and chains the journals. Any number of workers share the work.

A worker takes a job with `FOR UPDATE SKIP LOCKED` and sends a heartbeat every few seconds. Half a minute after a worker
died, others take its jobs. A lost database connection is reopened as soon as possible.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.applications import PgQueuer
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Context, Schedule
from pgqueuer.domain.models import Job as Taken

from services.core.actor import Tenant, all_tenants, find_tenant, system
from services.core.database.connections import UNAVAILABLE, Database, connect
from services.core.errors import Problem
from services.core.jobs import jobs
from services.core.jobs.jobs import Job, Periodic
from services.core.jobs.taking import fair_queries
from services.core.journal.chaining import ENTRIES_PER_BATCH, UNCHAINED, chain
from services.core.settings import Settings
from services.core.telemetry.logs import log, log_failure
from services.core.telemetry.meters import METERS
from services.core.telemetry.tracing import Tracing, job_span
from services.core.work import begin

CONCURRENT_JOBS, CONCURRENT_URGENT_JOBS = 8, 4
"""Maximum number of concurrent jobs, and of urgent ones in addition; each has a connection."""
CHAINING_INTERVAL_SECONDS = 1.0
"""Seconds between two runs of the journals' chaining."""
JOB_LOG_DAYS = 30
"""Number of days for which finished and failed jobs are kept."""


class GaveUp(Exception):
    """A job failed for good. The message has only names, because pgqueuer logs it."""


class Worker:
    """Runs jobs until it is told to stop.

    `poll`: polling interval; `presumed_dead`: silence after which a worker counts as dead.
    """

    def __init__(
        self,
        url: str,
        settings: Settings,
        *,
        poll: timedelta = timedelta(seconds=1),
        presumed_dead: timedelta = timedelta(seconds=30),
        tracing: Tracing | None = None,
    ) -> None:
        self._url = url
        self._settings = settings
        self._poll = poll
        self._presumed_dead = presumed_dead
        self._registry = jobs.registry()
        # Connections of its own, one of them for the journals: slow mail must not block requests.
        writers = CONCURRENT_JOBS + CONCURRENT_URGENT_JOBS + 1
        self._database = Database(url, readers=1, writers=writers, settings=settings, tracing=tracing)
        self._turns, self._urgent_turns = asyncio.Semaphore(CONCURRENT_JOBS), asyncio.Semaphore(CONCURRENT_URGENT_JOBS)
        self._stopping = asyncio.Event()
        self._serving: PgQueuer | None = None

    def stop(self) -> None:
        """Start no more jobs. `run` returns when the running ones are done."""
        self._stopping.set()
        if self._serving is not None:
            self._serving.shutdown.set()

    async def run_until_told(self) -> None:
        """Do `run` as a process of its own, stopped by SIGTERM or SIGINT."""
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, self.stop)
        await self.run()

    async def run(self) -> None:
        """Run due jobs until `stop`; reconnect whenever the connection is lost."""
        wait = 1.0
        chaining = asyncio.create_task(self._chain())
        try:
            while not self._stopping.is_set():
                try:
                    await self._serve()
                    wait = 1.0
                except (*UNAVAILABLE, FailingListenerError) as error:
                    log.warning("the worker lost the database: %s", type(error).__name__)
                    wait = await self._pause(wait)
                except Exception as error:
                    log_failure("the worker failed", error)
                    wait = await self._pause(wait)
        finally:
            await cut_off(chaining)
            await self._database.close()

    async def _chain(self) -> None:
        """Chain the journals until `stop`. A failure in one confederation doesn't affect the others."""
        while not self._stopping.is_set():
            try:
                for tenant in await self._database.readers.read(all_tenants):
                    try:
                        await self._chain_of(tenant)
                    except UNAVAILABLE:
                        raise
                    except Exception as error:
                        log_failure(f"chaining the journal failed in {tenant.slug}", error)
            except UNAVAILABLE as error:
                log.warning("the journals aren't chained: %s", type(error).__name__)
            except Exception as error:
                log_failure("chaining the journals failed", error)
            await self._pause(CHAINING_INTERVAL_SECONDS)

    async def _chain_of(self, tenant: Tenant) -> None:
        while await self._database.readers.fetch(UNCHAINED, [str(tenant.id)]):
            async with begin(self._database, system(tenant)) as work:
                if await chain(work) < ENTRIES_PER_BATCH or self._stopping.is_set():
                    return

    async def _pause(self, seconds: float) -> float:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return min(seconds * 2, 15)

    async def _serve(self) -> None:
        connection = await connect(self._url)
        try:
            driver = AsyncpgDriver(connection)
            queries = fair_queries(driver, self._registry.jobs)
            serving = PgQueuer(driver, jobs.NAMES.channel, queries=queries)
            for job in self._registry.jobs.values():
                serving.qm.register_executor(job.name, _Executor(_PARAMETERS, self, job))
            for periodic in self._registry.periodic.values():
                serving.schedule(periodic.name, periodic.cron)(self._periodically(periodic))
            serving.schedule("forget", "17 4 * * *")(self._forget)
            self._serving = serving
            if self._stopping.is_set():
                return
            await serving.run(
                dequeue_timeout=self._poll,
                batch_size=CONCURRENT_JOBS,  # number of finished jobs that are recorded together
                shutdown_on_listener_failure=True,
                heartbeat_timeout=self._presumed_dead,
                log_aggregation_interval=timedelta(),  # nobody reads its statistics
            )
        finally:
            self._serving = None
            connection.terminate()

    async def do(self, job: Job, payload: bytes) -> None:
        """Do a job, in a transaction."""
        slug, given = orjson.loads(payload)
        async with self._urgent_turns if job.urgent else self._turns:
            tenant = await self._database.readers.read(lambda connection: find_tenant(connection, slug))
            if tenant is None:
                return  # the confederation was removed
            began = time.monotonic()
            with job_span(self._database.tracing, job.name):
                async with begin(self._database, system(tenant)) as work:
                    await job.run(work, **job.arguments(given, settings=self._settings))
            METERS.jobs[job.name].add(time.monotonic() - began)

    def _periodically(self, periodic: Periodic) -> Callable[[Schedule], Awaitable[None]]:
        async def run(_schedule: Schedule) -> None:
            try:
                tenants = await self._database.readers.read(all_tenants)
            except Exception as error:
                log_failure(f"{periodic.name} failed", error)
                return
            for tenant in tenants:
                try:
                    async with self._turns, begin(self._database, system(tenant)) as work:
                        await periodic.run(work)
                except Exception as error:
                    log_failure(f"{periodic.name} failed in {tenant.slug}", error)

        return run

    async def _forget(self, _schedule: Schedule) -> None:
        """Delete pgqueuer's old records."""
        names = jobs.NAMES.qualified

        async def delete(connection: asyncpg.Connection) -> None:
            old = f"created < now() - interval '{JOB_LOG_DAYS} days'"
            await connection.execute(f"delete from {names.queue_table_log} where {old}")  # noqa: S608 - names of ours
            await connection.execute(f"delete from {names.queue_table} where status = 'failed' and {old}")  # noqa: S608

        try:
            await self._database.readers.read(delete)
        except Exception as error:
            log_failure("forgetting old jobs failed", error)


class _Executor(AbstractEntrypointExecutor):
    """Runs a job, and decides what happens after a failure.

    pgqueuer logs exceptions with message and cause, which may quote a name, and deletes cancelled jobs: so neither may
    reach it.
    """

    def __init__(self, parameters: EntrypointExecutorParameters, worker: Worker, job: Job) -> None:
        super().__init__(parameters)
        self._worker = worker
        self._job = job

    async def execute(self, job: Taken, context: Context) -> None:
        """Run the job. RetryRequested if it is to be retried, GaveUp otherwise."""
        failed = await self._failed(job)
        if failed is not None:
            raise failed

    async def _failed(self, taken: Taken) -> RetryRequested | GaveUp | None:
        try:
            await self._worker.do(self._job, taken.payload or b"")
        except asyncio.CancelledError:
            return RetryRequested(timedelta(), "interrupted")
        except Problem as refusal:
            METERS.failed_jobs[self._job.name] += 1
            # A rule refuses it, now and on any retry: jobs check first, so this is a bug in the job.
            log_failure(f"the job {self._job.name} was refused", refusal)
            return GaveUp(f"{self._job.name}: {refusal.code}")
        except Exception as error:
            METERS.failed_jobs[self._job.name] += 1
            log_failure(f"the job {self._job.name} failed, try {taken.attempts + 1}", error)
            if taken.attempts + 1 >= self._job.tries:
                return GaveUp(f"{self._job.name}: {type(error).__name__}")
            return RetryRequested(jobs.wait_after(taken.attempts), type(error).__name__)
        return None


async def _never(_job: Taken) -> None:
    raise AssertionError("the executor knows its job")


_PARAMETERS = EntrypointExecutorParameters(concurrency_limit=0, func=_never, on_failure="hold")


@asynccontextmanager
async def working(
    url: str, settings: Settings, *, patience: float = 20, tracing: Tracing | None = None
) -> AsyncIterator[None]:
    """Run a worker for as long as the context lasts. At its end it has `patience` seconds for what it took up.

    What isn't done by then is rolled back, and another worker's, or this one's when it comes back.
    """
    worker = Worker(url, settings, tracing=tracing)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait({running}, timeout=patience)
        await cut_off(running)


async def cut_off(running: asyncio.Task[None]) -> None:
    """Cancel a worker at once. A single cancellation might end one of its jobs instead."""
    while not running.done():
        running.cancel()
        await asyncio.wait({running}, timeout=0.5)
    await asyncio.gather(running, return_exceptions=True)
