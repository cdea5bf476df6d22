"""Who reads and writes each domain's rows: held against PostgreSQL itself by tests/models/test_row_policies.py.

A domain adds `<domain>.py` here, named as its module in models/, which is found by itself (tests/domains.py), with:
- `FACTS: Facts`: `{"pairing": (readers, writers)}` by table, or by table and way: `"event closed"`, `"event open"`.
  Writers insert, update and delete; who writes without reading only inserts, and what is append-only is known.
- `async def rows(world)`: a row for each of them, home's and Ana's (`world.people["own"]`): `world.add(row, "closed")`.
- `AFTER = ("reports",)`: the domains whose rows its own need, as in `world.row(Avenue, "published")`.
A table of the tier PARTICIPANTS has facts as any other; that no elevation is admitted to it is then asserted by itself,
and its rows are written by a participant: `await make.save_as(world.people["own"], row)`.
"""

from tests import domains
from tests.domains import once
from tests.making import Maker
from tests.models.world import World, standings

Facts = dict[str, tuple[set[str], set[str]]]
"""By table, and way: who reads the row; who inserts, updates and deletes it."""

FOLDER = "tests/models/facts"


def all_facts() -> Facts:
    """The facts of every domain."""
    return once((domains.place(module), module.FACTS) for module in domains.modules(__name__))


async def world(make: Maker) -> World:
    """The people, and the rows of every domain."""
    made = await standings(make)
    for module in domains.modules(__name__):
        await module.rows(made)
    await made.act()
    return made
