"""What the printed schema must be: as committed, described, and of one form.

Each rule is a function that lists what breaks it; that it finds what it should is shown on a schema that is all wrong.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_specified_scalar_type,
)
from strawberry.schema.config import StrawberryConfig
from typer.testing import CliRunner

import models
from app import cli
from schema.base.scalars import SCALARS
from schema.build import build
from schema.compiler.bind import BadDeclaration, Catalog
from schema.compiler.declare import READ_TYPES, column, localized, many, one, read_type
from schema.events.event import Event

SCHEMA = build().graphql
TIERS = re.compile(r"\b(PUBLIC|MEMBERS|STAFF|PARTICIPANTS|SEALED)\b")
DATED = re.compile(r"\b20\d\d-\d\d-\d\d\b")

WRONG = build_schema("""
  type Query { things(first: Int): ThingConnection, thing(id: Int): Thing, shapes: [Shape] }
  enum Shape { ROUND, FLAT @deprecated(reason: "Nobody is.") }
  type Thing { id: Int, name: String! @deprecated(reason: "Ask for the title.") }
  type ThingConnection { nodes: [Thing!], total: Int }
  interface Problem { code: String }
  type Elsewhere { code: String }
  type MakeThingPayload { thing: Thing }
  union MakeThingResult = MakeThingPayload | Elsewhere
  input MakeThing { name: String }
  type Mutation { makeThing(thing: MakeThing!): MakeThingResult, thing(input: MakeThing!): MakeThingResult! }
""")
"""Breaks every rule."""


def members(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Everything that can have a description, by its place: types, fields, arguments, fields of inputs, enum values."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        yield name, type_
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{value_name}", value) for value_name, value in type_.values.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field
                for argument_name, argument in getattr(field, "args", {}).items():
                    yield f"{name}.{field_name}({argument_name})", argument


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Members without a description that ends as a sentence does."""
    return [place for place, member in members(schema) if not (member.description or "").strip().endswith((".", "`"))]


def undated(schema: GraphQLSchema) -> list[str]:
    """What is deprecated without saying since when."""
    values = (
        (f"{type_.name}.{name}", value)
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLEnumType)
        for name, value in type_.values.items()
    )
    deprecated = ((place, getattr(member, "deprecation_reason", None)) for place, member in (*members(schema), *values))
    return [place for place, reason in deprecated if reason is not None and not DATED.search(reason)]


def loose_lists(schema: GraphQLSchema) -> list[str]:
    """Fields whose list may be null, or hold nulls. A problem's `path` is null where it is about the whole input.

    `nodes` has a null in the place of each identifier that names nothing that the reader sees.
    """
    return [
        place
        for place, member in members(schema)
        if "(" not in place
        and _is_output(schema, place)
        and isinstance(get_nullable_type(member.type), GraphQLList)
        and not place.endswith(".path")
        and place != "Query.nodes"
        and not (isinstance(member.type, GraphQLNonNull) and isinstance(member.type.of_type.of_type, GraphQLNonNull))
    ]


def loose_identifiers(schema: GraphQLSchema) -> list[str]:
    """Identifiers that are not of the type ID; but a `clientId` is OAuth's, and means nothing to us."""
    return [
        place
        for place, member in members(schema)
        if re.search(r"[.(](id|(?!client)\w+Id)\)?$", place) and str(get_named_type(member.type)) != "ID"
    ]


def odd_connections(schema: GraphQLSchema) -> list[str]:
    """Connections that aren't Relay's with nodes and a total, and fields of them that can't be paged."""
    odd = []
    for place, member in members(schema):
        if isinstance(member, GraphQLObjectType) and place.endswith("Connection"):
            item = place.removesuffix("Connection")
            shape = {name: str(field.type) for name, field in member.fields.items()}
            expected = {"nodes": f"[{item}!]!", "edges": f"[{item}Edge!]!"}
            expected |= {"pageInfo": "PageInfo!", "totalCount": "Int!"}
            odd += [place] if shape != expected else []
        elif hasattr(member, "args") and str(get_named_type(member.type)).endswith("Connection"):
            paged = {"first", "after", "last", "before"} <= member.args.keys()
            odd += [] if paged and isinstance(member.type, GraphQLNonNull) else [place]
    return odd


def odd_mutations(schema: GraphQLSchema) -> list[str]:
    """Mutations that aren't `verbNoun(input: VerbNounInput!): VerbNounResult!` with all that belongs to it."""
    assert schema.mutation_type is not None
    return [name for name in schema.mutation_type.fields if not _is_usual(schema, name)]


