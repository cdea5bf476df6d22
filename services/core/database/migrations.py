"""Migrations of a database."""

from collections.abc import Callable
from warnings import catch_warnings

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from services.core.database.connections import engine
from services.core.settings import CHECKOUT


class UnknownRevision(Exception):
    """The database is at a revision that no migration in this version leads to or from."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version of Confed does not know. If a newer version "
            "migrated it, run that one. If an older version made it, before the first release: its data can't be "
            "migrated. Make the database anew: stop what uses it, then drop and create it (DATABASE_URL), or remove "
            "the directory of the embedded server (CONFED_DATA_DIR, .data by default)."
        )
        self.revision = revision


async def migrate(owner_url: str, revision: str = "head") -> None:
    """Migrate the database to a revision, as its owner. One process at a time: others wait for the lock.

    UnknownRevision, without any change, if no migration leads from the database's revision.
    """

    def run(config: Config, connection: Connection) -> None:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and not _is_known(ScriptDirectory.from_config(config), current):
            raise UnknownRevision(current)
        command.upgrade(config, revision)

    await with_alembic(owner_url, run)


def _is_known(migrations: ScriptDirectory, revision: str) -> bool:
    """Whether there is a migration with exactly this name: alembic itself accepts an abbreviation."""
    try:
        found = migrations.get_revision(revision)
    except CommandError:
        return False
    return found.revision == revision


def is_a_chain() -> bool:
    """Whether the migrations form one chain."""
    migrations = ScriptDirectory.from_config(Config(CHECKOUT / "alembic.ini"))
    try:
        with catch_warnings(action="ignore"):
            return len(list(migrations.walk_revisions())) > 0
    except (CommandError, KeyError):
        return False


async def with_alembic(owner_url: str, do: Callable[[Config, Connection], object]) -> None:
    """Run something with alembic on an owner's connection, and commit. Waits for other processes that migrate."""

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
