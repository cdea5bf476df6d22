"""Every field of every list has one value, by whichever road the list is read.

A list is read as `nodes` or `edges`, with `pageInfo` or `totalCount` beside them, from either end, after and before a
cursor, in the payload of a mutation, and anew when a subscription is told of a change. What each row is has been
compared with the naive executor, a row at a time (`test_every_field`); here it is what every road must tell of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode, OperationType, get_named_type, parse

from schema.base.ids import decode_id
from schema.build import build
from schema.compiler.bindings import Computed, Expression, Relation
from schema.compiler.plan import Planner
from schema.compiler.run import Operations
from schema.compiler.statements import reading
from services.core.actor import Acting
from services.core.work import begin
from tests.compiler.queries import Place, Samples
from tests.compiler.roads import Step, given, lists, roads, spelled_out, written
from tests.compiler.samples import READERS
from tests.compiler.ways import Asker, difference
from tests.compiler.world import World

SCHEMA = build().graphql
ROADS = roads(SCHEMA)
LISTS = lists(SCHEMA)
PLACES = sorted(LISTS)


def _item(place: Place) -> str:
    return str(get_named_type(_object(LISTS[place]).fields["nodes"].type).name)


def _object(name: str) -> GraphQLObjectType:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


ITEMS = sorted({_item(place) for place in PLACES})
ROWS = 8
"""How many rows of a list are compared."""
AT_ONCE = 3
"""How many roads an operation takes."""
ALIKE: dict[str, set[str]] = {}
"""Of these fields with SQL of their own, those that are the same in every row of every list in the tests' world."""
FULLEST = 3
"""In how many rows a list is read for each reader, at the most."""

WAYS = {
    "by_nodes": "(first: {n}) {{ nodes {{ {fields} }} }}",
    "by_edges": "(first: {n}) {{ edges {{ cursor node {{ {fields} }} }} }}",
    "beside_info": "(first: {n}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }}",
    "by_both": "(first: {n}) {{ totalCount edges {{ node {{ {fields} }} }} nodes {{ {fields} }} }}",
    "by_last": "(last: {n}) {{ nodes {{ {fields} }} }}",
    "by_last_edges": "(last: {n}) {{ edges {{ node {{ {fields} }} }} pageInfo {{ hasPreviousPage }} }}",
    "behind": "(first: {n}, after: {cursor}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage }} }}",
    "in_front": "(last: {n}, before: {cursor}) {{ edges {{ node {{ {fields} }} }} }}",
}


@dataclass(frozen=True)
class Entrance:
    """Where a list is entered: by whom, and in which row of the type that has it; None for the root's own."""

    who: str
    within: str | None


@dataclass(frozen=True)
class Reading:
    """Reads lists by every road."""

    asker: Asker
    world: World
    values: Samples

    async def ask(self, who: str, document: str, variables: Any = None) -> Any:
        """What the endpoint answers, without an error."""
        slug, authorization = self.world.slug(who), self.world.authorization(who)
        answer = (await self.asker.ask(slug, document, variables, authorization=authorization)).json
        assert "errors" not in answer, (document, answer["errors"])
        return answer["data"]

    async def within(self, entrance: Entrance, place: Place, selection: str) -> Any:
        """What is found of the row that a list is entered in."""
        if entrance.within is None:
            return await self.ask(entrance.who, f"{{ {selection} }}")
        document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {place[0]} {{ {selection} }} }} }}"
        return (await self.ask(entrance.who, document, {"id": entrance.within}))["node"]

    async def entrances(self, place: Place) -> list[tuple[Entrance, list[str]]]:
        """Where most is found in a list, and what: the fullest first, a few for each reader."""
        inside = self.values.rows.get(place[0], (None,))
        both = " ".join(self.way(place, name, "id") for name in ("by_nodes", "by_last"))
        found: list[tuple[Entrance, list[str]]] = []
        for entrances in ([Entrance(who, id) for id in inside] for who in READERS):
            pages = [(entrance, await self.within(entrance, place, both)) for entrance in entrances]
            each = [(entrance, list(dict.fromkeys(row["id"] for row in _rows(page)))) for entrance, page in pages]
            found += sorted((pair for pair in each if pair[1]), key=lambda pair: -len(pair[1]))[:FULLEST]
        return sorted(found, key=lambda pair: -len(pair[1]))

    async def cursor(self, entrance: Entrance, place: Place) -> str:
        """The second row's, where there are two."""
        (page,) = (await self.within(entrance, place, self.way(place, "by_edges", "id"))).values()
        return str(page["edges"][:2][-1]["cursor"])

    def way(self, place: Place, name: str, fields: str, cursor: str = "") -> str:
        """Asks for fields of a list's rows by one of the roads."""
        said = WAYS[name].format(n=ROWS, fields=fields, cursor=written(cursor))
        besides = given(self.values, Step(*place, _object(place[0]).fields[place[1]]))
        return f"{name}: {place[1]}" + (f"({besides[1:-1]}, {said[1:]}" if besides else said)

    async def rows(self, who: str, place: Place, ids: Sequence[str], fields: Mapping[str, str]) -> dict[str, Any]:
        """By identifier, what each row of the list is when it is read by itself."""
        document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {_item(place)} {{ {' '.join(fields.values())} }} }} }}"
        return {id: (await self.ask(who, document, {"id": id}))["node"] for id in ids}

    async def compare(
        self, entrance: Entrance, place: Place, rows: Mapping[str, Any], fields: Mapping[str, str]
    ) -> int:
        """Hold what each road tells of the rows against what they are; how often one was met."""
        said = f"id {' '.join(fields.values())}"
        cursor = await self.cursor(entrance, place)
        asked = [self.way(place, name, said, cursor) for name in WAYS]
        met = 0
        for some in range(0, len(asked), AT_ONCE):
            for row in _rows(await self.within(entrance, place, " ".join(asked[some : some + AT_ONCE]))):
                if row["id"] in rows:
                    one, by_road = ({name: of[name] for name in fields} for of in (rows[row["id"]], row))
                    assert (found := difference(by_road, one)) is None, f"in the list, and by itself: {found}"
                    met += 1
        return met


