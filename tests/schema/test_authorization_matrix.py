"""Who reads each field and who may do each mutation, asked of the whole application from every standing.

What is said of them is in tests/access/, of the rows of one world. What the schema or the database has and nothing is
said of fails here, and so does the other way round.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest

from schema.base.ids import decode_id, encode_id
from schema.compiler.bindings import Column, Relation
from tests import access
from tests.access import asking, declared, matrix
from tests.access.asked import BUILT, TYPES, Asked
from tests.access.declared import domain, place, type_of_root

MATRIX = matrix.read()
QUERIES = BUILT.graphql.type_map["Query"].fields  # type: ignore[attr-defined]
SUBSCRIPTIONS = BUILT.graphql.type_map["Subscription"].fields  # type: ignore[attr-defined]

Record = Callable[[str, object], None]


# What is said is whole


@pytest.mark.promise("authorization-matrix")
def test_whatever_can_be_read_or_done_has_a_row_and_every_row_is_of_something(
    asked: Asked, record_property: Record
) -> None:
    missing = [*declared.without_rights(BUILT.graphql, MATRIX), *declared.without_a_case(asked.world, MATRIX)]
    assert not missing, "\n".join(missing)
    record_property("matrix", declared.size(asked.world, MATRIX))


def test_what_is_not_declared_says_what_to_write_and_where(asked: Asked) -> None:
    """Of every kind: what nothing is said of is named with its folder, and so is what is only said."""

    def lacking(change: Callable[[matrix.Matrix], object]) -> list[str]:
        table = deepcopy(MATRIX)
        change(table)
        return [*declared.without_rights(BUILT.graphql, table), *declared.without_a_case(asked.world, table)]

    here = "tests/access"
    for name, file in (("Avenue", "events"), ("SignInLink", "identity"), ("Money", "events")):
        assert lacking(lambda table, name=name: table.types.pop(name))[0] == (  # type: ignore[misc]
            f"Who sees an {name}? Say so in {here}/{file}/*.toml: [{name}] rows."
        )
    assert lacking(lambda table: table.types["Avenue"].writers.clear()) == [
        f"Who writes an Avenue? Say so in {here}/events/*.toml: [Avenue] writers."
    ]
    assert lacking(lambda table: table.types["Avenue"].writers.update(gone="own")) == [
        f"{here} has writers for Avenue 'gone', which is no sample."
    ]
    assert lacking(lambda table: table.types["Event"].fields.update(gone="own")) == [
        f"{here} speaks of Event.gone, which there isn't."
    ]
    assert lacking(lambda table: table.types["Event"].exceptions.update({"gone.title": "own"})) == [
        f"{here} speaks of Event 'gone.title', and there is no such sample."
    ]
    assert lacking(lambda table: table.types.update(Gone=matrix.Rights({}))) == [
        f"{here} has rows for Gone, which is no type and no table."
    ]
    assert lacking(lambda table: table.mutations.pop("createEvent")) == [
        f"Who may createEvent? Say so in {here}/events/*.toml: [Mutation] createEvent."
    ]
    assert lacking(lambda table: table.queries.update(gone={})) == [
        f"{here} has rows for Query.gone, which there isn't."
    ]
    row = '[Query.events] "a draft", or call the case as a sample of Event.'
    assert lacking(lambda table: table.queries["events"].pop("a draft")) == [
        f"Who is given events in the case 'a draft'? Say so in {here}/events/*.toml: {row}"
    ]
    assert lacking(lambda table: table.mutations["grantRole"].pop("editor")) == [  # type: ignore[union-attr]
        f"Who may grantRole in the case 'editor'? Say so in {here}/tenancy/*.toml: [Mutation] grantRole.\"editor\"."
    ]
    assert lacking(lambda table: table.mutations["grantRole"].update(gone="own")) == [  # type: ignore[union-attr]
        f"{here} has the case 'gone' of grantRole: make it in {here}/tenancy/*.py, or take the row out."
    ]
    assert lacking(lambda table: table.types["Avenue"].rows.pop("closed")) == [
        f"Who sees the Avenue 'closed'? Say so in {here}/events/*.toml: [Avenue] rows."
    ]
    assert lacking(lambda table: table.types["Avenue"].rows.update(gone="own")) == [
        f"{here} has the Avenue 'gone': make it in {here}/events/*.py."
    ]


def test_an_input_whose_identifiers_no_case_gives_says_where_one_is_made(asked: Asked) -> None:
    """They are what the attacks of tests/schema/test_isolation.py are made of."""
    inputs = access.inputs(asked.world)
    assert declared.without_an_identifier(BUILT.graphql, inputs) == []
    del inputs["grantRole"]["editor"]
    for case in inputs["grantRole"].values():
        del case["personId"]
    assert declared.without_an_identifier(BUILT.graphql, inputs) == [
        "Whose GrantRoleInput.personId may one name? Give it in a case of grantRole in tests/access/tenancy/*.py."
    ]


def test_rows_speak_of_audiences_and_standings_that_there_are(asked: Asked) -> None:
    assert asked.standings.keys() == MATRIX.everybody
    assert {name for said in (*MATRIX.audiences, *MATRIX.said()) for name in MATRIX.who(said)} <= MATRIX.everybody


def test_what_two_files_say_of_the_same_is_an_error() -> None:
    one: dict[str, Any] = {"Avenue": {"rows": {"everybody": ["published"]}, "writers": "own"}}
    more: dict[str, Any] = {"Avenue": {"rows": {"own": ["taken up"]}, "fields": {"own": ["takenUpBy"]}}}
    assert matrix.merged([("one", one), ("other", more)]).types["Avenue"] == matrix.Rights(
        {"published": "everybody", "taken up": "own"}, {"": "own"}, {"takenUpBy": "own"}
    )
    for again, twice in (
        ({"rows": {"own": ["published"]}}, "published"),
        ({"fields": {"everybody": ["takenUpBy"]}}, "takenUpBy"),
        ({"writers": "everybody"}, ""),
    ):
        with pytest.raises(AssertionError, match=f"last, Avenue, says '{twice}' again, after o"):
            matrix.merged([("one", one), ("other", more), ("last", {"Avenue": again})])
    said: dict[str, Any] = {"Query": {"me": {"case": ""}}}
    with pytest.raises(AssertionError, match="other, me, says 'case' again"):
        matrix.merged([("one", said), ("other", said)])
    with pytest.raises(AssertionError, match="other says 'renew' again"):
        matrix.merged([(file, {"Mutation": {"renew": "asks own"}}) for file in ("one", "other")])


def test_a_mutation_is_answered_as_its_shape_says() -> None:
    audiences: dict[str, list[str] | str] = {
        "everybody": ["nobody", "key", "own", "member", "staff", "staff in an old session"],
        "anonymous": ["nobody"],
        "people": ["own", "member", "staff", "staff in an old session"],
        "manage": ["staff", "staff in an old session"],
        "in an old session": ["staff in an old session"],
    }

    def answers(shape: str | dict[str, str], *hidden_from: str) -> dict[str, set[str]]:
        said = matrix.Matrix(audiences, {}, mutations={"renew": {"case": shape}})
        return said.answers("renew", "case", said.everybody.difference(hidden_from))

    staff = {"staff", "staff in an old session"}
    others = {"NotSignedIn": {"nobody"}, "NotAllowed": {"key", "own", "member"}}
    assert answers("asks manage") == {"RenewPayload": staff} | others
    assert answers("asks manage: WrongState") == {"WrongState": staff} | others
    assert answers("asks manage, recently: WrongState") == others | {
        "WrongState": {"staff"},
        "StepUpRequired": {"staff in an old session"},
    }
    assert answers("asks manage", "nobody", "key", "member") == {
        "RenewPayload": staff,
        "NotAllowed": {"own"},
        "NotFound": {"nobody", "key", "member"},
    }
    assert answers("asks manage", *staff) == others | {"NotFound": staff}
    assert answers("signed in", "member") == {
        "RenewPayload": {"own"} | staff,
        "NotSignedIn": {"nobody", "key"},
        "NotFound": {"member"},
    }
    assert answers({"asks": "signed in: NotAMember", "Payload": "own"}, "key") == {
        "RenewPayload": {"own"},
        "NotAMember": {"member"} | staff,
        "NotSignedIn": {"nobody"},
        "NotFound": {"key"},
    }
    with pytest.raises(AssertionError, match="'for manage' is no shape of a mutation"):
        answers("for manage")


def test_audiences_are_read_from_the_left() -> None:
    audiences: dict[str, list[str] | str] = {
        "everybody": ["own", "staff", "staff in a session"],
        "staff": ["staff", "staff in a session"],
        "persons": "everybody - own",
        "managers": ["staff"],
    }
    said = matrix.Matrix(audiences, {})
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
            assert name not in MATRIX.types[type_name].fields, f"{type_name}.{name}"
        orders.discard((type_name, binding.name))
    assert not orders, "A cursor carries columns that are no field."


# Reading


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("type_name", TYPES)
async def test_a_field_is_read_by_those_it_is_for(asked: Asked, type_name: str, record_property: Record) -> None:
    """A field is whoever's who sees the row, unless something else is said. Where nobody sees a value of it in any
    sample of a kind of row, nothing is asked, and it has to be said why."""
    said, samples = MATRIX.types[type_name], [*asked.world.samples[type_name]]
    answers = await asked.samples(type_name)
    fields = TYPES[type_name].fields
    wrong: list[str] = []
    cells, unasked = 0, set()
    for audience, labels in said.kinds().items():
        blank = set(fields)
        for label in labels:
            rows = {who: found[samples.index(label)] for who, found in answers.items()}
            seers = MATRIX.who(audience)
            wrong += unlike(f"the sample {label!r}", {who for who, row in rows.items() if row}, seers)
            cells += len(rows)
            for field in fields:
                seen = {who for who, row in rows.items() if row and asking.says_something(row[field])}
                if seen:
                    wrong += unlike(f"{field} of {label!r}", seen, MATRIX.readers(type_name, label, field))
                    cells += len(rows)
                    blank.discard(field)
        unasked |= {field for field in blank if any(MATRIX.readers(type_name, label, field) for label in labels)}
    for field in sorted(unasked - said.unasked.keys()):
        kinds = f"Give some sample of each kind of row a value in {place(type_name, field, 'py')}, or say why not"
        wrong.append(f"Who reads {type_name}.{field}? Nobody sees one. {kinds}: [{type_name}] unasked.")
    wrong += [f"unasked {field}: it is." for field in sorted(said.unasked.keys() - unasked)]
    assert not wrong, "\n".join(wrong)
    record_property("cells of fields", cells)


def unlike(what: str, found: set[str], expected: set[str]) -> Iterable[str]:
    """Who gets more than is said, and who less."""
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
        for of, rights in MATRIX.types.items()
        for label, said in rights.rows.items()
        if f"{of} {label}".strip() in asked.world.ids
    }
    for name, data in (await asked.samples(type_name)).items():
        for id in asking.ids_in(data):
            assert name in seers.get(id, MATRIX.everybody), decode_id(id)


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("name", QUERIES)
async def test_a_root_field_gives_what_it_is_for(asked: Asked, name: str, record_property: Record) -> None:
    cases = access.roots(asked.world)[name]
    wrong: list[str] = []
    for case, document in cases.items():
        answers = await asked.by_each(*asking.varied(f"{{ it: {document} }}"))
        seen = {who for who, data in answers.items() if asking.says_something(data["it"])}
        wrong += unlike(case, seen, MATRIX.given("Query", name, case, type_of_root("Query", name)) or set())
    assert not wrong, "\n".join(wrong)
    record_property("cells of root fields", len(cases) * len(asked.standings))


@pytest.mark.promise("authorization-matrix")
@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_a_subscription_tells_those_it_is_for(asked: Asked, name: str, record_property: Record) -> None:
    cases = access.roots(asked.world)[name]
    wrong: list[str] = []
    for case, document in cases.items():
        told = {who: await asked.first_told(who, f"subscription {{ it: {document} }}") for who in asked.standings}
        seen = {who for who, answer in told.items() if "errors" not in answer}
        wrong += unlike(case, seen, MATRIX.given("Subscription", name, case, type_of_root("Query", name)) or set())
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
    asked: Asked, of: str, record_property: Record
) -> None:
    """Whoever it is for only tries it; whoever is refused is refused in earnest."""
    inputs, make = access.inputs(asked.world), asked.world.make
    cases = [(name, case) for name in sorted(inputs) if domain("Mutation", name) == of for case in inputs[name]]
    expected = {
        (name, case): declared.answers(asked.world, MATRIX, name, case, inputs[name][case]) for name, case in cases
    }
    before = await make.picture(asked.world.foreign)
    found: dict[tuple[str, str], matrix.Answers] = {key: {} for key in cases}
    for batch in (cases[i : i + asking.AT_ONCE] for i in range(0, len(cases), asking.AT_ONCE)):
        document = asking.mutations([name for name, _ in batch])
        for who in asked.standings:
            doing = {
                f"i{i}": inputs[name][case] | {"dryRun": who in expected[name, case].get(asking.payload(name), ())}
                for i, (name, case) in enumerate(batch)
            }
            data = (await asked.ask(who, document, doing)).data
            for i, key in enumerate(batch):
                found[key].setdefault(asking.outcome(data[f"m{i}"]["__typename"]), set()).add(who)
    wrong: list[str] = []
    for (name, case), whole in expected.items():
        answers = found[name, case]
        for given in sorted(answers.keys() | whole.keys()):
            wrong += unlike(f"{name}, {case}: {given}", answers.get(given, set()), whole.get(given, set()))
    assert not wrong, "\n".join(wrong)
    assert await make.picture(asked.world.foreign) == before
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
