"""Who reads each field and who may do each mutation, asked of the whole application from every standing.

The table is matrix.toml. What the schema has and the table hasn't fails here, and so does the other way round.
"""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from graphql import GraphQLObjectType

from models.policies import policies
from schema.build import build
from schema.compiler.declare import Column, Relation
from schema.relay import decode_id, encode_id
from tests.client import Answer, Client
from tests.schema import asking
from tests.schema.asked import Asked

HERE = Path(__file__).with_name("matrix.toml")
MATRIX: dict[str, Any] = tomllib.loads(HERE.read_text())
AUDIENCES: dict[str, list[str]] = MATRIX.pop("audiences")
QUERIES: dict[str, dict[str, str]] = MATRIX.pop("Query")
MUTATIONS: dict[str, dict[str, dict[str, str]]] = MATRIX.pop("Mutation")
EVERYBODY = set(AUDIENCES["everybody"])

BUILT = build()
TYPES = asking.guarded(BUILT.graphql)


def who(said: str) -> set[str]:
    """The standings that "own + registrations.read" means."""
    names = [name for name in said.split(" + ") if name]
    return {standing for name in names for standing in AUDIENCES.get(name, [name])}


def readers(type_name: str) -> dict[str, str]:
    """Every field of a type that has a row, and who reads it."""
    rows = MATRIX.get(type_name, {}).get("fields", {})
    return {field: audience for audience, fields in rows.items() for field in fields}


# The table is whole


def test_every_field_that_can_be_read_has_a_row_and_every_row_a_field() -> None:
    for name, type_ in TYPES.items():
        rows = readers(name)
        missing = type_.fields.keys() - rows.keys()
        assert not missing, (
            f"Who reads {', '.join(f'{name}.{field}' for field in sorted(missing))}? "
            f"Say so in {HERE.name}: [{name}] fields.everybody (of those who see the row), or who else."
        )
        gone = rows.keys() - type_.fields.keys()
        assert not gone, f"{HERE.name} has rows for what {name} hasn't: {', '.join(sorted(gone))}."
    gone = MATRIX.keys() - TYPES.keys()
    assert not gone, f"{HERE.name} has rows for types that there aren't: {', '.join(sorted(gone))}."


@pytest.mark.parametrize(("root", "rows"), [("Query", QUERIES), ("Mutation", MUTATIONS)])
def test_every_root_field_and_mutation_has_a_row_and_every_row_is_of_one(root: str, rows: dict[str, Any]) -> None:
    type_ = BUILT.graphql.type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    missing = type_.fields.keys() - rows.keys()
    assert not missing, (
        f"Who may {', '.join(sorted(missing))}? Say so in {HERE.name}: [{root}.{min(missing)}], "
        "a row for each case in tests/schema/asking.py."
    )
    gone = rows.keys() - type_.fields.keys()
    assert not gone, f"{HERE.name} has rows for what {root} hasn't: {', '.join(sorted(gone))}."


def test_rows_speak_of_audiences_and_standings_that_there_are(asked: Asked) -> None:
    assert asked.world.people.keys() == EVERYBODY
    said = [audience for table in MATRIX.values() for audience in (*table["rows"].values(), *table["fields"])]
    said += [audience for table in MATRIX.values() for audience in table.get("except", {}).values()]
    said += [audience for cases in QUERIES.values() for audience in cases.values()]
    said += [audience for cases in MUTATIONS.values() for answers in cases.values() for audience in answers.values()]
    assert {name for audience in said for name in who(audience)} <= EVERYBODY


def test_what_is_not_for_all_readers_of_a_row_neither_filters_nor_orders() -> None:
    """`where` and `orderBy` would be an oracle, and cursors would carry the value."""
    orders = {
        (bound.target, column.removeprefix("-"))
        for bound in BUILT.catalog.fields.values()
        if isinstance(bound.binding, Relation)
        for column in bound.binding.order
        if bound.binding.shape == "connection"
    }
    for (type_name, name), bound in BUILT.catalog.fields.items():
        binding = bound.binding
        if type_name == "Query" or not isinstance(binding, Column):
            continue
        if binding.where or binding.order or (type_name, binding.name) in orders:
            assert readers(type_name)[name] == "everybody", f"{type_name}.{name}"
        orders.discard((type_name, binding.name))
    assert not orders, "A cursor carries columns that are no field."


# Reading


@pytest.mark.parametrize("type_name", TYPES)
async def test_a_field_is_read_by_those_it_is_for(asked: Asked, type_name: str) -> None:
    table, samples = MATRIX[type_name], asked.world.samples[type_name]
    assert table["rows"].keys() == samples.keys(), "Each sample of tests/schema/standing.py needs a row."
    answers = await asked.samples(type_name)
    told = set()
    for i, label in enumerate(samples):
        rows = {name: found[i] for name, found in answers.items()}
        seers = who(table["rows"][label])
        assert {name for name, row in rows.items() if row} == seers, label
        for field, audience in readers(type_name).items():
            expected = seers & who(table.get("except", {}).get(f"{label}.{field}", audience))
            seen = {name for name in seers if asking.says_something(rows[name][field])}
            if seen:  # a sample may lack what another has
                assert seen == expected, f"{label}.{field}"
                told.add(field)
    silent = readers(type_name).keys() - told
    assert not silent, f"No sample has a value of {', '.join(sorted(silent))}: nothing was tested."


