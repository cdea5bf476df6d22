"""The processes that are measured: each pinned to a core, watched for its CPU time, and ended by whoever started it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import orjson
import psutil

from services.core.settings import CHECKOUT
from tests.benchmarks.load import SLUG
from tests.benchmarks.queries import Read

PATIENCE = 30.0  # seconds that a server may take to start


def cores() -> tuple[int, int]:
    """One core for the server, one for PostgreSQL and the load; the same one where there is only one."""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[1 % len(mine)]


def run_on(core: int, command: list[str], **options: object) -> subprocess.Popen[bytes]:
    """Start a process that keeps to a core."""
    # No threads run in this process that could hold a lock across the fork.
    return subprocess.Popen(command, preexec_fn=partial(os.sched_setaffinity, 0, {core}), **options)  # type: ignore[call-overload, no-any-return]  # noqa: PLW1509


Usage = dict[int, float]
"""Seconds of CPU that processes have used, user and system, by their identifiers."""


def usage(tree: Iterable[psutil.Process]) -> Usage:
    """What each process has used so far."""
    used = {}
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used[process.pid] = times.user + times.system
    return used


def since(before: Usage, after: Usage) -> float:
    """Seconds used between the two, by the processes that live; one that ended meanwhile takes its share with it."""
    return sum(used - before.get(pid, 0.0) for pid, used in after.items())


@dataclass(frozen=True)
class Server:
    """A GraphQL server that is running."""

    name: str
    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        """Where requests are posted."""
        return f"http://127.0.0.1:{self.port}/{SLUG}/graphql"

    def cpu(self) -> Usage:
        """What it has used so far."""
        return usage([self.process, *self.process.children(recursive=True)])

    def ask(self, read: Read, variables: Mapping[str, object]) -> object:
        """The data of one answer. SystemExit with what the server said where there are errors instead."""
        headers = {"Content-Type": "application/json", **read.headers}
        request = urllib.request.Request(self.url, read.body(variables), headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{self.name} answers {read.name} with {error.code}: {error.read()[:2_000]!r}") from None
        answer = orjson.loads(text)
        if answer.get("errors"):
            raise SystemExit(f"{self.name} answers {read.name} with {answer['errors']}")
        return answer["data"]


@contextmanager
def serving(name: str, factory: str, database_url: str, core: int, logs: Path) -> Iterator[Server]:
    """Run an application of this checkout under uvicorn, on a core of its own, until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--no-access-log",
        "--log-level",
        "warning",
        "--port",
        str(port),
    ]
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", *options]
    log = logs / f"{name}.log"
    environment = os.environ | {"DATABASE_URL": database_url}
    with log.open("wb") as output:
        running = run_on(core, command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output)
    try:
        _await_port(running, port, log)
        yield Server(name, port, psutil.Process(running.pid))
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _await_port(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if running.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"A server did not start:\n{log.read_text(errors='replace')[-2_000:]}")
        time.sleep(0.1)


class Postgres:
    """The processes of a PostgreSQL, when they are on this machine."""

    def __init__(self, postmaster: psutil.Process | None, version: str) -> None:
        self._postmaster = postmaster
        self.version = version

    @classmethod
    async def of(cls, url: str) -> "Postgres":
        """The server behind a URL."""
        connection = await asyncpg.connect(url)
        try:
            version = await connection.fetchval("show server_version")
            with suppress(psutil.Error):
                backend = psutil.Process(connection.get_server_pid())
                postmaster = backend.parent()
                if postmaster and backend.name().startswith("postgres"):
                    return cls(postmaster, version)
        finally:
            await connection.close()
        return cls(None, version)

    def _tree(self) -> list[psutil.Process]:
        return [self._postmaster, *self._postmaster.children(recursive=True)] if self._postmaster else []

    def cpu(self) -> Usage:
        """What it has used so far; empty where it runs elsewhere."""
        return usage(self._tree())

    @contextmanager
    def kept_to(self, core: int) -> Iterator[None]:
        """Keep all of its processes, and those it starts, to a core until the end of the block."""
        before = {process: process.cpu_affinity() for process in self._tree()}
        self._pin({process: [core] for process in before})
        try:
            yield
        finally:
            everywhere = before.get(self._postmaster) if self._postmaster else None
            self._pin({process: before.get(process, everywhere) for process in self._tree()})

    @staticmethod
    def _pin(wanted: Mapping[psutil.Process, list[int] | None]) -> None:
        for process, affinity in wanted.items():
            with suppress(psutil.Error):
                process.cpu_affinity(affinity or [])
