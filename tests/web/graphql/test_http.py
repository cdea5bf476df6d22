"""GraphQL over HTTP, beyond what an answer says: methods, media types, credentials, and what is refused how."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from tests.client import Answer, Client
from tests.making import Maker

GRAPHQL = "application/graphql-response+json"
ASKED = b'{"query": "{ __typename }"}'


@pytest.fixture
def path(make: Maker) -> str:
    """Where the test's confederation is asked."""
    return f"/{make.tenant.slug}/graphql"


def code(answer: Answer) -> Any:
    """The code of the only error."""
    (error,) = answer.json["errors"]
    assert "data" not in answer.json
    return error["extensions"]["code"]


async def test_a_query_is_asked_by_get_too(client: Client, path: str) -> None:
    asked = {"query": "query A($s: String!) { event(slug: $s) { slug } } query B { b: __typename }"}
    asked |= {"variables": '{"s": "x"}', "operationName": "A", "extensions": "{}"}
    answer = await client.send(f"{path}?{urlencode(asked)}", method="GET")
    assert (answer.status, answer.data) == (200, {"event": None})


async def test_a_mutation_is_not_asked_by_get(client: Client, make: Maker, path: str) -> None:
    mutation = "mutation { registerForEvent(input: {eventId: 1}) { __typename } }"
    headers = {"authorization": await client.token(await make.member())}
    answer = await client.send(f"{path}?{urlencode({'query': mutation})}", headers=headers, method="GET")
    assert (answer.status, answer.headers["allow"], code(answer)) == (405, "POST", "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
async def test_other_methods_are_told_which_there_are(client: Client, path: str, method: str) -> None:
    answer = await client.send(path, ASKED, method=method)
    assert (answer.status, answer.headers["allow"], code(answer)) == (405, "GET, HEAD, POST", "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (GRAPHQL, GRAPHQL),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("", "application/json"),
        ("text/plain", "application/json"),
        (f"{GRAPHQL}, application/json", GRAPHQL),
        (f"{GRAPHQL};q=0.9, application/json;q=0.5", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8; q=0.5, application/json;q=0.9", "application/json"),
        (f"{GRAPHQL};q=0", "application/json"),
        (f"{GRAPHQL};q=much", "application/json"),
        (GRAPHQL.upper(), GRAPHQL),
    ],
)
async def test_an_answer_is_of_the_type_that_the_client_prefers(
    client: Client, path: str, accept: str, sent: str
) -> None:
    answer = await client.send(path, ASKED, {"accept": accept})
    assert (answer.status, answer.headers["content-type"]) == (200, f"{sent}; charset=utf-8")
    assert answer.headers["vary"] == "accept, accept-language, authorization, cookie, origin"


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{"},
        {"query": ""},
        {"query": "{ nothing }"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": "query A { __typename }", "operationName": "B"},
        {"query": "query ($s: String!) { event(slug: $s) { slug } }"},
        {"query": "query ($s: String!) { event(slug: $s) { slug } }", "variables": {"s": 1}},
        {"query": "fragment a on Query { __typename }"},
        {"query": "subscription { __typename }"},
        {"query": "{ a: __typename @skip }"},
        {"query": "type A { b: Int }"},
    ],
)
async def test_what_is_not_executed_is_a_clients_error_where_the_media_type_can_say_so(
    client: Client, path: str, asked: Any
) -> None:
    body = json.dumps(asked).encode()
    answer = await client.send(path, body, {"accept": GRAPHQL})
    assert answer.status == 400
    assert {error["extensions"]["code"] for error in answer.json["errors"]} == {"BAD_REQUEST"}
    assert "data" not in answer.json
    legacy = await client.send(path, body)
    assert (legacy.status, legacy.json) == (200, answer.json)


async def test_what_is_executed_is_answered_whatever_its_fields_met(client: Client, path: str) -> None:
    body = b'{"query": "{ __typename event(slug: \\"\\\\u0000\\") { slug } }"}'
    answer = await client.send(path, body, {"accept": GRAPHQL})
    assert (answer.status, answer.json["data"]) == (200, {"__typename": "Query", "event": None})
    (error,) = answer.json["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["event"], "INVALID_INPUT")


@pytest.mark.parametrize("kind", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'])
async def test_a_body_is_json_in_utf_8(client: Client, path: str, kind: str) -> None:
    answer = await client.send(path, ASKED, {"content-type": kind})
    assert answer.data == {"__typename": "Query"}


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/graphql"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-encoding": "gzip"},
    ],
)
async def test_another_kind_of_body_is_refused(client: Client, path: str, headers: dict[str, str]) -> None:
    answer = await client.send(path, ASKED, headers)
    assert (answer.status, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"query": "\\ud800"}', b"NaN", b'{"variables": {"a": 1e400}}'])
