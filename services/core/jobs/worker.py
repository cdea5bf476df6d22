"""The worker: does the jobs that are due, and what is periodic, and chains the journals. Any number share the work.

A worker takes a job with `FOR UPDATE SKIP LOCKED` and tells every few seconds that it lives; what one that died had
taken up is another's half a minute later. Where its connection is lost, it comes back as soon as the database does.
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
from services.core.journal.chaining import AT_ONCE as AT_ONCE_CHAINED
from services.core.journal.chaining import UNCHAINED, chain
from services.core.settings import Settings
from services.core.telemetry.logs import log, log_failure
from services.core.telemetry.meters import METERS
from services.core.telemetry.tracing import Tracing, job_span
from services.core.work import begin

AT_ONCE, URGENT_AT_ONCE = 8, 4
"""Jobs that a worker does at the same time, and urgent ones besides; each has a connection."""
CHAINING = 1.0
"""Seconds between two walks behind the journals."""
KEPT_DAYS = 30
"""How long what was done, and what failed for good, can be looked up."""


class GaveUp(Exception):
    """A job failed for good. Says which and why in names only: pgqueuer writes it into its log."""


class Worker:
    """Does jobs until it is told to stop. `poll`: how often it looks for some; `presumed_dead`: after which silence."""

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
        # Connections of its own, one for the journals: mail that is slow to be taken keeps no request from its turn.
        writers = AT_ONCE + URGENT_AT_ONCE + 1
        self._database = Database(url, readers=1, writers=writers, settings=settings, tracing=tracing)
        self._turns, self._urgent_turns = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(URGENT_AT_ONCE)
        self._stopping = asyncio.Event()
        self._serving: PgQueuer | None = None

    def stop(self) -> None:
        """Take up nothing more. `run` ends when what was taken up is done."""
        self._stopping.set()
        if self._serving is not None:
            self._serving.shutdown.set()

    async def run_until_told(self) -> None:
        """`run` as a process of its own, which is told to stop by SIGTERM or SIGINT."""
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, self.stop)
        await self.run()

    async def run(self) -> None:
        """Do what is due, until `stop`; over every loss of the connection."""
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
        """Walk behind the journals, until `stop`. Where that fails in one confederation, the others' are walked."""
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
            await self._pause(CHAINING)

    async def _chain_of(self, tenant: Tenant) -> None:
        while await self._database.readers.fetch(UNCHAINED, [str(tenant.id)]):
            async with begin(self._database, system(tenant)) as work:
                if await chain(work) < AT_ONCE_CHAINED or self._stopping.is_set():
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
                batch_size=AT_ONCE,  # how many ends of jobs are written down together
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
                return  # the confederation has gone, and what the job was about with it
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
        """Delete what pgqueuer wrote down long ago."""
        names = jobs.NAMES.qualified

        async def delete(connection: asyncpg.Connection) -> None:
            old = f"created < now() - interval '{KEPT_DAYS} days'"
            await connection.execute(f"delete from {names.queue_table_log} where {old}")  # noqa: S608 - names of ours
            await connection.execute(f"delete from {names.queue_table} where status = 'failed' and {old}")  # noqa: S608

        try:
            await self._database.readers.read(delete)
        except Exception as error:
            log_failure("forgetting old jobs failed", error)


class _Executor(AbstractEntrypointExecutor):
    """Does a job, and says what becomes of one that failed.

    pgqueuer prints an exception that it meets with its message and what caused it, where a name may be quoted, and
    deletes a job that is cancelled: neither leaves here.
    """

    def __init__(self, parameters: EntrypointExecutorParameters, worker: Worker, job: Job) -> None:
        super().__init__(parameters)
        self._worker = worker
        self._job = job

    async def execute(self, job: Taken, context: Context) -> None:
        """Do it. RetryRequested where it is to be tried again, GaveUp where it isn't."""
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
            # A rule speaks against it, now and later: jobs look first, so this is a mistake of theirs.
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
    """A worker for as long as the context lasts. At its end it has `patience` seconds for what it took up.

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
    """End a worker at once. A single cancellation may end one of its jobs instead of it."""
    while not running.done():
        running.cancel()
        await asyncio.wait({running}, timeout=0.5)
    await asyncio.gather(running, return_exceptions=True)
