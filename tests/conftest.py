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

import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from starlette.applications import Starlette

from app import create_app
from services.core.database.connections import Database
from services.core.database.embedded import embedded_postgres
from services.core.database.migrations import migrate
from services.core.settings import CHECKOUT, Settings
from tests import stamps
from tests.client import Client
from tests.making import ActingAs, Maker

if TYPE_CHECKING:
    from tests.access.asked import Asked


def pytest_collection_finish() -> None:
    """What is imported stays until the end: looking it through for garbage again and again takes a fifth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much the tests asked that count it (`record_property("cells of …", …)`), the authorization matrix above all.

    Of all workers: each test's report tells it.
    """
    counted: Counter[str] = Counter()
    sizes: set[str] = set()
    passed = terminalreporter.getreports("passed")
    for name, value in (item for report in passed if report.when == "call" for item in report.user_properties):
        if name.startswith("cells of "):
            counted[name] += int(str(value))
        elif name == "matrix":
            sizes.add(str(value))
    if counted:
        terminalreporter.section("the authorization matrix: cells asked, all as declared")
        for size in sorted(sizes):
            terminalreporter.write_line(size)
        for name, number in sorted(counted.items()):
            terminalreporter.write_line(f"{number:>8,}  {name.removeprefix('cells of ')}")
        terminalreporter.write_line(f"{counted.total():>8,}  in all")


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
            await stamps.watch(sibling(server_url, f"confed_test_making_{run}"))
            await admin.execute(f"alter database confed_test_making_{run} rename to {template}")
        await admin.execute(f"create database {name} template {template}")
        await admin.execute("select pg_advisory_unlock(hashtext($1))", template)
        yield sibling(server_url, name)
        await admin.execute(f"drop database {name} with (force)")
        await admin.execute("select pg_advisory_unlock_shared(hashtext($1))", run)
        if await admin.fetchval("select pg_try_advisory_lock(hashtext($1))", run):
            for name in (template, f"confed_test_demo_{run}"):  # the second by `demo_template`
                await admin.execute(f"drop database if exists {name} with (force)")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The worker's database as the application has it."""
    database = Database(database_url, settings=settings_of(database_url))
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
    made = create_app(settings_of(database_url), demo_tokens=True)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def client(app: Starlette, make: Maker) -> Client:
    """A client of the test's confederation."""
    return Client(app, make)


@pytest.fixture(scope="session")
async def asked(app: Starlette, database: Database) -> "Asked":
    """The world of tests/access, which no test changes, and clients of everybody in it."""
    from tests.access.asked import everybody  # it makes the schema, which most tests do without

    return await everybody(app, database)


@asynccontextmanager
async def copied(database_url: str, purpose: str, *, template: str | None = None) -> AsyncIterator[str]:
    """Another database of the worker's, as new as the run's template, or as the one named."""
    *_, worker, run = database_url.partition("?")[0].rsplit("_", 2)
    name = f"confed_test_{purpose}_{worker}_{run}"
    admin = await asyncpg.connect(sibling(database_url, "postgres"))
    try:
        await admin.execute(f"create database {name} template {template or f'confed_test_template_{run}'}")
        yield sibling(database_url, name)
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


def settings_of(database_url: str) -> Settings:
    """The settings of a server that has a key for secrets, and may send requests to this machine."""
    return Settings(
        database_url=database_url,
        secret_key=SecretStr("a key of the tests that is as long as it must be"),
        private_addresses=True,
        public_url="http://localhost:8000",
        # What is left of an hour differs from answer to answer.
        hourly_cost=0,
        hourly_cost_of_sites=0,
        hourly_cost_of_strangers=0,
        sign_in_attempts=0,
        public_seconds=0,
        # A busy machine is no fault of what is tested.
        read_seconds=300,
        operation_seconds=300,
    )


def sibling(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _drop_what_killed_runs_left(admin: asyncpg.Connection) -> None:
    for found in await admin.fetch(r"select datname from pg_database where datname ~ '^confed_test_.*_[0-9a-f]{12}$'"):
        run = found["datname"][-12:]
        if await admin.fetchval("select pg_try_advisory_lock(hashtext($1))", run):
            await admin.execute(f"drop database if exists {found['datname']} with (force)")
            await admin.execute("select pg_advisory_unlock(hashtext($1))", run)
