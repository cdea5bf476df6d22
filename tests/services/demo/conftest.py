"""The demo, as this worker's tests read it."""

from collections.abc import AsyncIterator

import pytest

from services.core.database.connections import Database
from tests.conftest import copied
from tests.loading import TODAY, demo_template

__all__ = ["TODAY"]


@pytest.fixture(scope="session")
async def demo(server_url: str, database_url: str, testrun_uid: str) -> AsyncIterator[Database]:
    """A database with the demo in it, of the day of the run. Tests leave it as it is."""
    template = await demo_template(server_url, database_url, testrun_uid)
    async with copied(database_url, "demo", template=template) as url:
        database = Database(url)
        yield database
        await database.close()
