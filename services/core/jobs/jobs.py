"""Jobs: what follows from a change, written down in the change's own transaction and done by a worker afterwards.

    @job("expire_offer")
    async def expire_offer(work: Work, *, registration_id: UUID) -> None:
        \"\"\"…\"\"\"

    await enqueue(work, "expire_offer", after=timedelta(hours=48), registration_id=registration.id)

    @every("* * * * *")
    async def release_allotments(work: Work) -> None:
        \"\"\"…\"\"\"

A job is one transaction of the platform itself (`system`) in the confederation that it was enqueued in. It is done **at
least once**: a worker that dies after the commit and before it has said so leaves the job to another. So a job looks at
what is there, does what is still to be done, and may find that nothing is. One that fails is tried again, later each
time, and kept as failed after `tries` times.

What is enqueued names rows by their keys and says nothing about them: a job reads them, through row security.
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
"""What a job may be told: which row, and which of the kinds that there are."""

Function = TypeVar("Function", bound=Callable[..., Awaitable[object]])

# Every name is said: pgqueuer would take what isn't from the environment, from variables such as CHANNEL and TRIGGER.
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
"""Where pgqueuer's tables are: in the schema `jobs`, made by `models.migrations.jobs`."""


FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)
"""Between tries: three times as long each time, an hour at the most."""


def wait_after(attempts: int) -> timedelta:
    """How long to wait after a failure that so many others came before."""
    return FIRST_WAIT * 3**attempts if attempts < 5 else LONGEST_WAIT


@dataclass(frozen=True)
class Job:
    """A kind of job. `tries`: how many times in all; with the waits between them, ten are about five hours.

    `urgent`: goes before everything that isn't. `at_once`: how many a worker does at a time, and `share`: how many of
    them for one confederation; 0 where the worker's own limits will do (`services.core.jobs.taking`).
    """

    name: str
    run: Callable[..., Awaitable[object]]
    tries: int
    urgent: bool = False
    at_once: int = 0
    share: int = 0

    def arguments(self, given: Mapping[str, str], **resources: Any) -> dict[str, Any]:
        """What the function takes: its keys as it declares them, and of the resources those that it names."""
        types = get_type_hints(self.run)
        return {name: types[name](value) for name, value in given.items()} | {
            name: value for name, value in resources.items() if name in types
        }


@dataclass(frozen=True)
class Periodic:
    """What is done again and again in every confederation, each in a transaction of its own. `cron` is in UTC."""

    name: str
    run: Callable[..., Awaitable[object]]
    cron: str


@dataclass(frozen=True)
class Registry:
    """Everything that workers do."""

    jobs: dict[str, Job] = field(default_factory=dict)
    periodic: dict[str, Periodic] = field(default_factory=dict)


_registry = Registry()


def job(
    name: str, *, tries: int = 10, urgent: bool = False, at_once: int = 0, share: int = 0
) -> Callable[[Function], Function]:
    """Declare a job. Its function takes the work, then keys by name; `settings: Settings` where it asks for them.

    Whose pace a tenant's own receivers set, such as a webhook, says how many are done `at_once`, and each tenant's
    `share`.
    """

    def declare(function: Function) -> Function:
        assert name not in _registry.jobs, name
        _registry.jobs[name] = Job(name, function, tries, urgent, at_once, share)
        return function

    return declare


def every(cron: str) -> Callable[[Function], Function]:
    """Declare what is done periodically: by one of the workers each time, whoever comes first.

    One that fails in a confederation is logged and has its next turn at the next time.
    """

    def declare(function: Function) -> Function:
        name = function.__name__
        assert name not in _registry.periodic, name
        _registry.periodic[name] = Periodic(name, function, cron)
        return function

    return declare


def registry() -> Registry:
    """Everything that the services' modules declare."""
    import_all("services")
    return _registry


def queries(driver: AsyncpgDriver) -> Queries:
    """pgqueuer's statements, for our schema."""
    return Queries(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES))


async def enqueue(work: Work, name: str, *, key: str | None = None, after: timedelta | None = None, **ids: Key) -> None:
    """Have a job done once this transaction is committed, or `after` a while from its moment.

    `key`: where an equal job waits already, that is enough. Equal is what has the name, the key and, with `after`, the
    same due second; one that a worker has taken up is not enough, for it may have read what was before this change.
    """
    jobs = queries(AsyncpgDriver(await work.connection()))
    payload, delay = _payload(work, ids), _delay(work, after)
    if key is None:
        await jobs.enqueue(name, payload, execute_after=delay, headers=_headers(work))
        return
    due = "" if after is None else int((work.now + after).timestamp())
    mark = f"{work.tenant_id}:{name}:{key}:{due}"
    # Of the three that pgqueuer has, this conflict locks the job that waits: no worker takes it before we commit.
    (id,) = await jobs.enqueue(
        name, payload, execute_after=delay, dedupe_key=mark, headers=_headers(work), on_conflict="update_priority"
    )
    taken = f"select status = 'picked' from {NAMES.qualified.queue_table} where id = $1"  # noqa: S608 - a name of ours
    if await (await work.connection()).fetchval(taken, id):
        await jobs.enqueue(name, payload, execute_after=delay, headers=_headers(work))


async def enqueue_all(work: Work, name: str, each: Iterable[Mapping[str, Key]]) -> None:
    """Have a job done for each of many, in one statement."""
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
    """Whose job it is, where the worker finds it by an index: each confederation has its share."""
    return {"tenant": work.actor.tenant.slug}


def _delay(work: Work, after: timedelta | None) -> timedelta | None:
    """How long from now: the work's moment may be another, in the demo and in tests."""
    return None if after is None else max(work.now + after - datetime.now(UTC), timedelta())
