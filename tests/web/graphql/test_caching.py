"""What caches may keep: public answers by GET, for a while, with a validator that every write makes another."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from schema.build import build
from schema.compiler.context import Context
from schema.reading.requests import Request
from schema.web.graphql import caching, http
from schema.web.graphql.exchange import Exchange
from schema.web.graphql.memory import Memory
from services.core.actor import anonymous, system
from services.core.work import begin
from services.trusted_documents.registering import add_documents, hash_of
from tests.client import Answer, Client
from tests.making import Maker

EVENT = "query ($slug: String!) { event(slug: $slug) { title seatPools { capacity taken } } }"
HEADCOUNT = "{ confederation { headcount { total } } }"
PRIVATE = "private, no-store"


async def get(client: Client, make: Maker, document: str, *known: str, method: str = "GET", **headers: str) -> Answer:
    """Ask by GET; `known`: what the cache has."""
    said = headers | ({"if-none-match": ", ".join(known)} if known else {})
    address = f"/{make.tenant.slug}/graphql?{urlencode({'query': document})}"
    return await client.send(address, headers=said, method=method)


def named(document: str, **variables: Any) -> str:
    """A document with its variables' values in it."""
    for name, value in variables.items():
        document = document.replace(f"${name}", json.dumps(value))
    return "{" + document.partition("{")[2]


async def test_a_public_answer_may_be_kept_and_is_not_sent_again(client: Client, make: Maker) -> None:
    document = named(EVENT, slug=(await make.event(capacity=2)).slug)
    answer = await get(client, make, document)
    assert (answer.status, answer.headers["cache-control"]) == (200, "public, max-age=60, stale-while-revalidate=300")
    assert {"accept", "accept-language", "authorization", "cookie"} <= set(answer.headers["vary"].split(", "))
    mark = answer.headers["etag"]
    assert mark.startswith('"')
    for known in ((mark,), (f"W/{mark}",), ('"a,b"', mark), ("*",), ('"x"', f' W/{mark} , "y"')):
        again = await get(client, make, document, *known)
        assert (again.status, again.body) == (304, b"")
        assert {name: again.headers[name] for name in ("etag", "cache-control", "vary")} == {
            name: answer.headers[name] for name in ("etag", "cache-control", "vary")
        }
    for unknown in (mark.strip('"'), f'"x{mark}"', f"{mark} {mark}", '"x"', "**", f"{mark}, *", f"w/{mark}", '"'):
        assert (await get(client, make, document, unknown)).body == answer.body


async def test_a_head_is_the_same_without_its_body(client: Client, make: Maker) -> None:
    document = named(EVENT, slug=(await make.event()).slug)
    answer, head = [await get(client, make, document, method=method) for method in ("GET", "HEAD")]
    assert (head.status, head.headers, head.body) == (200, answer.headers, b"")
    assert (await get(client, make, document, answer.headers["etag"], method="HEAD")).status == 304
    page = await client.send(f"/{make.tenant.slug}/graphql", headers={"accept": "text/html"}, method="HEAD")
    assert (page.status, page.body, page.headers["cache-control"]) == (200, b"", PRIVATE)


@pytest.mark.promise("private-answers-uncached")
async def test_what_is_a_persons_is_kept_by_nobody_and_told_whole(client: Client, make: Maker) -> None:
    ana, document = await make.member(), "{ me { id } confederation { slug } }"
    token = {"authorization": await client.token(ana)}
    anonymous = await get(client, make, document)
    answer = await get(client, make, document, **token)
    assert answer.data["me"] is not None
    for known in ("*", anonymous.headers["etag"], *_marks_of(answer)):
        again = await get(client, make, document, known, **token)
        assert (again.status, again.body) == (200, answer.body)
        assert again.headers["cache-control"] == PRIVATE
        assert "etag" not in again.headers


def _marks_of(answer: Answer) -> list[str]:
    """What the validator of a private answer would be: who guesses the answer mustn't be told that it is right."""
    return [caching.etag(kind, answer.body).decode() for kind in (http.JSON, http.GRAPHQL_JSON)]


