"""A world that no test of this folder changes, and everybody in it signed in."""

import pytest
from starlette.applications import Starlette

from services.core.database import Database
from tests.client import Client
from tests.making import Maker
from tests.schema.asked import Asked
from tests.schema.standing import world


@pytest.fixture(scope="session")
async def asked(app: Starlette, database: Database) -> Asked:
    """The world, and clients of it and of the other confederation."""
    standing = await world(await Maker.of_a_new_confederation(database))
    made = Asked(standing, Client(app, standing.make), Client(app, standing.foreign))
    for person in filter(None, standing.people.values()):
        await made.client.token(person)
    await made.foreign.token(standing.stranger)
    return made
