"""What tests of several domains' operations ask for."""

from collections.abc import AsyncIterator

import pytest

from services.core.database.connections import Database
from tests.making import Maker, assert_seats_reconcile
from tests.services.crowd import AT_ONCE, Crowd


@pytest.fixture
async def crowd(make: Maker, database_url: str) -> AsyncIterator[Crowd]:
    """A crowd of the test's confederation."""
    database = Database(database_url, readers=1, writers=AT_ONCE)
    yield Crowd(make, database)
    await database.close()


@pytest.fixture
async def reconciled(make: Maker) -> AsyncIterator[None]:
    """Whatever happened, the counters of seats are what the rows say. For whole files: `usefixtures`."""
    yield
    await assert_seats_reconcile(make)
