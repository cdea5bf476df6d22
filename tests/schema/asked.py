"""The world of `tests.schema.world`, asked by each of its people."""

from typing import Any

from schema.build import build
from tests.client import Client
from tests.schema import asking
from tests.schema.world import World


class Asked:
    """The world, and clients of it and of the other confederation."""

    def __init__(self, world: World, client: Client, foreign: Client) -> None:
        self.world = world
        self.client = client
        self.foreign = foreign
        self._samples: dict[str, dict[str, list[Any]]] = {}

    async def by_each(self, document: str) -> dict[str, Any]:
        """Everybody's answer."""
        people = self.world.people.items()
        return {name: (await self.client.ask(document, person=person)).data for name, person in people}

    async def samples(self, type_name: str) -> dict[str, list[Any]]:
        """The samples of a type as everybody sees them; None where somebody doesn't. Asked once: nothing changes."""
        if type_name not in self._samples:
            built, steps = build(), self.world.samples[type_name]
            type_ = asking.guarded(built.graphql)[type_name]
            rows: dict[str, list[Any]] = {name: [{} for _ in steps] for name in self.world.people}
            for selection in asking.selections(built.catalog, type_):
                answers = await self.by_each(asking.document(type_, selection, steps))
                for name, data in answers.items():
                    for i, way in enumerate(steps.values()):
                        row = asking.found(data, i, way)
                        rows[name][i] = None if row is None else rows[name][i] | row
            self._samples[type_name] = rows
        return self._samples[type_name]
