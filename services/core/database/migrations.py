"""Migrating a database, and writing the next migration."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

from alembic import command
from alembic.autogenerate import produce_migrations
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import (
    CreateForeignKeyOp,
    CreateIndexOp,
    CreateTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    ModifyTableOps,
)
from alembic.script import ScriptDirectory
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.reversible_op import CreateOp, ReplaceOp
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

import models  # noqa: F401 - every table is declared
from models.base.figures import figures
from models.base.policies import policies
from models.migrations.security import counting, protection, publication
from services.core.database.connections import engine
from services.core.settings import CHECKOUT

Checks = dict[tuple[str, str], str]
"""The definitions of CHECK constraints by table and name."""


async def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the database to a revision, as its owner. One process at a time: others wait for the lock."""
    await _alembic(owner_url, lambda config, _: command.upgrade(config, revision))


async def revise(owner_url: str, message: str) -> None:
    """Write the migration that takes a migrated scratch database to what the code says, tables, policies and figures.

    The new tables are made in the scratch database meanwhile, because policies are compared by making them.
    """

    def run(config: Config, connection: Connection) -> None:
        foundations = _missing_foundations(connection)
        for made, _ in foundations:
            connection.exec_driver_sql(made)
        comparing = MigrationContext.configure(connection, opts={"include_schemas": False})
        tables = produce_migrations(comparing, SQLModel.metadata)
        assert tables.upgrade_ops is not None
        assert tables.downgrade_ops is not None
        upgrade = _ordered(tables.upgrade_ops.ops)
        downgrade = [op.reverse() for op in reversed(upgrade)]
        operations = Operations(comparing)
        for op in upgrade:
            operations.invoke(op)
        checks, back = differing_checks(connection)
        upgrade += [ExecuteSQLOp(statement) for statement in checks]
        upgrade[:0] = [ExecuteSQLOp(made) for made, _ in foundations]
        downgrade[:0] = [ExecuteSQLOp(statement) for statement in back]
        downgrade += [ExecuteSQLOp(undone) for _, undone in reversed(foundations)]
        protect = [statement for op in upgrade if isinstance(op, CreateTableOp) for statement in _protection(op)]

        def whole(_context: Any, _revision: Any, directives: list[Any]) -> None:
            (script,) = directives
            made = [op for op in upgrade if isinstance(op, CreateTableOp)]
            counted = [counting(table) for table in _newly_counted(script.upgrade_ops.ops, made)]
            script.upgrade_ops.ops[:0] = [*upgrade, *protect, *(ExecuteSQLOp(grant) for grant, _ in counted)]
            script.downgrade_ops.ops += [ExecuteSQLOp(revoke) for _, revoke in counted]
            if any(
                isinstance(op, CreateOp | ReplaceOp) and isinstance(op.target, PGFunction)
                for op in script.upgrade_ops.ops
            ):
                script.upgrade_ops.ops.append(ExecuteSQLOp(publication(figures.public)))
            script.downgrade_ops.ops.extend(downgrade)

        config.attributes["compares_entities"] = True
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        with policies_at_once(connection):
            command.revision(
                config, message, autogenerate=True, rev_id=f"{number:04d}", process_revision_directives=whole
            )

    await _alembic(owner_url, run)


@contextmanager
def policies_at_once(connection: Connection) -> Iterator[None]:
    """Let alembic-utils compare policies as they are here and as PostgreSQL would print the code's, each read once.

    By itself it makes each policy to read back all that there are, several times: minutes, for some hundreds.
    """
    session, entity = Session(bind=connection), cast(Any, PGPolicy)
    there = {schema: entity.from_database(session, schema) for schema in ("public", "figures")}
    made = connection.begin_nested()
    each: Any
    for each in (one for declared in policies.by_table.values() for one in declared.rendered()):
        connection.exec_driver_sql(f"drop policy if exists {each.signature} on {each.on_entity}")
        connection.execute(each.to_sql_statement_create())
    declared_ones = {policy.identity: policy for policy in entity.from_database(session, "public")}
    made.rollback()
    with (
        patch.object(PGPolicy, "from_database", staticmethod(lambda _session, schema: there[schema])),
        patch.object(PGPolicy, "get_database_definition", lambda self, *_, **__: declared_ones[self.identity]),
    ):
        yield


