"""What an operation may ask for at the most, as clients meet it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from models import Registration
from schema.base.ids import encode_id
from schema.compiler.limits import COST_PER_INTROSPECTION_FIELD
from schema.compiler.measure import (
    LONGEST_DOCUMENT,
    MAXIMUM_COST,
    MAXIMUM_DEFINITIONS,
    MAXIMUM_DEPTH,
    MAXIMUM_FIELDS,
    MAXIMUM_REPEATS,
    MAXIMUM_ROOTS,
    MAXIMUM_TOKENS,
)
from services.core.database.connections import Readers
from tests.client import Answer, Client
from tests.making import Maker

NEEDS_GRAPHQL_CORE = "__schema { queryType { name } }"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that compiled reads have sent."""
    statements: list[str] = []
    fetch = Readers.fetch

    async def watched(readers: Readers, statement: str, arguments: Any) -> Any:
        statements.append(statement)
        return await fetch(readers, statement, arguments)

    monkeypatch.setattr(Readers, "fetch", watched)
    return statements


@contextmanager
def nothing_more(sent: list[str]) -> Iterator[None]:
    """PostgreSQL isn't asked inside."""
    before = len(sent)
    yield
    assert len(sent) == before


def refusal(answer: Answer) -> tuple[str, int, int]:
    """The limit, what it is and what was found."""
    (error,) = answer.json["errors"]
    assert "data" not in answer.json
    told = error["extensions"]
    assert told.pop("code") == "TOO_MUCH"
    assert str(told["found"]) in error["message"]
    return told["limit"], told["required"], told["found"]


def aliased(fields: str, number: int) -> str:
    """A selection of this many aliases of the same."""
    return "{" + " ".join(f"a{i}: {fields}" for i in range(number)) + "}"


def chain(levels: int) -> str:
    """So many levels of fields."""
    return '{ event(slug: "x") ' + "{ followUpTo " * (levels - 2) + "{ slug }" + "}" * (levels - 2) + "}"


LIMITS = [
    ("depth", MAXIMUM_DEPTH, chain(MAXIMUM_DEPTH), chain(MAXIMUM_DEPTH + 1)),
    ("root fields", MAXIMUM_ROOTS, aliased("__typename", MAXIMUM_ROOTS), aliased("__typename", MAXIMUM_ROOTS + 1)),
    (
        "fields",
        MAXIMUM_FIELDS,
        "{ confederation " + aliased("slug", MAXIMUM_FIELDS - 1) + "}",
        "{ confederation " + aliased("slug", MAXIMUM_FIELDS) + "}",
    ),
    (
        "repeats",
        MAXIMUM_REPEATS,
        "{ confederation { " + "slug " * MAXIMUM_REPEATS + "} }",
        "{ confederation { " + "slug " * (MAXIMUM_REPEATS + 1) + "} }",
    ),
    (
        "characters",
        LONGEST_DOCUMENT,
        "{ __typename }".ljust(LONGEST_DOCUMENT),
        "{ __typename }".ljust(LONGEST_DOCUMENT + 1),
    ),
]


@pytest.mark.promise("limits-before-sql")
@pytest.mark.parametrize("case", LIMITS, ids=[limit for limit, *_ in LIMITS])
async def test_a_document_beyond_a_limit_is_refused_before_anything_is_read(
    client: Client, sent: list[str], case: tuple[str, int, str, str]
) -> None:
    limit, required, most, more = case
    assert (await client.ask(most)).data
    with nothing_more(sent):
        assert refusal(await client.ask(more)) == (limit, required, required + 1)
        assert refusal(await client.ask(more.replace("{", f"{{ {NEEDS_GRAPHQL_CORE} ", 1)))[0] == limit
    legacy = await client.ask(more)
    told = await client.ask(more, accept="application/graphql-response+json")
    assert (legacy.status, told.status, told.json) == (200, 400, legacy.json)


