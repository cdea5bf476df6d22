"""What is watched is told to who may watch it, by every server, as long as they may."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

import schema.web.graphql.sockets
import schema.web.graphql.streams
from models import Event, Person, Registration, RegistrationState, Role, RoleGrant
from schema.base.ids import encode_id
from services.events.desk.checkin import check_in, undo_check_in
from services.tenancy.roles import end_role
from tests.client import Client
from tests.making import Maker
from tests.web.ops.test_outages import Proxy
from tests.web.serving import Served, Socket, served, until

COUNTS = "subscription ($id: ID!) { eventCounts(eventId: $id) { registered waiting checkedIn checkedOut } }"
MANY = 30


class Desk:
    """A registrar of an event, and the confederation that they ask."""

    def __init__(self, make: Maker, client: Client, registrar: Person, grant: RoleGrant, event: Event) -> None:
        self.make = make
        self.tenant = make.tenant.slug
        self.registrar = registrar
        self.grant = grant
        self.event = event
        self.variables = {"id": encode_id("Event", event.id)}
        self.token = client.token

    async def registered(self) -> Registration:
        """Somebody more."""
        return await self.make.registration(self.event, await self.make.person())

    async def comes(self, registration: Registration) -> None:
        """The desk checks somebody in."""
        async with self.make.acting_as(self.registrar) as work:
            await check_in(work, registration.id)

    async def comes_not(self, registration: Registration) -> None:
        """The desk takes it back."""
        async with self.make.acting_as(self.registrar) as work:
            await undo_check_in(work, registration.id)


@pytest.fixture
async def desk(make: Maker, client: Client) -> Desk:
    """A desk with two registrations and one who waits."""
    registrar = await make.person()
    grant = await make.grant(registrar, Role.REGISTRAR)
    desk = Desk(make, client, registrar, grant, await make.event())
    await make.registration(desk.event, await make.person(), RegistrationState.WAITLISTED)
    return desk


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Served]:
    """A server."""
    async with served(database_url) as made:
        yield made


def counts(checked_in: int, *, registered: int = 1, checked_out: int = 0) -> dict[str, Any]:
    """An answer."""
    told = {"registered": registered, "waiting": 1, "checkedIn": checked_in, "checkedOut": checked_out}
    return {"data": {"eventCounts": told}}


async def test_a_subscriber_is_told_the_counts_and_each_change_and_leaves(desk: Desk, server: Served) -> None:
    somebody = await desk.registered()
    async with server.socket(desk.tenant, await desk.token(desk.registrar)) as socket:
        await socket.subscribe("a", COUNTS, desk.variables)
        assert await socket.hear() == {"id": "a", "type": "next", "payload": counts(0)}
        await desk.comes(somebody)
        assert await socket.hear() == {"id": "a", "type": "next", "payload": counts(1)}
        await desk.comes_not(somebody)
        assert await socket.hear() == {"id": "a", "type": "next", "payload": counts(0)}
        assert server.streams == 1
        await socket.say({"id": "a", "type": "complete"})
        await until(lambda: server.streams == 0)
        await socket.subscribe("b", COUNTS, desk.variables)
        assert (await socket.hear())["payload"] == counts(0)
    await until(lambda: server.streams == 0)


async def test_servers_agree(desk: Desk, server: Served, database_url: str) -> None:
    somebody = await desk.registered()
    token = await desk.token(desk.registrar)
    async with (
        served(database_url) as other,
        server.socket(desk.tenant, token) as here,
        other.socket(desk.tenant, payload={"authorization": token}) as there,
        other.events(desk.tenant, COUNTS, desk.variables, token) as events,
    ):
        for socket in (here, there):
            await socket.subscribe("1", COUNTS, desk.variables)
            assert (await socket.hear())["payload"] == counts(0)
        assert await events.hear() == ("next", counts(0))

        check_in_over = "mutation ($id: ID!) { checkIn(input: {registrationId: $id}) { __typename } }"
        await here.subscribe("2", check_in_over, {"id": encode_id("Registration", somebody.id)})
        answers = [await here.hear() for _ in range(3)]
        assert {"id": "2", "type": "complete"} in answers
        assert {"id": "1", "type": "next", "payload": counts(1)} in answers
        assert (await there.hear())["payload"] == counts(1)
        assert await events.hear() == ("next", counts(1))


async def test_changes_that_come_together_are_told_together_and_the_last_is(desk: Desk, server: Served) -> None:
    people = [await desk.registered() for _ in range(MANY)]
    async with server.socket(desk.tenant, await desk.token(desk.registrar)) as socket:
        await socket.subscribe("a", COUNTS, desk.variables)
        assert (await socket.hear())["payload"] == counts(0, registered=MANY)
        for registration in people:
            await desk.comes(registration)
        told: list[Any] = []
        while not told or told[-1] != counts(MANY, registered=MANY):
            told.append((await socket.hear())["payload"])
        assert len(told) < MANY


async def test_events_are_the_same_stream(desk: Desk, server: Served) -> None:
    somebody = await desk.registered()
    token = await desk.token(desk.registrar)
    async with server.events(desk.tenant, COUNTS, desk.variables, token) as events:
        assert events.head.startswith("http/1.1 200")
        assert "content-type: text/event-stream; charset=utf-8\r\n" in events.head
        assert await events.hear() == ("next", counts(0))
        await desk.comes(somebody)
        assert await events.hear() == ("next", counts(1))
    await until(lambda: server.streams == 0)


@pytest.mark.parametrize(("who", "code"), [("nobody", "NOT_SIGNED_IN"), ("member", "NOT_FOUND"), ("own", "NOT_FOUND")])
async def test_who_may_not_watch_is_told_so_and_no_more(desk: Desk, server: Served, who: str, code: str) -> None:
    somebody = await desk.registered()
    (own,) = await desk.make.all(Person, id=somebody.person_id)
    person = {"nobody": None, "member": await desk.make.member(), "own": own}[who]
    token = None if person is None else await desk.token(person)
    async with server.socket(desk.tenant, token) as socket, server.socket(desk.tenant, token) as absent:
        await socket.subscribe("a", COUNTS, desk.variables)
        await absent.subscribe("a", COUNTS, {"id": encode_id("Event", somebody.id)})
        refused = await socket.hear()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", code)
        assert await absent.hear() == refused
    async with server.events(desk.tenant, COUNTS, desk.variables, token) as events:
        assert await events.hear() == ("next", {"errors": refused["payload"]})
        assert await events.hear() == ("complete", None)
    assert server.streams == 0


async def test_credentials_of_another_confederation_are_unknown(desk: Desk, server: Served, client: Client) -> None:
    foreign = await desk.make.other()
    token = await Client(server.app, foreign).token(await foreign.staff(Role.ADMINISTRATOR))
    for headers, init in (({"authorization": token}, {}), ({}, {"payload": {"authorization": token}})):
        async with server.connected(desk.tenant, headers) as connection:
            socket = Socket(connection)
            await socket.say({"type": "connection_init", **init})
            assert await socket.closed() == 4403
    async with server.events(desk.tenant, COUNTS, desk.variables, token) as events:
        assert events.head.startswith("http/1.1 401")


@pytest.mark.promise("withdrawn-at-once")
async def test_rights_that_are_withdrawn_end_the_stream(desk: Desk, server: Served) -> None:
    await desk.registered()
    token = await desk.token(desk.registrar)
    async with (
        server.socket(desk.tenant, token) as socket,
        server.events(desk.tenant, COUNTS, desk.variables, token) as events,
    ):
        await socket.subscribe("a", COUNTS, desk.variables)
        assert (await socket.hear())["payload"] == counts(0)
        assert await events.hear() == ("next", counts(0))
        async with desk.make.acting_as(await desk.make.staff()) as work:
            await end_role(work, desk.grant.id)
        ended = await socket.hear()
        assert (ended["type"], ended["payload"][0]["extensions"]["code"]) == ("error", "NOT_ALLOWED")
        assert await events.hear() == ("next", {"errors": ended["payload"]})
        assert await events.hear() == ("complete", None)
    assert server.streams == 0


async def test_after_the_database_was_away_the_newest_is_told(desk: Desk, database_url: str, tmp_path: Path) -> None:
    somebody = await desk.registered()
    proxy = Proxy(database_url, tmp_path)
    await proxy.open()
    async with served(proxy.url) as server, server.socket(desk.tenant, await desk.token(desk.registrar)) as socket:
        await socket.subscribe("a", COUNTS, desk.variables)
        assert (await socket.hear())["payload"] == counts(0)
        await proxy.block()
        await desk.comes(somebody)
        await proxy.open()
        assert (await socket.hear())["payload"] == counts(1)
        await desk.comes_not(somebody)
        assert (await socket.hear())["payload"] == counts(0)
        await socket.say({"id": "a", "type": "complete"})
        await until(lambda: server.streams == 0)
    await proxy.block()


async def test_a_change_that_nobody_told_of_is_found(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema.web.graphql.streams, "SECONDS_BETWEEN_REREADS", 0.3)
    monkeypatch.setattr(schema.web.graphql.streams, "SECONDS_BETWEEN_RIGHTS_CHECKS", 0.1)
    async with server.socket(desk.tenant, await desk.token(desk.registrar)) as socket:
        await socket.subscribe("a", COUNTS, desk.variables)
        assert (await socket.hear())["payload"] == counts(0, registered=0)
        await desk.registered()  # past the operations
        assert (await socket.hear())["payload"] == counts(0)


async def test_what_has_one_answer_is_answered_too(desk: Desk, server: Served) -> None:
    token = await desk.token(desk.registrar)
    query = "query ($id: ID!) { eventCounts(eventId: $id) { registered } }"
    needs_graphql_core = "{ __schema { subscriptionType { name } } }"
    mutation = 'mutation { publishEvent(input: {eventId: "none"}) { __typename } }'
    expected = {
        query: {"eventCounts": {"registered": 0}},
        needs_graphql_core: {"__schema": {"subscriptionType": {"name": "Subscription"}}},
        mutation: {"publishEvent": {"__typename": "NotFound"}},
    }
    async with server.socket(desk.tenant, token) as socket:
        for document, data in expected.items():
            await socket.subscribe("q", document, desk.variables if document is query else None)
            assert (await socket.hear())["payload"]["data"] == data
            assert await socket.hear() == {"id": "q", "type": "complete"}
    for document, data in expected.items():
        variables = desk.variables if document is query else None
        async with server.events(desk.tenant, document, variables, token) as events:
            assert (await events.hear())[1]["data"] == data
            assert await events.hear() == ("complete", None)


@pytest.mark.parametrize(
    "document",
    [
        "subscription {",
        "subscription { nothing }",
        "subscription { eventCounts(eventId: 7.5) { registered } }",
        "",
        "{",
    ],
)
async def test_what_can_not_be_watched_is_told_with_a_code(desk: Desk, server: Served, document: str) -> None:
    async with server.socket(desk.tenant, await desk.token(desk.registrar)) as socket:
        await socket.subscribe("a", document)
        refused = await socket.hear()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "BAD_REQUEST")
        await socket.subscribe("a", COUNTS, desk.variables)
        assert (await socket.hear())["type"] == "next"


async def test_a_subscription_needs_a_client_that_reads_a_stream(desk: Desk, client: Client) -> None:
    answer = await client.ask(COUNTS, desk.variables, person=desk.registrar)
    assert (answer.status, answer.json["errors"][0]["extensions"]["code"]) == (406, "SUBSCRIPTION")


async def test_the_legacy_protocol_and_other_addresses_are_refused_at_the_handshake(desk: Desk, server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with server.connected(desk.tenant, protocol="graphql-ws"):
            pass
    assert refused.value.response.status_code == 403
    async with server.connected("nowhere") as connection:
        socket = Socket(connection)
        await socket.say({"type": "connection_init"})
        assert await socket.closed() == 4403


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("nothing", 4408),
        ([{"type": "subscribe", "id": "a", "payload": {"query": COUNTS}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init", "payload": []}], 4400),
        ([{"type": "connection_init", "payload": {"authorization": 7}}], 4403),
        (["no JSON"], 4400),
        ([b"bytes"], 4400),
        (["[]"], 4400),
        (["7"], 4400),
        ([{"type": "start"}], 4400),
        ([{"type": []}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": 7, "payload": {"query": "{ a }"}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "a", "payload": {"query": 7}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "a", "payload": None}], 4400),
        ([{"type": "connection_init"}, {"type": "complete"}], 4400),
        ([{"type": "ping", "payload": {"x": "x" * 1_000_001}}], 1009),
        ([{"type": "ping", "payload": {"x": "x" * 3_000_000}}], 1009),
    ],
)
async def test_what_is_not_the_protocol_ends_the_conversation(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch, said: Any, code: int
) -> None:
    if said == "nothing":
        monkeypatch.setattr(schema.web.graphql.sockets, "INIT_TIMEOUT", timedelta(seconds=0.1))
        said = []
    async with server.connected(desk.tenant) as connection:
        socket = Socket(connection)
        for message in said:
            await socket.say(message)
        assert await socket.closed() == code


async def test_an_id_in_use_ends_the_conversation(desk: Desk, server: Served) -> None:
    async with server.socket(desk.tenant, await desk.token(desk.registrar)) as socket:
        await socket.subscribe("a", COUNTS, desk.variables)
        await socket.hear()
        await socket.subscribe("a", COUNTS, desk.variables)
        assert await socket.closed() == 4409
    await until(lambda: server.streams == 0)


@pytest.mark.promise("hourly-cost-and-streams")
async def test_nobody_has_too_many_streams(desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema.web.graphql.streams, "MOST_STREAMS_PER_ACTOR", 2)
    token = await desk.token(desk.registrar)
    another = await desk.token(await desk.make.staff(Role.REGISTRAR))
    async with (
        server.socket(desk.tenant, token) as socket,
        server.events(desk.tenant, COUNTS, desk.variables, token) as events,
        server.socket(desk.tenant, another) as theirs,
    ):
        await events.hear()
        await socket.subscribe("a", COUNTS, desk.variables)
        assert (await socket.hear())["type"] == "next"
        await socket.subscribe("b", COUNTS, desk.variables)
        assert (await socket.hear())["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await theirs.subscribe("a", COUNTS, desk.variables)
        assert (await theirs.hear())["type"] == "next"
        monkeypatch.setattr(schema.web.graphql.streams, "MOST_STREAMS", 3)
        await theirs.subscribe("b", COUNTS, desk.variables)
        assert (await theirs.hear())["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