@pytest.mark.promise("private-answers-uncached")
@pytest.mark.parametrize(
    ("document", "status"),
    [
        ("{ __schema { queryType { name } } }", 200),  # needs graphql-core
        ('{ event(slug: "\\u0000") { slug } }', 200),  # with an error
        ("{ nothing }", 200),
        ("{", 200),
        ("mutation { registerForEvent(input: {eventId: 1}) { __typename } }", 405),
        ("subscription { __typename }", 200),
    ],
)
async def test_nothing_else_is_kept(client: Client, make: Maker, document: str, status: int) -> None:
    answer = await get(client, make, document, "*")
    assert answer.status == status
    assert answer.body
    assert (answer.headers["cache-control"], answer.headers.get("etag")) == (PRIVATE, None)


async def test_an_answer_in_another_language_or_type_is_another(client: Client, make: Maker) -> None:
    document = named(EVENT, slug=(await make.event()).slug)
    asked: list[dict[str, str]] = [
        {"accept-language": "fr"}, {"accept-language": "en"}, {"accept": "application/graphql-response+json"},
    ]  # fmt: skip
    answers = [await get(client, make, document, **headers) for headers in asked]
    assert len({answer.headers["etag"] for answer in answers}) == 3
    assert answers[0].data != answers[1].data
    for i, headers in enumerate(asked):  # a cache that mixes them up is told so
        for j, answer in enumerate(answers):
            again = await get(client, make, document, answer.headers["etag"], **headers)
            assert again.status == (304 if i == j else 200)


async def test_it_is_the_same_by_a_documents_hash_which_does_not_tell_what_is_left(client: Client, make: Maker) -> None:
    async with begin(make.database, system(make.tenant)) as work:
        await add_documents(work, [EVENT])
    variables = json.dumps({"slug": (await make.event()).slug})
    for asked in (
        {"documentId": f"sha256:{hash_of(EVENT)}"},
        {"extensions": json.dumps({"persistedQuery": {"version": 1, "sha256Hash": hash_of(EVENT)}})},
    ):
        address = f"/{make.tenant.slug}/graphql?{urlencode(asked | {'variables': variables})}"
        first, second = [await client.send(address, method="GET") for _ in range(2)]
        assert first.headers["cache-control"].startswith("public")
        assert (first.body, first.headers["etag"]) == (second.body, second.headers["etag"])
        assert (
            await client.send(address, headers={"if-none-match": first.headers["etag"]}, method="GET")
        ).status == 304


@pytest.mark.parametrize(
    ("document", "at", "control"),
    [
        ("{ events { totalCount } }", "23:59:30", (60, 300)),
        (HEADCOUNT, "12:00:00", (60, 300)),
        (HEADCOUNT, "23:57:00", (60, 120)),
        (HEADCOUNT, "23:59:30", (30, 0)),
        ("query ($day: Date) { confederation { headcount(asOf: $day) { total } } }", "23:59:30", (30, 0)),
        ('{ node(id: "x") { ... on Registration { waitReason } } }', "12:00:00", (5, None)),
    ],
)
async def test_how_long_an_answer_is_kept_is_said_by_what_it_depends_on(
    make: Maker, document: str, at: str, control: tuple[int, int | None]
) -> None:
    now = datetime.fromisoformat(f"2026-03-01T{at}").replace(tzinfo=ZoneInfo(make.tenant.time_zone)).astimezone(UTC)
    reading = Context(anonymous(make.tenant), now, make.tenant.locales)
    operation = build().operations.find(document, None)
    request = Request(make.database, reading, None, plan=operation.plan(operation.coercion.values({})))  # type: ignore[arg-type]
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    exchange = Exchange({"method": "GET", "headers": []}, {}, None, send)  # type: ignore[arg-type]
    await caching.respond(exchange, b"{}", request, Memory(0), None)
    fresh, stale = control
    said = f"public, max-age={fresh}" + ("" if stale is None else f", stale-while-revalidate={stale}")
    assert dict(sent[0]["headers"])[b"cache-control"].decode() == said
