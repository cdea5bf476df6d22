"""Migrating a database, and writing the next migration."""

from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.autogenerate import produce_migrations
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp, ModifyTableOps
from alembic.script import ScriptDirectory
from alembic_utils.pg_function import PGFunction
from alembic_utils.reversible_op import CreateOp, ReplaceOp
from sqlalchemy import Connection
from sqlmodel import SQLModel

import models  # noqa: F401 - every table is declared
from models.figures import figures
from models.migrations.security import protection, publication
from models.policies import policies
from services.core.database import engine
from services.core.settings import CHECKOUT


async def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the database to a revision, as its owner. One process at a time: others wait for the lock."""
    await _alembic(owner_url, lambda config, _: command.upgrade(config, revision))


async def revise(owner_url: str, message: str) -> None:
    """Write the migration that takes a migrated scratch database to what the code says, tables, policies and figures.

    The new tables are made in the scratch database meanwhile, because policies are compared by making them.
    """

    def run(config: Config, connection: Connection) -> None:
        comparing = MigrationContext.configure(connection, opts={"include_schemas": False})
        tables = produce_migrations(comparing, SQLModel.metadata)
        assert tables.upgrade_ops is not None
        assert tables.downgrade_ops is not None
        upgrade, downgrade = tables.upgrade_ops.ops, tables.downgrade_ops.ops
        operations = Operations(comparing)
        for op in upgrade:
            # What changes in one table that there is comes together.
            for each in op.ops if isinstance(op, ModifyTableOps) else [op]:
                operations.invoke(each)
        protect = [statement for op in upgrade if isinstance(op, CreateTableOp) for statement in _protection(op)]

        def whole(_context: Any, _revision: Any, directives: list[Any]) -> None:
            (script,) = directives
            script.upgrade_ops.ops[:0] = [*upgrade, *protect]
            if any(
                isinstance(op, CreateOp | ReplaceOp) and isinstance(op.target, PGFunction)
                for op in script.upgrade_ops.ops
            ):
                script.upgrade_ops.ops.append(ExecuteSQLOp(publication(figures.public)))
            script.downgrade_ops.ops.extend(downgrade)

        config.attributes["compares_entities"] = True
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}", process_revision_directives=whole)

    await _alembic(owner_url, run)


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
