"""Input that nobody means well: always refused with a code, never a failure of the server.

Every document is asked as it is, spliced where it can be, and once more with a field that needs graphql-core.
"""

import base64
import json
import re
from typing import Any

import pytest

from models import Event, IdempotencyRecord, Role
from schema.base.ids import encode_id
from tests.client import Answer, Client
from tests.making import Maker

OURS = re.compile(
    r"Traceback|asyncpg|sqlalchemy|graphql\.|builtins|Error\b(?<!Syntax Error)|Exception|object at|\(\$\d"
    r"|relation \"|column \"|UTF8|invalid byte|out of int|UUID\(|datetime|NoneType|INTERNAL",
)
"""What only the inside of a server says."""

NEEDS_GRAPHQL_CORE = "__schema { queryType { name } }"
EVENTS = """query ($w: EventWhere, $f: Int, $a: String) {
  events(where: $w, first: $f, after: $a) { totalCount nodes { slug } } }"""
AS_OF = """query ($d: Date) { associations(first: 9) { nodes {
  affiliations(asOf: $d) { state } headcount(asOf: $d) { total } } } }"""


async def refusals(client: Client, document: str, variables: Any = None, **request: Any) -> set[str]:
    """The codes of the errors by both ways, after which the server answers the next request."""
    found = set()
    for asked in (document, document.replace("{", "{ " + NEEDS_GRAPHQL_CORE, 1)):
        answer = await client.ask(asked, variables, **request)
        found |= codes(answer)
        assert (await client.ask("{ confederation { slug } }")).status == 200
    return found


def codes(answer: Answer) -> set[str]:
    """The codes of the errors, which say nothing of the inside of the server."""
    assert answer.status == 200 or 400 <= answer.status < 500
    errors = answer.json.get("errors", [])
    assert not OURS.search(json.dumps(errors)), errors
    return {error["extensions"]["code"] for error in errors}


@pytest.mark.promise("hostile-requests")
@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        ('{ event(slug: "a\\u0000") { slug } }', None, "INVALID_INPUT"),
        ("query ($s: String!) { event(slug: $s) { slug } }", {"s": "\0"}, "INVALID_INPUT"),
        (EVENTS, {"w": {"slug": {"in": ["a", "\0"]}}}, "INVALID_INPUT"),
        (EVENTS, {"w": {"city": {"ne": "\0"}}}, "INVALID_INPUT"),
        ('{ event(slug: "\0") { slug } }', None, "INVALID_INPUT"),
        ("{ event(slug: 1) { \0 slug } }", None, "BAD_REQUEST"),
        ('{ event(slug: "\\ud800") { slug } }', None, "BAD_REQUEST"),
        ('{ event(slug: "\\u{110000}") { slug } }', None, "BAD_REQUEST"),
        ("{ é: __typename }", None, "BAD_REQUEST"),
        ("\ufeff{ a\u200b: __typename }", None, "BAD_REQUEST"),
    ],
)
async def test_texts_that_cannot_be(client: Client, document: str, variables: Any, code: str) -> None:
    assert await refusals(client, document, variables) == {code}


async def test_texts_in_any_script_are_texts(client: Client) -> None:
    assert await refusals(client, EVENTS, {"w": {"slug": {"eq": "🦆 ﷺ \u202e \x01 '; drop table event; --"}}}) == set()
    assert await refusals(client, '{ event(slug: "\\ud83e\\udd86 \\u{1F986}") { slug } }') == set()


@pytest.mark.parametrize("first", [-1, 501, 2**31 - 1, -(2**31), 2**31, 2**70, 1.5, 1e300, "1", True, [], {}])
async def test_page_sizes_that_cannot_be(client: Client, first: Any) -> None:
    assert await refusals(client, EVENTS, {"f": first}) == {"BAD_REQUEST"}


@pytest.mark.parametrize("first", ["9" * 50_000, "9" * 4_000, "-1", "1e400", "1.0", "0x1", "1_000", "NaN", "true"])
async def test_page_sizes_that_cannot_be_written(client: Client, first: str) -> None:
    assert await refusals(client, f"{{ events(first: {first}) {{ totalCount }} }}") == {"BAD_REQUEST"}


