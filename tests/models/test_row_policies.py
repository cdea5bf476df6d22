"""Who reads and writes which rows: a table of facts, held against PostgreSQL itself, past all code of ours."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from models import EventHost, EventState
from services.core.database import Database
from services.core.work import begin
from tests.making import ActingAs, Maker
from tests.models.world import World, world

NOBODY: set[str] = set()
EVERYBODY = {
    "anonymous", "own", "member", "ex-member", "staff", "former staff",
    "staff elsewhere", "staff above", "staff beside", "registrar",
}  # fmt: skip
OWN = {"own"}
# `staff above` sees figures of the association, `staff beside` its persons too.
STAFF = {"staff", "staff above", "staff beside"}
STAFF_FOR_PERSONS = {"staff", "staff beside"}
EVENT_STAFF = STAFF | {"registrar"}
DESK = STAFF_FOR_PERSONS | {"registrar"}

FACTS: dict[str, tuple[set[str], set[str]]] = {
    # row: who reads it, who inserts, updates and deletes it
    "confederation": (EVERYBODY, NOBODY),
    "association": (EVERYBODY, STAFF),
    "affiliation": (EVERYBODY, {"staff beside"}),
    "affiliation applied for": ({"staff elsewhere", "staff above"}, {"staff above"}),
    "person": (OWN | DESK, STAFF_FOR_PERSONS),
    "person_reference": (OWN | DESK, STAFF_FOR_PERSONS),
    "position": (OWN | DESK, STAFF_FOR_PERSONS),
    "mandate closed": (OWN | DESK, STAFF_FOR_PERSONS),
    "mandate published": (EVERYBODY, STAFF_FOR_PERSONS),
    "membership_category": (EVERYBODY, STAFF_FOR_PERSONS),
    "membership": (OWN | STAFF_FOR_PERSONS, STAFF_FOR_PERSONS),
    "role_grant": (OWN | STAFF, STAFF),
    "segment closed": (EVENT_STAFF, EVENT_STAFF),
    "segment published": (EVERYBODY, EVENT_STAFF),
    "segment_clause closed": (EVENT_STAFF, EVENT_STAFF),
    "segment_clause published": (EVERYBODY, EVENT_STAFF),
    "event_series": (EVERYBODY, EVENT_STAFF),
    **{
        f"{table} {way}": (EVERYBODY if way == "published" else EVENT_STAFF, EVENT_STAFF)
        for table in ("event", "event_host", "speaker", "seat_pool", "event_audience", "report", "avenue")
        for way in ("closed", "published")
    },
    "registration": (OWN | DESK, OWN | DESK),
    "journal_entry": (STAFF_FOR_PERSONS, OWN),  # an entry is written by the actor it names
    "idempotency_record": (OWN, OWN),
}
APPEND_ONLY = {"journal_entry"}
TABLES = sorted(SQLModel.metadata.tables)


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
    return next(label for label in FACTS if table_of(label) == table)


def test_every_table_has_its_facts(standing: World) -> None:
    assert sorted({table_of(label) for label in FACTS}) == TABLES
    assert FACTS.keys() == standing.rows.keys()


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
    changers = NOBODY if table in APPEND_ONLY else writers & readers
    assert found == {"read": readers, "insert": writers, "update": changers, "delete": changers}


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_there_are_no_rows(
    database: Database, owner: asyncpg.Connection, standing: World, table: str
) -> None:
    insert, argument = await copy(owner, table, standing.rows[a_row_of(table)].id)
    for settings in ({}, {"confed.elevated": "without a tenant"}, {"confed.tenant": ""}):
        async with told(database, settings) as connection:
            assert await connection.fetchval(f"select count(*) from {table}") == 0
            assert not await admitted(connection, lambda c=connection: c.execute(insert, argument))  # type: ignore[misc]


@pytest.mark.parametrize("table", TABLES)
async def test_elevation_ends_at_the_tenant(
    database: Database, owner: asyncpg.Connection, standing: World, table: str
) -> None:
    column = "id" if table == "confederation" else "confederation_id"
    insert, argument = await copy(owner, table, standing.rows[a_row_of(table)].id)
    count = f"select count(*) from {table} where {column} = $1"
    here, there = standing.make.tenant.id, standing.actors["foreign staff"].tenant.id
    elevated = {"confed.elevated": "to see everything"}
    async with told(database, {"confed.tenant": str(here)} | elevated) as connection:
        assert await connection.fetchval(count, here) == await owner.fetchval(count, here) > 0
        assert await admitted(connection, lambda: connection.execute(insert, argument))
    async with told(database, {"confed.tenant": str(there)} | elevated) as connection:
        assert await connection.fetchval(count, here) == 0
        assert not await admitted(connection, lambda: connection.execute(insert, argument))
        if table not in APPEND_ONLY:
            assert await connection.execute(f"update {table} set id = id where {column} = $1", here) == "UPDATE 0"
            assert await connection.execute(f"delete from {table} where {column} = $1", here) == "DELETE 0"


async def test_a_row_cannot_be_moved_to_another_tenant(database: Database, standing: World) -> None:
    there = standing.actors["foreign staff"].tenant.id
    async with told(database, standing.actors["staff"].settings) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update event_series set confederation_id = $1", there)


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
