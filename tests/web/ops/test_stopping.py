"""A server that is told to stop, under load: clients that ask again where nobody takes connections miss nothing."""

import asyncio
import errno
import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from select import select
from typing import Any, cast

import asyncpg
import pytest

from models import EventState, Role
from schema.base.ids import encode_id
from schema.web.application import Application
from schema.web.ops.stopping import take_no_more
from services.core.settings import CHECKOUT
from tests.making import Maker
from tests.web.serving import PATIENCE, Served, served

REGISTER = """mutation ($id: ID!) { done: registerForEvent(input: {eventId: $id}) {
  ... on RegisterForEventPayload { registration { id } } ... on Problem { code } } }"""
CANCEL = """mutation ($id: ID!) { done: cancelRegistration(input: {registrationId: $id}) {
  ... on CancelRegistrationPayload { registration { id } } ... on Problem { code } } }"""
COUNTS = "subscription ($id: ID!) { eventCounts(eventId: $id) { registered } }"

DRAIN = 2
"""Seconds that the server says that it stops: long enough to be asked on a busy machine."""

SLOW = "{ associations(first: 1) { nodes { mentoringProgrammes { totalCount } } } }"


class Connection:
    """A client's. `keeps`: it asks on the same connection again until the server closes it.

    It asks again where nobody takes connections, and where it is answered 503; nowhere else.
    """

    def __init__(self, port: int, path: str, authorization: str, *, keeps: bool) -> None:
        self._port = port
        self._path = path
        self._authorization = authorization
        self._keeps = keeps
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, document: str, **variables: Any) -> Any:
        """What it is answered. Fails where it isn't."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    status, answer = await self._post(json.dumps({"query": document, "variables": variables}).encode())
                except ConnectionRefusedError:
                    status, answer = 503, b""
                if status != 503:
                    assert status == 200, answer
                    return json.loads(answer)["data"]
                await asyncio.sleep(0.02)

    def close(self) -> None:
        """For good."""
        if self._open is not None:
            self._open[1].close()

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        reader, writer = self._open or await asyncio.open_connection("127.0.0.1", self._port)
        self._open = (reader, writer)
        writer.write(
            f"POST {self._path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            f"authorization: {self._authorization}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        answer = await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        if not self._keeps or b"connection: close" in head:
            writer.close()
            self._open = None
        return int(head.split()[1]), answer


async def registering(connection: Connection, event: str, done: Counter[str], over: asyncio.Event) -> None:
    """Somebody registers and gives up, again and again, without keys: what is done twice would be seen."""
    while not over.is_set():
        registered = await connection.ask(REGISTER, id=event)
        done["registration.confirmed"] += 1
        await connection.ask(CANCEL, id=registered["done"]["registration"]["id"])
        done["registration.cancelled"] += 1
        await connection.ask("{ events { totalCount } }")
        done["read"] += 1
    connection.close()


@asynccontextmanager
async def process(url: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server of its own, as `python app.py serve` has it."""
    settings = {"DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port), "CONFED_WORKER": "no"}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    made = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "serve",
        cwd=CHECKOUT,
        env=environment | settings | {"CONFED_DRAIN_SECONDS": str(DRAIN)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
            await made.wait()


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE):
        while not await happened():  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.01)


async def ready(port: int) -> tuple[int, Any]:
    """What `/readyz` says; 0 where nobody answers."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return 0, None
    with closing(writer):
        writer.write(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        assert b"\r\nx-content-type-options: nosniff" in head
        assert b"\r\nserver:" not in head
        return int(head.split()[1]), json.loads(body)


def test_who_has_connected_is_still_served_while_nobody_else_gets_through() -> None:
    with socket.socket() as listening, socket.socket() as early, socket.socket() as late:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        early.connect(listening.getsockname())
        early.sendall(b"asked")
        take_no_more(listening.fileno())
        late.setblocking(False)
        assert late.connect_ex(listening.getsockname()) == errno.EINPROGRESS
        assert select([], [late], [], 0) == ([], [], [])
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.recv(5) == b"asked"


@pytest.mark.promise("stopped-server")
async def test_a_server_that_is_told_to_stop_under_load_loses_nothing(
    make: Maker, database_url: str, owner: asyncpg.Connection, free_tcp_port: int
) -> None:
    event, port = await make.event(state=EventState.OPEN, capacity=50), free_tcp_port
    desk = f"Bearer {await make.signed_in(await make.staff(Role.REGISTRAR))}"
    path, id = f"/{make.tenant.slug}/graphql", encode_id("Event", event.id)
    people = [f"Bearer {await make.signed_in(await make.member())}" for _ in range(6)]
    done: Counter[str] = Counter()
    over = asyncio.Event()

    async with process(database_url, port) as first:
        await until(lambda: _is(ready(port), (200, {"status": "ready"})))
        everybody = [
            asyncio.create_task(registering(Connection(port, path, who, keeps=place % 2 == 0), id, done, over))
            for place, who in enumerate(people)
        ]
        there = Served(cast(Application, None), port)
        async with (
            there.socket(make.tenant.slug, desk) as told,
            there.events(make.tenant.slug, COUNTS, {"id": id}, desk) as events,
        ):
            await told.subscribe("1", COUNTS, {"id": id})
            await told.hear()
            await events.hear()
            async with owner.transaction():
                await owner.execute("lock table mentoring_programme in access exclusive mode")
                slow = asyncio.create_task(Connection(port, path, desk, keeps=False).ask(SLOW))
                blocked = "select exists (select from pg_locks where not granted and relation = $1::text::regclass)"
                await until(lambda: owner.fetchval(blocked, "mentoring_programme"))
                before = done.total()
                first.send_signal(signal.SIGTERM)
                await until(lambda: _is(ready(port), (503, {"status": "unready", "reason": "STOPPING"})))
                assert await told.closed() == 1012
                assert await rest(events) == b""
                assert not slow.done()
                await until(lambda: _is(ready(port), (0, None)))
            assert await slow == {"associations": {"nodes": [{"mentoringProgrammes": {"totalCount": 0}}]}}
        assert done.total() > before, "nobody was served while it drained"
        assert first.stderr is not None
        said = await first.stderr.read()
        await first.wait()
        before = done.total()
        async with served(database_url, port):
            await until(lambda: _is_more(done, before + 12))
            over.set()
            await asyncio.gather(*everybody)
    rows = await owner.fetch(
        "select action, count(*) from journal_entry where confederation_id = $1 and subject_type = 'Registration' "
        "group by 1",
        make.tenant.id,
    )
    made = {row["action"]: row["count"] for row in rows}
    assert made == {action: done[action] for action in made}
    assert done["registration.confirmed"] == done["registration.cancelled"] > 0
    assert not [line for line in said.decode().splitlines() if "a request was refused" not in line], said


async def _is(found: Awaitable[Any], expected: Any) -> bool:
    return bool(await found == expected)


async def _is_more(done: Counter[str], than: int) -> bool:
    return done.total() > than


async def rest(events: Any) -> bytes:
    """What else comes of a stream: `complete` would tell a client not to come again."""
    rest = await asyncio.wait_for(events._reader.read(), PATIENCE)
    assert b"retry: " in rest
    assert b"complete" not in rest
    return b""