@pytest.mark.parametrize(
    "day", ["0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-02-30", "infinity", "", 5, []]
)
async def test_days_that_cannot_be(client: Client, day: Any) -> None:
    assert await refusals(client, AS_OF, {"d": day}) == {"BAD_REQUEST"}


@pytest.mark.parametrize("day", ["0001-01-02", "9999-12-30"])
async def test_days_far_away_are_days(client: Client, make: Maker, day: str) -> None:
    await make.affiliation(await make.association(), await make.umbrella())
    assert await refusals(client, AS_OF, {"d": day}) == set()


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "294276-12-31T23:59:59Z",
        "-4713-11-24T00:00:00Z",
        "2026-01-01T00:00:00+99:00",
        "2026-06-30T23:59:60Z",
        "2026-01-01",
        "infinity",
        "now",
        1,
    ],
)
async def test_moments_that_cannot_be(client: Client, moment: Any) -> None:
    assert await refusals(client, EVENTS, {"w": {"startsAt": {"gt": moment}}}) == {"BAD_REQUEST"}


def cursor(*parts: Any, mark: str = "starts_at,id") -> str:
    """Something that looks like a cursor of `events`."""
    return base64.b64encode(json.dumps([f"EventConnection:{mark}", *parts]).encode()).decode()


KEY = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "é",
        "====",
        "AA==",
        base64.b64encode(b"[" * 50_000).decode(),
        base64.b64encode(b'{"a": 1}').decode(),
        base64.b64encode(b"null").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"9" * 5_000).decode(),
        cursor(),
        cursor("2026-01-01T00:00:00+00:00"),
        cursor("2026-01-01T00:00:00+00:00", KEY, 1),
        cursor("2026-01-01T00:00:00+00:00", KEY, mark="-starts_at,-id"),
        cursor("a", KEY, mark="slug,id"),
        cursor("a", KEY),
        cursor(float("nan"), KEY),
        cursor(None, None),
        cursor([], {}),
        cursor("2026-01-01T00:00:00+00:00", "a"),
        cursor("2026-01-01T00:00:00", KEY),
        cursor("0001-01-01T00:00:00+14:00", KEY),
        cursor("9999-12-31T23:59:59+00:00", KEY),
    ],
)
async def test_cursors_that_are_none(client: Client, after: str) -> None:
    assert await refusals(client, EVENTS, {"a": after}) <= {"BAD_REQUEST"}


async def test_a_cursor_of_a_text_that_cannot_be(client: Client) -> None:
    document = "query ($a: String) { events(after: $a, orderBy: [SLUG_ASC]) { nodes { slug } } }"
    assert await refusals(client, document, {"a": cursor("\0", KEY, mark="slug,id")}) == {"INVALID_INPUT"}
    assert await refusals(client, document, {"a": cursor("\ud800", KEY, mark="slug,id")}) == {"INVALID_INPUT"}


@pytest.mark.parametrize(
    "id",
    [
        "",
        "x",
        "\0",
        "é",
        "RXZlbnQ6",
        "RXZlbnQ=",
        base64.b64encode(b"Event:1").decode(),
        base64.b64encode(b"Nothing:" + KEY.encode()).decode(),
        base64.b64encode(b"Event:\xff").decode(),
        base64.b64encode(b"Event:" + b"9" * 100_000).decode(),
        5,
        2**63,
    ],
)
async def test_identifiers_of_nothing_are_of_nothing(client: Client, id: Any) -> None:
    document = "query ($id: ID!) { node(id: $id) { id } }"
    assert await refusals(client, document, {"id": id}) == set()
    assert (await client.ask(document, {"id": id})).data == {"node": None}


@pytest.mark.parametrize("id", [None, 1.5, True, [], {}])
async def test_identifiers_are_texts(client: Client, id: Any) -> None:
    assert await refusals(client, "query ($id: ID!) { node(id: $id) { id } }", {"id": id}) == {"BAD_REQUEST"}


