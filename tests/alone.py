"""A database of a module's own, as the module says by `from tests.alone import app, database, database_url`.

For tests of what walks through every confederation: a worker's database has thousands of them, of all its tests.
"""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from app import create_app
from services.core.database.connections import Database
from tests.conftest import copied, settings_of


@pytest.fixture(scope="module")
async def database_url(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """As the superuser."""
    async with copied(database_url, request.module.__name__.rpartition("test_")[2]) as url:
        yield url


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """As the application has it."""
    database = Database(database_url, settings=settings_of(database_url))
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def app(database_url: str) -> AsyncIterator[Starlette]:
    """The application over it."""
    made = create_app(settings_of(database_url), demo_tokens=True)
    async with made.router.lifespan_context(made):
        yield made
