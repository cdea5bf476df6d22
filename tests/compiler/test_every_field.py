"""Each field of each type, each comparison of each filter and each order is in a query that all three ways agree on."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from schema.build import build
from tests.compiler.queries import Samples
from tests.compiler.samples import SLUGS, ids, orders, paths, wrapped
from tests.compiler.ways import Asker
from tests.compiler.world import ACTORS, World

SCHEMA = build().graphql
PATHS = paths(SCHEMA)
READ = sorted(name for name in PATHS if name != "Query")
COMPUTED = {"canRegister"}
TOGETHER = 12
"""How many fields, or pairs of them, an operation asks for."""


def everything(type_: GraphQLObjectType) -> str:
    """Every field of a type; of what is below it, `__typename` and what a list's page is made of."""
    said = ["__typename"]
    for name, declared in type_.fields.items():
        if name in COMPUTED:
            continue
        below = " { totalCount nodes { __typename } }" if "first" in declared.args else " { __typename }"
        said.append(name + ("" if is_leaf_type(get_named_type(declared.type)) else below))
    return " ".join(said)


def test_every_field_that_is_compiled_is_of_a_type_in_reach() -> None:
    assert {type_name for type_name, _ in build().catalog.fields} <= {"Query", *READ}
    assert set(build().catalog.node_types) == set(ids())


@pytest.mark.parametrize("who", ["anonymous", "member", "cascading"])
@pytest.mark.parametrize("type_name", READ)
async def test_every_field_of_a_type_has_one_answer(asker: Asker, world: World, type_name: str, who: str) -> None:
    type_ = SCHEMA.get_type(type_name)
    assert isinstance(type_, GraphQLObjectType)
    # On the way from the root, and as nodes that some see and others don't.
    nodes = (
        f'n{i}: node(id: "{id}") {{ __typename ... on {type_name} {{ {everything(type_)} }} }}'
        for i, id in enumerate(ids().get(type_name, []))
    )
    spliced = not COMPUTED & {name for name, _ in PATHS[type_name]}
    await asker.three_ways(
        world.slug(who),
        wrapped(PATHS[type_name], everything(type_), *nodes),
        authorization=world.authorization(who),
        spliced=spliced,
    )


@pytest.mark.parametrize("who", ACTORS)
async def test_every_root_field_has_one_answer(asker: Asker, world: World, who: str) -> None:
    assert SCHEMA.query_type is not None
    asked = []
    for name, declared in SCHEMA.query_type.fields.items():
        below = "{ nodes { __typename } totalCount }" if "first" in declared.args else "{ __typename }"
        if "slug" in declared.args:
            asked += [f"{name}{i}: {name}(slug: {_text(slug)}) {below}" for i, slug in enumerate(SLUGS[name])]
        elif "id" in declared.args:
            asked += [f'{name}{i}: {name}(id: "{id}") {below}' for i, (id, *_) in enumerate(ids().values())]
        else:
            asked.append(f"{name} {below}")
    for some in range(0, len(asked), TOGETHER):
        await asker.three_ways(
            world.slug(who),
            "{ " + " ".join(asked[some : some + TOGETHER]) + " }",
            authorization=world.authorization(who),
        )


LISTS = sorted(
    {
        # One list of each type: what can be filtered and ordered by is the type's.
        get_named_type(declared.type).name: (type_name, name)
        for type_name in PATHS
        for name, declared in SCHEMA.get_type(type_name).fields.items()  # type: ignore[union-attr]
        if "first" in declared.args
    }.values()
)


@pytest.mark.parametrize("list_", LISTS, ids=".".join)
async def test_every_comparison_has_one_answer(
    asker: Asker, world: World, values: Samples, list_: tuple[str, str]
) -> None:
    type_name, name = list_
    declared = SCHEMA.get_type(type_name).fields[name]  # type: ignore[union-attr]
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
                listed = isinstance(get_nullable_type(compared.type), GraphQLList)
                sample = _values(get_named_type(compared.type), values)[: 1 if listed else 2]
                written = (f"[{value}]" if listed else value for value in sample)
                conditions += [f"{{{column}: {{{operator}: {value}}}}}" for value in written]
    asked = [
        f"{how}{i}: {name}(where: {where}) {{ totalCount }}"
        for i, condition in enumerate(conditions)
        for how, where in (("is", condition), ("not", f"{{not: {condition}}}"))
    ]
    for some in range(0, len(asked), TOGETHER):
        await asker.three_ways(
            world.slug("cascading"),
            wrapped(PATHS[type_name], " ".join(asked[some : some + TOGETHER])),
            authorization=world.authorization("cascading"),
        )


@pytest.mark.parametrize("list_", LISTS, ids=".".join)
async def test_every_order_can_be_paged_through_both_ways(
    asker: Asker, world: World, values: Samples, list_: tuple[str, str]
) -> None:
    type_name, name = list_
    declared = SCHEMA.get_type(type_name).fields[name]  # type: ignore[union-attr]
    asked: list[str] = []
    for i, order in enumerate(orders(declared)):
        by = f", orderBy: [{', '.join(order)}]" if order else ""
        page = "{ edges { cursor } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
        asked += [f"f{i}: {name}(first: 2{by}) {page}", f"l{i}: {name}(last: 2{by}) {page}"]
        for j, cursor in enumerate(values.cursors[list_][order][1:2]):
            for k, (size, side) in enumerate((s, a) for s in ("first", "last") for a in ("after", "before")):
                asked.append(f'p{i}_{j}_{k}: {name}({size}: 2, {side}: "{cursor}"{by}) {page}')
    for some in range(0, len(asked), TOGETHER):
        await asker.three_ways(
            world.slug("cascading"),
            wrapped(PATHS[type_name], " ".join(asked[some : some + TOGETHER])),
            authorization=world.authorization("cascading"),
        )


def _values(type_: object, samples: Samples) -> list[str]:
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)
    return {
        "String": [_text(each) for each in samples.texts],
        "Int": [str(each) for each in samples.numbers],
        "Boolean": ["true", "false"],
        "Date": [_text(each) for each in samples.dates],
        "DateTime": [_text(each) for each in samples.moments],
    }[str(type_)]


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
