"""Migrating a database, and writing the next migration."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from services.core.database import engine
from services.core.settings import CHECKOUT


async def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the database to a revision, as its owner. One process at a time: others wait for the lock."""
    await _alembic(owner_url, lambda config: command.upgrade(config, revision))


async def revise(owner_url: str, message: str) -> None:
    """Write the migration that takes a migrated database to what the models, policies and figures are in the code."""
    await _alembic(owner_url, lambda config: command.revision(config, message, autogenerate=True))


async def _alembic(owner_url: str, do: Callable[[Config], object]) -> None:
    def run(connection: Connection) -> None:
        config = Config(CHECKOUT / "alembic.ini")
        config.attributes["connection"] = connection
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('confed.migrate'))")
        do(config)
        connection.commit()

    owner = engine(owner_url, role=None, size=1)
    try:
        async with owner.connect() as connection:
            await connection.run_sync(run)
    finally:
        await owner.dispose()
