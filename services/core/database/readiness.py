"""Whether a server can answer: what it needs of its database, looked at anew."""

import asyncio
import re
from enum import StrEnum
from functools import cache

import asyncpg

from services.core.database.connections import UNAVAILABLE, Database, Reader
from services.core.settings import CHECKOUT

PATIENCE = 5.0
"""Seconds that the database has for its answer."""


class Unready(StrEnum):
    """Why a server can't answer."""

    STOPPING = "STOPPING"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    MIGRATIONS_PENDING = "MIGRATIONS_PENDING"
    ROW_SECURITY_OFF = "ROW_SECURITY_OFF"


async def unready(database: Database) -> Unready | None:
    """Why the server can't answer; None where it can.

    A database that is ahead of the code will do: of two releases that overlap, the newer one migrates.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await database.readers.read(_look)
    except asyncpg.UndefinedTableError:
        return Unready.MIGRATIONS_PENDING  # there is nothing at all
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
    """Whether it is the newest revision, or a later one. A number alone is of a chain that led nowhere else."""
    newest = newest_revision()
    number, _, name = revision.partition("_")
    return revision == newest or (name != "" and number > newest.partition("_")[0])


@cache
def newest_revision() -> str:
    """The revision that the code's migrations lead to, `0001_3f9a2c1d`: they are numbered in their order."""
    newest = max((CHECKOUT / "models/migrations/versions").glob("[0-9]*_*.py"))
    found = re.search(r"^revision = ['\"](\w+)['\"]$", newest.read_text(), re.MULTILINE)
    assert found is not None, f"{newest.name} names its revision."
    return found[1]
