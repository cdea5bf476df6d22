"""Another tenant, and what one doesn't see: there is nothing, and it is the same nothing as what never was.

- With every check of the services' own taken out (`bypass`), row security alone gives nothing of another tenant.
- An identifier of another tenant's, one that is invisible, and one that never was are answered in the same bytes.

What is attacked with is generated from the schema: every place in every input where an identifier stands, every type
that has one. The other confederation has all that the world has, so there is something to be got in every table.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from graphql import GraphQLSchema, get_named_type, is_required_argument
from sqlmodel import SQLModel

from schema.base.ids import decode_id, encode_id
from services.core.actor import Actor, Tenant, system
from services.core.database.connections import Database, Readers
from services.core.work import Work, begin
from tests import access
from tests.access import asking, declared, matrix
from tests.access.asked import BUILT, TYPES, Asked
from tests.client import Answer
from tests.schema.bypass import checks_bypassed, tenant_forgotten

MATRIX = matrix.read()
NODE = "query ($id: ID!) { it: node(id: $id) { id __typename } }"
TOLD = "__typename ... on Problem { code path message } ... on NotFound { kind }"

Record = Callable[[str, object], None]

Attack = tuple[str, str, declared.Path, dict[str, Any], str]
"""A mutation and a case, a place of an identifier in its input, and what another has there."""


def never(id: str) -> str:
    """An identifier of the same type that never was."""
    found = decode_id(id)
    assert found is not None, id
    return encode_id(found[0], UUID(int=7))


def in_batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many as go into a request at a time."""
    return (items[i : i + asking.AT_ONCE] for i in range(0, len(items), asking.AT_ONCE))


async def all_answers(asked: Asked, who: str, attacks: Sequence[tuple[str, dict[str, Any]]]) -> list[Answer]:
    """What somebody is answered to mutations with inputs, many at a time."""
    return [
        await asked.ask(
            who,
            asking.mutations([name for name, _ in batch], TOLD),
            {f"i{i}": input for i, (_, input) in enumerate(batch)},
        )
        for batch in in_batches(attacks)
    ]


def types_of(answers: Sequence[Answer]) -> list[str]:
    """The types of what mutations answered, in their order."""
    return [given["__typename"] for answer in answers for given in answer.data.values()]


def with_never(input: Any) -> Any:
    """The input with every identifier in it replaced by one that never was."""
    if isinstance(input, dict):
        return {name: with_never(value) for name, value in input.items()}
    if isinstance(input, list):
        return [with_never(value) for value in input]
    return never(input) if isinstance(input, str) and decode_id(input) else input


# Without row security's help there would be something to get


@pytest.fixture
def whole_inputs(asked: Asked) -> list[tuple[str, dict[str, Any]]]:
    """Every case of every mutation that names something of the world's."""
    inputs = access.inputs(asked.world)
    return [(name, case) for name, cases in inputs.items() for case in cases.values() if with_never(case) != case]


@pytest.mark.promise("isolation-without-checks")
async def test_every_table_has_rows_in_both_and_gives_the_other_none(
    asked: Asked, database: Database, record_property: Record
) -> None:
    ours, theirs = asked.world.make.tenant, asked.other.world.make.tenant
    pictures = [await each.world.make.picture() for each in (asked, asked.other)]
    empty = [table for table in pictures[0] if not all(picture[table] for picture in pictures)]
    assert not empty, f"Nothing was tried on {', '.join(empty)}: make rows in {matrix.FOLDER}."
    for table, rows in pictures[1].items():
        column = "id" if table == "confederation" else "confederation_id"
        # A change that doesn't say when is stopped before row security is asked.
        moment = ", updated_at = now()" if "updated_at" in SQLModel.metadata.tables[table].c else ""
        async with begin(database, system(theirs), dry_run=True) as work:
            connection = await work.connection()
            assert await connection.fetchval(f"select count(*) from {table} where {column} = $1", ours.id) == 0, table
            assert await connection.fetchval(f"select count(*) from {table}") in (0, len(rows)), table
            for change in (
                f"update {table} set {column} = {column} where {column} = $1",
                f"update {table} set {column} = $1{moment}",
                f"delete from {table} where {column} = $1",
            ):
                try:
                    async with connection.transaction():
                        done = await connection.execute(change, ours.id)
                except asyncpg.InsufficientPrivilegeError:
                    continue
                assert done.endswith(" 0"), (table, change, done)
    record_property("cells of tables", len(pictures[0]) * 5)
    record_property("matrix", f"rows in both confederations, and nothing across, in {len(pictures[0])} tables")


