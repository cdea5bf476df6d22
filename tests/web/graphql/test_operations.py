"""What whoever runs the server asks it: whether to ask it, what it does, and where its time goes."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app import create_app
from schema.base.ids import encode_id
from schema.web.ops.serving import headers
from services.core.database import connections
from services.core.database.connections import Database
from services.core.database.readiness import Unready, newest_revision, unready
from services.core.jobs.backlog import Backlog, backlog
from services.core.jobs.jobs import enqueue, job
from services.core.jobs.worker import Worker
from services.core.telemetry.tracing import Tracing, tracing_of
from services.core.work import Work
from tests.alone import app, database, database_url
from tests.client import Client
from tests.conftest import settings_of
from tests.making import Maker

__all__ = ["app", "database", "database_url"]

TOKEN = "a token of the tests"
REGISTER = "mutation ($id: ID!) { registerForEvent(input: {eventId: $id}) { __typename ... on Problem { code } } }"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@job("operations.look")
async def look(work: Work, *, mark: UUID) -> None:
    """Asks for something."""
    await work.lock(str(mark))


@asynccontextmanager
async def operated(url: str, make: Maker, **settings: Any) -> AsyncIterator[Client]:
    """A server with these settings."""
    app = create_app(settings_of(url).model_copy(update=settings), demo_tokens=True)
    async with app.router.lifespan_context(app):
        yield Client(app, make)


@pytest.mark.promise("role-under-row-security")
async def test_a_server_is_ready_while_its_database_is(
    make: Maker, database: Database, database_url: str, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def with_revision(revision: str) -> Unready | None:
        await owner.execute("update alembic_version set version_num = $1", revision)
        try:
            return await unready(database)
        finally:
            await owner.execute("update alembic_version set version_num = $1", newest_revision())

    assert await with_revision(newest_revision()) is None
    for older in ("0001", "0007", "0001_00000000", "9999", ""):
        assert await with_revision(older) is Unready.MIGRATIONS_PENDING
    assert await with_revision("9999_0a1b2c3d") is None, "a newer release has migrated, and this one still serves"
    away = Database("postgresql://nobody@/nothing?host=/nowhere")
    assert await unready(away) is Unready.DATABASE_UNAVAILABLE
    monkeypatch.setattr(connections, "APP", "postgres")
    unbound = Database(database_url)
    assert await unready(unbound) is Unready.ROW_SECURITY_OFF
    await unbound.close()


async def test_a_server_that_is_about_to_stop_says_so(make: Maker, database_url: str) -> None:
    async with operated(database_url, make) as client:
        ready = await client.send("/readyz", method="GET")
        assert (ready.status, ready.json) == (200, {"status": "ready"})
        client._app.stopping.begin()  # type: ignore[attr-defined]
        ready = await client.send("/readyz", method="GET")
        assert (ready.status, ready.json) == (503, {"status": "unready", "reason": "STOPPING"})
        assert (await client.send("/healthz", method="GET")).status == 200


async def test_demo_tokens_sign_nobody_in_at_a_server(make: Maker, client: Client, database_url: str) -> None:
    ana = await make.member()
    token = await client.token(ana)
    app = create_app(settings_of(database_url))
    async with app.router.lifespan_context(app):
        answer = await Client(app, make).ask("{ __typename }", authorization=token)
    assert (answer.status, answer.json["errors"][0]["extensions"]["code"]) == (401, "UNKNOWN_CREDENTIALS")
    assert (await client.ask("{ __typename }", authorization=token)).status == 200


def test_browsers_come_back_over_tls_and_guess_no_types(database_url: str) -> None:
    plain = settings_of(database_url)
    public = plain.model_copy(update={"public_url": "https://api.example.org"})
    assert headers(plain) == [("x-content-type-options", "nosniff")]
    assert dict(headers(public))["strict-transport-security"] == "max-age=31536000"


async def figures(client: Client, path: str = "/metrics") -> dict[tuple[str, ...], float]:
    """What `/metrics` says, by name and labels."""
    answer = await client.send(path, b"", {"authorization": f"Bearer {TOKEN}"}, method="GET")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.body.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


@pytest.mark.promise("metrics-without-values")
async def test_metrics_count_what_is_done_and_tell_of_nobody(make: Maker, database_url: str) -> None:
    event, ana = await make.event(), await make.member()
    async with operated(database_url, make, metrics_token=SecretStr(TOKEN)) as client:
        before = await figures(client)
        await client.ask("{ events { totalCount } }", person=ana)
        await client.ask("{ __schema { queryType { name } } events { totalCount } }")
        for _ in range(2):
            await client.ask(REGISTER, {"id": encode_id("Event", event.id)}, person=ana)
        await client.ask("{ nonsense }")
        after = await figures(client)
        text = (await client.send("/metrics", b"", {"authorization": f"Bearer {TOKEN}"}, method="GET")).body.decode()
    counted = {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}
    assert {key: counted[key] for key in counted if key[0] in ("confed_mutations_total", "confed_refusals_total")} == {
        ("confed_mutations_total", "register_for_event", "done"): 1,
        ("confed_mutations_total", "register_for_event", "ALREADY_REGISTERED"): 1,
        ("confed_refusals_total", "ALREADY_REGISTERED"): 1,
        ("confed_refusals_total", "BAD_REQUEST"): 1,
    }
    took = {key[1]: value for key, value in counted.items() if key[0] == "confed_request_seconds_count"}
    assert took == {"spliced": 1, "completed": 1, "mutation": 2, "refused": 1, "route": 1}
    assert after["confed_database_up",] == 1
    assert after["confed_jobs_waiting",] > 0
    assert [word for word in (make.tenant.slug, str(ana.id), event.slug, "nonsense") if word in text] == []


async def test_metrics_are_for_who_has_the_token(make: Maker, client: Client, database_url: str) -> None:
    absent = await client.send("/metrics", method="GET")
    async with operated(database_url, make, metrics_token=SecretStr(TOKEN)) as other:
        for said in ({}, {"authorization": f"Bearer {TOKEN}s"}, {"authorization": TOKEN}):
            refused = await other.send("/metrics", b"", said, method="GET")
            assert (refused.status, refused.body) == (absent.status, absent.body) == (404, b"Not Found")


async def test_without_a_database_metrics_tell_what_the_process_knows(make: Maker, database_url: str) -> None:
    async with operated(database_url, make, metrics_token=SecretStr(TOKEN)) as client:
        await client.ask("{ __typename }")
        readers = client._app._endpoint._database.readers  # type: ignore[attr-defined]
        readers._url = "postgresql://nobody@/nothing?host=/nowhere"
        await readers.close()
        found = await figures(client)
    assert found["confed_database_up",] == 0
    assert ("confed_jobs_waiting",) not in found
    assert found["confed_request_seconds_count", "spliced"] > 0


async def test_what_waits_is_counted_over_every_confederation(make: Maker, database: Database) -> None:
    before = await backlog(database)
    for each in (make, await make.other()):
        async with each.acting_as(None) as work:
            await enqueue(work, "operations.look", mark=UUID(int=1))
        async with each.acting_as(await each.staff()) as work:
            await work.record("operations.looked", await each.home())
    after = await backlog(database)
    more = {name: value - getattr(before, name) for name, value in dataclasses.asdict(after).items()}
    assert (more["jobs_waiting"], more["journal_waiting"], more["jobs_failed"]) == (2, 2, 0)
    assert after.oldest_job > 0
    assert set(more) == {field.name for field in dataclasses.fields(Backlog)}


class Receiver:
    """Takes traces, as a collector does."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.raw = b""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One batch."""
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    def named(self, name: str) -> list[Any]:
        """The spans of a name."""
        return [span for span in self.spans if span.name == name]


