"""Who reads and writes which rows: the domains' facts, held against PostgreSQL itself, past all code of ours."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from models import EventHost, EventState
from models.base.policies import policies
from services.core.database.connections import Database
from services.core.work import begin
from tests.domains import domain_of
from tests.making import ActingAs, Maker
from tests.models.facts import FOLDER, all_facts, world
from tests.models.world import EVERYBODY, NOBODY, World

FACTS = all_facts()
TABLES = sorted(SQLModel.metadata.tables)
MODELS = {str(mapper.class_.__tablename__): mapper.class_ for mapper in SQLModel._sa_registry.mappers}


@pytest.fixture(scope="module")
async def standing(database: Database) -> World:
    """A world that no test changes."""
    return await world(await Maker.of_a_new_confederation(database))


@asynccontextmanager
async def told(database: Database, settings: Mapping[str, str]) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the application in a transaction with these settings, rolled back at the end."""
    async with database.readers.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            for name, value in settings.items():
                await connection.execute("select set_config($1, $2, true)", name, value)
            yield connection
        finally:
            await transaction.rollback()


async def admitted(connection: asyncpg.Connection, change: Callable[[], Awaitable[object]]) -> bool:
    """Whether row security lets the change through, whatever constraints say of it afterwards. It is undone."""
    attempt = connection.transaction()
    await attempt.start()
    try:
        return await change() not in {"UPDATE 0", "DELETE 0"}
    except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError):
        return True
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await attempt.rollback()


async def copy(owner: asyncpg.Connection, table: str, id: object) -> tuple[str, str]:
    """A statement that inserts the row again, and its argument."""
    columns = await owner.fetchval(
        """select string_agg(quote_ident(attname), ', ') from pg_attribute
           where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''""",
        table,
    )
    row = await owner.fetchval(f"select to_jsonb(t) from {table} t where id = $1", id)
    source = f'select {columns} from jsonb_populate_record(null::"{table}", $1)'
    return f"insert into {table} ({columns}) overriding system value {source}", row


def table_of(label: str) -> str:
    return label.partition(" ")[0]


def a_row_of(table: str) -> str:
    """The first of a table's rows. AssertionError where no domain says a fact of it."""
    labels = [label for label in FACTS if table_of(label) == table]
    assert labels, f"Who reads and writes {table}? Say so in {FOLDER}/{domain_of(MODELS[table])}.py."
    return labels[0]


def test_every_table_has_its_facts_and_every_fact_its_row(standing: World) -> None:
    assert {table_of(a_row_of(table)) for table in TABLES} == policies.by_table.keys()
    assert {table_of(label) for label in FACTS} == set(TABLES)
    assert FACTS.keys() == standing.rows.keys(), f"Each of FACTS needs its row, of the same file in {FOLDER}."
    assert standing.actors.keys() == EVERYBODY | {"foreign staff"}


@pytest.mark.promise("rows-by-policy")
@pytest.mark.parametrize("label", FACTS)
async def test_rows_are_read_and_written_by_those_they_are_for(
    database: Database, owner: asyncpg.Connection, standing: World, label: str
) -> None:
    table, row = table_of(label), standing.rows[label]
    insert, argument = await copy(owner, table, row.id)
    changes = {
        "insert": (insert, argument),
        "update": (f"update {table} set id = id where id = $1", row.id),
        "delete": (f"delete from {table} where id = $1", row.id),
    }
    found: dict[str, set[str]] = {"read": set(), **{change: set() for change in changes}}
    for name, actor in standing.actors.items():
        async with told(database, actor.settings) as connection:
            if await connection.fetchval(f"select count(*) from {table} where id = $1", row.id):
                found["read"].add(name)
            for change, (statement, value) in changes.items():
                if await admitted(connection, lambda s=statement, v=value, c=connection: c.execute(s, v)):  # type: ignore[misc]
                    found[change].add(name)
    readers, writers = FACTS[label]
    # To change a row one must see it first, so whoever writes without reading only adds.
    changers = NOBODY if policies.by_table[table].append_only else writers & readers
    assert found == {"read": readers, "insert": writers, "update": changers, "delete": changers}


@pytest.mark.promise("no-tenant-no-rows")
@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_there_are_no_rows(
    database: Database, owner: asyncpg.Connection, standing: World, table: str
) -> None:
    insert, argument = await copy(owner, table, standing.rows[a_row_of(table)].id)
    for settings in ({}, {"confed.elevated": "without a tenant"}, {"confed.tenant": ""}):
        async with told(database, settings) as connection:
            assert await connection.fetchval(f"select count(*) from {table}") == 0
            assert not await admitted(connection, lambda c=connection: c.execute(insert, argument))  # type: ignore[misc]