@pytest.mark.promise("isolation-without-checks")
async def test_with_every_check_bypassed_no_mutation_reaches_another_tenant(
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
    whole_inputs: list[tuple[str, dict[str, Any]]],
    record_property: Record,
) -> None:
    """Its administrator, at their own address, brings the identifiers of the other: all of them, or one at a time."""
    other, make = asked.other, asked.world.make
    before = await make.picture()
    nothing = [(name, with_never(input)) for name, input in whole_inputs]
    planted = [(name, declared.with_(input, path, id)) for name, _, path, input, id in among_others(other, asked)]
    absent = [(name, declared.with_(input, path, never(id))) for name, _, path, input, id in among_others(other, asked)]
    with checks_bypassed(monkeypatch) as bypass:
        found = await all_answers(other, "staff", whole_inputs)
        same(whole_inputs, found, await all_answers(other, "staff", nothing))
        among = await all_answers(other, "staff", planted)
        same(planted, among, await all_answers(other, "staff", absent))
    assert bypass.conditions > len(whole_inputs)
    assert not [name for name in types_of(among) if name.endswith("Payload")]
    assert set(types_of(found)) == {"NotFound"}
    assert await make.picture() == before
    record_property("cells of bypassed mutations", len(whole_inputs) + len(planted))


@pytest.mark.promise("isolation-without-checks")
async def test_without_row_security_the_same_attacks_get_through(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, whole_inputs: list[tuple[str, dict[str, Any]]]
) -> None:
    """What shows that the tests around this one can fail."""
    through, tried = [], whole_inputs[::3]
    whole = (Work.start, Actor.may, Actor.require, vars(Actor)["settings"], Readers.fetch)
    with checks_bypassed(monkeypatch, row_security=False) as bypass:
        for name, input in tried:
            document = asking.mutations([name])
            answer = await asked.other.ask("staff", document, {"i0": input | {"dryRun": True}})
            # Where a row would be of one tenant and refer to another's, composite foreign keys stop it even so.
            through += [name] * (asking.preview(name).encode() in answer.body)
        events = await asked.other.ask("staff", '{ events(where: {slug: {eq: "draft"}}, first: 500) { nodes { id } } }')
    assert bypass.granted > len(tried) // 2
    assert len(through) > len(tried) // 4, f"{len(through)} of {len(tried)}"
    assert asked.world.ids["Event draft"].encode() in events.body
    assert whole == (Work.start, Actor.may, Actor.require, vars(Actor)["settings"], Readers.fetch)


def among_others(at: Asked, whose: Asked) -> Iterator[Attack]:
    """For each place of an identifier in a mutation's input: an input of the one, and what the other has there."""
    own, theirs = access.inputs(at.world), access.inputs(whose.world)
    for name, cases in own.items():
        for path in declared.identifiers(BUILT.graphql, name):
            # The case that names least: what else it names may be checked first.
            _, case = min((len(str(input)), case) for case, input in cases.items() if declared.given(input, path))
            yield name, case, path, cases[case], declared.given(theirs[name][case], path)


def same(attacks: Sequence[tuple[str, Any]], found: Sequence[Answer], expected: Sequence[Answer]) -> None:
    """AssertionError where an attack is told anything but what the other is, byte for byte, and which."""
    if found == expected:
        return
    for batch, one, other in zip(in_batches(attacks), found, expected, strict=True):
        for i, (name, input) in enumerate(batch):
            assert one.data[f"m{i}"] == other.data[f"m{i}"], (name, input)
        assert one == other


