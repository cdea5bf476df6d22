"""Every change in the tests is watched: whoever changes a row of a `Dated` table says when.

Triggers in the template database fail each update by the application's role that changes a row and leaves
`updated_at` out. They are not in the migrations: the application fills the column in by itself
(`services.core.statements`), and SQL of its own names it.
"""

import asyncpg
from sqlmodel import SQLModel

from models.base.policies import APP
from models.base.records import Dated

_WATCH = f"""
create schema if not exists watching;
grant usage on schema watching to {APP};
create function watching.said() returns trigger language plpgsql as $$
begin
  perform set_config('watching.said', 'yes', true);
  return new;
end $$;
create function watching.changed() returns trigger language plpgsql as $$
begin
  if current_user = '{APP}' and coalesce(current_setting('watching.said', true), '') <> 'yes'
     and to_jsonb(old) - tg_argv[0]::text[] <> to_jsonb(new) - tg_argv[0]::text[] then
    raise exception 'a change of % leaves updated_at as it was', tg_table_name;
  end if;
  perform set_config('watching.said', '', true);
  return new;
end $$;
"""
_WATCH_TABLE = """
create trigger a_said before update of updated_at on {table} for each row execute function watching.said();
create trigger b_changed before update on {table} for each row execute function watching.changed('{{{uncounted}}}');
"""
_COMPUTED = "select attname from pg_attribute where attrelid = $1::text::regclass and attgenerated <> ''"


async def watch(url: str) -> None:
    """Watch the tables of a migrated database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_WATCH)
        for name, uncounted in watched().items():
            computed = await connection.fetch(_COMPUTED, name)
            columns = sorted(uncounted | {column for (column,) in computed})
            await connection.execute(_WATCH_TABLE.format(table=name, uncounted=",".join(columns)))
    finally:
        await connection.close()


def watched() -> dict[str, set[str]]:
    """The tables, and the columns whose change needn't be told. Whose a row is, row security keeps as it is."""
    found = {}
    for mapper in SQLModel._sa_registry.mappers:
        model = mapper.class_
        if issubclass(model, Dated):
            computed = {column.name for column in mapper.local_table.c if column.computed is not None}
            found[str(model.__tablename__)] = {"confederation_id", *model.unnoted, *computed}
    return found