@pytest.mark.parametrize("type_name", TYPES)
async def test_relations_lead_nobody_to_a_row_that_they_do_not_see(asked: Asked, type_name: str) -> None:
    seers = {
        asked.world.ids[f"{of} {label}".strip()]: who(table["rows"][label])
        for of, table in MATRIX.items()
        for label in table["rows"]
        if f"{of} {label}".strip() in asked.world.ids
    }
    for name, data in (await asked.samples(type_name)).items():
        for id in asking.ids_in(data):
            assert name in seers.get(id, EVERYBODY), decode_id(id)


@pytest.mark.parametrize("name", QUERIES)
async def test_a_root_field_gives_what_it_is_for(asked: Asked, name: str) -> None:
    cases = asking.roots(asked.world)[name]
    assert cases.keys() == QUERIES[name].keys()
    for case, document in cases.items():
        answers = await asked.by_each(f"{{ it: {document} }}")
        seen = {standing for standing, data in answers.items() if asking.says_something(data["it"])}
        assert seen == who(QUERIES[name][case]), case


# Another tenant


async def test_staff_of_another_confederation_are_nobody_here(asked: Asked) -> None:
    token = await asked.foreign.token(asked.world.stranger)
    assert (await asked.client.ask("{ me { id } }", authorization=token)).status == 401
    assert (await asked.foreign.ask("{ me { id } }", authorization=token)).data["me"] is not None


async def test_nothing_of_another_confederation_is_read_at_ones_own_address(asked: Asked) -> None:
    for label, id in asked.world.ids.items():
        if not label.endswith("foreign"):
            answer = await asked.foreign.ask(f'{{ node(id: "{id}") {{ id }} }}', person=asked.world.stranger)
            assert answer.data == {"node": None}, label


# Doing


async def answer(client: Client, name: str, person: Any, input: dict[str, Any]) -> tuple[str, Answer]:
    """The type of a mutation's answer."""
    title = name[0].upper() + name[1:]
    document = f"mutation ($input: {title}Input!) {{ it: {name}(input: $input) {{ __typename }} }}"
    given = await client.ask(document, {"input": input}, person=person)
    return given.data["it"]["__typename"], given


CASES = [(name, case) for name, cases in MUTATIONS.items() for case in cases]


@pytest.mark.parametrize(("name", "case"), CASES)
async def test_a_mutation_is_done_for_whom_it_is_and_changes_nothing_for_others(
    asked: Asked, owner: asyncpg.Connection, name: str, case: str
) -> None:
    input = asking.inputs(asked.world)[name][case]
    before = await everything(owner)
    answers: dict[str, set[str]] = {}
    for standing, person in asked.world.people.items():
        given, _ = await answer(asked.client, name, person, input | {"dryRun": True})
        answers.setdefault(given, set()).add(standing)
        if not given.endswith("Payload"):
            assert (await answer(asked.client, name, person, input))[0] == given, standing
    expected = {given: who(audience) for given, audience in MUTATIONS[name][case].items()}
    others = EVERYBODY - {standing for standings in expected.values() for standing in standings}
    assert answers == expected | ({"NotFound": others} if others else {})
    assert (await answer(asked.foreign, name, asked.world.stranger, input))[0] == "NotFound"
    assert await everything(owner) == before


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_case_of_a_mutation_has_a_row(asked: Asked, name: str) -> None:
    assert asking.inputs(asked.world)[name].keys() == MUTATIONS[name].keys()


async def everything(owner: asyncpg.Connection) -> str:
    """A digest of every row that there is."""
    of_a_table = "(select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {} t)"
    digests = [of_a_table.format(table) for table in sorted(policies.by_table)]
    return str(await owner.fetchval(f"select concat({', '.join(digests)})"))


# Absent and invisible


@pytest.mark.parametrize("standing", ["anonymous", "member", "staff elsewhere", "membership officer"])
async def test_absent_and_invisible_are_the_same_answer_byte_for_byte(asked: Asked, standing: str) -> None:
    person, ids = asked.world.people[standing], asked.world.ids
    event = "query ($slug: String!) { event(slug: $slug) { id canRegister { allowed } registrations { totalCount } } }"
    spliced = "query ($slug: String!) { event(slug: $slug) { id title registrations { totalCount } } }"
    node = "query ($id: ID!) { node(id: $id) { id __typename } }"
    publish = """mutation ($id: ID!) { publishEvent(input: {eventId: $id}) {
        __typename ... on Problem { code path message } } }"""
    absent = encode_id("Event", UUID(int=7))
    for document, invisible, nothing in (
        (event, {"slug": "draft"}, {"slug": "absent"}),
        (spliced, {"slug": "draft"}, {"slug": "absent"}),
        (node, {"id": ids["Event draft"]}, {"id": absent}),
        (publish, {"id": ids["Event draft"]}, {"id": absent}),
    ):
        answers = [await asked.client.ask(document, variables, person=person) for variables in (invisible, nothing)]
        assert answers[0] == answers[1]