async def test_a_document_has_so_many_tokens_and_definitions(client: Client, sent: list[str]) -> None:
    with nothing_more(sent):
        slugs = '"a" ' * MAXIMUM_TOKENS
        many_tokens = f"{{ events(where: {{slug: {{in: [{slugs}]}}}}) {{ totalCount }} }}"
        assert refusal(await client.ask(many_tokens)) == ("tokens", MAXIMUM_TOKENS, MAXIMUM_TOKENS + 1)
        many = " ".join(f"query q{i} {{ __typename }}" for i in range(MAXIMUM_DEFINITIONS + 1))
        assert refusal(await client.ask(many)) == ("definitions", MAXIMUM_DEFINITIONS, MAXIMUM_DEFINITIONS + 1)


@pytest.mark.parametrize("more", ["", NEEDS_GRAPHQL_CORE])
async def test_the_cost_follows_the_values_of_variables(client: Client, sent: list[str], more: str) -> None:
    document = f"""query ($a: Int!, $b: Int) {{ {more}
      associations(first: $a) {{ nodes {{ events(first: $b) {{ nodes {{ slug }} }} }} }} }}"""
    answer = await client.ask(document, {"a": 10, "b": 20})
    spent = 1 + 10 * (1 + 1 + 20)
    told = answer.json["extensions"]["cost"]
    assert (told["spent"], told["left"]) == (spent, MAXIMUM_COST - spent)
    by_default = await client.ask(document, {"a": 10})
    assert by_default.json["extensions"]["cost"]["spent"] == 1 + 10 * (1 + 1 + 50)
    with nothing_more(sent):
        introspecting = COST_PER_INTROSPECTION_FIELD * len(more.split("{"))  # three fields, or none
        found = 1 + 500 * (1 + 1 + 500) + (introspecting if more else 0)
        assert refusal(await client.ask(document, {"a": 500, "b": 500})) == ("cost", MAXIMUM_COST, found)


async def test_a_cost_beyond_all_numbers_is_told_as_a_number(client: Client, sent: list[str]) -> None:
    with nothing_more(sent):
        assert refusal(await client.ask(deep_pages())) == ("cost", MAXIMUM_COST, 2**31 - 1)


def deep_pages() -> str:
    """Pages of 500 in pages of 500, as deep as may be."""
    inner = "events(first: 500) { nodes { association { events(first: 500) { nodes { slug } } } } }"
    for _ in range(2):
        inner = f"events(first: 500) {{ nodes {{ association {{ {inner} }} }} }}"
    return f"{{ associations(first: 500) {{ nodes {{ {inner} }} }} }}"


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ("slug", 1),
        ("slug " + " ".join(f"a{i}: slug" for i in range(7)), 2),
        ("headcount { total }", 1 + 301),
        ("headcount { total bySector { count } }", 1 + 301 + 300 + 5),
        ("events(first: 3) { nodes { slug } }", 1 + 1 + 3),
        ("events(first: 3) { totalCount }", 1 + 1 + 15 + 3),
    ],
)
async def test_what_takes_longer_costs_more(client: Client, fields: str, cost: int) -> None:
    answer = await client.ask(f'{{ association(slug: "x") {{ {fields} }} }}')
    assert answer.json["extensions"]["cost"]["spent"] == cost


async def test_the_most_that_a_usual_website_asks_for_is_far_from_the_limit(client: Client, make: Maker) -> None:
    await make.event(speakers=["Ana"])
    document = """{ association(slug: "x") { name about website
      mandates(first: 30) { nodes { role publishedName } }
      events(first: 20) { totalCount nodes { slug title summary startsAt endsAt city venue seatsRemaining
        hosts { association { slug name } } speakers { name title } seatPools { format capacity taken } } } } }"""
    answer = await client.ask(document)
    assert answer.json["extensions"]["cost"]["spent"] < MAXIMUM_COST / 10


async def test_the_payload_of_a_mutation_has_a_cost_too(client: Client, make: Maker) -> None:
    document = """mutation ($input: RegisterForEventInput!) { registerForEvent(input: $input) {
      ... on RegisterForEventPayload { registration { event { association { memberships(first: 500) { nodes {
        association { events(first: 500) { nodes { slug } } } } } } } } } } }"""
    event, ana = await make.event(), await make.member()
    answer = await client.ask(document, {"input": {"eventId": encode_id("Event", event.id)}}, person=ana)
    (error,) = answer.json["errors"]
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("TOO_MUCH", "cost")
    assert await make.count(Registration) == 0
