"""Write the next migration: from a migrated scratch database to the code's tables, policies and functions.

Alembic compares tables, alembic-utils policies and functions. The result reads like a hand-written migration:
`protect(op, table, …)` for a table's row security, the text of a function, a downgrade that just drops.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from subprocess import run as run_process
from typing import Any
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
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
)
from alembic.script import ScriptDirectory
from alembic_utils import replaceable_entity
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.replaceable_entity import registry
from alembic_utils.reversible_op import CreateOp, DropOp
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

import models  # noqa: F401 - every table is declared
from models.base.figures import figures
from models.base.policies import policies
from models.migrations import security
from services.core.database.migrations import with_alembic
from services.core.database.written import Call, Define
from services.core.settings import CHECKOUT

VERSIONS = CHECKOUT / "models/migrations/versions"

Checks = dict[tuple[str, str], str]
"""Definitions of CHECK constraints, by table and name."""


async def revise(owner_url: str, message: str, *, into: Path = VERSIONS) -> Path:
    """Write the migration from the scratch database's revision: the newest, or none if it is empty.

    New tables are created in the scratch database meanwhile, because policies are compared by creating them.
    """
    written: list[Path] = []
    await with_alembic(owner_url, lambda config, connection: written.append(_write(config, connection, message, into)))
    return written[0]


async def squash(owner_url: str, message: str) -> None:
    """Replace all migrations by one, generated from the models; `owner_url` is an empty scratch database.

    Only before the first release: databases of an earlier revision can't be migrated afterwards, and migrating them is
    refused.
    """
    with tempfile.TemporaryDirectory() as kept:
        before = [Path(shutil.move(path, kept)) for path in VERSIONS.glob("*.py")]
        try:
            await revise(owner_url, message)
        except BaseException:
            for path in before:
                shutil.move(path, VERSIONS)
            raise


def _write(config: Config, connection: Connection, message: str, into: Path) -> Path:
    if into != VERSIONS:
        config.set_main_option("version_locations", os.pathsep.join(map(str, (VERSIONS, into))))
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    config.set_main_option("file_template", f"{number:04d}_%%(slug)s")
    is_first = number == 1
    if is_first:
        command.ensure_version(config)
        security.create_roles(Operations(MigrationContext.configure(connection)))
    upgrade, downgrade = _tables(connection)

    def whole(_context: Any, _revision: Any, directives: list[Any]) -> None:
        (script,) = directives
        if is_first:  # nothing to compare: every function and policy is new
            script.upgrade_ops.ops += [CreateOp(function) for function in figures.functions]
        _complete(connection, script, upgrade, downgrade)
        if is_first:
            script.upgrade_ops.ops[:0] = [Call("create_roles"), Call("install", module="jobs")]
            script.downgrade_ops.ops += [Call("remove", module="jobs"), Call("retire_roles")]

    config.attributes["compares_entities"] = not is_first
    with nullcontext() if is_first else compared_at_once(connection):
        script: Any = command.revision(
            config,
            message,
            autogenerate=True,
            rev_id=f"{number:04d}_",
            version_path=str(into),
            process_revision_directives=whole,
        )
    return _finish(Path(script.path), f"{number:04d}")


def _finish(path: Path, number: str) -> Path:
    """Format a migration, and name its revision after its text, so that a squashed one gets a new name."""
    for tidy in (("check", "--fix", "--select", "I"), ("format",)):
        run_process([sys.executable, "-m", "ruff", *tidy, "--quiet", str(path)], check=True)
    written = path.read_text()
    name = f"{number}_{sha256(written.encode()).hexdigest()[:8]}"
    path.write_text(written.replace(f'revision = "{number}_"', f'revision = "{name}"', 1))
    return path


def _tables(connection: Connection) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """The operations on tables and on the functions that they need, and their reverse. The former are executed here."""
    foundations = [Define(function, is_foundation=True) for function in _missing_foundations(connection)]
    for foundation in foundations:
        connection.exec_driver_sql(foundation.statement)
    comparing = MigrationContext.configure(connection, opts={"include_schemas": False})
    registry.clear()  # type: ignore[no-untyped-call]  # functions and policies are compared once the tables are there
    tables = produce_migrations(comparing, SQLModel.metadata)
    assert tables.upgrade_ops is not None
    changes = _ordered(tables.upgrade_ops.ops)
    new = {op.table_name for op in changes if isinstance(op, CreateTableOp)}
    operations = Operations(comparing)
    for op in changes:
        operations.invoke(op)
    checks, back = differing_checks(connection)
    # Indexes go with their table.
    undone = [op.reverse() for op in reversed(changes) if not (isinstance(op, CreateIndexOp) and op.table_name in new)]
    return (
        [*foundations, *changes, *(ExecuteSQLOp(statement) for statement in checks)],
        [
            *(ExecuteSQLOp(statement) for statement in back),
            *undone,
            *(each.reverse() for each in reversed(foundations)),
        ],
    )


def _complete(
    connection: Connection,
    script: MigrationScript,
    upgrade: list[MigrateOperation],
    downgrade: list[MigrateOperation],
) -> None:
    """Put what alembic-utils found into the script, around what is done to the tables."""
    assert script.upgrade_ops is not None
    assert script.downgrade_ops is not None
    found, back = list(script.upgrade_ops.ops), list(script.downgrade_ops.ops)
    new = [op.table_name for op in upgrade if isinstance(op, CreateTableOp)]
    gone = [op.table_name for op in downgrade if isinstance(op, DropTableOp)]

    functions = [op.target for op in found if isinstance(op, CreateOp) and isinstance(op.target, PGFunction)]
    foundations = {op.function.identity for op in upgrade if isinstance(op, Define)}
    defined = _in_order(connection, [Define(each) for each in functions if each.identity not in foundations])
    rest = [op for op in found if not (_is_written_otherwise(op, new))]
    counted = [security.counting(table) for table in _newly_counted(rest)]
    touched = bool(defined) or any(isinstance(getattr(op, "target", None), PGFunction) for op in rest)

    script.upgrade_ops.ops[:] = [
        *upgrade,
        *defined,
        *(Call.protecting(policies.by_table[table]) for table in new),
        *(ExecuteSQLOp(grant) for grant, _ in counted),
        *rest,
        *([Call("publish_figures", *figures.public)] if touched else []),
    ]
    script.downgrade_ops.ops[:] = [
        *(op for op in back if not _is_written_otherwise(op, gone)),
        *(ExecuteSQLOp(revoke) for _, revoke in counted),
        *(each.reverse() for each in reversed(defined) if not each.is_trigger),
        *downgrade,
        *(each.reverse() for each in reversed(defined) if each.is_trigger),
    ]


def _in_order(connection: Connection, definitions: list[Define], *, undo: bool = True) -> list[Define]:
    """Definitions of functions, ordered by trial so that each finds those that it calls."""
    done: list[Define] = []
    trying = connection.begin_nested()
    while len(done) < len(definitions):
        before = len(done)
        for each in [one for one in definitions if one not in done]:
            # If its return type changes, it can't be replaced: drop and create it.
            for first in ("", f"drop function if exists {each.identity} cascade"):
                with suppress(DBAPIError), connection.begin_nested():
                    if first:
                        connection.exec_driver_sql(first)
                    connection.exec_driver_sql(
                        each.statement.replace("create function", "create or replace function", 1)
                    )
                    done.append(each)
                    break
        assert len(done) > before, "Functions that call what there isn't: " + ", ".join(
            each.identity for each in definitions if each not in done
        )
    if undo:
        trying.rollback()
    else:
        trying.commit()
    return done


def _is_written_otherwise(op: MigrateOperation, tables: Iterable[str]) -> bool:
    """Whether `protect`, a function's text or dropping a table already does what an operation of alembic-utils does."""
    target = op.target if isinstance(op, CreateOp | DropOp) else None
    if isinstance(target, PGPolicy):
        return target.on_entity.removeprefix("public.") in tables
    return isinstance(target, PGFunction) and target.identity in {function.identity for function in figures.functions}


