"""How the authorization matrix asks: for every field of a sample, and of everything at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, get_named_type

from schema.compiler.bind import Catalog
from schema.compiler.declare import Computed

SHAPES = ("Connection", "Edge", "Payload")
"""Endings of types that only give a shape to what others hold."""


def guarded(schema: GraphQLSchema) -> dict[str, GraphQLObjectType]:
    """Every type that holds something to read; what is done, why it wasn't, and shapes are not among them."""
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType)
        and not name.startswith("__")
        and not name.endswith(SHAPES)
        and name not in ("Query", "Mutation", "Subscription", "PageInfo", "Translation")
        and "Problem" not in {interface.name for interface in type_.interfaces}
    }


def selections(catalog: Catalog, type_: GraphQLObjectType) -> list[str]:
    """Every field of a type, and of what it leads to as much as shows that there is something.

    What needs Python is asked for apart, so that the rest is asked as it usually is, in one statement.
    """
    said: tuple[list[str], list[str]] = ([], [])
    for name, field in type_.fields.items():
        bound = catalog.fields.get((type_.name, name))
        said[bound is not None and isinstance(bound.binding, Computed)].append(
            name + _below(get_named_type(field.type))
        )
    return [" ".join(fields) for fields in said if fields]


def _below(type_: Any) -> str:
    if isinstance(type_, GraphQLScalarType | GraphQLEnumType):
        return ""
    if type_.name.endswith("Connection"):
        return " { totalCount nodes { id } edges { node { id } cursor } pageInfo { endCursor } }"
    return " { id }" if "id" in type_.fields else " { __typename }"


def document(type_: GraphQLObjectType, selection: str, samples: Mapping[str, tuple[str, ...]]) -> str:
    """One document for all the samples of a type: `s0`, `s1`, … in their order."""
    said = []
    for i, steps in enumerate(samples.values()):
        on = f"... on {type_.name} {{ " if steps[0].startswith("node") and len(steps) == 1 else ""
        text = f"s{i}: {' { '.join(steps)} {{ {on}{selection}"
        said.append(text + " }" * (text.count("{") - text.count("}")))
    return f"{{ {' '.join(said)} }}"


def found(data: Mapping[str, Any], i: int, steps: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The sample in the answer; None where it isn't there."""
    value = data[f"s{i}"]
    for step in steps[1:]:
        value = value and value[step]
        if isinstance(value, list):
            value = value[0] if value else None
    return value or None


def says_something(value: Any) -> bool:
    """Whether there is a value: zero and false are, an empty list or page is not."""
    if isinstance(value, dict) and "totalCount" in value:
        assert len(value["nodes"]) == len(value["edges"]) == value["totalCount"]  # a page holds all of it here
        return bool(value["totalCount"])
    return value is not None and value != []


def ids_in(value: Any) -> Iterator[str]:
    """Every global identifier in an answer."""
    if isinstance(value, dict):
        if "id" in value:
            yield value["id"]
        for inner in value.values():
            yield from ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ids_in(inner)


def page(field: str, slug: str | None = None) -> str:
    """A list that can be read by pages, all of it or what has a slug."""
    where = "" if slug is None else f'(where: {{slug: {{eq: "{slug}"}}}})'
    return f"{field}{where} {{ totalCount nodes {{ id }} edges {{ node {{ id }} }} }}"