def nested(levels: int) -> Any:
    """A filter in a filter in a filter."""
    where: Any = {"slug": {"eq": "a"}}
    for _ in range(levels):
        where = {"not": where}
    return where


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (None, set()),
        ({}, set()),
        ({"and": None, "or": None, "not": None, "slug": None}, set()),
        ({"and": [], "or": [], "not": {}, "slug": {}}, set()),
        (nested(10), set()),
        (nested(11), {"TOO_MUCH"}),
        (nested(100), {"TOO_MUCH"}),
        (nested(400), {"BAD_JSON"}),
        ({"or": [{"slug": {"eq": "a"}}] * 199}, set()),
        ({"or": [{"slug": {"eq": "a"}}] * 200}, {"TOO_MUCH"}),
        ({"or": [{"slug": {"eq": "a"}}] * 10_000}, {"TOO_MUCH"}),
        ({"slug": {"in": ["a"] * 1_000}}, set()),
        ({"slug": {"in": ["a"] * 1_001}}, {"TOO_MUCH"}),
        ({"slug": {"in": ["a"] * 10_000}}, {"TOO_MUCH"}),
        ({"slug": {"in": []}}, set()),
        ({"slug": {"in": [None]}}, {"BAD_REQUEST"}),
        ({"slug": {"eq": None}}, {"BAD_REQUEST"}),
        ({"and": [None]}, {"BAD_REQUEST"}),
        ({"slug": "a"}, {"BAD_REQUEST"}),
        ({"slug": []}, {"BAD_REQUEST"}),
        ({"__proto__": {}}, {"BAD_REQUEST"}),
        ({"edition": {"eq": 2**31}}, {"BAD_REQUEST"}),
        ({"edition": {"eq": 2**31 - 1, "lt": -(2**31)}}, set()),
        ({"kind": {"eq": "x"}}, {"BAD_REQUEST"}),
        ([], {"BAD_REQUEST"}),
        ("", {"BAD_REQUEST"}),
    ],
)
async def test_filters(client: Client, where: Any, found: set[str]) -> None:
    assert await refusals(client, EVENTS, {"w": where}) == found


@pytest.mark.parametrize("order", [[], None, "SLUG_ASC", ["SLUG_ASC"] * 5_000])
async def test_orders(client: Client, order: Any) -> None:
    document = "query ($o: [EventOrder!]) { events(orderBy: $o) { nodes { slug } } }"
    assert await refusals(client, document, {"o": order}) == set()


@pytest.mark.parametrize("order", [[None], ["x"], [1], {}, ["SLUG_ASC", []]])
async def test_orders_that_are_none(client: Client, order: Any) -> None:
    document = "query ($o: [EventOrder!]) { events(orderBy: $o) { nodes { slug } } }"
    assert await refusals(client, document, {"o": order}) == {"BAD_REQUEST"}


def bomb(levels: int) -> str:
    """Fragments that each spread the next one twice."""
    each = "{name}: affiliations {{ umbrella {{ ...f{next} }} }}"
    chain = " ".join(
        f"fragment f{i} on Association {{ {each.format(name='a', next=i + 1)} {each.format(name='b', next=i + 1)} }}"
        for i in range(levels)
    )
    return f'{{ association(slug: "x") {{ ...f0 }} }} {chain} fragment f{levels} on Association {{ slug }}'


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{" + "a {" * 3_000 + "b" + "}" * 3_000 + "}", "BAD_REQUEST"),
        ("{ event(slug: " + "[" * 2_000 + "]" * 2_000 + ") { slug } }", "BAD_REQUEST"),
        ("{ events(where: " + "{ not: " * 1_500 + "{}" + "}" * 1_500 + ") { totalCount } }", "BAD_REQUEST"),
        ("{" * 90_000, "BAD_REQUEST"),
        ("{ event" + "(" * 90_000, "BAD_REQUEST"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "BAD_REQUEST"),
        ("{ confederation { ...b } } fragment b on Confederation { slug ...b }", "BAD_REQUEST"),
        ("{ ...a }", "BAD_REQUEST"),
        (bomb(30), "TOO_MUCH"),
        (bomb(98), "TOO_MUCH"),
        (bomb(6), "TOO_MUCH"),
        ("{ ...f0 } " + " ".join(f"fragment f{i} on Query {{ ...f{i + 1} }}" for i in range(500)), "TOO_MUCH"),
        ("{" + " ".join(f"a{i}: __typename" for i in range(1_000)) + "}", "TOO_MUCH"),
        ("{" + " ".join(f"a{i}: __typename" for i in range(10_000)) + "}", "TOO_MUCH"),
        ("{" + "__typename " * 1_000 + "}", "TOO_MUCH"),
        ("{ events(first: 1) { " + "nodes { slug } " * 300 + "} }", "TOO_MUCH"),
        ("{ events(first: 1) { nodes { " + "slug " * 900 + "} } }", "TOO_MUCH"),
        ("{ __typename " + "@include(if: true) " * 5_000 + "}", "TOO_MUCH"),
        ("{ __typename " + "@include(if: true) " * 500 + "}", "BAD_REQUEST"),
        ("{ __typename @nothing }", "BAD_REQUEST"),
        ("query @skip(if: true) { __typename }", "BAD_REQUEST"),
        ("query (" + " ".join(f"$v{i}: Int" for i in range(1_000)) + ") { __typename }", "BAD_REQUEST"),
        ("{ event(" + " ".join(f"a{i}: 1" for i in range(1_000)) + ") { slug } }", "BAD_REQUEST"),
        ("{ events(where: { " + "slug: {} " * 1_000 + "}) { totalCount } }", "BAD_REQUEST"),
        ("{ __typename }" + " " * 100_000, "TOO_MUCH"),
        ('{ event(slug: "' + "x" * 100_000 + '") { slug } }', "TOO_MUCH"),
    ],
)
async def test_documents_that_would_take_long(client: Client, document: str, code: str) -> None:
    assert await refusals(client, document) == {code}


