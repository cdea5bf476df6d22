"""What clients of every kind send: browsers on other origins, event streams, and headers of tools."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from models import Event, EventState
from schema.base.ids import LONGEST_ID, encode_id
from schema.web.graphql import actors, sockets
from schema.web.graphql.http import LONGEST_NAME
from tests.client import Client
from tests.making import Maker
from tests.web.serving import Served, Socket, served, until


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Served]:
    """A server."""
    async with served(database_url) as made:
        yield made


EVENTS = "text/event-stream"
PUBLISH = "mutation ($id: ID!) { publishEvent(input: {eventId: $id}) { __typename } }"


@pytest.mark.parametrize("accept", [EVENTS, f"application/json, {EVENTS}", f"{EVENTS}, */*", "application/json", ""])
async def test_only_a_post_changes_anything_whatever_is_accepted(client: Client, make: Maker, accept: str) -> None:
    event, staff = await make.event(state=EventState.DRAFT), await make.staff()
    asked = {"query": PUBLISH, "variables": json.dumps({"id": encode_id("Event", event.id)})}
    headers = {"authorization": await client.token(staff), "accept": accept}
    path = f"/{make.tenant.slug}/graphql"
    refused = await client.send(f"{path}?{urlencode(asked)}", b"", headers, method="GET")
    assert (refused.status, refused.headers["allow"]) == (405, "POST")
    assert (await make.all(Event, id=event.id))[0].state is EventState.DRAFT
    body = json.dumps({"query": PUBLISH, "variables": {"id": encode_id("Event", event.id)}}).encode()
    assert (await client.send(path, body, headers)).status == 200
    assert (await make.all(Event, id=event.id))[0].state is EventState.PUBLISHED


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"application/json, {EVENTS}", "application/json"),  # urql's and graphql-request's default
        (f"application/graphql-response+json, {EVENTS}", "application/graphql-response+json"),
        (f"multipart/mixed, {EVENTS}, */*", "application/json"),
        (f"{EVENTS}, application/json;q=0", EVENTS),
        (EVENTS, EVENTS),
    ],
)
async def test_a_query_is_answered_by_a_stream_only_where_json_is_not_accepted(
    client: Client, make: Maker, accept: str, kind: str
) -> None:
    path = f"/{make.tenant.slug}/graphql?{urlencode({'query': '{ events { totalCount } }'})}"
    answer = await client.send(path, b"", {"accept": accept}, method="GET")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert ("etag" in answer.headers) is (kind != EVENTS)


@pytest.mark.parametrize(
    "header",
    ["apollographql-client-name", "traceparent", "sentry-trace, baggage", "x-requested-with", "authorization, x-a"],
)
async def test_a_preflight_allows_the_headers_that_tools_add(client: Client, make: Maker, header: str) -> None:
    asked = {
        "origin": "https://www.example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": header,
    }
    for path in ("/graphql", "/sign-in/link", "/events/x/registrations.csv"):
        answer = await client.send(f"/{make.tenant.slug}{path}", b"", asked, method="OPTIONS")
        assert (answer.status, answer.headers["access-control-allow-headers"]) == (204, header)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-request-headers" in answer.headers["vary"]


@pytest.mark.parametrize("header", ["a\tb", "(x)", "x" * 1_001, "", ","])
async def test_a_preflight_repeats_nothing_that_is_no_list_of_headers(client: Client, make: Maker, header: str) -> None:
    asked = {
        "origin": "https://www.example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": header,
    }
    answer = await client.send(f"/{make.tenant.slug}/graphql", b"", asked, method="OPTIONS")
    allowed = answer.headers["access-control-allow-headers"]
    assert allowed == "accept, accept-language, authorization, content-type, if-none-match"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer", "bearer "])
async def test_the_scheme_of_credentials_is_written_in_any_case(client: Client, make: Maker, scheme: str) -> None:
    token = await client.token(await make.member())
    answer = await client.ask("{ me { id } }", authorization=token.replace("Bearer", scheme))
    assert answer.data["me"] is not None


async def test_lengths_are_limited_at_the_door(client: Client, make: Maker) -> None:
    path = f"/{make.tenant.slug}/graphql"

    async def asks(given: dict[str, Any], **headers: str) -> int:
        return (await client.send(path, json.dumps(given).encode(), headers)).status

    name = "n" * LONGEST_NAME
    assert await asks({"query": f"query {name} {{ __typename }}", "operationName": name}) == 200
    assert await asks({"query": f"query {name}n {{ __typename }}", "operationName": f"{name}n"}) == 400
    token = await client.token(await make.member())
    assert await asks({"query": "{ __typename }"}, authorization=token, origin="https://" + "o" * 300) == 400
    longest = encode_id("Event", make.tenant.id) + "A" * LONGEST_ID
    answer = await client.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": longest})
    assert answer.data == {"node": None}


async def test_made_up_confederations_push_no_real_one_out(
    client: Client, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actors, "MOST_CACHED_ACTORS", 2)
    monkeypatch.setattr(actors, "MOST_CACHED_ABSENT_SLUGS", 2)
    known = client._app._endpoint._actors  # type: ignore[attr-defined]
    assert (await client.ask("{ __typename }")).status == 200
    for number in range(5):
        assert (await client.send(f"/made-up-{number}/graphql", b"{}")).status == 404
    assert make.tenant.slug in known._tenants
    assert len(known._absent) == 2


async def test_one_client_does_not_take_all_connections(
    server: Served, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MOST_CONNECTIONS_PER_ADDRESS", 2)
    async with server.connected(make.tenant.slug), server.connected(make.tenant.slug):
        with pytest.raises(Exception, match="403"):
            async with server.connected(make.tenant.slug):
                pass
    await until(lambda: server.app._endpoint._sockets.open == 0)
    async with server.connected(make.tenant.slug):
        pass


async def test_a_connection_that_asks_nothing_is_closed(
    server: Served, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "IDLE_SECONDS", 0.2)
    async with server.connected(make.tenant.slug) as connection:
        socket = Socket(connection)
        await socket.say({"type": "connection_init"})
        assert await socket.hear() == {"type": "connection_ack"}
        assert await socket.closed() == 1000
