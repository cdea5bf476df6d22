"""Documents that lead from the root to any type, found in the schema: what a new domain adds is led to by itself."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.compiler.queries import Samples, takes_slug


@dataclass(frozen=True)
class Step:
    """A field on a road, and the type that has it."""

    type_name: str
    name: str
    declared: GraphQLField


Road = tuple[Step, ...]


def roads(schema: GraphQLSchema) -> dict[str, Road]:
    """The shortest road from the root to each object type that can be read."""
    assert schema.query_type is not None
    found: dict[str, Road] = {schema.query_type.name: ()}
    waiting = deque([schema.query_type])
    while waiting:
        type_ = waiting.popleft()
        for name, declared in type_.fields.items():
            inner = get_named_type(declared.type)
            if isinstance(inner, GraphQLObjectType) and inner.name not in found:
                found[inner.name] = (*found[type_.name], Step(type_.name, name, declared))
                waiting.append(inner)
    return found


def along(values: Samples, road: Road, selection: str, *, slug: str | None = None) -> str:
    """Asks for a selection at the end of a road. `slug`: what the first field that asks for one is given, as written.

    Where it isn't given, it is the one that most is found by.
    """
    end = get_named_type(road[-1].declared.type).name if road else ""
    for step in reversed(road):
        first = next((other for other in road if takes_slug(other.declared)), None)
        found = slug or (written(values.at[end]) if end in values.at else None)
        selection = f"{step.name}{given(values, step, found if step is first else None)} {{ {selection} }}"
    return selection


def nearer(values: Samples, road: Road, selection: str) -> str | None:
    """Asks for the same at the end of a road that begins with the last node on it: less to go through."""
    for i in reversed(range(len(road))):
        reached = get_named_type(road[i].declared.type).name
        if ids := values.nodes.get(reached):
            rest = along(values, road[i + 1 :], selection)
            return f'node(id: "{ids[0]}") {{ ... on {reached} {{ {rest} }} }}'
    return None


def given(values: Samples, step: Step, slug: str | None = None) -> str:
    """The arguments that a field can't do without, and the slug that it asks for."""
    arguments = {}
    for name, argument in step.declared.args.items():
        if name == "slug" and takes_slug(step.declared):
            arguments[name] = slug or written(values.slugs[step.type_name, step.name][0])
        elif is_required_argument(argument):
            type_ = get_named_type(argument.type)
            plain = type_.values if isinstance(type_, GraphQLEnumType) else map(written, values.scalars[type_.name])
            arguments[name] = next(iter(plain))
    return f"({', '.join(f'{name}: {value}' for name, value in arguments.items())})" if arguments else ""


def everything(
    values: Samples, type_: GraphQLObjectType, asked: Callable[[tuple[str, str]], bool] | None = None
) -> str:
    """Every field of a type that is compiled; of what is below, `__typename` and what a list's page is made of.

    `asked`: which fields, instead.
    """
    said = ["__typename"]
    for name, declared in type_.fields.items():
        field = (type_.name, name)
        if field not in values.computed if asked is None else asked(field):
            below = " { totalCount nodes { __typename } }" if "first" in declared.args else " { __typename }"
            leaf = is_leaf_type(get_named_type(declared.type))
            said.append(f"{name}{given(values, Step(*field, declared))}{'' if leaf else below}")
    return " ".join(said)


def orders(declared: GraphQLField) -> list[tuple[str, ...]]:
    """Orders to ask for: none, each, and two together."""
    if "orderBy" not in declared.args:
        return [()]
    enum = get_named_type(declared.args["orderBy"].type)
    assert isinstance(enum, GraphQLEnumType)
    names = list(enum.values)
    return [(), *((name,) for name in names), (names[0], names[-1]), (names[-1], names[1])]


def by(order: Sequence[str]) -> str:
    """An order, as an argument after others."""
    return f", orderBy: [{', '.join(order)}]" if order else ""


def written(value: object) -> str:
    """A value as a document has it."""
    return json.dumps(value, ensure_ascii=False)


def lists(schema: GraphQLSchema) -> dict[tuple[str, str], str]:
    """Every list that is read by pages, and the type of its pages."""
    return {
        (type_name, name): get_named_type(declared.type).name
        for type_name in roads(schema)
        for name, declared in _object(schema, type_name).fields.items()
        if "first" in declared.args
    }


def spelled_out(values: Samples, schema: GraphQLSchema, type_name: str, *, computed: bool = False) -> dict[str, str]:
    """Every field of a type so that it tells rows apart: what is below by identifiers or, without one, by its leaves.

    `computed`: the fields that need Python instead.
    """
    said = {}
    for name, declared in _object(schema, type_name).fields.items():
        if ((type_name, name) in values.computed) is computed:
            inner = get_named_type(declared.type)
            below = "" if is_leaf_type(inner) else f" {{ {_told_apart(values, schema, inner)} }}"
            arguments = given(values, Step(type_name, name, declared))
            if "first" in declared.args:
                arguments = "(first: 2" + (f", {arguments[1:]}" if arguments else ")")
            said[name] = f"{name}{arguments}{below}"
    return said


def _told_apart(values: Samples, schema: GraphQLSchema, type_: object) -> str:
    if not isinstance(type_, GraphQLObjectType):
        return "__typename"
    if "nodes" in type_.fields:
        return "totalCount edges { node { __typename id } } pageInfo { endCursor }"
    if "id" in type_.fields:
        return "id"
    leaves = [
        f"{name}{given(values, Step(type_.name, name, declared))}"
        for name, declared in type_.fields.items()
        if is_leaf_type(get_named_type(declared.type)) and (type_.name, name) not in values.computed
    ]
    return " ".join(leaves) or "__typename"


def _object(schema: GraphQLSchema, type_name: str) -> GraphQLObjectType:
    type_ = schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    return type_
