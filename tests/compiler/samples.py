"""Values of the world to ask with: identifiers, slugs, days, and cursors taken from answers."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

from schema.relay import encode_id
from tests.compiler.queries import Samples
from tests.compiler.rows import NOW, QUARTERS, TODAY, key
from tests.compiler.ways import Asker
from tests.compiler.world import World

SLUGS: Mapping[str, Sequence[str]] = {
    "association": ("north", "union", "south", "east", "press", "annex", "none", "", QUARTERS),
    "event": ("spring", "autumn", "winter", "draft", "tie", "sketch", "twin", "summer", "there", "none"),
    "eventSeries": ("meetings", "unheld", "none"),
    "segment": ("managers", "insiders", "everybody", "none"),
}
_KEYS: Mapping[str, Sequence[str]] = {
    "Affiliation": ("north in union", "east in union", "press in union"),
    "Association": ("north", "annex"),
    "Avenue": ("avenue 1 of autumn", "avenue 2 of spring"),
    "Confederation": ("federated", "annexed"),
    "Event": ("spring", "draft", "there", "autumn"),
    "EventSeries": ("meetings",),
    "Mandate": ("ana of north", "cleo of north"),
    "Membership": ("ana in north", "gil in south"),
    "MembershipCategory": ("north REGULAR",),
    "Person": ("ana", "gil", "stan", "zoe"),
    "Position": ("post of ana", "post of ben"),
    "Registration": ("ana at spring", "finn at spring", "gil at twin"),
    "Report": ("report of autumn", "report of spring"),
    "SeatPool": ("IN_PERSON of spring", "ONLINE of winter", "IN_PERSON of draft"),
    "Segment": ("managers", "insiders"),
    "Speaker": ("speaker 0 of spring", "speaker 0 of draft"),
}


def ids() -> dict[str, list[str]]:
    """Identifiers by type, of rows that some see and some don't."""
    return {type_name: [encode_id(type_name, key(name)) for name in names] for type_name, names in _KEYS.items()}


def paths(schema: GraphQLSchema) -> dict[str, list[tuple[str, GraphQLField]]]:
    """The shortest way from the root to each object type that can be read: fields by (type, name)."""
    assert schema.query_type is not None
    found: dict[str, list[tuple[str, GraphQLField]]] = {schema.query_type.name: []}
    waiting = deque([schema.query_type])
    while waiting:
        type_ = waiting.popleft()
        for name, declared in type_.fields.items():
            inner = get_named_type(declared.type)
            if isinstance(inner, GraphQLObjectType) and inner.name not in found:
                found[inner.name] = [*found[type_.name], (name, declared)]
                waiting.append(inner)
    return found


def wrapped(path: Sequence[tuple[str, GraphQLField]], selection: str, *beside: str) -> str:
    """A document that asks for a selection at the end of a path. Where a slug is asked for, something is found by it.

    `beside`: more root fields.
    """
    for name, declared in reversed(path):
        slug = f'(slug: "{SLUGS[name][0]}")' if "slug" in declared.args else ""
        selection = f"{name}{slug} {{ {selection} }}"
    return f"{{ {' '.join((selection, *beside))} }}"


def orders(declared: GraphQLField) -> list[tuple[str, ...]]:
    """Orders to ask for: none, each, and two together."""
    if "orderBy" not in declared.args:
        return [()]
    enum = get_named_type(declared.args["orderBy"].type)
    assert isinstance(enum, GraphQLEnumType)
    names = list(enum.values)
    return [(), *((name,) for name in names), (names[0], names[-1]), (names[-1], names[1])]


async def samples(asker: Asker, world: World) -> Samples:
    """All of it, the cursors from answers to somebody who sees most."""
    schema = asker.built.graphql
    cursors: dict[tuple[str, str], dict[tuple[str, ...], list[str]]] = {}
    for type_name, path in paths(schema).items():
        type_ = schema.get_type(type_name)
        assert isinstance(type_, GraphQLObjectType)
        for name, declared in type_.fields.items():
            if "first" in declared.args:
                asked = {f"o{i}": order for i, order in enumerate(orders(declared))}
                parts = (
                    f"{alias}: {name}(first: 3{_by(order)}) {{ edges {{ cursor }} }}" for alias, order in asked.items()
                )
                answer = await asker.ask(
                    world.slug("cascading"),
                    wrapped(path, " ".join(parts)),
                    authorization=world.authorization("cascading"),
                )
                found = _cursors(answer.json["data"])
                cursors[type_name, name] = {order: found.get(alias, []) for alias, order in asked.items()}
    identifiers = [id for listed in ids().values() for id in listed]
    return Samples(
        ids=[
            *identifiers,
            encode_id("Event", key("north")),
            encode_id("Event", uuid4()),
            encode_id("Query", key("north")),
            "",
            "☃",
        ],
        slugs=SLUGS,
        dates=[TODAY.isoformat(), "2024-12-31", "2019-12-31", "2026-03-01", "9999-12-30", "0001-01-02"],
        moments=[NOW.isoformat(), "2026-04-01T15:00:00Z", "2025-10-26T12:30:15.1234Z", "2026-04-01T11:00:00-04:00"],
        texts=["Québec", "spring", "Éclair", "Tremblay", "", "fr", "N-1", "a", "Ana", "eclair", QUARTERS],
        numbers=[1, 0, 2, -1, 2**31 - 1, -(2**31)],
        cursors=cursors,
    )


def _by(order: Sequence[str]) -> str:
    return f", orderBy: [{', '.join(order)}]" if order else ""


def _cursors(answer: Any) -> dict[str, list[str]]:
    """Every list of edges in an answer, by the key of its connection."""
    found: dict[str, list[str]] = {}
    waiting = [answer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            for name, value in item.items():
                if isinstance(value, dict) and "edges" in value:
                    found.setdefault(name, []).extend(edge["cursor"] for edge in value["edges"])
                else:
                    waiting.append(value)
    return found
