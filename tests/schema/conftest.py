"""A world that no test of this folder changes, and everybody in it signed in."""

import pytest
from starlette.applications import Starlette

from services.core.database.connections import Database
from tests.making import Maker
from tests.schema.asked import Asked
from tests.schema.standing import world


@pytest.fixture(scope="session")
async def asked(app: Starlette, database: Database) -> Asked:
    """The world, and clients of it and of the other confederation, which has all the same (`asked.other`)."""
    make = await Maker.of_a_new_confederation(database)
    foreign = await make.other()
    made, other = Asked(app, await world(make, foreign)), Asked(app, await world(foreign, make))
    made.other = other
    for each in (made, other):
        await each.sign_in()
    return made
