"""The world of the compiler's tests, made once a worker, and somebody to ask in it."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from services.core.database.connections import Database
from tests.compiler.queries import Samples
from tests.compiler.samples import samples
from tests.compiler.ways import Asker, freeze
from tests.compiler.world import World, make_world


@pytest.fixture(scope="session")
async def overseer(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The worker's database past row security."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def world(database: Database, overseer: asyncpg.Connection) -> World:
    """See tests/compiler/world.py. Nobody changes it."""
    return await make_world(database, overseer)


@pytest.fixture
def frozen() -> Iterator[None]:
    """Requests happen at the world's moment."""
    with pytest.MonkeyPatch.context() as patch:
        freeze(patch)
        yield


@pytest.fixture
def asker(database: Database, frozen: None) -> Asker:
    """Asks with empty caches, at the world's moment."""
    return Asker(database)


@pytest.fixture(scope="session")
async def values(database: Database, world: World, overseer: asyncpg.Connection) -> Samples:
    """Values of the world to ask with, found at the world's moment."""
    with pytest.MonkeyPatch.context() as patch:
        freeze(patch)
        return await samples(Asker(database), world, overseer)