@contextmanager
def compared_at_once(connection: Connection) -> Iterator[None]:
    """Make alembic-utils compare existing policies and functions with how PostgreSQL would print the code's.

    Each is created and read once. By default, it creates each several times and reads all each time, which takes
    minutes.
    """
    session, schemas = Session(bind=connection), ("public", "figures")
    kinds: tuple[Any, ...] = (PGFunction, PGPolicy)
    there = {(kind, schema): kind.from_database(session, schema) for kind in kinds for schema in schemas}
    made = connection.begin_nested()
    _in_order(connection, [Define(function) for function in figures.functions], undo=False)
    each: Any
    for each in (one for declared in policies.by_table.values() for one in declared.rendered()):
        connection.exec_driver_sql(f"drop policy if exists {each.signature} on {each.on_entity}")
        connection.execute(each.to_sql_statement_create())
    read = [entity for kind in kinds for schema in schemas for entity in kind.from_database(session, schema)]
    made.rollback()
    # PostgreSQL normalizes type names. If a function's parameters change, there are two for now: take the new one.
    before = {entity.identity for entities in there.values() for entity in entities}
    declared_ones = {_named(entity): entity for entity in sorted(read, key=lambda each: each.identity not in before)}

    def as_declared(entity: Any, *_: Any, **__: Any) -> Any:
        return declared_ones[_named(entity)]

    with ExitStack() as patched:
        patched.enter_context(patch.object(replaceable_entity, "solve_resolution_order", lambda _, entities: entities))
        for kind in kinds:
            found = staticmethod(lambda _session, schema, kind=kind: there[kind, schema])
            patched.enter_context(patch.object(kind, "from_database", found))
            patched.enter_context(patch.object(kind, "get_database_definition", as_declared))
        yield


