"""List the objects in a database, to compare migrated databases."""

import asyncpg

_CONTENTS = """
with own(schema) as (
  select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)' and nspname not like 'declared%'
), relation as (
  select c.*, s.schema from pg_class c join own s on c.relnamespace = s.schema::regnamespace
)
select format('schema %s %s %s', nspname, nspowner::regrole, nspacl) from pg_namespace where nspname in (table own)
union all select format('%s.%s.%s %s not null %s identity %s generated %s default %s', schema, relname, attname,
    format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid))
  from relation join pg_attribute on attrelid = relation.oid
  left join pg_attrdef on (adrelid, adnum) = (attrelid, attnum)
  where relkind = 'r' and attnum > 0 and not attisdropped
union all select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) from pg_constraint k
  join own on connamespace = schema::regnamespace
union all select indexdef from pg_indexes where schemaname in (table own)
union all select format('%s %s %s', pg_get_functiondef(f.oid), proowner::regrole, proacl) from pg_proc f
  join own on pronamespace = schema::regnamespace
union all select format('policy %s %s %s %s %s %s %s %s', schemaname, tablename, policyname, permissive, roles, cmd,
    qual, with_check) from pg_policies
union all select format('%s %s %s row security %s forced %s %s', relkind, schema, relname, relrowsecurity,
    relforcerowsecurity, array(select a::text from unnest(relacl) a order by 1)) from relation
union all select format('%s %s', pg_get_triggerdef(t.oid), tgenabled) from pg_trigger t
  join relation on tgrelid = relation.oid where not tgisinternal
union all select format('sequence %s.%s %s from %s by %s', schemaname, sequencename, data_type, start_value,
    increment_by) from pg_sequences where schemaname in (table own)
union all select format('type %s.%s %s', schema, typname, array(select enumlabel from pg_enum where enumtypid = y.oid
    order by enumsortorder)) from pg_type y join own on typnamespace = schema::regnamespace where typtype in ('e', 'd')
"""


async def contents(url: str) -> set[str]:
    """Return everything that a migration can create or omit, as PostgreSQL prints it."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_CONTENTS)
    finally:
        await connection.close()
    return {row[0] for row in rows if "alembic_version" not in row[0]}