async def test_long_values_are_values(client: Client) -> None:
    assert await refusals(client, '{ event(slug: "' + "x" * 90_000 + '") { slug } }') == set()
    assert await refusals(client, "query ($s: String!) { event(slug: $s) { slug } }", {"s": "x" * 900_000}) == set()
    assert await refusals(client, "{ " + "a" * 90_000 + ": __typename }") == set()
    assert await refusals(client, "," * 90_000 + "{ __typename }") == set()


@pytest.mark.parametrize("skipped", [True, False])
async def test_everything_may_be_skipped(client: Client, make: Maker, skipped: bool) -> None:
    await make.event(speakers=["Ana"])
    document = """query ($s: Boolean!) {
      ...a @skip(if: $s) ... on Query @skip(if: $s) { b: __typename }
      c: confederation @skip(if: $s) { slug @include(if: $s) }
      events { edges { node { speakers { name @skip(if: $s) } } cursor @skip(if: $s) @include(if: $s) }
        pageInfo { hasNextPage @skip(if: $s) } }
    } fragment a on Query { a: __typename }"""
    assert await refusals(client, document, {"s": skipped}) == set()


@pytest.mark.parametrize("condition", [{}, {"s": None}, {"s": "true"}, {"s": 1}, {"s": []}])
async def test_a_condition_is_a_boolean(client: Client, condition: Any) -> None:
    assert await refusals(client, "query ($s: Boolean!) { a: __typename @skip(if: $s) }", condition) == {"BAD_REQUEST"}
    optional = "query ($s: Boolean = true) { a: __typename @include(if: $s) }"
    assert await refusals(client, optional, condition) <= {"BAD_REQUEST"}


async def test_of_several_members_of_one_name_the_last_is_meant(client: Client, make: Maker) -> None:
    body = b'{"query": "{ a: __typename }", "query": "{ b: __typename }", "variables": 1, "variables": {}}'
    assert (await client.send(f"/{make.tenant.slug}/graphql", body)).data == {"b": "Query"}


async def test_introspection_is_answered_within_its_limits(client: Client) -> None:
    types = "{ __schema { types { name fields { name args { name } type { kind ofType { name } } } } } }"
    assert {"name": "Query"}.items() <= (await client.ask(types)).data["__schema"]["types"][0].items()
    deep = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } }"
    assert codes(await client.ask(deep)) == {"BAD_REQUEST"}
    wide = "{" + " ".join(f"a{i}: __schema {{ types {{ name }} }}" for i in range(26)) + "}"
    assert codes(await client.ask(wide)) == {"TOO_MUCH"}


PLAN = """mutation ($input: CreateEventInput!) {
  createEvent(input: $input) { __typename ... on Problem { code path message } } }"""