@pytest.mark.promise("isolation-without-checks")
@pytest.mark.parametrize("who", ["staff", "anonymous"])
async def test_with_the_tenant_taken_out_of_every_statement_nothing_else_is_read(
    asked: Asked, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, who: str, record_property: Record
) -> None:
    """The same bytes; and elevated besides, when there is more of one's own to read, nothing of the other's."""
    other, everything = asked.other, await ids_of(owner, asked.world.make.tenant)
    ours, conditions = {id for ids in everything.values() for id in ids}, 0
    documents = [(NODE, {"id": id}) for id in asked.world.ids.values()]
    for cases in access.roots(other.world).values():
        documents += [asking.varied(f"{{ it: {document} }}") for document in cases.values()]
    if who == "staff":
        documents += list(one_of_each(other))
    for document, values in documents:
        found = expected = None
        for _ in range(2):  # what was read may have been recorded, and be there to be read itself
            expected = await other.ask(who, document, values)
            with tenant_forgotten(monkeypatch) as bypass:
                found = await other.ask(who, document, values)
            conditions += bypass.conditions
            if found == expected:
                break
        assert found == expected, document
        with checks_bypassed(monkeypatch):
            data = (await other.ask(who, document, values)).data
        assert not ours & set(asking.ids_in(data)), document
    assert conditions > len(documents)
    record_property("cells of bypassed reads", 2 * len(documents))


def one_of_each(asked: Asked) -> Iterator[tuple[str, dict[str, str]]]:
    """A document for each type with everything that one can read of it in one statement, of its first sample."""
    for name, type_ in TYPES.items():
        way = next(iter(asked.world.samples[name].values()))
        yield asking.varied(asking.document(type_, asking.selections(BUILT.catalog, type_)[0], {"": way}))


# Somebody of another tenant


@pytest.mark.promise("credentials-of-one-tenant")
async def test_credentials_of_another_tenant_are_good_for_nothing_here(asked: Asked, record_property: Record) -> None:
    """They are answered as credentials that never were, to whatever is asked."""
    inputs = access.inputs(asked.world)
    doing = [(name, cases) for name in inputs for cases in list(inputs[name].values())[:1]]
    asks: list[tuple[str, dict[str, Any]]] = [
        *one_of_each(asked),
        *((asking.mutations([name]), {"i0": input}) for name, input in doing),
        *(asking.varied(f"{{ it: {it} }}") for cases in access.roots(asked.world).values() for it in cases.values()),
    ]
    slug = asked.world.make.tenant.slug
    for said, headers in asked.world.strangers.items():
        if "cookie" not in headers:
            assert "data" in (await asked.foreign.ask_with(headers, "{ __typename }")).json, said
        never_was = {name: value.replace(value[-40:], "A" * 40) for name, value in headers.items() if len(value) > 40}
        expected = await asked.client.ask_with({**headers, **never_was}, "{ __typename }")
        assert expected.status == 401, said
        for document, values in asks:
            assert await asked.client.ask_with(headers, document, values) == expected, (said, document)
        for address in ("/events/published/registrations.csv", "/events/absent/registrations.xlsx"):
            assert (await asked.client.send(f"/{slug}{address}", b"", headers, method="GET")).status == 401, said
        stream = await asked.client.ask_with({**headers, "accept": "text/event-stream"}, "{ __typename }")
        assert stream.status == 401, said
    record_property("cells of strangers", len(asked.world.strangers) * len(asks))


# Not yours, and not there


