"""The application on a real port, and clients that speak the streaming protocols to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app import create_app
from schema.web.application import Application
from schema.web.graphql.http import LARGEST_BODY
from services.core.settings import Settings

TRANSPORT_WS = "graphql-transport-ws"
PATIENCE = 100
"""Seconds that a test waits for what should come at once: as long as a busy machine may take."""


class _Server(uvicorn.Server):
    """One of several in a process, which leave its signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Served:
    """A server of its own: it shares nothing with another but the database."""

    def __init__(self, app: Application, port: int) -> None:
        self.app = app
        self.port = port

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return self.app._endpoint._streams._open.total()

    @asynccontextmanager
    async def socket(self, tenant: str, authorization: str | None = None, **init: Any) -> AsyncIterator["Socket"]:
        """A WebSocket whose conversation has begun."""
        headers = {} if authorization is None else {"authorization": authorization}
        async with self.connected(tenant, headers) as connection:
            socket = Socket(connection)
            await socket.say({"type": "connection_init", **init})
            assert await socket.hear() == {"type": "connection_ack"}
            yield socket

    def connected(self, tenant: str, headers: dict[str, str] | None = None, protocol: str = TRANSPORT_WS) -> connect:
        """A WebSocket, before anything is said."""
        address = f"ws://127.0.0.1:{self.port}/{tenant}/graphql"
        return connect(address, subprotocols=[Subprotocol(protocol)], additional_headers=headers or {}, proxy=None)

    @asynccontextmanager
    async def events(
        self, tenant: str, document: str, variables: Any = None, authorization: str | None = None
    ) -> AsyncIterator["Events"]:
        """A stream of events."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = json.dumps({"query": document, "variables": variables})
        said = "" if authorization is None else f"authorization: {authorization}\r\n"
        writer.write(
            f"POST /{tenant}/graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n{said}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            yield Events(reader, head.decode().lower())
        finally:
            writer.close()


class Socket:
    """A client's side of a WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def subscribe(self, id: str, query: str, variables: Any = None) -> None:
        await self.say({"id": id, "type": "subscribe", "payload": {"query": query, "variables": variables}})

    async def hear(self) -> Any:
        """The next message, which is a text."""
        message = await asyncio.wait_for(self.connection.recv(), PATIENCE)
        assert isinstance(message, str)
        return json.loads(message)

    async def closed(self) -> int:
        """The code that the server closes with."""
        await asyncio.wait_for(self.connection.wait_closed(), PATIENCE)
        code = self.connection.close_code
        assert code is not None
        return code


class Events:
    """A client's side of a stream of events."""

    def __init__(self, reader: asyncio.StreamReader, head: str) -> None:
        self._reader = reader
        self.head = head

    async def hear(self) -> tuple[str, Any]:
        """The next event: its name and its data. Comments, and the lengths of chunks, are passed over."""
        name = ""
        while True:
            line = (await asyncio.wait_for(self._reader.readline(), PATIENCE)).decode().rstrip("\r\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif name and line.startswith("data:"):
                data = line.removeprefix("data:").strip()
                return name, json.loads(data) if data else None


@asynccontextmanager
async def served(database_url: str, port: int = 0, **options: Any) -> AsyncIterator[Served]:
    """The application as a server has it, with demo tokens; on any free port. `options`: uvicorn's."""
    app = create_app(Settings(database_url=database_url), demo_tokens=True)
    assert isinstance(app, Application)
    server = _Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_level=options.pop("log_level", "critical"),
            ws_max_size=2 * LARGEST_BODY,
            timeout_graceful_shutdown=1,
            **options,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(PATIENCE):
            while not server.started:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        yield Served(app, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await serving


async def until(happened: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)