def _rows(data: Any) -> Iterator[Any]:
    """Every row in an answer of what was asked for by one of the roads."""
    for name, value in data.items() if isinstance(data, dict) else ():
        if name in WAYS:
            yield from value.get("nodes", ())
            yield from (edge["node"] for edge in value.get("edges", ()))
        else:
            for each in value if isinstance(value, list) else [value]:
                yield from _rows(each)


def _apart(rows: Mapping[str, Any]) -> set[str]:
    """The fields that tell rows apart."""
    names: Mapping[str, Any] = next(iter(rows.values()), {})
    return {name for name in names if len({orjson.dumps(row[name]) for row in rows.values()}) > 1}


@pytest.fixture
def reader(asker: Asker, world: World, values: Samples) -> Reading:
    return Reading(asker, world, values)


@pytest.mark.parametrize("place", PLACES, ids=".".join)
async def test_every_field_of_a_list_is_the_same_by_every_road(reader: Reading, values: Samples, place: Place) -> None:
    """Where most is found in it; and where else a field with SQL of its own tells rows apart that didn't there."""
    entrances = await reader.entrances(place)
    met = 0
    for computed in (False, True):
        wanted = spelled_out(values, SCHEMA, _item(place), computed=computed)
        for i, (entrance, ids) in enumerate(entrances if wanted else ()):
            rows = await reader.rows(entrance.who, place, ids, wanted)
            apart = _apart(rows)
            if asked := {name: text for name, text in wanted.items() if not i or name in apart}:
                met += await reader.compare(entrance, place, rows, asked)
            wanted = _with_sql(_item(place), wanted, apart)
            if not wanted:
                break
    assert met >= 2 * len(WAYS) - 3, "The tests' world has less than two rows in it (tests/compiler/twice.py)."


@pytest.mark.parametrize("place", [place for place in PLACES if place[0] in build().catalog.node_types], ids=".".join)
async def test_a_payload_tells_the_same_of_a_list(reader: Reading, values: Samples, place: Place) -> None:
    """A mutation's payload is its row, read by a statement of its own in the transaction of the change."""
    (entrance, _), *_ = await reader.entrances(place)
    fields = _with_sql(_item(place), spelled_out(values, SCHEMA, _item(place)), set())
    said = " ".join(
        reader.way(place, name, f"id {' '.join(fields.values())}") for name in WAYS if "cursor" not in WAYS[name]
    )
    told = await reader.within(entrance, place, said)
    (node,) = parse(f"{{ payload {{ {said} }} }}").definitions
    assert isinstance(node, OperationDefinitionNode)
    planner = Planner(reader.asker.built.catalog, {}, {})
    (payload,) = (field for field in node.selection_set.selections if isinstance(field, FieldNode))
    statement = reading(reader.asker.built.catalog, planner.selection(place[0], [payload]), with_types=False)
    context = await reader.asker.reading(reader.world.slug(entrance.who), reader.world.authorization(entrance.who))
    decoded = decode_id(entrance.within)
    assert decoded is not None
    async with begin(reader.asker.database, context.actor, now=context.now) as work:
        connection = await work.connection()
        found = await connection.fetchval(statement.text, *statement.arguments({"$key": decoded[1]}, context))
    assert (different := difference(orjson.loads(found), told)) is None, f"in a payload, and asked for: {different}"


@pytest.mark.parametrize("field", sorted(SCHEMA.subscription_type.fields if SCHEMA.subscription_type else ()))
async def test_what_is_watched_is_read_as_what_is_asked_for(values: Samples, field: str) -> None:
    assert SCHEMA.subscription_type is not None
    declared = SCHEMA.subscription_type.fields[field]
    below = " ".join(spelled_out(values, SCHEMA, get_named_type(declared.type).name).values())
    asked = f"{{ {field}{given(values, Step('Subscription', field, declared))} {{ {below} }} }}"
    operations = Operations(build().catalog)
    watched = operations.find(f"subscription {asked}", None, OperationType.SUBSCRIPTION).plan({})
    read = operations.find(f"query {asked}", None).plan({})
    for acting in Acting:
        assert watched.statement(acting).text == read.statement(acting).text


@pytest.mark.parametrize("item", ITEMS)
async def test_every_field_with_sql_of_its_own_tells_rows_of_some_list_apart(
    reader: Reading, values: Samples, item: str
) -> None:
    """Where all rows have one value, a road that mixes them up would tell it too."""
    alike: set[str] = set()
    for computed in (False, True):
        wanted = _with_sql(item, spelled_out(values, SCHEMA, item, computed=computed), set())
        for place in (place for place in PLACES if _item(place) == item):
            for entrance, ids in await reader.entrances(place) if wanted else ():
                if wanted:
                    wanted = _with_sql(item, wanted, _apart(await reader.rows(entrance.who, place, ids, wanted)))
        alike |= wanted.keys()
    assert alike <= ALIKE.get(item, set())


def _with_sql(item: str, fields: Mapping[str, str], apart: set[str]) -> dict[str, str]:
    """Of the fields that didn't tell rows apart, those whose declarations say more than a column or a reference."""
    left = {}
    for name, text in fields.items():
        binding = build().catalog.fields[item, name].binding
        if isinstance(binding, Relation):
            own = binding.on is not None or binding.rows is not None
        else:
            own = isinstance(binding, Expression | Computed)
        if own and name not in apart:
            left[name] = text
    return left
