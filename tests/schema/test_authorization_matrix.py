"""Who reads each field and who may do each mutation, asked of the whole application from every standing.

The table is tests/schema/matrix/, a file a domain, asked of the samples of tests/schema/standing/. What the schema has
and the table hasn't fails here, and so does the other way round.
"""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from graphql import GraphQLObjectType

from models.policies import policies
from schema.build import build
from schema.compiler.declare import Column, Relation
from schema.compiler.names import camel
from schema.mutations import MUTATIONS as DECLARED
from schema.relay import Node, decode_id, encode_id
from tests.client import Answer, Client
from tests.domains import domain_of
from tests.schema import asking, matrix, standing
from tests.schema.asked import Asked

MATRIX = matrix.read()

BUILT = build()
TYPES = asking.guarded(BUILT.graphql)


def table_of(type_name: str) -> matrix.Table:
    """What is said of a type. AssertionError where nothing is."""
    assert type_name in MATRIX.types, f"Who reads {type_name}? {say_so(type_name)}: [{type_name}]"
    return MATRIX.types[type_name]


# Where a domain says what it has to


def domain(type_name: str, field: str | None = None) -> str:
    """The domain that declares a type, a field of one, or a mutation."""
    if type_name == "Mutation":
        return next(domain_of(made.operate) for made in DECLARED.values() if camel(made.name) == field)
    type_ = BUILT.graphql.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    origin = type_.fields[field].extensions["strawberry-definition"].origin if field else Node
    if origin is Node:
        origin = type_.extensions["strawberry-definition"].origin
    return domain_of(origin)


def say_so(type_name: str, field: str | None = None) -> str:
    """What to do about a missing row."""
    return f"Say so in {matrix.FOLDER}/{domain(type_name, field)}.toml"


def sample_in(type_name: str, field: str | None = None) -> str:
    """Where a sample, or a case, is made."""
    return f"tests/schema/standing/{domain(type_name, field)}.py"


# The table is whole


def test_every_field_that_can_be_read_has_a_row_and_every_row_a_field() -> None:
    for name, type_ in TYPES.items():
        said = MATRIX.types[name].fields if name in MATRIX.types else {}
        for field in sorted(type_.fields.keys() - said.keys()):
            pytest.fail(
                f"Who reads {name}.{field}? {say_so(name, field)}: "
                f"[{name}] fields.everybody (of those who see the row), or who else."
            )
        gone = said.keys() - type_.fields.keys()
        assert not gone, f"{matrix.FOLDER} has rows for what {name} hasn't: {', '.join(sorted(gone))}."
    gone = MATRIX.types.keys() - TYPES.keys()
    assert not gone, f"{matrix.FOLDER} has rows for types that there aren't: {', '.join(sorted(gone))}."


@pytest.mark.parametrize(("root", "rows"), [("Query", MATRIX.queries), ("Mutation", MATRIX.mutations)])
def test_every_root_field_and_mutation_has_a_row_and_every_row_is_of_one(root: str, rows: dict[str, Any]) -> None:
    type_ = BUILT.graphql.type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    for field in sorted(type_.fields.keys() - rows.keys()):
        pytest.fail(
            f"Who may {field}? {say_so(root, field)}: [{root}.{field}], "
            f"a row for each case in {sample_in(root, field)}."
        )
    gone = rows.keys() - type_.fields.keys()
    assert not gone, f"{matrix.FOLDER} has rows for what {root} hasn't: {', '.join(sorted(gone))}."


def test_rows_speak_of_audiences_and_standings_that_there_are(asked: Asked) -> None:
    assert asked.world.people.keys() == MATRIX.everybody
    assert {name for said in (*MATRIX.audiences, *MATRIX.said()) for name in MATRIX.who(said)} <= MATRIX.everybody


def test_exceptions_are_of_samples_and_fields_that_there_are() -> None:
    for name, table in MATRIX.types.items():
        for said in table.exceptions:
            label, _, field = said.rpartition(".")
            assert label in table.rows, f"{name}: {said}"
            assert field in table.fields, f"{name}: {said}"


def test_what_two_files_say_of_the_same_is_an_error() -> None:
    one: dict[str, Any] = {"Avenue": {"rows": {"published": "everybody"}, "fields": {"everybody": ["title"]}}}
    more: dict[str, Any] = {"Avenue": {"rows": {"taken up": "own"}, "fields": {"own": ["takenUpBy"]}}}
    assert matrix.merged([("one", one), ("other", more)]).types["Avenue"] == matrix.Table(
        {"published": "everybody", "taken up": "own"}, {"title": "everybody", "takenUpBy": "own"}, {}
    )
    for again in (
        {"Avenue": {"rows": {"published": "own"}}},
        {"Avenue": {"fields": {"own": ["title"]}}},
    ):
        with pytest.raises(AssertionError, match=r"other, Avenue, says '(published|title)' again, after one"):
            matrix.merged([("one", one), ("other", again)])
    for root in ("Query", "Mutation"):
        said: dict[str, Any] = {root: {"me": {"case": {}}}}
        with pytest.raises(AssertionError, match="other, me, says 'case' again"):
            matrix.merged([("one", said), ("other", said)])