@pytest.mark.promise("participants-only")
@pytest.mark.parametrize("table", TABLES)
async def test_elevation_ends_at_the_tenant_and_before_what_is_its_participants(
    database: Database, owner: asyncpg.Connection, standing: World, table: str
) -> None:
    policy = policies.by_table[table]
    column = "id" if table == "confederation" else "confederation_id"
    insert, argument = await copy(owner, table, standing.rows[a_row_of(table)].id)
    count = f"select count(*) from {table} where {column} = $1"
    here, there = standing.make.tenant.id, standing.actors["foreign staff"].tenant.id
    elevated = {"confed.elevated": "to see everything"}
    everything = await owner.fetchval(count, here)
    assert everything > 0
    for tenant in (here, there):
        is_lifted = tenant == here and not policy.participants
        async with told(database, {"confed.tenant": str(tenant)} | elevated) as connection:
            assert await connection.fetchval(count, here) == (everything if is_lifted else 0)
            assert await admitted(connection, lambda c=connection: c.execute(insert, argument)) == is_lifted  # type: ignore[misc]
            if not is_lifted and not policy.append_only:
                assert await connection.execute(f"update {table} set id = id where {column} = $1", here) == "UPDATE 0"
                assert await connection.execute(f"delete from {table} where {column} = $1", here) == "DELETE 0"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_admits_its_participants_only_says_so(table: str) -> None:
    assert policies.by_table[table].participants == ("PARTICIPANTS" in (MODELS[table].__doc__ or ""))


@pytest.mark.promise("rows-keep-their-tenant")
async def test_a_row_cannot_be_moved_to_another_tenant(database: Database, standing: World) -> None:
    there = standing.actors["foreign staff"].tenant.id
    async with told(database, standing.actors["staff"].settings) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update event_series set confederation_id = $1, updated_at = now()", there)


async def test_publishing_an_event_publishes_its_parts(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event(state=EventState.DRAFT)

    async def hosts_that_anybody_sees() -> int:
        async with acting_as(None) as work:
            return len((await work.session.execute(text("select id from event_host"))).all())

    assert await hosts_that_anybody_sees() == 0
    event.state, event.published_at = EventState.PUBLISHED, event.starts_at
    await make.save(event)
    assert await hosts_that_anybody_sees() == 1
    event.association_id = (await make.association()).id
    await make.save(event)
    assert {host.association_id for host in await make.all(EventHost)} == {event.association_id}


async def test_a_copied_column_cannot_differ_from_its_parents(make: Maker, owner: asyncpg.Connection) -> None:
    event = await make.event(state=EventState.DRAFT)
    for lie in ("published = true", f"association_id = '{(await make.association()).id}'"):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await owner.execute(f"update event_host set {lie} where event_id = $1", event.id)


@pytest.mark.promise("actor-ends-with-transaction")
async def test_what_was_told_ends_with_the_transaction(database_url: str, make: Maker) -> None:
    await make.event(state=EventState.DRAFT)
    staff = await make.actor(await make.staff())
    remains = (
        "select coalesce(string_agg(current_setting(name, true), ''), '') from unnest(cast(:names as text[])) as name"
    )
    names = [*staff.settings, "confed.elevated"]
    alone = Database(database_url, writers=1, readers=1)

    async def act_elevated(*, failing: bool) -> None:
        async with begin(alone, staff) as work, work.elevated("to see whether it ends"):
            connection = await work.connection()
            used.append(await connection.fetchval("select pg_backend_pid() where exists (select from event)"))
            if failing:
                await work.session.execute(text("select 1 / 0"))

    used: list[int] = []
    try:
        await act_elevated(failing=False)
        with pytest.raises(DBAPIError, match="division by zero"):
            await act_elevated(failing=True)
        async with alone.sessions() as session:
            query = text("select pg_backend_pid(), (select count(*) from event)")
            assert (await session.execute(query)).one() == (used[0], 0)
            assert (await session.execute(text(remains), {"names": names})).scalar_one() == ""
        assert used == [used[0]] * 2
    finally:
        await alone.close()


@pytest.mark.parametrize("table", TABLES)
async def test_settings_are_evaluated_once_a_statement(database: Database, standing: World, table: str) -> None:
    async with told(database, standing.actors["staff"].settings) as connection:
        plan = [row[0] for row in await connection.fetch(f"explain (verbose, costs off) select * from {table}")]
    # Evaluated for each row, current_setting would stand in the filter; evaluated once, the filter names its result.
    assert [line for line in plan if "current_setting" in line and "Output:" not in line] == []
    assert any("InitPlan" in line for line in plan)


READ = """select case when set_config('confed.tenant', $1, true) is not null
          then (select string_agg(slug, ',' order by slug) from event) end"""


@pytest.mark.parametrize("plans", ["auto", "force_generic_plan", "force_custom_plan"])
async def test_one_statement_sets_the_actor_before_it_reads(database_url: str, make: Maker, plans: str) -> None:
    """PostgreSQL documents CASE's order of evaluation; reads in one round trip stand on it, whatever the plan."""
    other = await make.other()
    expected = {str(m.tenant.id): (await m.event()).slug for m in (make, other)}
    settings = {"role": "confed_app", "plan_cache_mode": plans}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    try:
        prepared = await connection.prepare(READ)
        for _ in range(8):  # the planner turns to a generic plan after five executions
            for tenant, slug in expected.items():
                assert await prepared.fetchval(tenant) == slug
                assert await connection.fetchval("select count(*) from event") == 0
        uses = await connection.fetchrow(
            "select generic_plans, custom_plans from pg_prepared_statements where statement = $1", READ
        )
        assert uses is not None
        assert (uses["generic_plans"] > 0) == (plans != "force_custom_plan")
        assert (uses["custom_plans"] > 0) == (plans != "force_generic_plan")
    finally:
        await connection.close()
