"""Walks the catalogue of a migrated database. Each rule lists what breaks it, and is shown able to in the tests.

The tenant is `confederation`, whose own key is its `id` and whose slug is unique by nature: the one exception.
"""

from collections.abc import Awaitable, Callable, Iterable

import asyncpg

from models.base.policies import APP, FIGURES

Rule = Callable[[asyncpg.Connection], Awaitable[list[str]]]

NOT_TENANTS = {"alembic_version"}
# Columns that look like copies of a parent's and are the row's own.
OWN_COLUMNS = {
    ("event", "association_id"): "the organiser; its series may be another association's",
    ("contact_point", "association_ids"): "the person's, kept by services.tenancy.visibility with the person's links",
    (
        "person_reference",
        "association_ids",
    ): "the person's, kept by services.tenancy.visibility with the person's links",
    ("position", "association_ids"): "the person's, kept by services.tenancy.visibility with the person's links",
}
# Copies that are null where the row refers to no such parent.
_ONE_PAYER = "a person or an association pays: a CHECK says that it is one of them, and each has a key of its own"
MAY_BE_NULL: dict[tuple[str, str], str] = {
    (table, column): _ONE_PAYER
    for table in ("invoice", "invoice_line", "payment", "allocation", "registration_invoice")
    for column in ("person_id", "payer_id")
}


async def tables(db: asyncpg.Connection) -> set[str]:
    """Every tenant table."""
    rows = await db.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f')"
    )
    return {row["relname"] for row in rows} - NOT_TENANTS


