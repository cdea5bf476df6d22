"""The application over the worker's database, and a client of it."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from app import create_app
from services.core.settings import Settings
from tests.client import Client
from tests.making import Maker


@pytest.fixture(scope="session")
async def app(database_url: str) -> AsyncIterator[Starlette]:
    """The application as it is served, with demo tokens."""
    made = create_app(Settings(database_url=database_url), demo_tokens=True)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def client(app: Starlette, make: Maker) -> Client:
    """A client of the test's confederation."""
    return Client(app, make)
