"""Each field of each type, each comparison of each filter and each order is in a query that all three ways agree on."""

from dataclasses import dataclass

import asyncpg
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from schema.build import build
from tests.compiler.contents import rows_of
from tests.compiler.queries import Place, Samples, takes_slug
from tests.compiler.roads import Step, along, by, everything, given, nearer, orders, roads, written
from tests.compiler.ways import Asker, Expensive
from tests.compiler.world import ACTORS, World

SCHEMA = build().graphql
ROADS = roads(SCHEMA)
READ = sorted(name for name in ROADS if name != "Query")
TOGETHER = 12
"""How many fields, or pairs of them, an operation asks for."""


def fields(type_name: str) -> dict[str, GraphQLField]:
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    return dict(type_.fields)


@dataclass(frozen=True)
class Guided:
    """Asks for a selection at the end of the road to a type; where that is too much to go through, from nearer by."""

    asker: Asker
    world: World
    values: Samples

    async def ask(self, who: str, type_name: str, selection: str) -> None:
        """All three ways agree. Nothing of the selection needs Python."""
        road = ROADS[type_name]
        spliced = not any((step.type_name, step.name) in self.values.computed for step in road)
        slug, authorization = self.world.slug(who), self.world.authorization(who)
        try:
            document = f"{{ {along(self.values, road, selection)} }}"
            await self.asker.three_ways(slug, document, authorization=authorization, spliced=spliced)
        except Expensive:
            if (near := nearer(self.values, road, selection)) is None:
                raise
            await self.asker.three_ways(slug, f"{{ {near} }}", authorization=authorization, spliced=spliced)


@pytest.fixture
def guided(asker: Asker, world: World, values: Samples) -> Guided:
    return Guided(asker, world, values)


def test_every_field_that_is_compiled_is_of_a_type_in_reach() -> None:
    """From the root, or as the preview of a dry run."""
    previews = {name for name in SCHEMA.type_map if name.endswith("Preview")}
    assert {type_name for type_name, _ in build().catalog.fields} <= {"Query", *READ, *previews}


async def test_every_table_has_rows(world: World, overseer: asyncpg.Connection) -> None:
    """Each of what is read, by somebody, is asked for over rows."""
    why = "Nothing that was drawn for these was accepted: add rows of them to tests/compiler/world.py by hand."
    assert world.unfilled == {}, why
    rows = await rows_of(overseer, world.make.tenant.id)
    assert [table for table, found in rows.items() if not found] == []


def test_every_type_has_rows_and_every_list_is_of_some(values: Samples) -> None:
    assert values.nodes.keys() == set(build().catalog.node_types)
    assert [name for name, ids in values.nodes.items() if len(ids) < 2] == []
    assert [listed for listed in LISTED if not values.cursors[fullest(values, listed)]] == []


@pytest.mark.parametrize("who", ["anonymous", "member", "cascading"])
@pytest.mark.parametrize("type_name", READ)
async def test_every_field_of_a_type_has_one_answer(
    guided: Guided, world: World, values: Samples, type_name: str, who: str
) -> None:
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    compiled = everything(values, type_)
    await guided.ask(who, type_name, compiled)
    computed = everything(values, type_, values.computed.__contains__)
    # As nodes that some see and others don't; what needs Python by itself, because nothing beside it is spliced.
    for selection in (compiled, computed)[: 2 if any(of == type_name for of, _ in values.computed) else 1]:
        nodes = (
            f"n{i}: node(id: {written(id)}) {{ __typename ... on {type_name} {{ {selection} }} }}"
            for i, id in enumerate(values.nodes.get(type_name, ()))
        )
        if asked := " ".join(nodes):
            await guided.asker.three_ways(
                world.slug(who),
                f"{{ {asked} }}",
                authorization=world.authorization(who),
                spliced=selection is compiled,
            )


