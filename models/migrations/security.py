"""What migrations say about roles, functions and row security.

Neither of the two roles can log in or bypass row security: the server acts as `confed_app`, and `confed_figures` owns
the figure functions. Roles belong to the whole server, so they may exist already.

Existing migrations call this module: it changes only together with all of them (`python app.py revision --squash`). The
tests compare its results with the policies that the models declare.
"""

import re
import textwrap
from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.types import UserDefinedType

APP, FIGURES = "confed_app", "confed_figures"
_SETTING = re.compile(r"\{(\w+?)(\[\])?\}")


class Bound(Protocol):
    """Alembic's `op`."""

    def get_bind(self) -> Connection:
        """The connection that is migrated."""


class Plain(UserDefinedType[object]):
    """A PostgreSQL type by name, for columns of types that SQLAlchemy doesn't know."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name."""
        return self.name


def execute(op: Bound, statement: str) -> None:
    """Run a statement verbatim, apart from its indentation: colons and percent signs have no special meaning."""
    op.get_bind().exec_driver_sql(textwrap.dedent(statement).strip())


def create_roles(op: Bound) -> None:
    """Create both roles if they are missing, and the schema of the figure functions."""
    for role in (APP, FIGURES):
        execute(
            op,
            f"""do $do$ begin
              if not exists (select from pg_roles where rolname = '{role}') then
                create role {role} nologin nosuperuser nobypassrls;
              end if;
              -- Two databases of one server may be migrated at once: the other one made it.
              exception when duplicate_object or unique_violation then null;
            end $do$""",
        )
        # The owner joins both roles: to hand over functions, and to act as the application where it logs in as owner.
        # Since PostgreSQL 16, the creator of a role may administer it but not act as it without this grant.
        execute(
            op,
            f"""do $do$ begin
              grant {role} to current_user;
              exception when insufficient_privilege then
                if not pg_has_role(current_user, '{role}', 'usage') then
                  raise exception 'the role {role} was made by somebody else: let them grant it to %', current_user;
                end if;
            end $do$""",
        )
    execute(op, f"create schema figures authorization {FIGURES}")
    execute(op, f"grant usage on schema public, figures to {APP}")
    execute(op, f"grant usage on schema public to {FIGURES}")
    execute(op, f"grant select on alembic_version to {APP}")


def retire_roles(op: Bound) -> None:
    """Undo `create_roles`. The roles stay: other databases of the server may use them."""
    execute(op, f"revoke select on alembic_version from {APP}")
    execute(op, f"revoke usage on schema public from {APP}, {FIGURES}")
    execute(op, "drop schema figures")


def publish_figures(op: Bound, *names: str) -> None:
    """Give ownership of the schema's functions to `confed_figures`, and let the application execute those named."""
    execute(
        op,
        f"""do $do$ declare f regprocedure; begin
          for f in select oid from pg_proc where pronamespace = 'figures'::regnamespace loop
            execute format('alter function %s owner to {FIGURES}', f);
            execute format('revoke execute on function %s from public', f);
          end loop;
          for f in select oid from pg_proc where pronamespace = 'figures'::regnamespace
              and proname = any(array[{", ".join(f"'{name}'" for name in names)}]) loop
            execute format('grant execute on function %s to {APP}', f);
          end loop;
        end $do$""",
    )


def protect(
    op: Bound,
    table: str,
    *,
    read: str,
    write: str,
    append_only: bool = False,
    against_owner: bool = False,
    counted: bool = False,
    participants: bool = False,
) -> None:
    """Turn row security on for a new table, for its owner too, grant the roles their rights and create the policies.

    The parts are those of `models.base.policies.policy`. `read` and `write` are conditions on the row, in which
    `{person}` is the actor's setting of that name and `{events_manage[]}` a set of identifiers.
    """
    for statement in protection(
        table,
        read=read,
        write=write,
        append_only=append_only,
        against_owner=against_owner,
        counted=counted,
        participants=participants,
    ):
        execute(op, statement)


def protection(
    table: str,
    *,
    read: str,
    write: str,
    append_only: bool,
    against_owner: bool,
    counted: bool,
    participants: bool,
) -> Iterator[str]:
    """The statements of `protect`."""
    tenant = expanded(f"{'id' if table == 'confederation' else 'confederation_id'} = {{tenant}}")
    elevated = "(select nullif(current_setting('confed.elevated', true), '')::text) is not null"

    def admits(condition: str) -> str:
        if condition == "true":
            return tenant
        return f"{tenant} and ({expanded(condition)}{'' if participants else f' or {elevated}'})"

    yield f"alter table {table} enable row level security, force row level security"
    yield f"grant select, insert{'' if append_only else ', update, delete'} on {table} to {APP}"
    rules = {"select": f"using ({admits(read)})", "insert": f"with check ({admits(write)})"}
    if not append_only:
        rules |= {
            "update": f"using ({admits(write)}) with check ({admits(write)})",
            "delete": f"using ({admits(write)})",
        }
    for command, rule in rules.items():
        yield f"create policy {table}_{command} on {table} as permissive for {command} to {APP} {rule}"
    if counted:
        # The directory of tenants is read before the tenant is known.
        rule = "true" if table == "confederation" else tenant
        yield f"grant select on {table} to {FIGURES}"
        yield f"create policy {table}_count on {table} as permissive for select to {FIGURES} using ({rule})"
    if against_owner:
        yield (
            f"create trigger append_only before update or delete or truncate on {table} "
            "for each statement execute function public.refuse_change()"
        )
        # ENABLE ALWAYS: it fires for the replication role too. Only disabling it on purpose gets past it.
        yield f"alter table {table} enable always trigger append_only"


def expanded(condition: str) -> str:
    """A condition with its settings written out. The outer cast makes a set an array for `any`, not a subquery."""

    def setting(found: re.Match[str]) -> str:
        name, is_set = found.groups()
        cast = "uuid[]" if is_set else "uuid"
        return f"(select nullif(current_setting('confed.{name}', true), '')::{cast})" + ("::uuid[]" if is_set else "")

    return _SETTING.sub(setting, condition)


def contracted(sql: str) -> str:
    """A condition with its settings in the form that `expanded` takes."""
    set_of_ids = r"\(select nullif\(current_setting\('confed\.(\w+)', true\), ''\)::uuid\[\]\)::uuid\[\]"
    one = r"\(select nullif\(current_setting\('confed\.(\w+)', true\), ''\)::uuid\)"
    short = re.sub(one, r"{\1}", re.sub(set_of_ids, r"{\1[]}", sql))
    return short if expanded(short) == sql else sql


def counting(table: str) -> tuple[str, str]:
    """The statement that lets figure functions read an existing table, and the one that undoes it."""
    return f"grant select on {table} to {FIGURES}", f"revoke select on {table} from {FIGURES}"