async def test_a_body_that_is_not_json_is_refused(client: Client, path: str, body: bytes) -> None:
    answer = await client.send(path, body)
    assert (answer.status, code(answer)) == (400, "BAD_JSON")


@pytest.mark.parametrize(
    "asked",
    [
        [],
        [{"query": "{ __typename }"}],
        None,
        1,
        "{ __typename }",
        {},
        {"query": None},
        {"query": 1},
        {"query": "{ __typename }", "variables": []},
        {"query": "{ __typename }", "variables": "{}"},
        {"query": "{ __typename }", "operationName": 1},
        {"query": "{ __typename }", "extensions": []},
    ],
)
async def test_a_body_of_another_shape_is_refused(client: Client, path: str, asked: Any) -> None:
    answer = await client.send(path, json.dumps(asked).encode())
    assert (answer.status, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "BAD_REQUEST"),
        ("query=", "BAD_REQUEST"),
        ("variables={}", "BAD_REQUEST"),
        ("query={__typename}&variables=[]", "BAD_REQUEST"),
        ("query={__typename}&variables={", "BAD_JSON"),
        ("query={__typename}&extensions=1", "BAD_REQUEST"),
        ("query={__typename}" + "&a=1" * 50, "BAD_REQUEST"),
    ],
)
async def test_an_address_of_another_shape_is_refused(client: Client, path: str, query: str, why: str) -> None:
    answer = await client.send(f"{path}?{query}", method="GET")
    assert (answer.status, code(answer)) == (400, why)


async def test_a_body_that_says_it_is_too_large_is_not_read(app: Starlette, client: Client, path: str) -> None:
    answer = await client.send(path, ASKED, {"content-length": "1000001"})
    assert (answer.status, code(answer)) == (413, "BODY_TOO_LARGE")


async def test_a_body_in_pieces_is_read_up_to_the_limit(app: Starlette, path: str) -> None:
    read, sent = 0, []

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 100_000, "more_body": True}  # and no end

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    assert (sent[0]["status"], read) == (413, 11)


async def test_a_browser_gets_a_page_to_ask_with(client: Client, path: str) -> None:
    page = await client.send(path, headers={"accept": "text/html,*/*"}, method="GET")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    data = await client.send(f"{path}?query={{__typename}}", headers={"accept": "text/html,*/*"}, method="GET")
    assert data.data == {"__typename": "Query"}


@pytest.mark.parametrize(
    "path", ["/no-such-confederation/graphql", "/graphql", "//graphql", "/a/b/graphql", "/\0/graphql"]
)
async def test_an_address_without_a_confederation_is_not_found(client: Client, path: str) -> None:
    answer = await client.send(path, ASKED)
    assert (answer.status, code(answer)) == (404, "NO_SUCH_CONFEDERATION")


@pytest.mark.parametrize(
    "credentials", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer demo:{slug}:nobody", "é", "a" * 9000]
)
async def test_unknown_credentials_are_refused(client: Client, make: Maker, path: str, credentials: str) -> None:
    headers = {"authorization": credentials.replace("{slug}", make.tenant.slug)}
    answer = await client.send(path, ASKED, headers)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert code(answer) == "UNKNOWN_CREDENTIALS"


@pytest.mark.promise("credentials-of-one-tenant")
async def test_credentials_of_another_confederation_are_refused(app: Starlette, client: Client, make: Maker) -> None:
    token = await client.token(await make.member())
    other = await make.other()
    assert (await client.send(f"/{make.tenant.slug}/graphql", ASKED, {"authorization": token})).status == 200
    answer = await client.send(f"/{other.tenant.slug}/graphql", ASKED, {"authorization": token})
    assert (answer.status, code(answer)) == (401, "UNKNOWN_CREDENTIALS")


async def test_health_is_answered_without_the_database(app: Starlette, client: Client) -> None:
    answer = await client.send("/healthz", method="GET")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
