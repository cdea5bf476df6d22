"""Killed in the middle, again and again: a webhook is told of every change that was committed, and of no other.

CONFED_CRASHES=100 makes it a long run (`make soak`).
"""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest

from models import JournalEntry
from services.core.settings import CHECKOUT
from tests.conftest import settings_of
from tests.making import Maker
from tests.services.webhooks.receiving import Receiver, receiving, registered

CRASHES = int(os.environ.get("CONFED_CRASHES", "4"))


@asynccontextmanager
async def starting(url: str, make: Maker, association_id: UUID) -> AsyncIterator[Process]:
    """What starts processes."""
    settings = settings_of(url)
    assert settings.secret_key is not None
    environment = {
        "DATABASE_URL": url,
        "CONFED_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CONFED_PRIVATE_ADDRESSES": "yes",
    }
    command = ("-m", "tests.web.telling", make.tenant.slug, str(association_id))
    started = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=CHECKOUT, env=os.environ | environment, stdin=PIPE, stdout=PIPE
    )
    try:
        yield started
    finally:
        started.kill()
        await started.wait()


@asynccontextmanager
async def living(started: Process, what: str) -> AsyncIterator[None]:
    """One process, until it is killed -9."""
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write(f"{what}\n".encode())
    pid = int(await started.stdout.readline())
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def committed(make: Maker) -> set[UUID]:
    """The entries that there are."""
    return {entry.id for entry in await make.all(JournalEntry, action="association.renamed")}


async def everything_is_told(make: Maker, receiver: Receiver) -> None:
    """Wait for it, a minute at the most."""
    async with asyncio.timeout(60):
        while await committed(make) - receiver.entries():  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.05)


@pytest.mark.promise("webhook-every-change")
async def test_across_crashes_every_committed_change_is_told_and_no_other(make: Maker, database_url: str) -> None:
    chance = random.Random(5)
    async with receiving() as receiver:
        row = await registered(make, receiver, "association.*")
        async with starting(database_url, make, row.association_id) as started:
            for _ in range(CRASHES):
                async with living(started, "change"):
                    before = len(await committed(make))
                    async with asyncio.timeout(30):
                        while len(await committed(make)) < before + 3:  # noqa: ASYNC110
                            await asyncio.sleep(0.02)
                    await asyncio.sleep(chance.uniform(0, 0.4))
            async with living(started, "tell"):
                await everything_is_told(make, receiver)
        assert receiver.entries() == await committed(make)
        assert len(receiver.entries()) >= 3 * CRASHES
        # The same change is told under the same name, so that who was told twice can know.
        names = {message.headers["webhook-id"] for message in receiver.got}
        assert len(names) == len(receiver.entries())
