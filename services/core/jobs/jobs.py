"""Jobs: follow-up work, enqueued in the transaction of the change and done by a worker afterwards.

    @job("expire_offer")
    async def expire_offer(work: Work, *, registration_id: UUID) -> None:
        \"\"\"…\"\"\"

    await enqueue(work, "expire_offer", after=timedelta(hours=48), registration_id=registration.id)

    @every("* * * * *")
    async def release_allotments(work: Work) -> None:
        \"\"\"…\"\"\"

A job is one transaction of the system actor in the confederation that it was enqueued in. It is done **at least once**:
if a worker dies after the commit and before it acknowledges the job, another worker repeats it. So a job reads the
current state and does only what is still to be done. A failed job is retried with growing delays, and kept as failed
after `tries` attempts.

A job's arguments are keys of rows and no data: the job reads the rows, through row security.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

from services.core.discovery import import_all
from services.core.work import Work

Key = UUID | StrEnum
"""A job's argument: the key of a row, or an enum's value."""

Function = TypeVar("Function", bound=Callable[..., Awaitable[object]])

# Every name is set: pgqueuer would read missing ones from environment variables such as CHANNEL and TRIGGER.
NAMES = DBSettings(
    prefix="",
    db_schema="jobs",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)
"""pgqueuer's tables, in the schema `jobs`, created by `models.migrations.jobs`."""


FIRST_RETRY_WAIT, LONGEST_RETRY_WAIT = timedelta(seconds=15), timedelta(hours=1)
"""Delay between attempts: three times as long each time, an hour at most."""


def wait_after(attempts: int) -> timedelta:
    """The delay before the next attempt, after this many earlier failures."""
    return FIRST_RETRY_WAIT * 3**attempts if attempts < 5 else LONGEST_RETRY_WAIT


@dataclass(frozen=True)
class Job:
    """A kind of job. `tries`: maximum number of attempts; with the delays between them, ten take about five hours.

    `urgent`: done before all jobs that aren't. `at_once`: how many a worker does concurrently, and `share`: how many of
    them for one confederation; 0 for the worker's defaults (`services.core.jobs.taking`).
    """

    name: str
    run: Callable[..., Awaitable[object]]
    tries: int
    urgent: bool = False
    at_once: int = 0
    share: int = 0

    def arguments(self, given: Mapping[str, str], **resources: Any) -> dict[str, Any]:
        """The function's arguments: keys in their declared types, and the resources that it names."""
        types = get_type_hints(self.run)
        return {name: types[name](value) for name, value in given.items()} | {
            name: value for name, value in resources.items() if name in types
        }


@dataclass(frozen=True)
class Periodic:
    """A periodic job, run in every confederation, each in a transaction of its own. `cron` is in UTC."""

    name: str
    run: Callable[..., Awaitable[object]]
    cron: str


@dataclass(frozen=True)
class Registry:
    """All declared jobs."""

    jobs: dict[str, Job] = field(default_factory=dict)
    periodic: dict[str, Periodic] = field(default_factory=dict)


_registry = Registry()


def job(
    name: str, *, tries: int = 10, urgent: bool = False, at_once: int = 0, share: int = 0
) -> Callable[[Function], Function]:
    """Declare a job. Its function takes the work, then keys by name, and `settings: Settings` if it declares that.

    A job that waits for a tenant's own servers, such as a webhook, sets `at_once` and each tenant's `share`.
    """

    def declare(function: Function) -> Function:
        assert name not in _registry.jobs, name
        _registry.jobs[name] = Job(name, function, tries, urgent, at_once, share)
        return function

    return declare


def every(cron: str) -> Callable[[Function], Function]:
    """Declare a periodic job, done by whichever worker is first.

    A failure in a confederation is logged; the next run is at the next scheduled time.
    """

    def declare(function: Function) -> Function:
        name = function.__name__
        assert name not in _registry.periodic, name
        _registry.periodic[name] = Periodic(name, function, cron)
        return function

    return declare


def registry() -> Registry:
    """All jobs that the services' modules declare."""
    import_all("services")
    return _registry


def queries(driver: AsyncpgDriver) -> Queries:
    """pgqueuer's statements, for our schema."""
    return Queries(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES))


async def enqueue(work: Work, name: str, *, key: str | None = None, after: timedelta | None = None, **ids: Key) -> None:
    """Enqueue a job, to be done once this transaction is committed, or a time `after` the work's time.

    `key`: don't enqueue it if an equal job waits already. Equal jobs have the same name, key and, with `after`, due
    second. A job that a worker has started doesn't count, because it may have read the state before this change.
    """
    jobs = queries(AsyncpgDriver(await work.connection()))
    payload, delay = _payload(work, ids), _delay(work, after)
    if key is None:
        await jobs.enqueue(name, payload, execute_after=delay, headers=_headers(work))
        return
    due = "" if after is None else int((work.now + after).timestamp())
    mark = f"{work.tenant_id}:{name}:{key}:{due}"
    # Of pgqueuer's three conflict modes, this one locks the waiting job: no worker starts it before we commit.
    (id,) = await jobs.enqueue(
        name, payload, execute_after=delay, dedupe_key=mark, headers=_headers(work), on_conflict="update_priority"
    )
    taken = f"select status = 'picked' from {NAMES.qualified.queue_table} where id = $1"  # noqa: S608 - a name of ours
    if await (await work.connection()).fetchval(taken, id):
        await jobs.enqueue(name, payload, execute_after=delay, headers=_headers(work))


async def enqueue_all(work: Work, name: str, each: Iterable[Mapping[str, Key]]) -> None:
    """Enqueue a job for each of many arguments, in one statement."""
    payloads: list[bytes | None] = [_payload(work, ids) for ids in each]
    if payloads:
        jobs = queries(AsyncpgDriver(await work.connection()))
        count = len(payloads)
        await jobs.enqueue([name] * count, payloads, [0] * count, headers=[_headers(work)] * count)


def _payload(work: Work, ids: Mapping[str, Key]) -> bytes:
    for name, value in ids.items():
        if not isinstance(value, UUID | StrEnum):
            raise TypeError(f"{name} is a {type(value).__name__}: jobs are told keys and kinds only")
    return orjson.dumps([work.actor.tenant.slug, {name: str(value) for name, value in ids.items()}])


def _headers(work: Work) -> dict[str, str]:
    """The job's tenant, in a column with an index: each confederation has its share."""
    return {"tenant": work.actor.tenant.slug}


def _delay(work: Work, after: timedelta | None) -> timedelta | None:
    """The delay from now: the work's time may differ from now, in the demo and in tests."""
    return None if after is None else max(work.now + after - datetime.now(UTC), timedelta())
