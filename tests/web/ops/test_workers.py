"""Several processes at one address: each serves, what is divided is divided, and all end together."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import closing

import psutil
import pytest

from schema.web.ops.serving import divided
from services.core.settings import CHECKOUT, LEAST_HOURLY_COST, Settings
from tests.making import Maker
from tests.web.ops.test_stopping import ready

STARTING = 90
"""Seconds that a server may take to begin or to end on a busy machine."""


@pytest.mark.parametrize(("workers", "each"), [(1, 1_000_000), (4, 250_000), (1_000, LEAST_HOURLY_COST)])
def test_an_allowance_is_divided_and_no_share_is_too_small_for_an_operation(workers: int, each: int) -> None:
    settings = Settings(hourly_cost=1_000_000, hourly_cost_of_sites=0)
    share = divided(settings, workers)
    assert (share.hourly_cost, share.hourly_cost_of_sites) == (each, 0)


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


async def asked(port: int, path: str) -> int:
    """The status of a query."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        body = json.dumps({"query": "{ __typename }"})
        writer.write(
            f"POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}".encode()
        )
        return int((await reader.read()).split()[1])


async def test_two_processes_serve_one_address_and_end_together(database_url: str, make: Maker) -> None:
    port = free_port()
    settings = {"DATABASE_URL": database_url, "HOST": "127.0.0.1", "PORT": str(port), "CONFED_WORKER": "no"}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    made = await asyncio.create_subprocess_exec(
        sys.executable,
        *("app.py", "serve", "--workers", "2"),
        cwd=CHECKOUT,
        env=environment | settings | {"CONFED_DRAIN_SECONDS": "0.1"},
    )
    try:

        async def serving() -> bool:
            return (await ready(port))[0] == 200

        def serving_processes() -> list[psutil.Process]:
            children = psutil.Process(made.pid).children(recursive=True)
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

        async with asyncio.timeout(STARTING):
            while not await serving():  # noqa: ASYNC110 - another process sets no event here
                await asyncio.sleep(0.1)
        processes = serving_processes()
        assert len(processes) == 2
        statuses = await asyncio.gather(*(asked(port, f"/{make.tenant.slug}/graphql") for _ in range(20)))
        assert set(statuses) == {200}
        made.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(made.wait(), STARTING) == 0
        assert not [process for process in processes if process.is_running()]
    finally:
        if made.returncode is None:
            for child in psutil.Process(made.pid).children(recursive=True):
                child.kill()
            made.kill()
            await made.wait()
