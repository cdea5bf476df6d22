"""What anybody may ask for in an hour."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from app import create_app
from schema.compiler.measure import MAXIMUM_COST
from schema.web.graphql import allowance
from schema.web.graphql.allowance import (
    COST_PER_MUTATION,
    COST_PER_REQUEST,
    HOUR,
    Attempts,
    Buckets,
    Marks,
    Spent,
)
from schema.web.graphql.http import HTTPRefusal
from services.core.actor import Tenant
from services.core.settings import LEAST_HOURLY_COST, Settings
from tests.client import Answer, Client
from tests.making import Maker
from tests.web.serving import served

HOURLY = LEAST_HOURLY_COST


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_hour_has_its_cost_and_then_as_much_as_has_leaked(clock: Clock) -> None:
    buckets = Buckets(3_600, clock)
    assert buckets.take("ana", 3_000) == (600, 3_001)
    with pytest.raises(Spent) as refusal:
        buckets.take("ana", 660)
    assert (refusal.value.required, refusal.value.left, refusal.value.retry_after) == (660, 600, 60)
    assert buckets.take("bo", 3_600) == (0, 3_601)  # and somebody else has their own
    clock.now += 60
    assert buckets.take("ana", 660) == (0, 3_601)


@pytest.mark.promise("hourly-cost-and-streams")
def test_in_any_span_no_more_is_let_through_than_what_is_guaranteed(clock: Clock) -> None:
    buckets, through = Buckets(3_600, clock), []
    for step, cost in zip(range(3_000), itertools.cycle([1, 700, 3, 90, 2_500]), strict=False):
        clock.now += step % 7
        try:
            buckets.take("ana", cost)
        except Spent:
            continue
        through.append((clock.now, cost))
    for hours in (0.25, 1, 2):
        for began, _ in through:
            assert sum(cost for at, cost in through if began <= at < began + hours * HOUR) <= (1 + hours) * 3_600
    assert sum(cost for _, cost in through) > 3_600 * (clock.now - 1_000_000) / HOUR * 0.8


def test_what_is_owed_is_waited_for(clock: Clock) -> None:
    buckets = Buckets(3_600, clock)
    assert buckets.take("ana", 5_000, owing=True) == (0, 5_001)
    with pytest.raises(Spent) as refusal:
        buckets.take("ana", 1)
    assert refusal.value.retry_after == 1_401


def test_no_limit_is_no_limit(clock: Clock) -> None:
    assert [Buckets(0, clock).take("ana", 10**12) for _ in range(3)] == [None] * 3


def test_of_too_many_buckets_those_with_the_least_in_them_are_forgotten(clock: Clock) -> None:
    buckets = Buckets(3_600, clock, kept=100)
    buckets.take("greedy", 3_600)
    for i in range(1_000):
        buckets.take(i, 1)
    assert len(buckets._empty_at) <= 101
    with pytest.raises(Spent):
        buckets.take("greedy", 100)


@pytest.mark.promise("address-hashed")
def test_an_address_is_marked_for_a_day_and_kept_nowhere(clock: Clock) -> None:
    def mark(host: str | None) -> bytes:
        return marks.of_peer({"client": None if host is None else (host, 1)})

    marks = Marks(clock)
    ours = mark("203.0.113.7")
    assert (mark("203.0.113.7"), mark("::ffff:203.0.113.7"), len(ours)) == (ours, ours, 8)
    hosts = ["203.0.113.8", "2001:db8::1", "2001:db8:0:1::1", "unix", "fe80::1%eth0", "::nonsense", "\ud800:", None]
    marked = [mark(host) for host in hosts]
    assert len({ours, *marked}) == 1 + len(hosts)
    assert mark("2001:db8::ffff:2") == marked[1]  # a customer has a whole network
    assert not any(b"203" in str(value).encode() for value in vars(marks).values())
    assert Marks(clock).of_peer({"client": ("203.0.113.7", 1)}) != ours  # each process by a key of its own
    clock.now += 86_400
    assert mark("203.0.113.7") != ours


def tenant() -> Tenant:
    return Tenant(uuid4(), "x", ("fr",), "UTC")


def status(count: Callable[[], object]) -> int:
    """The status of an attempt, in so far as there were too many."""
    try:
        count()
    except HTTPRefusal as refusal:
        return refusal.status
    return 200


def at(host: str) -> Any:
    return {"client": (host, 1)}


@pytest.mark.promise("attempts-limited")
def test_one_address_has_so_many_attempts_at_a_confederation_and_using_a_link_is_counted_apart() -> None:
    attempts, ours, theirs = Attempts(5), tenant(), tenant()

    def asks(host: str, of: Tenant = ours) -> int:
        return status(lambda: attempts.check_link(at(host), of, f"{uuid4()}@example.org"))

    assert [asks("203.0.113.7") for _ in range(6)] == [200] * 5 + [429]
    assert [asks("203.0.113.8"), asks("203.0.113.7", theirs)] == [200, 200]
    # Who has a link already uses it, however many were asked for from the same network.
    assert [status(lambda: attempts.check_use(at("203.0.113.7"), ours)) for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.promise("strangers-lock-nobody-out")
def test_strangers_lock_nobody_out() -> None:
    attempts, ours = Attempts(600), tenant()

    def mailed(host: str, address: str = "ana@example.org", of: Tenant = ours) -> bool:
        return attempts.check_link(at(host), of, address)

    strangers = [f"203.0.113.{i}" for i in range(6)]
    assert all(mailed(host) for host in strangers for _ in range(10))  # 60 in all
    # Beyond them each network still gets one: Ana's own, from which nobody has asked.
    assert [mailed(strangers[0]), mailed("198.51.100.1", " ANA@example.org\n"), mailed("198.51.100.1")] == [
        False,
        True,
        False,
    ]
    assert mailed(strangers[0], "bo@example.org")
    assert mailed(strangers[0], of=tenant())
    assert status(lambda: [mailed("192.0.2.1") for _ in range(13)]) == 429  # one network's own limit


def test_what_is_not_there_is_looked_for_so_often() -> None:
    attempts, host = Attempts(600), at("203.0.113.7")
    for _ in range(1_000):
        attempts.check_unknown(host)
        attempts.count_unknown(host)
    assert status(lambda: attempts.check_unknown(host)) == 429
    assert status(lambda: attempts.check_unknown(at("203.0.113.8"))) == 200


def test_without_a_limit_nothing_is_counted() -> None:
    attempts, host = Attempts(0), at("203.0.113.7")
    for _ in range(2_000):
        attempts.count_unknown(host)
    attempts.check_unknown(host)
    assert all(attempts.check_link(host, tenant(), "ana@example.org") for _ in range(100))


@pytest.fixture
async def poor(database_url: str, make: Maker) -> Any:
    """A client of a server where everybody has the least that can be set."""
    settings = Settings(
        database_url=database_url,
        hourly_cost=HOURLY,
        hourly_cost_of_sites=HOURLY,
        hourly_cost_of_strangers=HOURLY,
        trusted_proxies="127.0.0.1, 10.0.0.0/8",
    )
    app = create_app(settings, demo_tokens=True)
    async with app.router.lifespan_context(app):
        yield Client(app, make)


@pytest.fixture
async def usual(database_url: str, make: Maker) -> Any:
    """A client of a server as it is where nothing is set."""
    app = create_app(Settings(database_url=database_url), demo_tokens=True)
    async with app.router.lifespan_context(app):
        yield Client(app, make)


MUCH = "{ associations(first: 200) { nodes { events(first: 98) { nodes { slug } } } } }"
COST = 1 + 200 * (1 + 1 + 98)


def hour(answer: Answer) -> tuple[int, int]:
    """What is left of the hour, and in how many seconds all of it is there."""
    told = answer.json["extensions"]["cost"]["hour"]
    assert told.keys() == {"left", "restoredIn"}
    return told["left"], told["restoredIn"]


async def test_what_an_operation_costs_is_taken_from_the_hour(poor: Client, make: Maker) -> None:
    first, _ = hour(await poor.ask(MUCH))
    read = HOURLY - first - COST - COST_PER_REQUEST
    assert read == allowance.COST_PER_NEW_DOCUMENT + len(MUCH) // allowance.CHARACTERS_PER_COST  # the first time
    second, restored_in = hour(await poor.ask(MUCH))
    assert first - second == pytest.approx(COST + COST_PER_REQUEST, abs=20)
    assert restored_in == pytest.approx((HOURLY - second) * HOUR / HOURLY, abs=5)


async def test_who_has_spent_the_hour_is_told_when_to_ask_again(poor: Client, make: Maker) -> None:
    ana, bo = await make.member(), await make.member()
    for _ in range(2):
        assert (await poor.ask(MUCH, person=ana)).status == 200
    answer = await poor.ask(MUCH, person=ana)
    (error,) = answer.json["errors"]
    told = error["extensions"]
    assert (answer.status, told["code"], told["required"]) == (429, "TOO_MANY_REQUESTS", COST + COST_PER_REQUEST)
    assert answer.headers["retry-after"] == str(told["retryAfter"])
    assert told["retryAfter"] == pytest.approx((told["required"] - told["left"]) * HOUR / HOURLY, abs=2)
    cheap = "{ confederation { slug } }"
    assert (await poor.ask(cheap, person=ana)).status == 200  # for which there is enough
    assert (await poor.ask(MUCH, person=bo)).status == (await poor.ask(MUCH)).status == 200
    assert (await poor.ask(MUCH, person=ana, accept="text/event-stream")).body.count(b"TOO_MANY_REQUESTS") == 1


async def test_strangers_pay_by_the_address_that_a_trusted_proxy_tells(poor: Client) -> None:
    for _ in range(2):
        assert (await poor.ask(MUCH, x_forwarded_for="203.0.113.7")).status == 200
    statuses = {
        said: (await poor.ask(MUCH, x_forwarded_for=said)).status
        for said in ("203.0.113.7", "8.8.8.8, 203.0.113.7", "203.0.113.7:4711, 10.1.2.3", "203.0.113.8", "", "::1")
    }
    assert statuses == {
        "203.0.113.7": 429,
        "8.8.8.8, 203.0.113.7": 429,  # whatever a client claims before
        "203.0.113.7:4711, 10.1.2.3": 429,  # through two of our proxies
        "203.0.113.8": 200,
        "": 200,
        "::1": 200,
    }


@pytest.mark.promise("caches-and-limits-of-one-tenant")
async def test_strangers_pay_at_each_confederation_apart(poor: Client, make: Maker) -> None:
    other = await make.other()
    for _ in range(2):
        assert (await poor.ask(MUCH)).status == 200
    assert (await poor.ask(MUCH)).status == 429
    body = b'{"query": "%b"}' % MUCH.encode()
    assert (await poor.send(f"/{other.tenant.slug}/graphql", body)).status == 200


async def test_by_default_no_address_is_believed(usual: Client) -> None:
    before, _ = hour(await usual.ask("{ confederation { slug } }", x_forwarded_for="203.0.113.1"))
    after, _ = hour(await usual.ask(MUCH, x_forwarded_for="203.0.113.2"))
    assert before - after > COST // 2  # some of it has come back meanwhile


async def test_a_mutation_is_paid_for_with_its_payload(poor: Client, make: Maker) -> None:
    document = """mutation ($input: CreateEventInput!) { createEvent(input: $input) { ... on Problem { code } } }"""
    ana = await make.member()
    given = {"associationId": "x", "slug": "x", "title": [], "kind": "WEBINAR", "format": "IN_PERSON"}
    given |= {"startsAt": "2027-01-01T12:00:00Z", "endsAt": "2027-01-01T13:00:00Z"}
    first, _ = hour(await poor.ask(document, {"input": given}, person=ana))
    second, _ = hour(await poor.ask(document, {"input": given}, person=ana))
    assert first - second == pytest.approx(COST_PER_REQUEST + COST_PER_MUTATION, abs=20)


async def test_what_caches_may_keep_tells_of_nobodys_hour(usual: Client, make: Maker) -> None:
    answer = await usual.send(f"/{make.tenant.slug}/graphql?query={{confederation{{slug}}}}", method="GET")
    assert answer.json["extensions"]["cost"].keys() == {"spent", "left"}


@pytest.mark.parametrize("hourly", [-1, 1, HOURLY - 1])
def test_an_hourly_cost_lets_every_operation_through_that_is_within_the_limits(hourly: int) -> None:
    assert HOURLY == 2 * MAXIMUM_COST
    with pytest.raises(ValueError, match=r"hourly_cost|CONFED_HOURLY_COST"):
        Settings(hourly_cost=hourly)


@pytest.mark.parametrize("networks", ["proxy.example.org", "10.0.0.1/8", "10.0.0.0/8;", "*"])
def test_trusted_proxies_are_addresses(networks: str) -> None:
    with pytest.raises(ValueError, match=r"trusted_proxies|CONFED_TRUSTED_PROXIES"):
        Settings(trusted_proxies=networks)


@pytest.mark.parametrize(
    ("configured", "strangers", "members"),
    [("everybody", True, True), ("signed-in", False, True), ("nobody", False, False)],
)
async def test_the_schema_is_told_to_whom_it_is_configured_for(
    database_url: str, make: Maker, configured: Any, strangers: bool, members: bool
) -> None:
    app = create_app(Settings(database_url=database_url, introspection=configured), demo_tokens=True)
    async with app.router.lifespan_context(app):
        client, ana = Client(app, make), await make.member()
        for person, may in ((None, strangers), (ana, members)):
            for document in (
                "{ __schema { queryType { name } } }",
                '{ a: __type(name: "Event") { name } confederation { slug } }',
                "{ ... { ...a } } fragment a on Query { b: __schema { queryType { name } } }",
            ):
                answer = await client.ask(document, person=person)
                assert ("data" in answer.json) == may
                if not may:
                    assert answer.json["errors"][0]["extensions"]["code"] == "INTROSPECTION_OFF"
            assert (await client.ask("{ __typename confederation { __typename } }", person=person)).data


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ confederatio { slug } }", None),
        ("{ confederation { slu } }", None),
        ("{ events(firs: 1) { totalCount } }", None),
        ("{ events(where: {slu: {}}) { totalCount } }", None),
        ("{ events(orderBy: [SLUG_AS]) { totalCount } }", None),
        ("{ ... on Quer { __typename } }", None),
        ("query ($a: EventWher) { __typename }", None),
        ("query ($o: [EventOrder!]) { events(orderBy: $o) { totalCount } }", {"o": ["SLUG_AS"]}),
        ("query ($w: EventWhere) { events(where: $w) { totalCount } }", {"w": {"slu": {}}}),
        ("mutation ($i: CreateEventInput!) { createEvent(input: $i) { __typename } }", {"i": {"slu": 1}}),
        ("mutation { planEven(input: {}) { __typename } }", None),
    ],
)
async def test_what_there_is_is_not_suggested(client: Client, document: str, variables: Any) -> None:
    errors = (await client.ask(document, variables)).json["errors"]
    assert errors
    assert not [error["message"] for error in errors if "Did you mean" in error["message"]]


async def test_a_socket_is_told_when_the_hour_is_spent(database_url: str, make: Maker) -> None:
    async with served(database_url) as server, server.socket(make.tenant.slug) as socket:
        endpoint = server.app._endpoint
        endpoint._allowances._strangers = Buckets(HOURLY)
        for i in range(3):
            await socket.subscribe(str(i), MUCH)
        heard = [await socket.hear() for _ in range(5)]
        assert sorted(message["type"] for message in heard) == ["complete", "complete", "error", "next", "next"]
        (error,) = [message for message in heard if message["type"] == "error"]
        assert error["payload"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"