def _named(entity: Any) -> tuple[str, ...]:
    """What identifies a policy or a function: function names are not overloaded."""
    on_table = getattr(entity, "on_entity", "").removeprefix("public.")
    return (type(entity).__name__, entity.schema, entity.signature.partition("(")[0].strip('"'), on_table)


def _newly_counted(ops: Iterable[MigrateOperation]) -> list[str]:
    """The existing tables that figure functions read from now on."""
    targets = [op.target for op in ops if isinstance(op, CreateOp) and isinstance(op.target, PGPolicy)]
    return sorted({t.on_entity.removeprefix("public.") for t in targets if t.signature.endswith("_count")})


def _missing_foundations(connection: Connection) -> list[PGFunction]:
    """The missing functions that generated columns need."""
    there = set(
        connection.exec_driver_sql("select proname from pg_proc where pronamespace = 'public'::regnamespace").scalars()
    )
    return [function for function in figures.foundations if function.signature.partition("(")[0] not in there]


def _ordered(ops: Iterable[MigrateOperation]) -> list[MigrateOperation]:
    """Columns and keys of existing tables, then new tables, then foreign keys, so that each finds what it refers to."""
    each = [one for op in ops for one in (op.ops if isinstance(op, ModifyTableOps) else [op])]
    last = (CreateForeignKeyOp, CreateIndexOp)
    return sorted(each, key=lambda op: 2 if isinstance(op, last) else isinstance(op, CreateTableOp))


def differing_checks(connection: Connection) -> tuple[list[str], list[str]]:
    """The statements that bring CHECK constraints to those of the models, and their reverse.

    Alembic doesn't compare them.
    """
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
    """Strip casts and single parentheses: PostgreSQL prints a constraint differently once it is recreated from its
    output.
    """
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
