"""What migrations say about roles and row security, said once.

Two roles, neither of which can log in by itself or pass row security: `confed_app`, which the server acts as, and
`confed_figures`, which owns the figure functions. Roles belong to the whole server, so they may be there already.
"""

from collections.abc import Sequence

from alembic import op

APP, FIGURES = "confed_app", "confed_figures"


def create_roles() -> None:
    """Make both roles where they are missing, and the schema of the figure functions."""
    for role in (APP, FIGURES):
        op.execute(
            f"""do $do$ begin
              if not exists (select from pg_roles where rolname = '{role}') then
                create role {role} nologin nosuperuser nobypassrls;
              end if;
              -- Two databases of one server may be migrated at once: the other one made it.
              exception when duplicate_object or unique_violation then null;
            end $do$"""
        )
        # The owner acts as them: to hand over functions, and as the application where it logs in as the owner. Who
        # makes a role may administer it but, since PostgreSQL 16, not act as it before this.
        op.execute(
            f"""do $do$ begin
              grant {role} to current_user;
              exception when insufficient_privilege then
                if not pg_has_role(current_user, '{role}', 'usage') then
                  raise exception 'the role {role} was made by somebody else: let them grant it to %', current_user;
                end if;
            end $do$"""
        )
    op.execute(f"create schema figures authorization {FIGURES}")
    op.execute(f"grant usage on schema public, figures to {APP}")
    op.execute(f"grant usage on schema public to {FIGURES}")
    op.execute(f"grant select on alembic_version to {APP}")


def publish_figures(names: Sequence[str]) -> None:
    """Hand every function of the schema to `confed_figures`, and let the application execute those named."""
    op.execute(publication(names))


def publication(names: Sequence[str]) -> str:
    """The statement of `publish_figures`, for the migrations that `python app.py revision` writes."""
    return f"""do $do$ declare f regprocedure; begin
          for f in select oid from pg_proc where pronamespace = 'figures'::regnamespace loop
            execute format('alter function %s owner to {FIGURES}', f);
            execute format('revoke execute on function %s from public', f);
          end loop;
          for f in select oid from pg_proc where pronamespace = 'figures'::regnamespace
              and proname = any(array[{", ".join(f"'{name}'" for name in names)}]) loop
            execute format('grant execute on function %s to {APP}', f);
          end loop;
        end $do$"""


def protect(table: str, *, append_only: bool = False, counted: bool = False) -> None:
    """Row security on, for the owner too, and the rights of the application's role. The policies come beside it."""
    for statement in protection(table, append_only=append_only, counted=counted):
        op.execute(statement)


def protection(table: str, *, append_only: bool = False, counted: bool = False) -> list[str]:
    """The statements of `protect`, for the migrations that `python app.py revision` writes."""
    statements = [
        f"alter table {table} enable row level security, force row level security",
        f"grant select, insert{'' if append_only else ', update, delete'} on {table} to {APP}",
    ]
    return [*statements, f"grant select on {table} to {FIGURES}"] if counted else statements


def counting(table: str) -> tuple[str, str]:
    """The statement that lets figure functions read a table that was there before, and the one that undoes it."""
    return f"grant select on {table} to {FIGURES}", f"revoke select on {table} from {FIGURES}"