@pytest.mark.promise("absent-like-invisible")
async def test_not_yours_is_not_there_in_what_is_done(
    asked: Asked, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """For each place of an identifier in an input: for whoever may do it with one of their own, and for others."""
    cells = 0
    for who, attacks in whose_attacks(asked).items():
        invisible = await first_invisible(asked, owner, who)
        # Of what is public, or all theirs, there is nothing invisible.
        unseen = {theirs: invisible[type_of(theirs)] or never(theirs) for *_, theirs in attacks}
        tried = [
            [(name, declared.with_(input, path, found(theirs))) for name, _, path, input, theirs in attacks]
            for found in (never, str, unseen.__getitem__)
        ]
        absent = await all_answers(asked, who, tried[0])
        for attempt in tried[1:]:
            same(attempt, await all_answers(asked, who, attempt), absent)
        cells += len(attacks) + sum(invisible[type_of(theirs)] is not None for *_, theirs in attacks)
    record_property("cells of identifiers", cells)


def whose_attacks(asked: Asked) -> dict[str, list[Attack]]:
    """By standing what it tries: each place by one for whom the case would be done, and by two who are others."""
    attacks: dict[str, list[Attack]] = {}
    for attack in among_others(asked, asked.other):
        name, case, *_ = attack
        input = access.inputs(asked.world)[name][case]
        done = declared.answers(asked.world, MATRIX, name, case, input).get(asking.payload(name), set())
        for who in {*sorted(done)[:1], "anonymous", "member"}:
            attacks.setdefault(who, []).append(attack)
    return attacks


def type_of(id: str) -> str:
    """The type that a global identifier is of."""
    found = decode_id(id)
    assert found is not None
    return found[0]


async def ids_of(connection: asyncpg.Connection, tenant: Tenant) -> dict[str, list[str]]:
    """The global identifiers of a tenant's rows that a connection sees, by type."""
    each = []
    for name in BUILT.catalog.node_types:
        model = BUILT.catalog.types[name].model
        assert model is not None
        column = "id" if name == "Confederation" else "confederation_id"
        each.append(f"select '{name}', array_agg(id order by id) from {model.__tablename__} where {column} = $1")
    found = await connection.fetch(" union all ".join(each), tenant.id)
    return {name: [encode_id(name, id) for id in ids or ()] for name, ids in found}


async def first_invisible(asked: Asked, owner: asyncpg.Connection, who: str) -> dict[str, str | None]:
    """For each type that has an identifier one of the tenant's own that a standing doesn't see; None where there is
    none: the type is public, or every row is theirs."""
    make = asked.world.make
    every = await ids_of(owner, make.tenant)
    async with begin(make.database, await asked.actor(who), dry_run=True) as work:
        seen = await ids_of(await work.connection(), make.tenant)
    return {name: next((id for id in every[name] if id not in seen[name]), None) for name in every}


@pytest.mark.promise("absent-like-invisible")
@pytest.mark.parametrize("who", ["anonymous", "member", "own", "staff elsewhere", "membership officer", "secret key"])
async def test_not_yours_is_not_there_in_what_is_read(
    asked: Asked, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, who: str, record_property: Record
) -> None:
    """For each type that has an identifier, each root field that takes one, and each case that isn't theirs to see."""
    invisible = await first_invisible(asked, owner, who)
    theirs = await ids_of(owner, asked.other.world.make.tenant)
    cells = 0
    for document in by_identifier(BUILT.graphql):
        expected = await asked.ask(who, document, {"id": encode_id("Event", UUID(int=7))})
        assert expected.data in ({"it": None}, {"it": [None]})
        for name in BUILT.catalog.node_types:
            for id in filter(None, (encode_id(name, UUID(int=7)), theirs[name][0], invisible[name])):
                assert await asked.ask(who, document, {"id": id}) == expected, (document, name)
                cells += 1
    for name, cases in access.roots(asked.world).items():
        type_name = declared.type_of_root("Query", name)
        hidden = [doc for case, doc in cases.items() if who not in (MATRIX.given("Query", name, case, type_name) or ())]
        for document, values in (asking.varied(f"{{ it: {each} }}") for each in hidden):
            absent = {name: never(value) if decode_id(value) else "never-was" for name, value in values.items()}
            assert await asked.ask(who, document, values) == await asked.ask(who, document, absent), document
            cells += 1
    told = [
        await asked.first_told(who, f'subscription {{ eventCounts(eventId: "{id}") {{ registered }} }}')
        for id in filter(None, (encode_id("Event", UUID(int=7)), theirs["Event"][0], invisible["Event"]))
    ]
    assert told[1:] == told[:1] * (len(told) - 1)
    record_property("cells of identifiers", cells + len(told))


def by_identifier(schema: GraphQLSchema) -> Iterator[str]:
    """A query for each root field that takes an identifier and nothing else that it needs."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        needed = [argument for argument, given in field.args.items() if is_required_argument(given)]
        if [get_named_type(field.args[argument].type).name for argument in needed] == ["ID"]:
            given = "[$id]" if "[" in str(field.args[needed[0]].type) else "$id"
            yield f"query ($id: ID!) {{ it: {name}({needed[0]}: {given}) {{ __typename }} }}"
