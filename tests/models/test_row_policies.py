"""Who reads and writes which rows: what the domains say of access, held against PostgreSQL itself, past all code."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from models import EventHost, EventState
from models.base.policies import policies
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.work import begin
from tests.access import matrix
from tests.access.asked import Asked
from tests.access.declared import MODELS
from tests.domains import domain_of
from tests.making import ActingAs, Maker

RIGHTS = matrix.read()
DOMAINS = sorted({domain_of(model) for model in MODELS.values()})
TABLES = sorted(SQLModel.metadata.tables)

Record = Callable[[str, object], None]


@asynccontextmanager
async def told(database: Database, settings: Mapping[str, str]) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the application in a transaction with these settings, rolled back at the end."""
    async with database.readers.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(
                "select set_config(key, value, true) from jsonb_each_text($1)", json.dumps(dict(settings))
            )
            yield connection
        finally:
            await transaction.rollback()


TRY_EACH = """
    do $$ declare change record; touched bigint; admitted text[] := '{}';
    begin
      for change in select * from jsonb_to_recordset(current_setting('test.changes')::jsonb)
                      as (name text, statement text, argument text) loop
        begin
          execute change.statement using change.argument;
          get diagnostics touched = row_count;
          if touched > 0 then admitted := admitted || change.name; end if;
          raise exception sqlstate 'UNDO0';
        exception
          when sqlstate 'UNDO0' or insufficient_privilege then null;
          when unique_violation or foreign_key_violation or restrict_violation or raise_exception then
            admitted := admitted || change.name;
        end;
      end loop;
      perform set_config('test.admitted', array_to_json(admitted)::text, true);
    end $$"""
"""Tries each change and undoes it. Row security lets it through, whatever constraints and triggers say afterwards?"""


async def admitted(connection: asyncpg.Connection, changes: Mapping[str, tuple[str, object]]) -> set[str]:
    """The names of the changes that row security lets through, each a statement and its argument. All are undone."""
    tried = [{"name": name, "statement": said, "argument": str(of)} for name, (said, of) in changes.items()]
    await connection.execute("select set_config('test.changes', $1, true)", json.dumps(tried))
    await connection.execute(TRY_EACH)
    return set(json.loads(await connection.fetchval("select current_setting('test.admitted')")))


def table_of(label: str) -> str:
    """The table of a row by its label: "EventHost of draft"."""
    return str(MODELS[label.partition(" ")[0]].__tablename__)


