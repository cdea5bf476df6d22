"""Values of the world to ask with: identifiers, slugs, days, and cursors taken from answers.

All of them are found: which types, fields and rows there are is the schema's and the database's to say.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from graphql import GraphQLObjectType

from schema.base.ids import encode_id
from schema.compiler.bindings import Computed
from tests.compiler.contents import Row, richest_first, rows_of, seen_by
from tests.compiler.queries import Place, Samples, takes_slug
from tests.compiler.roads import Road, along, by, everything, nearer, orders, roads
from tests.compiler.rows import NOW, QUARTERS, TODAY, key
from tests.compiler.ways import Asker
from tests.compiler.world import ACTORS, World

READERS = ("cascading", "member", "staff")
"""Who sees most, first of all; the others may see what only those see who take part in it."""
STANDINGS = 6
"""How many rows of a type are asked for, each seen by others."""
SLUGS = 8
"""How many rows are asked for by each field that takes a slug."""
AT_ONCE = 6
"""How many types are led to by a document, and how many slugs are tried."""


async def samples(asker: Asker, world: World, owner: asyncpg.Connection) -> Samples:
    """All of it."""
    listed = await _rows(asker, world, owner)
    catalog = asker.built.catalog
    nodes = {name: _standings(name, listed.get(_table(asker, name), ())) for name in catalog.node_types}
    here = str(world.make.tenant.id)
    rows = {
        name: [
            encode_id(name, UUID(row["id"]))
            for _, row in listed[_table(asker, name)]
            if here in (row["id"], row.get("confederation_id"))
        ]
        for name in catalog.node_types
    }
    found = Samples(
        scalars=_scalars([id for ids in nodes.values() for id in ids]),
        nodes=nodes,
        rows=rows,
        slugs=_slugs(asker, listed, world.make.tenant.id),
        # What is recorded is completed by graphql-core, as what is computed is.
        computed=frozenset(
            place
            for place, bound in catalog.fields.items()
            if isinstance(bound.binding, Computed) or bound.binding.recorded is not None
        ),
    )
    found = replace(found, at=await _at(asker, world, found))
    cursors, readers = await _cursors(asker, world, found)
    return replace(found, cursors=cursors, readers=readers)


def _scalars(ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    odd = [encode_id("Event", key("north")), encode_id("Event", uuid4()), encode_id("Query", key("north")), "", "☃"]
    return {
        "ID": [*ids, *odd],
        "Date": [TODAY.isoformat(), "2024-12-31", "2019-12-31", "2026-03-01", "9999-12-30", "0001-01-02"],
        "DateTime": [NOW.isoformat(), "2026-04-01T15:00:00Z", "2025-10-26T12:30:15.1234Z", "2026-04-01T11:00:00-04:00"],
        "String": ["Québec", "spring", "Éclair", "Tremblay", "", "fr", "N-1", "a", "Ana", "eclair", QUARTERS],
        "Int": [1, 0, 2, -1, 2**31 - 1, -(2**31)],
        "Float": [1.5, 0, -2],
        "Boolean": [True, False],
        "Decimal": ["12.50", "0", "1234.05", "-1"],
    }


# Rows, by who sees them

_Seen = tuple[frozenset[str], Row]


async def _rows(asker: Asker, world: World, owner: asyncpg.Connection) -> dict[str, list[_Seen]]:
    """The rows of each table with those who see them: those that most see first, and of these the richest."""
    rows = richest_first(await rows_of(owner, world.make.tenant.id, world.other.tenant.id))
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for who in ACTORS:
        reading = await asker.reading(world.slug(who), world.authorization(who))
        for table, ids in (await seen_by(asker.database, reading.actor.settings, rows)).items():
            for id in ids:
                seen[table, id].add(who)
    return {
        table: sorted(((frozenset(seen[table, row["id"]]), row) for row in found), key=lambda pair: -len(pair[0]))
        for table, found in rows.items()
    }


def _table(asker: Asker, type_name: str) -> str:
    model = asker.built.catalog.types[type_name].model
    return str(model.__tablename__) if model is not None else ""


def _standings(type_name: str, rows: Sequence[_Seen]) -> list[str]:
    """Identifiers of rows of a type, each seen by others; at least two where there are."""
    first_of: dict[frozenset[str], Row] = {}
    for seen, row in rows:
        first_of.setdefault(seen, row)
    chosen = [row["id"] for row in first_of.values()][:STANDINGS]
    chosen += [row["id"] for _, row in rows[:2] if row["id"] not in chosen]
    return [encode_id(type_name, UUID(id)) for id in chosen]


def _slugs(asker: Asker, rows: Mapping[str, Sequence[_Seen]], tenant: UUID) -> dict[Place, list[str]]:
    """By each field that takes a slug: of its rows, of another confederation's, and of none."""
    found = {}
    for place, bound in asker.built.catalog.fields.items():
        declared = asker.built.graphql.type_map[place[0]].fields[place[1]]  # type: ignore[attr-defined]
        if takes_slug(declared):
            listed = [row for _, row in rows.get(_table(asker, bound.target or ""), ()) if "slug" in row]
            here, elsewhere = (
                [row["slug"] for row in listed if (row["confederation_id"] == str(tenant)) is own]
                for own in (True, False)
            )
            found[place] = [*here[:SLUGS], *elsewhere[:1], "none", "", QUARTERS]
    return found