@pytest.mark.parametrize(
    ("oddity", "found"),
    [
        ({"slug": "a\0"}, {"INVALID_INPUT"}),
        ({"slug": "A b"}, {"INVALID_INPUT"}),
        ({"slug": "x" * 900_000}, {"INVALID_INPUT"}),
        ({"title": [{"locale": "EN", "text": "a\0"}]}, {"INVALID_INPUT"}),
        ({"title": [{"locale": "EN", "text": "x" * 900_000}]}, {"INVALID_INPUT"}),
        ({"title": []}, {"INVALID_INPUT"}),
        ({"summary": [{"locale": "EN", "text": "\0"}]}, {"INVALID_INPUT"}),
        ({"venue": "\0"}, {"INVALID_INPUT"}),
        ({"city": "x" * 900_000}, {"INVALID_INPUT"}),
        ({"languages": ["\0"]}, {"INVALID_INPUT"}),
        ({"languages": ["fr"] * 9_900}, {"INVALID_INPUT"}),
        ({"languages": ["fr"] * 10_000}, {"TOO_MUCH"}),
        ({"timeZone": "../../etc/passwd"}, {"INVALID_INPUT"}),
        ({"timeZone": "\0"}, {"INVALID_INPUT"}),
        ({"timeZone": "x" * 5_000}, {"INVALID_INPUT"}),
        ({"edition": 0}, {"INVALID_INPUT"}),
        ({"edition": 2**31}, {"BAD_REQUEST"}),
        ({"startsAt": "9999-12-31T00:00:00Z"}, {"BAD_REQUEST"}),
        ({"startsAt": "2027-01-02T00:00:00Z", "endsAt": "2027-01-01T00:00:00Z"}, {"INVALID_INPUT"}),
        ({"seatPools": [{"format": "IN_PERSON", "capacity": -1}]}, {"INVALID_INPUT"}),
        ({"seatPools": [{"format": "IN_PERSON"}] * 1_000}, {"INVALID_INPUT"}),
        ({"speakers": [{"name": "\0"}]}, {"INVALID_INPUT"}),
        ({"speakers": [{"name": "a", "title": [{"locale": "EN", "text": "\0"}]}]}, {"INVALID_INPUT"}),
        ({"hosts": [{"associationId": "x", "role": "HOST"}]}, {"NOT_FOUND"}),
        ({"audiences": [{"segmentId": "\0"}]}, {"NOT_FOUND"}),
        ({"eventSeriesId": "x"}, {"NOT_FOUND"}),
        ({"followUpToId": "x"}, {"NOT_FOUND"}),
        ({"associationId": "\0"}, {"NOT_FOUND"}),
        ({"idempotencyKey": "a\0"}, {"INVALID_INPUT"}),
        ({"idempotencyKey": ""}, {"INVALID_INPUT"}),
        ({"idempotencyKey": "x" * 201}, {"INVALID_INPUT"}),
        ({"idempotencyKey": 5}, {"BAD_REQUEST"}),
        ({"dryRun": None}, {"BAD_REQUEST"}),
        ({"nothing": 1}, {"BAD_REQUEST"}),
    ],
)
async def test_plans_that_cannot_be(client: Client, make: Maker, oddity: Any, found: set[str]) -> None:
    home = await make.home()
    registrar = await make.staff(Role.ADMINISTRATOR, home)
    plan = {
        "associationId": encode_id("Association", home.id),
        "slug": "a-plan",
        "title": [{"locale": "FR", "text": "Plan"}],
        "kind": "WEBINAR",
        "format": "IN_PERSON",
        "startsAt": "2027-01-01T12:00:00Z",
        "endsAt": "2027-01-01T13:00:00Z",
    }
    answer = await client.ask(PLAN, {"input": plan | oddity}, person=registrar)
    told = codes(answer)
    if answer.json.get("data"):
        assert not OURS.search(json.dumps(answer.json["data"]))
        told.add(answer.json["data"]["createEvent"]["code"])
    assert told == found
    assert await make.count(Event) == await make.count(IdempotencyRecord) == 0
    again = await client.ask(PLAN, {"input": plan}, person=registrar)
    assert again.data["createEvent"]["__typename"] == "CreateEventPayload"
