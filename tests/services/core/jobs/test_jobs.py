"""Jobs: enqueued with the change, done at least once by whichever worker comes first, tried again, never lost."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from app import create_app
from models import Confederation, JournalEntry, MailKind
from services.core.actor import system
from services.core.errors import NotFound
from services.core.jobs import jobs
from services.core.jobs.jobs import enqueue, enqueue_all, every, job
from services.core.jobs.worker import Worker, cut_off
from services.core.settings import CHECKOUT, Settings
from services.core.work import Work
from tests.alone import database, database_url
from tests.making import Maker

__all__ = ["database", "database_url"]

SECRET = "Ana Tremblay"
NEVER = "0 0 1 1 *"


@job("tests.note")
async def note(work: Work, *, mark: UUID, kind: MailKind = MailKind.CHANGE) -> None:
    """Leaves a mark in the journal."""
    await work.record("tests.noted", await _tenant(work), data={"mark": str(mark), "system": work.actor.is_system})


@job("tests.wait")
async def wait(work: Work, *, mark: UUID) -> None:
    """Waits for a lock that the test holds, then leaves a mark."""
    connection = await work.connection()
    await connection.execute("select pg_advisory_xact_lock(hashtext($1))", str(mark))
    await note(work, mark=mark)


@job("tests.fail", tries=2)
async def fail(work: Work, *, mark: UUID) -> None:
    """Leaves a mark that is rolled back."""
    await note(work, mark=mark)
    await work.session.flush()
    raise ValueError(f"the mail of {SECRET} can't be written")


@job("tests.refuse")
async def refuse(work: Work, *, mark: UUID, enqueued: bool = False) -> None:
    """A rule speaks against it, when a job may have been enqueued."""
    if enqueued:
        await enqueue(work, "tests.note", mark=mark)
    raise NotFound(SECRET)


@every(NEVER)
async def note_periodically(work: Work) -> None:
    """Leaves a mark in every confederation."""
    await work.record("tests.periodic", await _tenant(work))


async def _tenant(work: Work) -> Confederation:
    return await work.session.get_one(Confederation, work.tenant_id)


@pytest.fixture(autouse=True)
async def _no_other_jobs(owner: asyncpg.Connection) -> None:
    """What other tests enqueued is none of these."""
    await owner.execute("delete from jobs.pgqueuer")


@asynccontextmanager
async def working(url: str, **options: Any) -> AsyncIterator[Worker]:
    """A worker that looks for jobs ten times a second."""
    worker = Worker(url, Settings(database_url=url), **{"poll": timedelta(seconds=0.1)} | options)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def until(happened: Callable[[], Awaitable[Any]]) -> None:
    """Wait for it, twenty seconds at the most."""
    async with asyncio.timeout(20):
        while not await happened():  # noqa: ASYNC110 - the worker sets no event here
            await asyncio.sleep(0.02)


async def marks(make: Maker, action: str = "tests.noted") -> list[Any]:
    """What was left in the journal."""
    return [entry.data for entry in await make.all(JournalEntry, action=action)]


async def left(owner: asyncpg.Connection, name: str = "tests.%") -> list[tuple[str, str]]:
    """The jobs that are there, with their states."""
    rows = await owner.fetch("select entrypoint, status::text from jobs.pgqueuer where entrypoint like $1", name)
    return [(row["entrypoint"], row["status"]) for row in rows]


async def none_left(owner: asyncpg.Connection) -> bool:
    """Whether every job is done."""
    return not await left(owner)


def mark() -> UUID:
    """Some key."""
    return UUID(bytes=os.urandom(16), version=4)


async def test_the_library_finds_its_tables_as_it_wants_them(owner: asyncpg.Connection) -> None:
    queries = jobs.queries(AsyncpgDriver(owner))
    assert (await queries.plan_upgrade()).statements == ()
    await owner.execute("begin; drop index jobs.pgqueuer_ep_ea_idx")
    assert (await queries.plan_upgrade()).statements != ()
    await owner.execute("rollback")


async def test_a_job_is_done_by_the_platform_once_the_change_is_committed(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    kept, undone, tried = mark(), mark(), mark()
    async with make.acting_as(system(make.tenant)) as work:
        await enqueue(work, "tests.note", mark=kept, kind=MailKind.OFFER)
    with pytest.raises(NotFound):
        async with make.acting_as(None) as work:
            await refuse(work, mark=undone, enqueued=True)
    async with make.acting_as(None, dry_run=True) as work:
        await enqueue(work, "tests.note", mark=tried)
    async with working(database_url):
        await until(lambda: none_left(owner))
    assert await marks(make) == [{"mark": str(kept), "system": True}]


@pytest.mark.promise("jobs-without-texts")
async def test_what_is_enqueued_says_keys_and_kinds_only(make: Maker, owner: asyncpg.Connection) -> None:
    async with make.acting_as(None) as work:
        with pytest.raises(TypeError, match="mark is a str"):
            await enqueue(work, "tests.note", mark=SECRET)  # type: ignore[arg-type]
        await enqueue(work, "tests.note", mark=UUID(int=7), kind=MailKind.OFFER)
    payload = await owner.fetchval("select convert_from(payload, 'UTF8') from jobs.pgqueuer")
    assert payload == f'["{make.tenant.slug}",{{"mark":"{UUID(int=7)}","kind":"OFFER"}}]'


async def test_a_job_that_is_due_later_waits(make: Maker, database_url: str, owner: asyncpg.Connection) -> None:
    later, now = mark(), mark()
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.note", after=timedelta(hours=1), mark=later)
        await enqueue_all(work, "tests.note", [{"mark": now}, {"mark": now}])
        await enqueue_all(work, "tests.note", [])
    async with working(database_url):
        await until(lambda: _is(left(owner), [("tests.note", "queued")]))
    assert [found["mark"] for found in await marks(make)] == [str(now), str(now)]


async def _is(found: Awaitable[Any], expected: Any) -> bool:
    return bool(await found == expected)


async def test_an_equal_job_that_waits_is_enough_and_one_that_was_taken_up_is_not(
    make: Maker, owner: asyncpg.Connection
) -> None:
    async def ask(key: str | None, **options: Any) -> int:
        async with make.acting_as(None) as work:
            await enqueue(work, "tests.note", key=key, mark=UUID(int=1), **options)
        return len(await left(owner))

    assert [await ask("a"), await ask("a"), await ask("b"), await ask(None), await ask(None)] == [1, 1, 2, 3, 4]
    assert await ask("a", after=timedelta(hours=1)) == 5
    await owner.execute("update jobs.pgqueuer set status = 'picked'")
    assert await ask("a") == 6


async def test_a_job_that_waits_is_not_taken_up_before_who_relied_on_it_has_committed(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    first, second = mark(), mark()
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.note", key="same", mark=first)
    async with working(database_url):
        async with make.acting_as(None) as work:
            await enqueue(work, "tests.note", key="same", mark=second)
            await enqueue(work, "tests.note", mark=second)  # not seen by anybody before the commit
            assert [status for _, status in await left(owner)] == ["queued"]
            await asyncio.sleep(0.5)
            assert [status for _, status in await left(owner)] == ["queued"]
        await until(lambda: none_left(owner))
    assert {found["mark"] for found in await marks(make)} == {str(first), str(second)}


async def test_workers_share_the_jobs_and_each_is_done_once(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    each = [mark() for _ in range(60)]
    async with make.acting_as(None) as work:
        await enqueue_all(work, "tests.note", [{"mark": one} for one in each])
    async with working(database_url), working(database_url):
        await until(lambda: none_left(owner))
    assert sorted(found["mark"] for found in await marks(make)) == sorted(map(str, each))


async def test_a_job_that_fails_is_tried_again_and_kept_at_last(
    make: Maker,
    database_url: str,
    owner: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "FIRST_RETRY_WAIT", timedelta(seconds=0.1))
    caplog.set_level(logging.INFO)
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.fail", mark=mark())
        await enqueue(work, "tests.refuse", mark=mark())
    async with working(database_url):
        await until(lambda: _is(_sorted(left(owner)), [("tests.fail", "failed"), ("tests.refuse", "failed")]))
    assert await owner.fetchval("select attempts from jobs.pgqueuer where entrypoint = 'tests.fail'") == 1
    assert await marks(make) == []
    logged = caplog.text + str(await owner.fetch("select traceback::text from jobs.pgqueuer_log"))
    assert "the job tests.fail failed, try 2" in logged
    assert "tests.fail: ValueError" in logged
    assert SECRET not in logged


async def _sorted(found: Awaitable[list[Any]]) -> list[Any]:
    return sorted(await found)


def test_the_waits_grow_to_an_hour() -> None:
    seconds = [jobs.wait_after(attempts).total_seconds() for attempts in range(9)]
    assert seconds == [15, 45, 135, 405, 1215, 3600, 3600, 3600, 3600]


async def test_a_worker_that_is_told_to_stop_finishes_what_it_took_up(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    one, other = mark(), mark()
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.wait", mark=one)
    async with owner.transaction():
        await owner.execute("select pg_advisory_xact_lock(hashtext($1))", str(one))
        worker = Worker(database_url, Settings(database_url=database_url), poll=timedelta(seconds=0.1))
        running = asyncio.create_task(worker.run())
        await until(lambda: _is(left(owner), [("tests.wait", "picked")]))
        worker.stop()
        async with make.acting_as(None) as work:
            await enqueue(work, "tests.note", mark=other)
        await asyncio.sleep(0.3)
        assert not running.done()
    await running
    assert [found["mark"] for found in await marks(make)] == [str(one)]
    assert await left(owner) == [("tests.note", "queued")]


async def test_a_job_that_was_cut_off_goes_back_to_the_queue(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    one = mark()
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.wait", mark=one)
    async with owner.transaction():
        await owner.execute("select pg_advisory_xact_lock(hashtext($1))", str(one))
        worker = Worker(database_url, Settings(database_url=database_url), poll=timedelta(seconds=0.1))
        running = asyncio.create_task(worker.run())
        await until(lambda: _is(left(owner), [("tests.wait", "picked")]))
        await cut_off(running)
    assert await left(owner) == [("tests.wait", "queued")]
    assert await marks(make) == []
    async with working(database_url):
        await until(lambda: none_left(owner))
    assert [found["mark"] for found in await marks(make)] == [str(one)]


async def test_a_worker_comes_back_after_losing_every_connection(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    lost = """select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and application_name = 'confed'"""
    async with working(database_url):
        for _ in range(2):
            async with make.acting_as(None) as work:
                await enqueue(work, "tests.note", mark=mark())
            await until(lambda: none_left(owner))
            await owner.execute(lost)
        async with make.acting_as(None) as work:
            await enqueue(work, "tests.note", mark=mark())
        await until(lambda: none_left(owner))
    assert len(await marks(make)) == 3


KILLED = """
import asyncio, sys
from datetime import timedelta
from services.core.settings import Settings
from services.core.jobs.worker import Worker
import tests.services.core.jobs.test_jobs
asyncio.run(Worker(sys.argv[1], Settings(), poll=timedelta(seconds=0.1)).run())
"""


async def test_what_a_killed_worker_had_taken_up_is_done_by_another(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    one = mark()
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.wait", mark=one)
    async with owner.transaction():
        await owner.execute("select pg_advisory_xact_lock(hashtext($1))", str(one))
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED, database_url, cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}
        )
        await until(lambda: _is(left(owner), [("tests.wait", "picked")]))
        killed.kill()
        await killed.wait()
    assert await left(owner) == [("tests.wait", "picked")]
    async with working(database_url, presumed_dead=timedelta(seconds=1)):
        await until(lambda: none_left(owner))
    assert [found["mark"] for found in await marks(make)] == [str(one)]


async def test_what_is_periodic_is_done_in_every_confederation_by_one_of_the_workers(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    other = await make.other()
    await owner.execute("delete from jobs.pgqueuer_schedules")
    await owner.execute(
        "insert into jobs.pgqueuer_schedules (expression, entrypoint) values ($1, 'note_periodically')", NEVER
    )
    async with working(database_url), working(database_url), working(database_url):
        await until(lambda: marks(other, "tests.periodic"))
        await until(lambda: marks(make, "tests.periodic"))
        await until(
            lambda: owner.fetchval(
                "select status = 'queued' from jobs.pgqueuer_schedules where entrypoint = 'note_periodically'"
            )
        )
    assert [len(await marks(maker, "tests.periodic")) for maker in (make, other)] == [1, 1]
    assert await owner.fetchval(
        "select next_run > now() from jobs.pgqueuer_schedules where entrypoint = 'note_periodically'"
    )


async def test_a_server_that_is_asked_to_does_jobs_as_long_as_it_serves(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    app = create_app(Settings(database_url=database_url), worker=True)
    async with app.router.lifespan_context(app):
        async with make.acting_as(None) as work:
            await enqueue(work, "tests.note", mark=mark())
        await until(lambda: none_left(owner))
    async with make.acting_as(None) as work:
        await enqueue(work, "tests.note", mark=mark())
    assert (len(await marks(make)), await left(owner)) == (1, [("tests.note", "queued")])


async def test_a_worker_of_its_own_ends_well_when_it_is_told_to_stop(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    async with make.acting_as(None) as work:
        await enqueue(work, "expire_offer", registration_id=mark())
    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "app.py", "worker", cwd=CHECKOUT, env=settings | {"DATABASE_URL": database_url}
    )
    try:
        await until(lambda: _is(left(owner, "expire_offer"), []))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
