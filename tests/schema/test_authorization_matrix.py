"""Who reads each field and who may do each mutation, asked of the whole application from every standing.

The table is tests/schema/matrix/, a file a domain, asked of the samples of tests/schema/standing/. What the schema has
and the table hasn't fails here, and so does the other way round.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schema.base.ids import decode_id, encode_id
from schema.compiler.bindings import Column, Relation
from tests.schema import asking, declared, matrix, standing
from tests.schema.asked import BUILT, TYPES, Asked
from tests.schema.declared import domain, sample_in
from tests.schema.digests import differing, digests

MATRIX = matrix.read()

Record = Callable[[str, object], None]


# The table is whole


@pytest.mark.promise("authorization-matrix")
def test_whatever_can_be_read_or_done_has_a_row_and_every_row_is_of_something(
    asked: Asked, record_property: Record
) -> None:
    missing = [*declared.without_a_row(BUILT.graphql, MATRIX), *declared.without_a_case(asked.world, MATRIX)]
    assert not missing, "\n".join(missing)
    record_property("matrix", declared.size(BUILT.graphql, MATRIX))


def test_what_is_not_declared_says_what_to_write_and_where(asked: Asked) -> None:
    """Of every kind: what the table lacks is named with its file, and so is what only the table has."""

    def lacking(change: Callable[[matrix.Matrix], object]) -> list[str]:
        table = deepcopy(MATRIX)
        change(table)
        return [*declared.without_a_row(BUILT.graphql, table), *declared.without_a_case(asked.world, table)]

    toml, samples = "tests/schema/matrix", "tests/schema/standing"
    assert lacking(lambda table: table.types.pop("Avenue")) == [
        f"Who sees an Avenue? Say so in {toml}/events.toml: [Avenue] rows."
    ]
    everybody = "[Event] fields.everybody (of those who see the row), or who else."
    assert lacking(lambda table: table.types["Event"].fields.pop("seatsTaken")) == [
        f"Who reads Event.seatsTaken? Say so in {toml}/events.toml: {everybody}"
    ]
    assert lacking(lambda table: table.types["Event"].fields.update(gone="own")) == [
        f"{toml} has a row for Event.gone, which there isn't."
    ]
    assert lacking(lambda table: table.types.update(Gone=MATRIX.types["Avenue"])) == [
        f"{toml} has rows for the type Gone, which there isn't."
    ]
    for root, name, file in (
        ("Query", "segment", "people"),
        ("Mutation", "createEvent", "events"),
        ("Mutation", "createRegistrationGuest", "events"),
        ("Subscription", "eventCounts", "events"),
    ):
        row = f"[{root}.{name}], a row for each case in {samples}/{file}.py."
        assert lacking(lambda table, root=root, name=name: table.roots[root].pop(name)) == [  # type: ignore[misc]
            f"Who may {name}? Say so in {toml}/{file}.toml: {row}"
        ]
    assert lacking(lambda table: table.queries.update(gone={})) == [
        f"{toml} has rows for Query.gone, which there isn't."
    ]
    assert lacking(lambda table: table.mutations["grantRole"].pop("editor")) == [
        f"Who may grantRole in the case 'editor'? Say so in {toml}/tenancy.toml: [Mutation.grantRole.\"editor\"]."
    ]
    assert lacking(lambda table: table.mutations["grantRole"].update(gone={})) == [
        f"{toml} has the case 'gone' of grantRole: make it in {samples}/tenancy.py, or take the row out."
    ]
    assert lacking(lambda table: table.types["Avenue"].rows.pop("closed")) == [
        f"Who sees the Avenue 'closed'? Say so in {toml}/events.toml: [Avenue] rows.\"closed\"."
    ]


def test_an_input_whose_identifiers_no_case_gives_says_where_one_is_made(asked: Asked) -> None:
    """They are what the attacks of tests/schema/test_isolation.py are made of."""
    inputs = standing.inputs(asked.world)
    assert declared.without_an_identifier(BUILT.graphql, inputs) == []
    del inputs["grantRole"]["editor"]
    for case in inputs["grantRole"].values():
        del case["personId"]
    assert declared.without_an_identifier(BUILT.graphql, inputs) == [
        "Whose GrantRoleInput.personId may one name? Give it in a case of grantRole in tests/schema/standing/roles.py."
    ]


def test_rows_speak_of_audiences_and_standings_that_there_are(asked: Asked) -> None:
    assert asked.standings.keys() == MATRIX.everybody
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
    audiences: dict[str, list[str] | str] = {
        "everybody": ["own", "staff", "staff in a session"],
        "staff": ["staff", "staff in a session"],
        "persons": "everybody - own",
        "managers": ["staff"],
    }
    said = matrix.Matrix(audiences, {}, {}, {}, {})
    assert said.who("") == set()
    assert said.who("managers") == said.who("staff") == {"staff", "staff in a session"}
    assert said.who("persons + own") == said.who("own + persons") == {"own", "staff", "staff in a session"}
    assert said.who("own + persons - own") == {"staff", "staff in a session"}
    with pytest.raises(AssertionError, match="'nobody' is neither"):
        said.who("own - nobody")


@pytest.mark.promise("filters-orders-cursors")
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
            assert MATRIX.types[type_name].fields[name] == "everybody", f"{type_name}.{name}"
        orders.discard((type_name, binding.name))
    assert not orders, "A cursor carries columns that are no field."


# Reading


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("type_name", TYPES)
async def test_a_field_is_read_by_those_it_is_for(asked: Asked, type_name: str, record_property: Record) -> None:
    table, samples = MATRIX.types[type_name], asked.world.samples[type_name]
    answers = await asked.samples(type_name)
    wrong: list[str] = []
    told = set()
    for i, label in enumerate(samples):
        rows = {name: found[i] for name, found in answers.items()}
        seers = MATRIX.who(table.rows[label])
        wrong += unlike(f"the sample {label!r}", {name for name, row in rows.items() if row}, seers)
        for field, audience in table.fields.items():
            expected = seers & MATRIX.who(table.exceptions.get(f"{label}.{field}", audience))
            seen = {name for name in seers if rows[name] and asking.says_something(rows[name][field])}
            if seen:  # a sample may lack what another has
                wrong += unlike(f"{field} of {label!r}", seen, expected)
                told.add(field)
    assert not wrong, "\n".join(wrong)
    for field in sorted(table.fields.keys() - told):
        pytest.fail(
            f"No sample has a value of {type_name}.{field}: nothing was tested. "
            f"Make one in {sample_in(type_name, field)}."
        )
    record_property("cells of fields", len(samples) * len(table.fields) * len(answers))


def unlike(what: str, found: set[str], expected: set[str]) -> Iterable[str]:
    """Who gets more than the table says, and who less."""
    more, less = found - expected, expected - found
    if more:
        yield f"{what}: also for {', '.join(sorted(more))}"
    if less:
        yield f"{what}: not for {', '.join(sorted(less))}"


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("type_name", TYPES)
async def test_relations_lead_nobody_to_a_row_that_they_do_not_see(asked: Asked, type_name: str) -> None:
    seers = {
        asked.world.ids[f"{of} {label}".strip()]: MATRIX.who(said)
        for of, table in MATRIX.types.items()
        for label, said in table.rows.items()
        if f"{of} {label}".strip() in asked.world.ids
    }
    for name, data in (await asked.samples(type_name)).items():
        for id in asking.ids_in(data):
            assert name in seers.get(id, MATRIX.everybody), decode_id(id)


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("name", MATRIX.queries)
async def test_a_root_field_gives_what_it_is_for(asked: Asked, name: str, record_property: Record) -> None:
    cases = standing.roots(asked.world)[name]
    wrong: list[str] = []
    for case, document in cases.items():
        answers = await asked.by_each(*asking.varied(f"{{ it: {document} }}"))
        seen = {who for who, data in answers.items() if asking.says_something(data["it"])}
        wrong += unlike(case, seen, MATRIX.who(MATRIX.queries[name][case]))
    assert not wrong, "\n".join(wrong)
    record_property("cells of root fields", len(cases) * len(asked.standings))


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("name", MATRIX.subscriptions)
async def test_a_subscription_tells_those_it_is_for(asked: Asked, name: str, record_property: Record) -> None:
    cases = standing.roots(asked.world)[name]
    wrong: list[str] = []
    for case, document in cases.items():
        told = {who: await asked.first_told(who, f"subscription {{ it: {document} }}") for who in asked.standings}
        seen = {who for who, answer in told.items() if "errors" not in answer}
        wrong += unlike(case, seen, MATRIX.who(MATRIX.subscriptions[name][case]))
        assert all(answer["data"]["it"] for who, answer in told.items() if who in seen)
        assert {error["extensions"]["code"] for who in told.keys() - seen for error in told[who]["errors"]} <= {
            "NOT_SIGNED_IN",
            "NOT_FOUND",
        }
    assert not wrong, "\n".join(wrong)
    record_property("cells of subscriptions", len(cases) * len(asked.standings))


# Doing


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("of", sorted({domain("Mutation", name) for name in MATRIX.mutations}))
async def test_a_mutation_is_done_for_whom_it_is_and_changes_nothing_for_others(
    asked: Asked, owner: asyncpg.Connection, of: str, record_property: Record
) -> None:
    """Whoever it is for only tries it; whoever is refused is refused in earnest."""
    inputs = standing.inputs(asked.world)
    cases = [(name, case) for name in MATRIX.mutations if domain("Mutation", name) == of for case in inputs[name]]
    said = {
        (name, case): {given: MATRIX.who(audience) for given, audience in MATRIX.mutations[name][case].items()}
        for name, case in cases
    }
    tenants = [asked.world.make.tenant.id, asked.world.foreign.tenant.id]
    before = await digests(owner, tenants)
    answers: dict[tuple[str, str], dict[str, set[str]]] = {key: {} for key in cases}
    for batch in (cases[i : i + asking.AT_ONCE] for i in range(0, len(cases), asking.AT_ONCE)):
        document = asking.mutations([name for name, _ in batch])
        for who in asked.standings:
            doing = {
                f"i{i}": inputs[name][case] | {"dryRun": who in said[name, case].get(asking.payload(name), ())}
                for i, (name, case) in enumerate(batch)
            }
            data = (await asked.ask(who, document, doing)).data
            for i, key in enumerate(batch):
                answers[key].setdefault(asking.outcome(data[f"m{i}"]["__typename"]), set()).add(who)
    wrong: list[str] = []
    for (name, case), found in answers.items():
        expected = said[name, case]
        others = MATRIX.everybody.difference(*expected.values())
        whole = expected | {"NotFound": others | expected.get("NotFound", set())}
        for given in sorted(found.keys() | whole.keys()):
            wrong += unlike(f"{name}, {case}: {given}", found.get(given, set()), whole.get(given, set()))
    assert not wrong, "\n".join(wrong)
    changed = differing(before, await digests(owner, tenants))
    assert not changed, f"A refusal has changed rows of {', '.join(changed)}."
    record_property("cells of mutations", len(cases) * len(asked.standings))


# Absent and invisible


@pytest.mark.promise("absent-like-invisible")
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
