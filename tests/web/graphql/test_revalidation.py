"""A cache that asks whether what it keeps is still right is told so: after every kind of write, of every public answer.

The documents are those of the authorization matrix (tests/access), a domain adds its own by being there, and
what websites ask. What is true is what the same document gives by POST, which nothing keeps.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from starlette.applications import Starlette

from models import EventState
from schema.build import build
from services.core.database.connections import Database
from tests import access
from tests.access import asking, declared, matrix
from tests.access.world import World
from tests.client import Answer, Client
from tests.making import Maker

WEBSITES = {
    "events list": "{ events(first: 20) { totalCount nodes { slug title state startsAt seatsRemaining } } }",
    "event with seats": """{ event(slug: "open") { title(locale: EN) state hosts { role association { slug } }
        seatPools { format capacity taken waiting } speakers { name } } }""",
    "office holders": """{ confederation { slug name(locale: FR) headcount { total partTime fullTime
        byPositionClass { positionClass count } } } }""",
    "report": '{ event(slug: "held") { state attendance { attended } report { avenues { number title } } } }',
    "nothing there": '{ event(slug: "draft") { title } }',
}
CHANGES = 3
"""How many batches the writes are made in; each is looked at from every document."""


def documents(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every public document with its values: each row that anybody sees, each root field, and what websites ask.

    Of rows without their relations: those lead to other rows, and to statements that take long to plan.
    """
    built, said = build(), matrix.read()
    for name, type_ in asking.guarded(built.graphql).items():
        fields = " ".join(
            field for field in asking.selections(built.catalog, type_)[0].split() if _is_plain(type_, field)
        )
        for label, steps in world.samples.get(name, {}).items():
            if fields and "anonymous" in said.who(said.types[name].rows[label]):
                of_row = f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {fields} }} }} }}"
                if steps[0].startswith("node") and len(steps) == 1:
                    yield f"{name} {label}".strip(), of_row, {"id": world.ids[f"{name} {label}".strip()]}
                else:
                    yield f"{name} {label}".strip(), asking.document(type_, fields, {label: steps}), {}
    for name, cases in access.roots(world).items():
        of = declared.type_of_root("Query", name)
        if name != "node" and any("anonymous" in (said.given("Query", name, case, of) or ()) for case in cases):
            fields = " ".join(f"r{i}: {document}" for i, document in enumerate(cases.values()))
            yield f"Query.{name}", f"{{ {fields} }}", {}
    for name, document in WEBSITES.items():
        yield name, document, {}


def _is_plain(type_: GraphQLObjectType, name: str) -> bool:
    return name in type_.fields and is_leaf_type(get_named_type(type_.fields[name].type))


class Cache:
    """A website's cache, between one client and the server."""

    def __init__(self, client: Client, path: str, document: str, variables: Mapping[str, Any]) -> None:
        self._client = client
        self._document = document
        self._variables = variables
        self.address = f"{path}?{urlencode({'query': document, 'variables': json.dumps(variables)})}"
        self.kept: Answer | None = None
        self.data: Any = None

    @property
    def mark(self) -> str:
        """The validator of what is kept; empty where nothing is."""
        return self.kept.headers.get("etag", "") if self.kept else ""

    async def look(self) -> bool:
        """Ask whether what is kept is right. Whether it was another; AssertionError where the cache is told wrong."""
        truth = (await self._client.ask(self._document, self._variables)).json.get("data")
        known = {"if-none-match": self.mark} if self.mark else {}
        answer = await self._client.send(self.address, headers=known, method="GET")
        changed: bool = truth != self.data
        self.data = truth
        if answer.status == 304:
            assert not changed, self._document
            assert self.kept is not None
            assert answer.headers["etag"] == self.mark
            return False
        assert answer.json.get("data") == truth, self._document
        assert changed or not known, self._document
        self.kept = answer
        return changed


def writes(world: World) -> list[tuple[str, Mapping[str, Any]]]:
    """A case of each mutation that home's staff may do."""
    said = matrix.read()
    found: dict[str, Mapping[str, Any]] = {}
    for name, cases in access.inputs(world).items():
        for case, input in cases.items():
            if "staff" in declared.answers(world, said, name, case, input).get(asking.payload(name), ()):
                found.setdefault(name, input)
    return list(found.items())


async def done(client: Client, world: World, name: str, input: Mapping[str, Any]) -> bool:
    """Do it. Whether it could be done, after what was done before."""
    document = f"mutation ($input: {name[0].upper() + name[1:]}Input!) {{ it: {name}(input: $input) {{ __typename }} }}"
    answer = await client.ask(document, {"input": input}, person=world.person("staff"))
    return str((answer.json.get("data") or {"it": {"__typename": ""}})["it"]["__typename"]).endswith("Payload")


@pytest.fixture(scope="module")
async def world(app: Starlette, database: Database) -> World:
    """A world of these tests' own, which they change."""
    return await access.world(await Maker.of_a_new_confederation(database))


async def test_every_public_answer_is_revalidated_after_every_write(app: Starlette, world: World) -> None:
    client = Client(app, world.make)
    path = f"/{world.make.tenant.slug}/graphql"
    caches = {name: Cache(client, path, text, values) for name, text, values in documents(world)}
    for cache in caches.values():
        await cache.look()
    shared = {name: cache for name, cache in caches.items() if cache.mark}
    assert shared.keys() >= WEBSITES.keys()
    assert len(shared) > len(caches) // 2
    todo = writes(world)
    changed: list[set[str]] = []
    made = 0
    for batch in (todo[i::CHANGES] for i in range(CHANGES)):
        made += sum([await done(client, world, name, input) for name, input in batch])
        changed.append({name for name, cache in shared.items() if await cache.look()})
    assert made > len(todo) // 2, f"{made} of {len(todo)}"
    ever, always = set.union(*changed), set.intersection(*changed)
    assert ever >= {"events list", "event with seats", "Event open", "Query.events", "nothing there"}
    assert always < ever < shared.keys()  # each look has told some that they are right, and some that they aren't


async def test_a_write_elsewhere_changes_nobody_elses_validators(app: Starlette, world: World) -> None:
    client, path = Client(app, world.make), f"/{world.make.tenant.slug}/graphql"
    caches = [Cache(client, path, document, {}) for document in WEBSITES.values()]
    for cache in caches:
        await cache.look()
    await world.foreign.event(slug="a-new-one", capacity=1)
    await world.make.event(slug="hidden", state=EventState.DRAFT)
    for cache in caches:
        assert not await cache.look()
        answer = await client.send(cache.address, headers={"if-none-match": cache.mark}, method="GET")
        assert answer.status == 304