# What is found on the way


def _object(asker: Asker, type_name: str) -> GraphQLObjectType:
    type_ = asker.built.graphql.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


async def _at(asker: Asker, world: World, values: Samples) -> dict[str, str]:
    """By each type that a slug leads to, the slug by which most is found of it."""
    led: defaultdict[Place, list[tuple[str, Road]]] = defaultdict(list)
    for type_name, road in roads(asker.built.graphql).items():
        if first := next((step for step in road if takes_slug(step.declared)), None):
            led[first.type_name, first.name].append((type_name, road))
    best: dict[str, tuple[int, str]] = {}
    for place, ends in led.items():
        for some in range(0, len(ends), AT_ONCE):
            part = ends[some : some + AT_ONCE]
            asked = (
                f"t{i}: {along(values, road, everything(values, _object(asker, name)), slug='$slug')}"
                for i, (name, road) in enumerate(part)
            )
            document = f"query ($slug: String!) {{ {' '.join(asked)} }}"
            for slug in values.slugs[place][:AT_ONCE]:
                sizes = [0] * len(part)
                for who in READERS[:2]:
                    data = await _data(asker, world, who, document, {"slug": slug})
                    sizes = [size + len(orjson.dumps(data.get(f"t{i}"))) for i, size in enumerate(sizes)]
                for (name, _), size in zip(part, sizes, strict=True):
                    if size > best.get(name, (0, ""))[0]:
                        best[name] = size, slug
    return {name: slug for name, (_, slug) in best.items()}


async def _cursors(
    asker: Asker, world: World, values: Samples
) -> tuple[dict[Place, dict[tuple[str, ...], list[str]]], dict[Place, str]]:
    """Cursors of each connection in each order, from answers to whoever finds most in it."""
    cursors: dict[Place, dict[tuple[str, ...], list[str]]] = {}
    readers: dict[Place, str] = {}
    for type_name, road in roads(asker.built.graphql).items():
        for name, declared in _object(asker, type_name).fields.items():
            if "first" not in declared.args:
                continue
            aliases = {f"o{i}": order for i, order in enumerate(orders(declared))}
            parts = (
                f"{alias}: {name}(first: 3{by(order)}) {{ edges {{ cursor }} }}" for alias, order in aliases.items()
            )
            selection, place = " ".join(parts), (type_name, name)
            for who in READERS:
                document = f"{{ {along(values, road, selection)} }}"
                data = await _data(asker, world, who, document)
                if not data and (near := nearer(values, road, selection)):
                    data = await _data(asker, world, who, f"{{ {near} }}")
                found = _edges(data)
                if place not in cursors or len(found) > sum(map(len, cursors[place].values())):
                    cursors[place] = {order: [c for a, c in found if a == alias] for alias, order in aliases.items()}
                    readers[place] = who
    return cursors, readers


async def _data(asker: Asker, world: World, who: str, document: str, variables: Mapping[str, Any] | None = None) -> Any:
    """What somebody is answered; nothing where it was too much."""
    answer = await asker.ask(world.slug(who), document, variables, authorization=world.authorization(who))
    return answer.json.get("data") or {}


def _edges(answer: Any) -> list[tuple[str, str]]:
    """Every cursor in an answer, with the key of its connection."""
    return list(_found(answer))


def _found(item: Any) -> Iterator[tuple[str, str]]:
    if isinstance(item, list):
        for each in item:
            yield from _found(each)
    elif isinstance(item, dict):
        for name, value in item.items():
            if isinstance(value, dict) and "edges" in value:
                yield from ((name, edge["cursor"]) for edge in value["edges"])
            else:
                yield from _found(value)
