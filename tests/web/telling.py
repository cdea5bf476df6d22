"""A process that makes changes and does the worker's part, started anew by a fork each time it was killed.

`python -m tests.web.telling <confederation> <association>` reads a line for each process to be started, and writes its
number. Everything is imported once, and nothing is running yet when it forks.
"""

import asyncio
import os
import random
import sys
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from models import Association
from services.core.actor import find_tenant, system
from services.core.database.connections import Database
from services.core.jobs import jobs
from services.core.jobs.worker import Worker
from services.core.settings import Settings
from services.core.work import begin

AT_ONCE = 3


class TakenBack(Exception):
    """The change is rolled back."""


async def change(database: Database, slug: str, association_id: UUID) -> None:
    """Change something, again and again; half of it is rolled back after it was written."""
    tenant = await database.readers.read(lambda connection: find_tenant(connection, slug))
    assert tenant is not None
    while True:
        with suppress(TakenBack):
            async with begin(database, system(tenant)) as work:
                association = await work.find(Association, association_id)
                await work.record("association.renamed", association, association_id=association_id)
                await work.session.flush()
                await asyncio.sleep(random.uniform(0, 0.02))
                if random.random() < 0.5:
                    raise TakenBack


async def live(slug: str, association_id: UUID, *, changing: bool) -> None:
    """Until it is killed."""
    settings = Settings()
    url = settings.database_url or ""
    worker = Worker(url, settings, poll=timedelta(seconds=0.05), presumed_dead=timedelta(seconds=1))
    database = Database(url, settings=settings)
    changes = [change(database, slug, association_id) for _ in range(AT_ONCE if changing else 0)]
    await asyncio.gather(worker.run(), *changes)


def main() -> None:
    """Fork for each line: `change` makes changes too, `tell` only tells of them."""
    slug, association_id = sys.argv[1], UUID(sys.argv[2])
    jobs.registry()  # imported here, not after each fork
    for line in sys.stdin:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        pid = os.fork()
        if not pid:
            asyncio.run(live(slug, association_id, changing=line.strip() == "change"))
        print(pid, flush=True)


if __name__ == "__main__":
    main()
