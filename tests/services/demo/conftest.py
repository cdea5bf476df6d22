"""The demo, loaded once for the run, whichever of its workers asks first."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy import make_url

from services.core.database.connections import Database
from services.demo import is_empty, load

TODAY = datetime.now(ZoneInfo("America/Toronto")).date()


@pytest.fixture(scope="session")
async def demo(server_url: str, database_url: str, testrun_uid: str) -> AsyncIterator[Database]:
    """A database with the demo in it, of the day of the run. Tests leave it as it is."""
    run = testrun_uid[:12]
    name, template = f"confed_test_demo_{run}", f"confed_test_template_{run}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute("select pg_advisory_lock(hashtext($1))", name)
        if not await admin.fetchval("select exists (select from pg_database where datname = $1)", name):
            await admin.execute(f"create database {name} template {template}")
        database = Database(make_url(database_url).set(database=name).render_as_string(hide_password=False))
        if await is_empty(database):
            await load(database, today=TODAY)
        await admin.execute("select pg_advisory_unlock(hashtext($1))", name)
        yield database
        await database.close()
        with suppress(asyncpg.ObjectInUseError):  # another worker still reads it, and drops it
            await admin.execute(f"drop database if exists {name}")
    finally:
        await admin.close()