async def insertions(owner: asyncpg.Connection, rows: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """By label of a row, given its identifier: a statement that inserts the same row again, and its argument."""
    found = {}
    for label, id in rows.items():
        table = table_of(label)
        columns = await owner.fetchval(
            """select string_agg(quote_ident(attname), ', ') from pg_attribute
               where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''""",
            table,
        )
        row = await owner.fetchval(f"select to_jsonb(t) from {table} t where id = $1", id)
        source = f'select {columns} from jsonb_populate_record(null::"{table}", $1::jsonb)'
        found[label] = (f"insert into {table} ({columns}) overriding system value {source}", row)
    return found


def rows_of(asked: Asked, models: Sequence[type]) -> dict[str, object]:
    """The identifiers of the rows that something is said of, by label."""
    names = {model.__name__ for model in models}
    return {
        label: row.id
        for label, row in asked.world.rows.items()
        if label.partition(" ")[0] in names and label.partition(" ")[2] in RIGHTS.types[label.partition(" ")[0]].rows
    }


def a_row_of(asked: Asked, table: str) -> dict[str, object]:
    """One of a table's rows."""
    rows = rows_of(asked, [model for model in MODELS.values() if model.__tablename__ == table])
    return dict([next(iter(rows.items()))])


async def changes_of(
    asked: Asked, actor: Actor, rows: Mapping[str, object], again: Mapping[str, tuple[str, str]]
) -> dict[str, set[str]]:
    """Which of the rows somebody reads, and which they insert again, update and delete."""
    changes: dict[str, tuple[str, object]] = {}
    for label, id in rows.items():
        table = table_of(label)
        changes[f"insert {label}"] = again[label]
        changes[f"update {label}"] = (f"update {table} set id = id where id = $1::uuid", id)
        changes[f"delete {label}"] = (f"delete from {table} where id = $1::uuid", id)
    done: dict[str, set[str]] = {"read": set(), "insert": set(), "update": set(), "delete": set()}
    async with told(asked.world.make.database, actor.settings) as connection:
        for change in await admitted(connection, changes):
            kind, _, label = change.partition(" ")
            done[kind].add(label)
        reads = " union all ".join(
            f"select '{table}' as name, id from {table} where id = any($1)" for table in {*map(table_of, rows)}
        )
        seen = {tuple(row) for row in await connection.fetch(reads, [*rows.values()])}
    done["read"] = {label for label, id in rows.items() if (table_of(label), id) in seen}
    return done


@pytest.mark.promise("rows-by-policy")
@pytest.mark.parametrize("domain", DOMAINS)
async def test_rows_are_read_and_written_by_those_they_are_for(
    asked: Asked, owner: asyncpg.Connection, domain: str, record_property: Record
) -> None:
    rows = rows_of(asked, [model for model in MODELS.values() if domain_of(model) == domain])
    again = await insertions(owner, rows)
    wrong: list[str] = []
    for who in sorted(RIGHTS.everybody):
        done = await changes_of(asked, await asked.actor(who), rows, again)
        reads = {label for label in rows if who in RIGHTS.seers(label)}
        writes = {label for label in rows if who in RIGHTS.writers(label)}
        # To change a row one must see it first, so whoever writes without reading only adds.
        changes = {label for label in writes & reads if not policies.by_table[table_of(label)].append_only}
        for kind, expected in {"read": reads, "insert": writes, "update": changes, "delete": changes}.items():
            wrong += [f"{who} can {kind} {label}" for label in sorted(done[kind] - expected)]
            wrong += [f"{who} can not {kind} {label}" for label in sorted(expected - done[kind])]
    assert not wrong, "\n".join(wrong)
    record_property("cells of rows", len(rows) * 4 * len(RIGHTS.everybody))


@pytest.mark.promise("no-tenant-no-rows")
@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_there_are_no_rows(
    database: Database, owner: asyncpg.Connection, asked: Asked, table: str
) -> None:
    insertion = await insertions(owner, a_row_of(asked, table))
    for settings in ({}, {"confed.elevated": "without a tenant"}, {"confed.tenant": ""}):
        async with told(database, settings) as connection:
            assert await connection.fetchval(f"select count(*) from {table}") == 0
            assert not await admitted(connection, insertion)


@pytest.mark.promise("participants-only")
@pytest.mark.parametrize("table", TABLES)
async def test_elevation_ends_at_the_tenant_and_before_what_is_its_participants(
    database: Database, owner: asyncpg.Connection, asked: Asked, table: str
) -> None:
    policy = policies.by_table[table]
    column = "id" if table == "confederation" else "confederation_id"
    insertion = await insertions(owner, a_row_of(asked, table))
    count = f"select count(*) from {table} where {column} = $1"
    here, there = asked.world.make.tenant.id, asked.world.foreign.tenant.id
    elevated = {"confed.elevated": "to see everything"}
    everything = await owner.fetchval(count, here)
    assert everything > 0
    for tenant in (here, there):
        is_lifted = tenant == here and not policy.participants
        async with told(database, {"confed.tenant": str(tenant)} | elevated) as connection:
            assert await connection.fetchval(count, here) == (everything if is_lifted else 0)
            assert await admitted(connection, insertion) == (insertion.keys() if is_lifted else set())
            if not is_lifted and not policy.append_only:
                assert await connection.execute(f"update {table} set id = id where {column} = $1", here) == "UPDATE 0"
                assert await connection.execute(f"delete from {table} where {column} = $1", here) == "DELETE 0"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_admits_its_participants_only_says_so(table: str) -> None:
    (model,) = (model for model in MODELS.values() if model.__tablename__ == table)
    assert policies.by_table[table].participants == ("PARTICIPANTS" in (model.__doc__ or ""))


@pytest.mark.promise("rows-keep-their-tenant")
async def test_a_row_cannot_be_moved_to_another_tenant(database: Database, asked: Asked) -> None:
    there = asked.world.foreign.tenant.id
    async with told(database, (await asked.actor("staff")).settings) as connection:
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
async def test_settings_are_evaluated_once_a_statement(database: Database, asked: Asked, table: str) -> None:
    async with told(database, (await asked.actor("staff")).settings) as connection:
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
