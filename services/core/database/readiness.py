"""Readiness of a server: checks its database each time it is asked."""

import asyncio
import re
from enum import StrEnum
from functools import cache

import asyncpg

from services.core.database.connections import UNAVAILABLE, Database, Reader
from services.core.settings import CHECKOUT

READINESS_SECONDS = 5.0
"""Seconds within which the database must answer."""


class Unready(StrEnum):
    """Why a server is not ready."""

    STOPPING = "STOPPING"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    MIGRATIONS_PENDING = "MIGRATIONS_PENDING"
    ROW_SECURITY_OFF = "ROW_SECURITY_OFF"


async def unready(database: Database) -> Unready | None:
    """Why the server is not ready; None if it is.

    A database that is ahead of the code is accepted: when two releases overlap, the newer one migrates.
    """
    try:
        async with asyncio.timeout(READINESS_SECONDS):
            return await database.readers.read(_look)
    except asyncpg.UndefinedTableError:
        return Unready.MIGRATIONS_PENDING  # the database is empty
    except (TimeoutError, asyncpg.PostgresError, *UNAVAILABLE):
        return Unready.DATABASE_UNAVAILABLE


async def _look(connection: Reader) -> Unready | None:
    found = await connection.fetchrow(
        "select rolsuper or rolbypassrls as unbound, (select max(version_num) from public.alembic_version) as revision "
        "from pg_roles where rolname = current_user"
    )
    if found is None or found["unbound"]:
        return Unready.ROW_SECURITY_OFF
    return None if _is_current(found["revision"] or "") else Unready.MIGRATIONS_PENDING


def _is_current(revision: str) -> bool:
    """Whether it is the newest revision or a later one. A number without a hash belongs to a chain without branches."""
    newest = newest_revision()
    number, _, name = revision.partition("_")
    return revision == newest or (name != "" and number > newest.partition("_")[0])


@cache
def newest_revision() -> str:
    """The revision that the code's migrations lead to, `0001_3f9a2c1d`. They are numbered in order."""
    newest = max((CHECKOUT / "models/migrations/versions").glob("[0-9]*_*.py"))
    found = re.search(r"^revision = ['\"](\w+)['\"]$", newest.read_text(), re.MULTILINE)
    assert found is not None, f"{newest.name} names its revision."
    return found[1]
