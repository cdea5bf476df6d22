"""How the authorization matrix asks: for every field of a sample, and of everything at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, get_named_type

from schema.compiler.bind import Catalog
from schema.compiler.bindings import Computed
from schema.mutations.declare import MUTATIONS
from schema.mutations.previews import PREVIEWS

SHAPES = ("Connection", "Edge", "Payload")
"""Endings of types that only give a shape to what others hold."""

AT_ONCE = 25
"""Fields at the root of a request, the most there may be."""


def guarded(schema: GraphQLSchema) -> dict[str, GraphQLObjectType]:
    """Every type that holds something to read; what is done, why it wasn't, and shapes are not among them.

    Nor are previews: their fields are those of what they show, by the same declarations.
    """
    previews = PREVIEWS | {made.preview for made in MUTATIONS.values()}
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType)
        and not name.startswith("__")
        and not name.endswith(SHAPES)
        and name not in previews
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


_TEXT = re.compile(r'(\w+): "([^"]*)"')


def varied(document: str) -> tuple[str, dict[str, str]]:
    """A query whose texts are variables, and their values: what asks alike for different things is one document."""
    values = {f"v{i}": value for i, (_, value) in enumerate(_TEXT.findall(document))}
    names = iter(values)
    types: dict[str, str] = {}

    def variable(found: re.Match[str]) -> str:
        name = next(names)
        types[name] = "ID!" if found[1] == "id" or found[1].endswith("Id") else "String!"
        return f"{found[1]}: ${name}"

    said = _TEXT.sub(variable, document)
    declared = ", ".join(f"${name}: {type_}" for name, type_ in types.items())
    return (f"query ({declared}) {said}" if types else said), values


def payload(mutation: str) -> str:
    """The type of a mutation's answer where it was done."""
    return f"{mutation[0].upper()}{mutation[1:]}Payload"


def preview(mutation: str) -> str:
    """The type of a mutation's answer where it was only tried."""
    return payload(mutation).removesuffix("Payload") + "Preview"


def outcome(type_name: str) -> str:
    """The type of an answer, as if what was only tried had been done."""
    tried = type_name.removesuffix("Preview")
    return type_name if tried == type_name else f"{tried}Payload"


def mutations(names: Sequence[str], ask: str = "__typename") -> str:
    """One document for mutations `m0`, `m1`, … with their inputs as `$i0`, `$i1`, …: one after the other."""
    declared = ", ".join(f"$i{i}: {name[0].upper()}{name[1:]}Input!" for i, name in enumerate(names))
    fields = " ".join(f"m{i}: {name}(input: $i{i}) {{ {ask} }}" for i, name in enumerate(names))
    return f"mutation ({declared}) {{ {fields} }}"


def found(data: Mapping[str, Any], i: int, steps: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The sample in the answer; None where it isn't there."""
    value: Any = data
    for step in (f"s{i}", *steps[1:]):
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