def _is_usual(schema: GraphQLSchema, name: str) -> bool:
    assert schema.mutation_type is not None
    field, title = schema.mutation_type.fields[name], name[0].upper() + name[1:]
    result, problem = get_named_type(field.type), schema.type_map["Problem"]
    given = schema.type_map.get(f"{title}Input")
    return (
        re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) is not None
        and {key: str(argument.type) for key, argument in field.args.items()} == {"input": f"{title}Input!"}
        and str(field.type) == f"{title}Result!"
        and isinstance(given, GraphQLInputObjectType)
        and {key: str(given.fields[key].type) for key in ("idempotencyKey", "dryRun") if key in given.fields}
        == {"idempotencyKey": "String", "dryRun": "Boolean!"}
        and given.fields["dryRun"].default_value is False
        and isinstance(result, GraphQLUnionType)
        and isinstance(problem, GraphQLInterfaceType)
        and [type_.name for type_ in result.types if problem not in type_.interfaces]
        == [f"{title}Payload", f"{title}Preview"]
        and {"NotSignedIn", "NotAllowed", "NotFound", "InvalidInput"} <= {type_.name for type_ in result.types}
    )


def _is_output(schema: GraphQLSchema, place: str) -> bool:
    type_name, _, field = place.partition(".")
    return bool(field) and not isinstance(schema.type_map[type_name], GraphQLInputObjectType | GraphQLEnumType)


RULES = (undescribed, undated, loose_lists, loose_identifiers, odd_connections, odd_mutations)
Rule = Callable[[GraphQLSchema], list[str]]


@pytest.mark.parametrize("rule", RULES)
def test_the_schema_keeps_the_rules(rule: Rule) -> None:
    assert rule(SCHEMA) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (
            undescribed,
            {"Thing", "Thing.name", "Query.thing(id)", "Shape", "Shape.FLAT", "MakeThing.name", "MakeThingResult"},
        ),
        (undated, {"Thing.name", "Shape.FLAT"}),
        (loose_lists, {"Query.shapes", "ThingConnection.nodes"}),
        (loose_identifiers, {"Thing.id", "Query.thing(id)"}),
        (odd_connections, {"ThingConnection", "Query.things"}),
        (odd_mutations, {"makeThing", "thing"}),
    ],
)
def test_the_rules_find_what_breaks_them(rule: Rule, found: set[str]) -> None:
    assert found <= set(rule(WRONG))
    assert rule is undescribed or found == set(rule(WRONG))


def test_the_committed_schema_is_what_the_command_prints() -> None:
    committed = Path(__file__).parents[2] / "schema" / "schema.graphql"
    printed = CliRunner().invoke(cli, ["sdl"])
    assert printed.exit_code == 0
    assert committed.read_text() == printed.output, "The schema changed: `make sdl`, and review the difference."


@pytest.mark.parametrize("name", [name for name in READ_TYPES if name != "Query"])
def test_the_description_of_a_read_type_names_its_confidentiality(name: str) -> None:
    assert TIERS.search(SCHEMA.type_map[name].description or ""), f"Is {name} PUBLIC, STAFF, …? Its docstring says."


def test_every_problem_has_the_code_that_its_name_says() -> None:
    problem, codes = SCHEMA.type_map["Problem"], SCHEMA.type_map["ProblemCode"]
    assert isinstance(problem, GraphQLInterfaceType)
    assert isinstance(codes, GraphQLEnumType)
    named = {re.sub(r"(?<!^)(?=[A-Z])", "_", type_.name).upper() for type_ in SCHEMA.get_possible_types(problem)}
    assert named <= codes.values.keys()


# Declarations that can't be kept are refused when the schema is made. What each leads to is invisible to some readers,
# has no text in some row, or isn't there at all.

BAD = {
    "the reader may not see the Event": (Event, one("For which event.", via="event_id")),
    "many rows need a list": (Event, many("For which events.", via="event_id")),
    "has no column colour": (str, column("Its colour.", name="colour")),
    "may be missing in every locale": (str, localized("What they are.", name="title")),
}


@pytest.mark.parametrize("why", BAD)
def test_a_declaration_that_can_not_be_kept_is_refused(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    annotation, declared = BAD[why]
    for name in ("Bad", "BadQuery"):
        monkeypatch.setitem(READ_TYPES, name, READ_TYPES["Query"])  # so that it is taken back at the end
    bad = read_type(models.Speaker)(type("Bad", (), {"__annotations__": {"it": annotation}, "it": declared}))
    asked = {"__annotations__": {"bad": bad | None}, "bad": one("One.", on=lambda _, row: row.id == row.id)}
    query = read_type()(type("BadQuery", (), asked))
    made = strawberry.Schema(query=query, config=StrawberryConfig(scalar_map=SCALARS))
    with pytest.raises(BadDeclaration, match=why):
        Catalog(made._schema)
