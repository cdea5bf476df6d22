"""A database that goes away and comes back, and a server that is told to stop: what is lost, and what isn't."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import URL, make_url

from app import create_app
from services.core.settings import CHECKOUT, Settings
from tests.client import Answer, Client
from tests.making import Maker
from tests.web.test_hostile_input import OURS

READ = "{ events { totalCount } }"
COMPLETED = "{ __schema { queryType { name } } events { totalCount } }"
MUTATION = 'mutation { registerForEvent(input: {eventId: "x"}) { __typename } }'
KILL = """select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and application_name = 'confed'"""


async def test_a_read_is_answered_though_every_connection_was_killed(
    client: Client, make: Maker, owner: asyncpg.Connection
) -> None:
    ana = await make.member()
    await client.token(ana)
    for _ in range(3):
        await asyncio.gather(*(client.ask(READ, person=ana) for _ in range(20)))
        assert len(await owner.fetch(KILL)) > 1
        answers = await asyncio.gather(*(client.ask(READ, person=ana) for _ in range(20)))
        assert [answer.data for answer in answers] == [{"events": {"totalCount": 0}}] * 20


async def test_a_mutation_is_answered_though_every_connection_was_killed(
    client: Client, make: Maker, owner: asyncpg.Connection
) -> None:
    ana = await make.member()
    await client.token(ana)
    for _ in range(3):
        await asyncio.gather(*(client.ask(MUTATION, person=ana) for _ in range(5)))
        await owner.execute(KILL)
        await asyncio.sleep(0)
        answers = await asyncio.gather(*(client.ask(MUTATION, person=ana) for _ in range(5)))
        for answer in answers:
            assert answer.data == {"registerForEvent": {"__typename": "NotFound"}}


class Proxy:
    """A way to the database that can be blocked."""

    def __init__(self, url: str, folder: Path) -> None:
        self._there = make_url(url)
        self._socket = folder / ".s.PGSQL.5432"
        there = self._there
        way = URL.create(
            there.drivername,
            there.username,
            there.password,
            database=there.database,
            query={"host": str(folder), "port": "5432"},
        )
        self.url = way.render_as_string(hide_password=False)
        self._open: set[StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Let everything through."""
        self._server = await asyncio.start_unix_server(self._serve, self._socket)

    async def block(self) -> None:
        """Let nothing through any more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()
        self._socket.unlink(missing_ok=True)
        await asyncio.sleep(0.01)  # every connection learns of it

    async def _serve(self, here: StreamReader, back: StreamWriter) -> None:
        host = self._there.query.get("host") or self._there.host or "localhost"
        port = self._there.port or self._there.query.get("port") or 5432
        if str(host).startswith("/"):
            there, out = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            there, out = await asyncio.open_connection(str(host), int(str(port)))
        self._open |= {back, out}
        await asyncio.gather(self._pipe(here, out), self._pipe(there, back))

    async def _pipe(self, source: StreamReader, sink: StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                sink.write(data)
        except ConnectionError:
            pass
        sink.close()


@pytest.fixture
async def proxy(database_url: str, tmp_path: Path) -> AsyncIterator[Proxy]:
    """An open way to the database."""
    proxy = Proxy(database_url, tmp_path)
    await proxy.open()
    yield proxy
    await proxy.block()


async def test_while_the_database_is_away_requests_are_refused_and_afterwards_answered(
    make: Maker, proxy: Proxy
) -> None:
    app = create_app(Settings(database_url=proxy.url), demo_tokens=True)
    async with app.router.lifespan_context(app):
        client, ana = Client(app, make), await make.member()
        for document in (READ, COMPLETED, MUTATION):
            assert (await client.ask(document, person=ana)).data
        await proxy.block()
        for document in (READ, COMPLETED, MUTATION):
            check_told(await client.ask(document, person=ana))
        stranger = await make.member()
        refused = await client.ask(READ, person=stranger)
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert (await client.send("/healthz", method="GET")).status == 200
        await proxy.open()
        for document in (READ, COMPLETED, MUTATION):
            assert (await client.ask(document, person=ana)).data
            assert (await client.ask(document, person=stranger)).data


def check_told(answer: Answer) -> None:
    """It says that the database is away and nothing else; spliced, in the status too."""
    (error,) = answer.json["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert not OURS.search(json.dumps(error))
    assert (answer.status, answer.json.get("data")) in ((503, None), (200, None))


async def test_a_server_that_is_told_to_stop_answers_what_it_was_asked(
    make: Maker, database_url: str, owner: asyncpg.Connection
) -> None:
    await make.event()
    async with served(database_url) as (process, port):
        path = f"/{make.tenant.slug}/graphql"
        assert await asked(port, path, "{ __typename }") == {"__typename": "Query"}
        async with owner.transaction():
            await owner.execute("lock table event in access exclusive mode")
            waiting = asyncio.create_task(asked(port, path, READ))
            blocked = "select exists (select from pg_locks where not granted and relation = 'event'::regclass)"
            await until(lambda: owner.fetchval(blocked))
            process.send_signal(signal.SIGTERM)
            await until(lambda: refuses(port))
            assert not waiting.done()
        assert await waiting == {"events": {"totalCount": 1}}
        assert await process.wait() in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


@asynccontextmanager
async def served(url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """The application as `python app.py serve` serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = os.environ | {"DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port)}
    settings.pop("DATABASE_OWNER_URL", None)
    process = await asyncio.create_subprocess_exec(sys.executable, "app.py", "serve", cwd=CHECKOUT, env=settings)
    try:
        await until(lambda: answers(process, port))
        yield process, port
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it, half a minute at the most."""
    async with asyncio.timeout(30):
        while not await happened():  # noqa: ASYNC110 - other processes set no event here
            await asyncio.sleep(0.01)


async def answers(process: asyncio.subprocess.Process, port: int) -> bool:
    """Whether the process takes connections. AssertionError where it has ended."""
    assert process.returncode is None
    return not await refuses(port)


async def refuses(port: int) -> bool:
    """Whether nobody takes connections."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False


async def asked(port: int, path: str, document: str) -> Any:
    """The data of an answer over the network."""
    body = json.dumps({"query": document}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"POST {path} HTTP/1.1", "host: x", "connection: close", "content-type: application/json"]
    head += [f"content-length: {len(body)}", "", ""]
    writer.write("\r\n".join(head).encode() + body)
    answer = await reader.read()
    writer.close()
    status, _, content = answer.partition(b"\r\n\r\n")
    assert status.startswith(b"HTTP/1.1 200"), answer
    return json.loads(content)["data"]