@pytest.mark.parametrize("who", ACTORS)
async def test_every_root_field_has_one_answer(asker: Asker, world: World, values: Samples, who: str) -> None:
    asked = []
    for name, declared in fields("Query").items():
        below = "{ nodes { __typename } totalCount }" if "first" in declared.args else "{ __typename }"
        if takes_slug(declared):
            step = Step("Query", name, declared)
            each = [given(values, step, written(slug)) for slug in values.slugs["Query", name]]
        elif "id" in declared.args:
            each = [f"(id: {written(first)})" for first, *_ in values.nodes.values()]
        else:
            each = [given(values, Step("Query", name, declared))]
        asked += [f"{name}{i}: {name}{arguments} {below}" for i, arguments in enumerate(each)]
    for some in range(0, len(asked), TOGETHER):
        await asker.three_ways(
            world.slug(who),
            "{ " + " ".join(asked[some : some + TOGETHER]) + " }",
            authorization=world.authorization(who),
        )


LISTS = {
    (type_name, name): get_named_type(declared.type).name
    for type_name in ROADS
    for name, declared in fields(type_name).items()
    if "first" in declared.args
}
"""Every list, and the type of its pages."""
LISTED = sorted(set(LISTS.values()))


def fullest(values: Samples, listed: str) -> Place:
    """The list of a type that most is found in. What can be filtered and ordered by is the type's."""
    places = [place for place, type_name in LISTS.items() if type_name == listed]
    return max(places, key=lambda place: sum(map(len, values.cursors[place].values())))


@pytest.mark.parametrize("listed", LISTED)
async def test_every_comparison_has_one_answer(guided: Guided, values: Samples, listed: str) -> None:
    type_name, name = place = fullest(values, listed)
    declared = fields(type_name)[name]
    if "where" not in declared.args:
        pytest.skip("nothing of it can be filtered by")
    filters = get_named_type(declared.args["where"].type)
    assert isinstance(filters, GraphQLInputObjectType)
    conditions: list[str] = []
    for column, filter_ in filters.fields.items():
        comparisons = get_named_type(filter_.type)
        if column not in ("and", "or", "not"):
            assert isinstance(comparisons, GraphQLInputObjectType)
            for operator, compared in comparisons.fields.items():
                several = isinstance(get_nullable_type(compared.type), GraphQLList)
                sample = _values(get_named_type(compared.type), values)[: 1 if several else 2]
                written = (f"[{value}]" if several else value for value in sample)
                conditions += [f"{{{column}: {{{operator}: {value}}}}}" for value in written]
    asked = [
        f"{how}{i}: {name}(where: {where}) {{ totalCount }}"
        for i, condition in enumerate(conditions)
        for how, where in (("is", condition), ("not", f"{{not: {condition}}}"))
    ]
    for some in range(0, len(asked), TOGETHER):
        selection = " ".join(asked[some : some + TOGETHER])
        await guided.ask(values.readers[place], type_name, selection)


@pytest.mark.parametrize("listed", LISTED)
async def test_every_order_can_be_paged_through_both_ways(guided: Guided, values: Samples, listed: str) -> None:
    type_name, name = place = fullest(values, listed)
    declared = fields(type_name)[name]
    asked: list[str] = []
    for i, order in enumerate(orders(declared)):
        page = "{ edges { cursor } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
        asked += [f"f{i}: {name}(first: 2{by(order)}) {page}", f"l{i}: {name}(last: 2{by(order)}) {page}"]
        for j, cursor in enumerate(values.cursors[place][order][1:2]):
            for k, (size, side) in enumerate((s, a) for s in ("first", "last") for a in ("after", "before")):
                asked.append(f'p{i}_{j}_{k}: {name}({size}: 2, {side}: "{cursor}"{by(order)}) {page}')
    for some in range(0, len(asked), TOGETHER):
        selection = " ".join(asked[some : some + TOGETHER])
        await guided.ask(values.readers[place], type_name, selection)


def _values(type_: object, samples: Samples) -> list[str]:
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)
    return [written(each) for each in samples.scalars[str(type_)]]
