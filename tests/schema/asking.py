"""What the authorization matrix asks: every field of a sample, the root fields, and each mutation."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, get_named_type

from schema.compiler.bind import Catalog
from schema.compiler.declare import Computed
from schema.relay import encode_id
from tests.schema.standing import World

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
        and name not in ("Query", "Mutation", "PageInfo", "Translation")
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


def roots(world: World) -> dict[str, dict[str, str]]:
    """The root fields, by name and case, each as a field `it`."""
    ids = world.ids
    return {
        "node": {
            "an event": _node(ids["Event published"]),
            "a draft": _node(ids["Event draft"]),
            "a person": _node(ids["Person Ana"]),
            "an absent one": _node(encode_id("Event", UUID(int=7))),
            "another tenant's event": _node(ids["Event foreign"]),
            "another tenant": _node(encode_id("Confederation", world.foreign.tenant.id)),
            "another tenant's person": _node(ids["Person foreign"]),
        },
        "confederation": {"": "confederation { id }"},
        "association": {
            "home": f'association(slug: "{world.slugs["home"]}") {{ id }}',
            "another tenant's": f'association(slug: "{world.slugs["foreign"]}") {{ id }}',
        },
        "associations": {
            "": _page("associations"),
            "another tenant's": _page("associations", world.slugs["foreign"]),
        },
        "event": {
            "published": 'event(slug: "published") { id }',
            "draft": 'event(slug: "draft") { id }',
            "another tenant's": f'event(slug: "{world.slugs["foreign event"]}") {{ id }}',
        },
        "events": {
            "": _page("events"),
            "a draft": _page("events", "draft"),
            "another tenant's": _page("events", world.slugs["foreign event"]),
        },
        "eventSeries": {"": 'eventSeries(slug: "series") { id }'},
        "segment": {way: f'segment(slug: "segment-{way}") {{ id }}' for way in ("published", "closed")},
        "me": {"": "me { id }"},
    }


def _node(id: str) -> str:
    return f'node(id: "{id}") {{ id }}'


def _page(field: str, slug: str | None = None) -> str:
    where = "" if slug is None else f'(where: {{slug: {{eq: "{slug}"}}}})'
    return f"{field}{where} {{ totalCount nodes {{ id }} edges {{ node {{ id }} }} }}"


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """The input of each mutation, by case."""
    ids = world.ids
    plan = {
        "associationId": ids["Association home"],
        "slug": "planned",
        "title": [{"locale": "FR", "text": "Colloque"}],
        "kind": "CONVENTION",
        "format": "ONLINE",
        "startsAt": "2099-01-01T12:00:00Z",
        "endsAt": "2099-01-01T13:00:00Z",
    }
    there = plan | {"associationId": ids["Association elsewhere"]}
    audiences = {"audiences": [{"segmentId": ids["Segment closed"]}]}

    def event(*labels: str) -> dict[str, dict[str, Any]]:
        return {label: {"eventId": ids[f"Event {label}"]} for label in labels}

    def registration(label: str) -> dict[str, dict[str, Any]]:
        return {label: {"registrationId": ids[f"Registration {label}"]}}

    def seats(label: str) -> dict[str, Any]:
        return {"seatPoolId": ids[f"SeatPool {label}"], "capacity": 40}

    def somebody(event: str, person: str) -> dict[str, Any]:
        return {"eventId": ids[f"Event {event}"], "personId": ids[f"Person {person}"]}

    return {
        "planEvent": {
            "at home": plan,
            "for a closed segment": plan | audiences,
            "elsewhere, for a closed segment of home": there | audiences,
            "elsewhere, after a draft of home": there | {"followUpToId": ids["Event draft"]},
        },
        "publishEvent": event("draft"),
        "openRegistration": event("announced", "draft"),
        "closeRegistration": event("open", "draft"),
        "holdEvent": event("begun"),
        "cancelEvent": event("open", "draft"),
        "changeCapacity": {label: seats(label) for label in ("of published", "of draft")},
        "draftReport": {
            "held": event("held")["held"] | {"summary": [{"locale": "FR", "text": "Dit."}]},
        },
        "publishReport": event("held"),
        "registerForEvent": event("open", "published", "begun", "draft"),
        "registerOnBehalf": {
            "Ana, open": somebody("open", "Ana"),
            "somebody elsewhere, open": somebody("open", "elsewhere"),
            "Ana, again": somebody("published", "Ana"),
        },
        "cancelRegistration": registration("confirmed"),
        "checkIn": registration("confirmed"),
        "undoCheckIn": registration("here"),
    }
