"""What each domain adds to the world of tests/schema/world.py, and asks of it: one module a domain.

A domain adds `<domain>.py` here, which is found by itself (tests/domains.py), with what it needs of:
- `AFTER = ("events",)`: the domains whose rows its own need; the people of every standing are there before all.
- `async def rows(world)`: samples of each of its types, `world.add("Pairing active", row)`: every field has a value in
  one of them, and what can be published or not comes both ways. `world.person("own")` is Ana, and
  `world.row(Event, "held")` another domain's. `make.save_as(person, row)` writes what admits its participants only.
- `def roots(world)`: documents for its root fields, by field and case: `{"pairing": {"Ana's": 'pairing(…) { id }'}}`.
- `def inputs(world)`: inputs for its mutations, by name and case.
Who sees and may do what is then said in tests/schema/matrix/<domain>.toml.
"""

from collections.abc import Iterator
from typing import Any

from tests import domains
from tests.domains import once_each
from tests.making import Maker
from tests.schema.world import World, standings


async def world(make: Maker, foreign: Maker | None = None) -> World:
    """The people, and what each domain adds; `foreign`: the other confederation, where it is there already."""
    made = await standings(make, foreign)
    for module in domains.modules(__name__):
        if hasattr(module, "rows"):
            await module.rows(made)
    return made


def roots(world: World) -> dict[str, dict[str, str]]:
    """The root fields, by name and case, each as a field `it`."""
    return once_each(_brought("roots", world))


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """The input of each mutation, by case."""
    return once_each(_brought("inputs", world))


def _brought(what: str, world: World) -> Iterator[tuple[str, Any]]:
    for module in domains.modules(__name__):
        if hasattr(module, what):
            yield domains.place(module), getattr(module, what)(world)
