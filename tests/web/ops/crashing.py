"""A server and its PostgreSQL in processes that are killed, and people who register through them all the while."""

import asyncio
import json
import os
import random
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from services.core.database.embedded import embedded_postgres
from services.core.settings import CHECKOUT
from tests.conftest import sibling

REGISTER = """mutation ($id: ID!, $key: String) { done: registerForEvent(input: {eventId: $id, idempotencyKey: $key}) {
  __typename ... on RegisterForEventPayload { registration { id state } } ... on Problem { code } } }"""
ALONE = REGISTER.replace("idempotencyKey: $key", 'idempotencyKey: $key, answers: [{key: "remark", value: "x"}]')
"""The same, asked in a way that isn't decided in a batch with others': with an answer."""
CANCEL = """mutation ($id: ID!, $key: String) { done: cancelRegistration(input: {registrationId: $id,
  idempotencyKey: $key}) { __typename ... on CancelRegistrationPayload { registration { id state } }
  ... on Problem { code } } }"""
PATIENCE = 60  # seconds that a client asks again for one answer


class Machine:
    """PostgreSQL, durable, with one database; and one server before it. Both can be killed, and come back."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self._home = home
        self._stack = stack
        self._server: Process | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = ""

    def start_postgres(self) -> None:
        """Start it, or start it again: it recovers what was committed."""
        self.url = sibling(self._stack.enter_context(embedded_postgres(self._home, durable=True)), "crash")

    def kill_postgres(self) -> None:
        """Kill -9, the postmaster and everybody."""
        postmaster = psutil.Process(int((self._home / "postgres" / "postmaster.pid").read_text().split()[0]))
        everybody = [postmaster, *postmaster.children(recursive=True)]
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everybody, timeout=10)

    async def start_server(self) -> None:
        """Start it, and wait until it answers."""
        command = ["uvicorn", "tests.benchmarks.ours:create_app", "--factory", "--port", str(self.port)]
        self._server = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *command,
            "--log-level",
            "critical",
            cwd=CHECKOUT,
            env=os.environ | {"DATABASE_URL": self.url},
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise AssertionError("The server did not start.")

    async def kill_server(self) -> None:
        """Kill -9."""
        if self._server is not None and self._server.returncode is None:
            self._server.send_signal(signal.SIGKILL)
            await self._server.wait()

    async def crash(self, random: random.Random) -> None:
        """Kill one of the two in the middle of whatever it does, and start it again."""
        if random.random() < 0.5:
            await self.kill_server()
            await self.start_server()
        else:
            await asyncio.to_thread(self.kill_postgres)
            await asyncio.to_thread(self.start_postgres)


@dataclass
class Acknowledged:
    """What the clients were told, which must be true afterwards."""

    registered: dict[str, str] = field(default_factory=dict)  # identifier → person
    cancelled: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    broken: int = 0  # answers that were cut off, or never came


@dataclass
class Somebody:
    """A person who registers, gives up and registers again, and asks again until there is an answer.

    `alone`: each registration is a transaction of its own, beside those that are decided upon together.
    """

    machine: Machine
    slug: str
    handle: str
    said: Acknowledged
    alone: bool = False

    async def live(self, event: str, until: Callable[[], bool]) -> None:
        """Do so, until a registration is acknowledged when it is time to stop, or something is refused."""
        for turn in range(1_000_000):
            id = await self._do(ALONE if self.alone else REGISTER, event, f"{self.handle}-r{turn}")
            if id is None:
                return
            self.said.registered[id] = self.handle
            if until():
                return
            if await self._do(CANCEL, id, f"{self.handle}-c{turn}") is None:
                return
            self.said.cancelled.add(id)

    async def _do(self, document: str, id: str, key: str) -> str | None:
        """The registration that the answer is about; None where it is a refusal. Always with the same key."""
        body = json.dumps({"query": document, "variables": {"id": id, "key": key}}).encode()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError, asyncio.IncompleteReadError, ValueError, KeyError, TypeError):
                done = json.loads(await self._post(body))["data"]["done"]
                if "registration" in done:
                    return str(done["registration"]["id"])
                if done["code"] != "REQUEST_IN_FLIGHT":
                    self.said.refused[done["code"]] += 1
                    return None
            self.said.broken += 1
            await asyncio.sleep(0.05)
        raise AssertionError(f"No answer to {key}.")

    async def _post(self, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.machine.port)
        try:
            writer.write(
                f"POST /{self.slug}/graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                f"authorization: Bearer demo:{self.slug}:{self.handle}\r\nconnection: close\r\n"
                f"content-length: {len(body)}\r\n\r\n".encode()
                + body
            )
            return (await reader.read()).partition(b"\r\n\r\n")[2]
        finally:
            writer.close()