async def without_row_security(db: asyncpg.Connection) -> list[str]:
    """Row security is enabled, and forced on the owner too."""
    rows = await db.fetch(
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f')
           and not (relrowsecurity and relforcerowsecurity)"""
    )
    return [f"{row['relname']}: not enabled and forced" for row in rows if row["relname"] not in NOT_TENANTS]


async def unexpected_policies(db: asyncpg.Connection) -> list[str]:
    """One permissive policy per command and role: restrictive ones, and several, mean something else on Citus."""
    rows = await db.fetch(
        """select c.relname as "table", p.polname as name, p.polpermissive as permissive, p.polcmd::text as command,
                  array(select rolname::text from pg_roles where oid = any(p.polroles)) as roles
           from pg_policy p join pg_class c on c.oid = p.polrelid"""
    )
    wrong = [f"{row['table']}.{row['name']}: restrictive" for row in rows if not row["permissive"]]
    for table in await tables(db):
        found = sorted((*row["roles"], row["command"]) for row in rows if row["table"] == table)
        may = "select has_table_privilege($1, $2::regclass, $3)"
        commands = "rawd" if await db.fetchval(may, APP, table, "update") else "ra"  # append-only: no update, delete
        expected = [(APP, command) for command in commands]
        if await db.fetchval(may, FIGURES, table, "select"):
            expected.append((FIGURES, "r"))
        if found != sorted(expected):
            wrong.append(f"{table}: policies for {found}, expected {sorted(expected)}")
    return wrong


async def policies_that_look_up(db: asyncpg.Connection) -> list[str]:
    """A policy compares its own row with settings: no other relation, no function of ours, no sub-select but on one."""
    depends = await db.fetch(
        """select c.relname || '.' || p.polname as policy, pg_describe_object(d.refclassid, d.refobjid, 0) as what
           from pg_policy p join pg_class c on c.oid = p.polrelid
           join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
           where d.refobjid <> p.polrelid and d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass)"""
    )
    wrong = [f"{row['policy']}: looks up {row['what']}" for row in depends]
    selects = await db.fetch(
        r"""select c.relname || '.' || p.polname as policy
            from pg_policy p join pg_class c on c.oid = p.polrelid
            cross join lateral concat_ws(' ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) e
            where regexp_count(e, '\mselect\M', 1, 'i')
               <> regexp_count(e, '\( SELECT \(?NULLIF\(current_setting\(''confed\.', 1, 'i')
            or replace(lower(e), 'distinct from', '') ~ '\mfrom\M'"""
    )
    return wrong + [f"{row['policy']}: a sub-select on something else than a setting" for row in selects]


async def keys_without_the_tenant(db: asyncpg.Connection) -> list[str]:
    """Primary, unique and foreign keys begin with the tenant, a foreign key's other side too."""
    rows = await db.fetch(
        """select c.relname || '.' || k.conname as key,
                  (select attname from pg_attribute where attrelid = k.conrelid and attnum = k.conkey[1]) as first,
                  (select attname from pg_attribute where attrelid = k.confrelid and attnum = k.confkey[1]) as target,
                  k.confrelid = 'confederation'::regclass as of_the_tenant
           from pg_constraint k join pg_class c on c.oid = k.conrelid
           where k.contype in ('p', 'u', 'f') and k.conparentid = 0 and c.relnamespace = 'public'::regnamespace
           and c.relname <> all($1::text[])""",
        [*NOT_TENANTS, "confederation"],
    )
    tenant = "confederation_id"
    return [
        row["key"]
        for row in rows
        if row["first"] != tenant or row["target"] not in (None, "id" if row["of_the_tenant"] else tenant)
    ]


async def indexes_without_the_tenant(db: asyncpg.Connection) -> list[str]:
    """B-trees and unique indexes begin with the tenant: it is what every query filters by, and what Citus routes by."""
    rows = await db.fetch(
        """select t.relname || '.' || x.relname as index from pg_index i
           join pg_class x on x.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
           join pg_am on pg_am.oid = x.relam
           left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
           where t.relnamespace = 'public'::regnamespace and (amname = 'btree' or i.indisunique)
           and a.attname is distinct from 'confederation_id' and t.relname <> all($1::text[])""",
        [*NOT_TENANTS, "confederation"],
    )
    return [row["index"] for row in rows]


async def views_of_their_owner(db: asyncpg.Connection) -> list[str]:
    """A view reads as whoever asks (`security_invoker`); a materialized one can't."""
    rows = await db.fetch(
        """select relname from pg_class where relnamespace <> all('{pg_catalog,information_schema}'::regnamespace[])
           and (relkind = 'm' or relkind = 'v' and not coalesce('security_invoker=true' = any(reloptions), false))"""
    )
    return [row["relname"] for row in rows]


async def unsafe_definers(db: asyncpg.Connection) -> list[str]:
    """A SECURITY DEFINER function is a figure function: of its role, with no search path, for nobody by default."""
    rows = await db.fetch(
        """select p.oid::regprocedure::text as function, rolname as owner,
                  coalesce('search_path=""' = any(proconfig), false) as fixed,
                  exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as open
           from pg_proc p join pg_roles r on r.oid = proowner
           where prosecdef and pronamespace <> all('{pg_catalog,information_schema}'::regnamespace[])"""
    )
    return [row["function"] for row in rows if row["owner"] != FIGURES or not row["fixed"] or row["open"]]


async def too_mighty_roles(db: asyncpg.Connection) -> list[str]:
    """The roles that row security is to bind can't pass it, own no table, and become nobody else."""
    roles = [APP, FIGURES]
    mighty = await db.fetch(
        """select rolname || ': passes row security, or logs in, or makes roles' as what from pg_roles
           where rolname = any($1) and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb)
           union all
           select rolname || ': owns ' || relname from pg_class join pg_roles r on r.oid = relowner
           where rolname = any($1) and relkind in ('r', 'p', 'v', 'm', 'f')
           union all
           select r.rolname || ': becomes ' || g.rolname from pg_auth_members m
           join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid where r.rolname = any($1)""",
        roles,
    )
    return [row["what"] for row in mighty]


async def too_many_rights(db: asyncpg.Connection) -> list[str]:
    """The application reads and writes rows, figure functions read, PUBLIC does nothing: TRUNCATE knows no policies."""
    rows = await db.fetch(
        """select relname, coalesce(rolname, 'public') as role, privilege_type from pg_class
           cross join lateral aclexplode(relacl) left join pg_roles on pg_roles.oid = grantee
           where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'f') and grantee <> relowner"""
    )
    allowed = {APP: {"SELECT", "INSERT", "UPDATE", "DELETE"}, FIGURES: {"SELECT"}}
    return [
        f"{row['role']} may {row['privilege_type']} {row['relname']}"
        for row in rows
        if row["privilege_type"] not in allowed.get(row["role"], set())
    ]


async def copies_that_could_go_stale(db: asyncpg.Connection) -> list[str]:
    """A column that a policy compares, and that of a parent too, is carried by a key that cascades, and is never null.

    (A key with a null in it is not checked at all.) Which columns policies compare, PostgreSQL knows itself.
    """
    rows = await db.fetch(
        """with compared as (
             select distinct a.attrelid as relation, a.attnum, a.attname, a.attnotnull, a.attgenerated
             from pg_policy p
             join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
               and d.refclassid = 'pg_class'::regclass and d.refobjid = p.polrelid
             join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
             where a.attname not in ('id', 'confederation_id')
           )
           select c.relname as "table", own.attname as "column", own.attnotnull as never_null,
                  bool_or(own.attnum = any(k.conkey) and cardinality(k.conkey) > 2 and k.confupdtype = 'c') as carried
           from compared own
           join pg_class c on c.oid = own.relation
           join pg_constraint k on k.conrelid = own.relation and k.contype = 'f' and k.confrelid <> own.relation
           join compared parents on parents.relation = k.confrelid and parents.attname = own.attname
           where own.attgenerated = '' group by 1, 2, 3"""
    )
    return [
        f"{row['table']}.{row['column']}"
        for row in rows
        if not (row["carried"] and (row["never_null"] or (row["table"], row["column"]) in MAY_BE_NULL))
        and (row["table"], row["column"]) not in OWN_COLUMNS
    ]


def undeclared(found: Iterable[str], declared: Iterable[str], policied: Iterable[str]) -> list[str]:
    """The database's tables, the models' and the declared policies' are the same."""
    found, declared, policied = set(found), set(declared), set(policied)
    return sorted((found ^ declared) | (declared ^ policied))