def _newly_counted(ops: Iterable[MigrateOperation], made: Iterable[CreateTableOp]) -> list[str]:
    """The tables that figure functions read from now on, and that were there before they did."""
    new = {op.table_name for op in made}
    targets = [op.target for op in ops if isinstance(op, CreateOp) and isinstance(op.target, PGPolicy)]
    tables = [target.on_entity.removeprefix("public.") for target in targets if target.signature.endswith("_count")]
    return sorted(set(tables) - new)


def _missing_foundations(connection: Connection) -> list[tuple[str, str]]:
    """The statements that make and undo the functions which columns are computed with, where they aren't there yet."""
    there = set(
        connection.exec_driver_sql("select proname from pg_proc where pronamespace = 'public'::regnamespace").scalars()
    )
    return [
        (
            f"create function public.{function.signature} {function.definition}",
            f"drop function public.{function.signature}",
        )
        for function in figures.foundations
        if function.signature.partition("(")[0] not in there
    ]


def _ordered(ops: Iterable[MigrateOperation]) -> list[MigrateOperation]:
    """Columns and keys of tables that there are, then new tables, then references: each finds what it refers to."""
    each = [one for op in ops for one in (op.ops if isinstance(op, ModifyTableOps) else [op])]
    last = (CreateForeignKeyOp, CreateIndexOp)
    return sorted(each, key=lambda op: 2 if isinstance(op, last) else isinstance(op, CreateTableOp))


def differing_checks(connection: Connection) -> tuple[list[str], list[str]]:
    """The statements that make the CHECK constraints those of the models, which alembic doesn't compare; and back."""
    declared = "declared"
    connection.exec_driver_sql(f"create schema {declared}")
    connection.execution_options(schema_translate_map={None: declared})
    SQLModel.metadata.create_all(connection)
    connection.execution_options(schema_translate_map=None)
    there, wanted = _checks(connection, "public"), _checks(connection, declared)
    connection.exec_driver_sql(f"drop schema {declared} cascade")
    return _changed(there, wanted), _changed(wanted, there)


def _changed(before: Checks, after: Checks) -> list[str]:
    same = {key for key in before.keys() & after.keys() if _plain(before[key]) == _plain(after[key])}
    gone = [key for key in before if key not in same]
    new = [(key, definition) for key, definition in after.items() if key not in same]
    return [f"alter table {table} drop constraint {name}" for table, name in gone] + [
        f"alter table {table} add constraint {name} {definition}" for (table, name), definition in new
    ]


def _plain(definition: str) -> str:
    """Without casts, and parentheses around one thing: what is made as PostgreSQL prints it, it prints otherwise."""
    bare = re.sub(r"::(character varying|text)(\[\])?", "", definition)
    return re.sub(r"\((\w+|'[^']*'|\(ARRAY\[[^]]*\]\))\)", r"\1", re.sub(r"\(('[^']*')\)", r"\1", bare))


def _checks(connection: Connection, schema: str) -> Checks:
    rows = connection.execute(
        text(
            "select relname, conname, pg_get_constraintdef(k.oid) from pg_constraint k "
            "join pg_class c on c.oid = conrelid where contype = 'c' and relnamespace = to_regnamespace(:schema) "
            "order by relname, conname"
        ),
        {"schema": schema},
    )
    return {(table, name): definition for table, name, definition in rows}


def _protection(op: CreateTableOp) -> list[ExecuteSQLOp]:
    policy = policies.by_table[op.table_name]
    statements = protection(op.table_name, append_only=policy.append_only, counted=policy.counted)
    return [ExecuteSQLOp(statement) for statement in statements]


async def _alembic(owner_url: str, do: Callable[[Config, Connection], object]) -> None:
    def run(connection: Connection) -> None:
        config = Config(CHECKOUT / "alembic.ini")
        config.attributes["connection"] = connection
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('confed.migrate'))")
        do(config, connection)
        connection.commit()

    owner = engine(owner_url, role=None, size=1)
    try:
        async with owner.connect() as connection:
            await connection.run_sync(run)
    finally:
        await owner.dispose()
