"""A database that goes away and comes back: what is lost, and what isn't."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL, make_url

from app import create_app
from services.core.settings import Settings
from tests.client import Answer, Client
from tests.making import Maker
from tests.web.graphql.test_hostile_input import OURS

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
