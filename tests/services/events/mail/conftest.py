"""A mail server, and a worker's hand to do the jobs that wait."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import pytest

from services.core.actor import system
from services.core.jobs import jobs
from services.core.settings import Settings
from tests.making import Maker
from tests.services.events.mail.sink import Sink, sink

Post = Callable[..., Awaitable[None]]


@pytest.fixture
def server() -> Iterator[Sink]:
    """A mail server."""
    with sink() as made:
        yield made


@pytest.fixture
def post(make: Maker, server: Sink, owner: asyncpg.Connection) -> Post:
    """Does what waits, in the test's confederation: whatever it sets off as well. `late`: also what isn't due yet."""

    async def do(*, late: bool = False, now: datetime | None = None, **settings: Any) -> None:
        configured = Settings.model_validate({"smtp_url": server.url, "public_url": "https://api.example"} | settings)
        registry = jobs.registry()
        due = "true" if late else "execute_after <= now()"
        while True:
            rows = await owner.fetch(
                f"""delete from jobs.pgqueuer where {due} and convert_from(payload, 'UTF8')::json->>0 = $1
                    returning entrypoint, convert_from(payload, 'UTF8')::json->>1 as given, id""",
                make.tenant.slug,
            )
            if not rows:
                return
            for row in sorted(rows, key=lambda row: row["id"]):
                job = registry.jobs[row["entrypoint"]]
                async with make.acting_as(system(make.tenant), now=now) as work:
                    await job.run(work, **job.arguments(orjson.loads(row["given"]), settings=configured))
            if late:
                return

    return do
