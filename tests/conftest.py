"""What every test may ask for. One PostgreSQL for the run, one database a worker, one confederation a test.

- `make`: a `Maker` (tests/making.py) of a fresh confederation, so that tests need no truncation and run side by side:

      event, ana = await make.event(capacity=1), await make.member()
      assert await make.count(Registration, event_id=event.id) == 0

  It writes rows directly, past permissions and operations. `await make.other()` makes a second confederation.
- `acting_as`: a transaction of a person, an actor, or nobody (None), committed at the end, rolled back by a refusal:

      async with acting_as(ana) as work:
          await register(work, event.id)
      with pytest.raises(NotSignedIn):
          async with acting_as(None) as work:
              await register(work, event.id)

  `now=` sets the moment of the work, `dry_run=True` rolls it back.
- `database`: the `Database` that the application would have, row security on. `database_url` is the same as the owner.
- `client`: asks the test's confederation over the whole application (`app`), from ASGI to PostgreSQL:

      answer = await client.ask("{ events { totalCount } }", person=ana)
      assert answer.data == {"events": {"totalCount": 0}}

- `owner`: a connection as the superuser, past row security: to look, or inside a transaction that is rolled back.

The server is the embedded one under .data/test, or DATABASE_URL's with a superuser's role: each worker makes a database
of its own there, a copy of the run's migrated template, and drops it.
"""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from sqlalchemy import make_url
from starlette.applications import Starlette

from app import create_app
from services.core.database import Database
from services.core.embedded import embedded_postgres
from services.core.migrations import migrate
from services.core.settings import CHECKOUT, Settings
from tests.client import Client
from tests.making import ActingAs, Maker


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A database to make others from, as a superuser."""
    settings = Settings()
    if url := settings.database_owner_url or settings.database_url:
        yield url
    else:
        with embedded_postgres(CHECKOUT / ".data" / "test", durable=False) as url:
            yield url


@pytest.fixture(scope="session")
async def database_url(server_url: str, testrun_uid: str, worker_id: str) -> AsyncIterator[str]:
    """The worker's own migrated database, as a superuser.

    Advisory locks of the server, which end with their connection, tell which runs live: the last worker of a run drops
    the template, and what a killed run left is dropped by the next one.
    """
    run = testrun_uid[:12]
    name, template = f"confed_test_{worker_id}_{run}", f"confed_test_template_{run}"
    admin = await asyncpg.connect(server_url)
    try:
        await _drop_what_killed_runs_left(admin)
        await admin.execute("select pg_advisory_lock_shared(hashtext($1))", run)
        await admin.execute("select pg_advisory_lock(hashtext($1))", template)
        if not await admin.fetchval("select exists (select from pg_database where datname = $1)", template):
            await admin.execute(f"create database confed_test_making_{run}")
            await migrate(sibling(server_url, f"confed_test_making_{run}"))
            await admin.execute(f"alter database confed_test_making_{run} rename to {template}")
        await admin.execute(f"create database {name} template {template}")
        await admin.execute("select pg_advisory_unlock(hashtext($1))", template)
        yield sibling(server_url, name)
        await admin.execute(f"drop database {name} with (force)")
        await admin.execute("select pg_advisory_unlock_shared(hashtext($1))", run)
        if await admin.fetchval("select pg_try_advisory_lock(hashtext($1))", run):
            await admin.execute(f"drop database if exists {template} with (force)")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The worker's database as the application has it."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The worker's database past row security."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def make(database: Database) -> Maker:
    """A confederation of the test's own."""
    return await Maker.of_a_new_confederation(database)


@pytest.fixture
def acting_as(make: Maker) -> ActingAs:
    """A transaction of somebody in the test's confederation, or of a person of another that `make` made."""
    return make.acting_as


@pytest.fixture(scope="session")
async def app(database_url: str) -> AsyncIterator[Starlette]:
    """The application as it is served, with demo tokens."""
    made = create_app(Settings(database_url=database_url), demo_tokens=True)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def client(app: Starlette, make: Maker) -> Client:
    """A client of the test's confederation."""
    return Client(app, make)


def sibling(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _drop_what_killed_runs_left(admin: asyncpg.Connection) -> None:
    for found in await admin.fetch(r"select datname from pg_database where datname ~ '^confed_test_.*_[0-9a-f]{12}$'"):
        run = found["datname"][-12:]
        if await admin.fetchval("select pg_try_advisory_lock(hashtext($1))", run):
            await admin.execute(f"drop database if exists {found['datname']} with (force)")
            await admin.execute("select pg_advisory_unlock(hashtext($1))", run)