def test_audiences_are_read_from_the_left() -> None:
    said = matrix.Matrix({"everybody": ["own", "staff"], "persons": "everybody - own"}, {}, {}, {})
    assert said.who("") == set()
    assert said.who("persons + own") == said.who("own + persons") == {"own", "staff"}
    assert said.who("own + persons - own") == {"staff"}
    with pytest.raises(AssertionError, match="'nobody' is neither"):
        said.who("own - nobody")


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
            assert table_of(type_name).fields[name] == "everybody", f"{type_name}.{name}"
        orders.discard((type_name, binding.name))
    assert not orders, "A cursor carries columns that are no field."


# Reading


@pytest.mark.parametrize("type_name", TYPES)
async def test_a_field_is_read_by_those_it_is_for(asked: Asked, type_name: str) -> None:
    table, samples = table_of(type_name), asked.world.samples.get(type_name, {})
    assert samples, f"There is no sample of {type_name}: make one in {sample_in(type_name)}."
    assert table.rows.keys() == samples.keys(), (
        f"Who sees each sample of {type_name}? {say_so(type_name)}, and no other."
    )
    answers = await asked.samples(type_name)
    told = set()
    for i, label in enumerate(samples):
        rows = {name: found[i] for name, found in answers.items()}
        seers = MATRIX.who(table.rows[label])
        assert {name for name, row in rows.items() if row} == seers, label
        for field, audience in table.fields.items():
            expected = seers & MATRIX.who(table.exceptions.get(f"{label}.{field}", audience))
            seen = {name for name in seers if asking.says_something(rows[name][field])}
            if seen:  # a sample may lack what another has
                assert seen == expected, f"{label}.{field}"
                told.add(field)
    for field in sorted(table.fields.keys() - told):
        pytest.fail(
            f"No sample has a value of {type_name}.{field}: nothing was tested. "
            f"Make one in {sample_in(type_name, field)}."
        )


@pytest.mark.parametrize("type_name", TYPES)
async def test_relations_lead_nobody_to_a_row_that_they_do_not_see(asked: Asked, type_name: str) -> None:
    assert type_name in asked.world.samples, f"There is no sample of {type_name}: make one in {sample_in(type_name)}."
    seers = {
        asked.world.ids[f"{of} {label}".strip()]: MATRIX.who(said)
        for of, table in MATRIX.types.items()
        for label, said in table.rows.items()
        if f"{of} {label}".strip() in asked.world.ids
    }
    for name, data in (await asked.samples(type_name)).items():
        for id in asking.ids_in(data):
            assert name in seers.get(id, MATRIX.everybody), decode_id(id)


@pytest.mark.parametrize("name", MATRIX.queries)
async def test_a_root_field_gives_what_it_is_for(asked: Asked, name: str) -> None:
    cases = standing.roots(asked.world).get(name, {})
    assert cases.keys() == MATRIX.queries[name].keys(), f"The cases of {name} are those of {sample_in('Query', name)}."
    for case, document in cases.items():
        answers = await asked.by_each(f"{{ it: {document} }}")
        seen = {who for who, data in answers.items() if asking.says_something(data["it"])}
        assert seen == MATRIX.who(MATRIX.queries[name][case]), case


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


CASES = [(name, case) for name, cases in MATRIX.mutations.items() for case in cases]


@pytest.mark.parametrize(("name", "case"), CASES)
async def test_a_mutation_is_done_for_whom_it_is_and_changes_nothing_for_others(
    asked: Asked, owner: asyncpg.Connection, name: str, case: str
) -> None:
    input = standing.inputs(asked.world)[name][case]
    before = await everything(owner)
    answers: dict[str, set[str]] = {}
    for who, person in asked.world.people.items():
        given, _ = await answer(asked.client, name, person, input | {"dryRun": True})
        answers.setdefault(given, set()).add(who)
        if not given.endswith("Payload"):
            assert (await answer(asked.client, name, person, input))[0] == given, who
    expected = {given: MATRIX.who(audience) for given, audience in MATRIX.mutations[name][case].items()}
    others = MATRIX.everybody.difference(*expected.values())
    assert answers == expected | ({"NotFound": others} if others else {})
    assert (await answer(asked.foreign, name, asked.world.stranger, input))[0] == "NotFound"
    assert await everything(owner) == before


@pytest.mark.parametrize("name", MATRIX.mutations)
def test_every_case_of_a_mutation_has_a_row(asked: Asked, name: str) -> None:
    cases = standing.inputs(asked.world).get(name, {}).keys()
    assert cases == MATRIX.mutations[name].keys(), f"The cases of {name} are those of {sample_in('Mutation', name)}."


async def everything(owner: asyncpg.Connection) -> str:
    """A digest of every row that there is."""
    of_a_table = "(select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {} t)"
    digests = [of_a_table.format(table) for table in sorted(policies.by_table)]
    return str(await owner.fetchval(f"select concat({', '.join(digests)})"))


# Absent and invisible


@pytest.mark.parametrize("who", ["anonymous", "member", "staff elsewhere", "membership officer"])
async def test_absent_and_invisible_are_the_same_answer_byte_for_byte(asked: Asked, who: str) -> None:
    person, ids = asked.world.people[who], asked.world.ids
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
