"""The demo, loaded once for a run, whichever of its workers asks first."""

from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import make_url

from services.core.database.connections import Database
from services.demo import load

TODAY = datetime.now(ZoneInfo("America/Toronto")).date()


async def demo_template(server_url: str, database_url: str, testrun_uid: str) -> str:
    """The name of a database with the demo of today in it, to make copies from: nothing else connects to it."""
    run = testrun_uid[:12]
    name, loading = f"confed_test_demo_{run}", f"confed_test_loading_{run}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute("select pg_advisory_lock(hashtext($1))", name)
        if not await admin.fetchval("select exists (select from pg_database where datname = $1)", name):
            await admin.execute(f"create database {loading} template confed_test_template_{run}")
            database = Database(make_url(database_url).set(database=loading).render_as_string(hide_password=False))
            await load(database, today=TODAY)
            await database.close()
            await admin.execute(f"alter database {loading} rename to {name}")
        await admin.execute("select pg_advisory_unlock(hashtext($1))", name)
    finally:
        await admin.close()
    return name
