"""What one confederation asks for holds up nobody else: shares of a worker, and a lane for what is urgent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pydantic import SecretStr

from models import DeliveryState, WebhookDelivery
from services.core.jobs import jobs, taking
from services.core.jobs.jobs import Job, enqueue_all, job
from services.core.jobs.taking import JOB_SLOTS, SLOTS_PER_KIND_AND_TENANT, URGENT_JOB_SLOTS, fair_queries
from services.core.jobs.worker import Worker
from services.core.work import Work
from services.identity.links import ask_for_link
from services.webhooks import sending
from services.webhooks.replaying import send_test
from tests.alone import database, database_url
from tests.conftest import settings_of
from tests.making import Maker
from tests.services.events.mail.sink import sink
from tests.services.webhooks.receiving import Receiver, registered

__all__ = ["database", "database_url"]

SILENCE = timedelta(seconds=30)


@job("tests.plain")
async def plain(work: Work, *, mark: UUID) -> None:
    """A job like any other."""


@job("tests.slow", at_once=4, share=2)
async def slow(work: Work, *, mark: UUID) -> None:
    """A job whose pace somebody else sets."""


@job("tests.urgent", urgent=True, share=4)
async def urgent(work: Work, *, mark: UUID) -> None:
    """A job that goes before all else."""


@pytest.fixture(autouse=True)
async def _no_other_jobs(owner: asyncpg.Connection) -> None:
    """What other tests enqueued is none of these."""
    await owner.execute("delete from jobs.pgqueuer")


class Taker:
    """A worker's hand that takes jobs up, and never does them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.id = uuid4()
        self.queries = fair_queries(AsyncpgDriver(connection), jobs.registry().jobs)

    async def take(self, silence: timedelta = SILENCE) -> list[tuple[str, str]]:
        """What it takes up, by kind and confederation, in order."""
        names: dict[str, Job] = {name: job for name, job in self.queries.kinds.items() if name.startswith("tests.")}
        taken = await self.queries.dequeue(8, names, self.id, None, silence)
        return [(found.entrypoint.removeprefix("tests."), str((found.headers or {})["tenant"])) for found in taken]


@pytest.fixture
async def worker(owner: asyncpg.Connection) -> Taker:
    """A worker."""
    return Taker(owner)


async def wait(make: Maker, kind: str, count: int) -> None:
    """So many jobs of a kind wait."""
    async with make.acting_as(None) as work:
        await enqueue_all(work, f"tests.{kind}", [{"mark": uuid4()} for _ in range(count)])


async def test_a_confederation_has_its_share_of_a_kind_and_the_rest_is_the_others(make: Maker, worker: Taker) -> None:
    other = await make.other()
    await wait(make, "plain", 40)
    here, there = ("plain", make.tenant.slug), ("plain", other.tenant.slug)
    assert await worker.take() == [here] * SLOTS_PER_KIND_AND_TENANT
    assert await worker.take() == []
    await wait(other, "plain", 1)
    assert await worker.take() == [there]


async def test_of_two_that_wait_each_has_its_turn(make: Maker, worker: Taker) -> None:
    other = await make.other()
    await wait(make, "plain", 40)
    await wait(other, "plain", 3)
    taken = [tenant for _, tenant in await worker.take()]
    assert taken[:6] == [make.tenant.slug, other.tenant.slug] * 3
    assert set(taken[6:]) == {make.tenant.slug}


async def test_a_slow_kind_leaves_places_to_the_others(make: Maker, worker: Taker) -> None:
    others = [await make.other(), await make.other()]
    for each in (make, *others):
        await wait(each, "slow", 10)
    taken = await worker.take()
    assert [kind for kind, _ in taken] == ["slow"] * 4
    assert max(taken.count(each) for each in taken) <= 2
    await wait(make, "plain", 1)
    assert await worker.take() == [("plain", make.tenant.slug)]