@pytest.mark.promise("metrics-without-values")
async def test_requests_jobs_and_statements_are_traced_where_that_is_configured(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    receiver = Receiver()
    collector = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    endpoint = f"http://127.0.0.1:{collector.sockets[0].getsockname()[1]}"
    event, ana = await make.event(), await make.member()
    given = {"id": encode_id("Event", event.id)}
    async with operated(database_url, make, otlp_endpoint=endpoint) as client:
        await client.ask("{ events { totalCount } }", traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
        await client.ask(f'query Named {{ event(slug: "{event.slug}") {{ slug }} }}')
        for _ in range(2):
            await client.ask(REGISTER, given, person=ana)
    tracing = tracing_of(settings_of(database_url).model_copy(update={"otlp_endpoint": endpoint}))
    assert isinstance(tracing, Tracing)
    await owner.execute("delete from jobs.pgqueuer")
    async with make.acting_as(None) as work:
        await enqueue(work, "operations.look", mark=UUID(int=1))
    worker = Worker(database_url, settings_of(database_url), tracing=tracing)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        while await owner.fetchval("select count(*) from jobs.pgqueuer"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    worker.stop()
    await running
    await tracing.close()
    collector.close()

    def told(span: Any) -> dict[str, Any]:
        values = {each.key: each.value for each in span.attributes}
        return {key: value.string_value or value.int_value for key, value in values.items()}

    first, second = receiver.named("graphql spliced")
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, "b7ad6b7169203331")
    assert second.trace_id.hex() != TRACE
    assert told(first).keys() == {"confed.kind", "confed.cost"}, "a name that wasn't registered is not told"
    (job,) = receiver.named("job operations.look")
    of = {
        span.span_id: [each for each in receiver.named("postgresql") if each.parent_span_id == span.span_id]
        for span in (first, job)
    }
    assert len(of[first.span_id]) >= 1
    assert len(of[job.span_id]) >= 2
    assert told(of[first.span_id][-1]).keys() == {"db.system.name", "confed.statement"}
    done, refused = receiver.named("graphql mutation")
    assert told(refused)["confed.codes"] == "ALREADY_REGISTERED"
    assert {done.trace_id, refused.trace_id} <= {span.trace_id for span in receiver.named("postgresql")}
    for value in (event.slug, make.tenant.slug, "Named", given["id"], "select"):
        assert value.encode() not in receiver.raw


def test_nothing_is_traced_unless_it_is_configured(database_url: str) -> None:
    assert tracing_of(settings_of(database_url)) is None
