"""The world of the compiler's tests, made once a worker, and somebody to ask in it."""

from collections.abc import Iterator

import pytest

from services.core.database import Database
from tests.compiler.queries import Samples
from tests.compiler.samples import samples
from tests.compiler.ways import Asker, freeze
from tests.compiler.world import World, make_world


@pytest.fixture(scope="session")
async def world(database: Database) -> World:
    """See tests/compiler/world.py. Nobody changes it."""
    return await make_world(database)


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
async def values(database: Database, world: World) -> Samples:
    """Values of the world to ask with."""
    return await samples(Asker(database), world)