async def test_what_is_urgent_has_a_place_however_much_else_there_is(make: Maker, worker: Taker) -> None:
    other = await make.other()
    for each in (make, other):
        await wait(each, "plain", 40)
    assert len(await worker.take()) == min(JOB_SLOTS, taking.SLOTS_PER_KIND)
    await wait(make, "urgent", 40)
    await wait(other, "urgent", 1)
    taken = await worker.take()
    assert taken.count(("urgent", other.tenant.slug)) == 1
    assert taken.count(("urgent", make.tenant.slug)) == 4 < URGENT_JOB_SLOTS


async def test_shares_are_a_workers_own_and_a_job_is_taken_once(
    make: Maker, worker: Taker, owner: asyncpg.Connection
) -> None:
    await wait(make, "slow", 3)
    another = Taker(owner)
    assert [len(await one.take()) for one in (worker, another, worker, another)] == [2, 1, 0, 0]


async def test_what_a_silent_worker_had_taken_is_anothers(
    make: Maker, worker: Taker, owner: asyncpg.Connection
) -> None:
    await wait(make, "slow", 2)
    await worker.take()
    another = Taker(owner)
    assert await another.take() == []
    assert await another.take(timedelta()) == [("slow", make.tenant.slug)] * 2


async def test_what_waits_is_found_by_the_index(make: Maker, owner: asyncpg.Connection) -> None:
    await wait(make, "plain", 2_000)
    await owner.execute("analyze jobs.pgqueuer")
    names = ["tests.plain"]
    arguments = (names, [14], [12], [False], uuid4(), SILENCE, JOB_SLOTS, URGENT_JOB_SLOTS)
    async with _undone(owner):
        plan = "\n".join(row[0] for row in await owner.fetch("explain analyze " + taking._TAKE, *arguments))
    assert "pgqueuer_waiting_by_tenant" in plan
    read = [line for line in plan.splitlines() if "Seq Scan on pgqueuer" in line and "rows=2000" in line]
    assert read == [], plan


@asynccontextmanager
async def _undone(owner: asyncpg.Connection) -> AsyncIterator[None]:
    transaction = owner.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


HOOKS, TESTS = 10, 120


async def test_receivers_that_answer_slowly_delay_no_message_that_signs_somebody_in(
    make: Maker, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten webhooks whose receivers hold on to each request, with 120 tests; then somebody elsewhere asks for a link."""
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 60)
    other = await make.other()
    await other.contact_point(await other.member(), value="ana@example.org")
    async with _holding() as holding:
        hooks = [await registered(make, holding, "event.published", path=f"hook{i}") for i in range(HOOKS)]
        staff = await make.staff()
        for number in range(TESTS):
            async with make.acting_as(staff) as work:
                await send_test(work, hooks[number % HOOKS].id)
        with sink() as server:
            settings = settings_of(database_url).model_copy(update={"smtp_url": SecretStr(server.url)})
            worker = Worker(database_url, settings, poll=timedelta(seconds=0.1))
            running = asyncio.create_task(worker.run())
            try:
                await _until(lambda: holding.held > 0)
                async with other.acting_as(None) as work:
                    await ask_for_link(work, "ana@example.org")
                await _until(lambda: bool(server.messages))
                tried = [delivery for delivery in await make.all(WebhookDelivery) if delivery.tries]
                assert tried == [], "The message went out while the first receivers were still being waited for."
                assert len(await make.all(WebhookDelivery, state=DeliveryState.PENDING)) == TESTS
            finally:
                holding.let_go.set()
                worker.stop()
                await running


class _Holding(Receiver):
    """A receiver that holds on to every request until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()
        self.held = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.held += 1
            await self.let_go.wait()
            writer.write(b"HTTP/1.1 204 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # who asked gave up
        finally:
            writer.close()


@asynccontextmanager
async def _holding() -> AsyncIterator[_Holding]:
    holding = _Holding()
    server = await asyncio.start_server(holding.answer, "127.0.0.1", 0)
    holding.port = server.sockets[0].getsockname()[1]
    async with server:
        yield holding


async def _until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110 - the worker sets no event here
            await asyncio.sleep(0.01)
