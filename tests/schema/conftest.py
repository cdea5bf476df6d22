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
    made_of = await world(await Maker.of_a_new_confederation(database))
    made = Asked(made_of, Client(app, made_of.make), Client(app, made_of.foreign))
    for person in filter(None, made_of.people.values()):
        await made.client.token(person)
    await made.foreign.token(made_of.stranger)
    return made
