"""What is asked for is refused, cancelled or forgotten before it takes the server or PostgreSQL with it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest

from schema.compiler import limits, plan_cache
from schema.compiler.correlation import Uncorrelated, check_sources
from schema.compiler.run import Operations, Plan
from schema.reading import leaving
from services.core.database import connections
from services.core.database.connections import Readers
from tests.compiler.ways import Asker
from tests.compiler.world import World


def condition(values: str = "$v") -> str:
    return f"{{slug: {{notIn: {values}}} city: {{notIn: {values}}} not: {{slug: {{notIn: {values}}}}}}}"


async def errors(asker: Asker, world: World, document: str, variables: dict[str, Any] | None = None) -> list[Any]:
    answer = (await asker.ask(world.slug("anonymous"), document, variables)).json
    assert not answer.get("data")
    found: list[Any] = answer["errors"]
    return found


async def test_values_count_as_often_as_they_are_compared_with(asker: Asker, world: World) -> None:
    """A thousand strings in hundreds of comparisons would keep PostgreSQL busy for seconds."""
    document = f"query($v: [String!]!) {{ events(first: 0, where: {{or: [{condition() * 60}]}}) {{ totalCount }} }}"
    (error,) = await errors(asker, world, document, {"v": [f"text {i}" for i in range(990)]})
    assert error["extensions"]["limit"] == "cost"
    answer = (await asker.ask(world.slug("anonymous"), document, {"v": ["text"]})).json
    assert answer["data"] == {"events": {"totalCount": 0}}, "none contradicts itself"


async def test_a_list_to_compare_with_has_a_limit_of_its_own(asker: Asker, world: World) -> None:
    document = f"query($v: [String!]!) {{ events(first: 0, where: {condition()}) {{ totalCount }} }}"
    (error,) = await errors(asker, world, document, {"v": ["text"] * 1_001})
    assert error["extensions"] == {"code": "TOO_MUCH", "limit": "items of a list", "required": 1_000, "found": 1_001}


async def test_a_long_text_costs_what_it_takes(asker: Asker, world: World) -> None:
    document = "query($v: String!) { events(first: 0, where: {city: {eq: $v}}) { totalCount } }"
    costs = [
        (await asker.ask(world.slug("anonymous"), document, {"v": text})).json["extensions"]["cost"]["spent"]
        for text in ("short", "l" * 200_000)
    ]
    assert costs[1] - costs[0] == 200


async def test_more_identifiers_than_are_looked_up_at_once_are_refused(asker: Asker, world: World) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    (error,) = await errors(asker, world, document, {"ids": ["x"] * 101})
    assert error["extensions"]["limit"] == "ids"


@pytest.fixture
async def slow(database: Any) -> AsyncIterator[Readers]:
    """Two connections whose statements have a fifth of a second."""
    readers = Readers(database.url, 2, 0.2)
    yield readers
    await readers.close()


async def test_postgresql_ends_a_read_that_takes_too_long(slow: Readers) -> None:
    with pytest.raises(asyncpg.QueryCanceledError):
        await slow.fetch("select pg_sleep(30)::text", [])
    assert await slow.fetch("select 'next'", []) == "next"


async def test_a_read_that_takes_too_long_is_refused_once_for_the_whole_operation(
    asker: Asker, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field in Python makes graphql-core read each root field; the others don't wait as long once more."""
    asked = 0

    async def cancelled(*_: Any) -> None:
        nonlocal asked
        asked += 1
        raise asyncpg.QueryCanceledError

    fields = " ".join(f'a{i}: event(slug: "{i}") {{ slug canRegister {{ allowed }} }}' for i in range(20))
    for document in ("{ events { nodes { slug } } }", f"{{ {fields} }}"):
        with monkeypatch.context() as patch:
            await asker.ask(world.slug("anonymous"), "{ __typename }")
            patch.setattr(Readers, "fetch", cancelled)
            answer = (await asker.ask(world.slug("anonymous"), document)).json
        assert {error["extensions"]["limit"] for error in answer["errors"]} == {"time"}
    assert asked <= 1 + 20


async def test_who_goes_away_ends_their_statement(
    asker: Asker, world: World, overseer: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "DISCONNECT_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(asker.database.readers, "_seconds", 0)
    gone = asyncio.Event()

    async def sleeping(self: Plan, readers: Readers, *_: Any) -> bytes:
        answer: bytes = await readers.fetch("select pg_sleep(60)::text as abandoned", [])
        return answer

    monkeypatch.setattr(Plan, "read", sleeping)
    scope = {
        "type": "http", "method": "POST", "path": f"/{world.slug('anonymous')}/graphql", "query_string": b"",
        "headers": [(b"content-type", b"application/json")], "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asked = [{"type": "http.request", "body": orjson.dumps({"query": "{ events { totalCount } }"}), "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not asked:
            await gone.wait()
            return {"type": "http.disconnect"}
        return asked.pop()

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    running = "select count(*) from pg_stat_activity where state = 'active' and query like '%as abandoned'"
    request = asyncio.create_task(asker.endpoint(scope, receive, send))
    await until(overseer, running, 1)
    gone.set()
    await request
    assert sent == []
    await until(overseer, running, 0)


async def until(connection: asyncpg.Connection, query: str, found: int) -> None:
    """Wait for PostgreSQL to say so."""
    async with asyncio.timeout(30):
        while await connection.fetchval(query) != found:  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.01)


async def test_what_is_asked_once_leaves_nothing_prepared(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement that stays prepared takes memory of its backend: a stranger can ask for any number of others."""
    monkeypatch.setattr(connections, "MOST_PREPARED_CHARACTERS", 200)
    readers = Readers(database.url, 1)
    prepared = "select coalesce(string_agg(statement, ' ' order by prepare_time), '') from pg_prepared_statements"
    for i in range(50):
        await readers.fetch(f"select 'once {i}'", [])
    assert await readers.read(lambda connection: connection.fetchval(prepared)) == ""
    for i in range(50):
        for _ in range(2):
            assert await readers.fetch(f"select 'again and again {i}'", []) == f"again and again {i}"
    kept = await readers.read(lambda connection: connection.fetchval(prepared))
    assert 0 < len(kept) <= 200 + 50
    assert "again and again 49" in kept
    await readers.close()


def test_plans_are_kept_up_to_a_number_of_bytes(asker: Asker) -> None:
    """A document of 400 characters can ask for a field of every type there is, twelve times: names make it another."""
    operations = Operations(asker.built.catalog)
    documents = [f"{{ {' '.join(f'a{i}_{j}: node(id: 1) {{ id }}' for j in range(12))} }}" for i in range(200)]
    for document in documents:
        operations.find(document, None).plan({})
    cache = operations._operations
    assert plan_cache.MOST_BYTES * 0.9 < cache.bytes <= plan_cache.MOST_BYTES
    assert [operations.keeps(document, None) for document in (documents[0], documents[-1])] == [False, True]
    assert len(cache._values) == len(cache._sizes) < 100
    assert cache.bytes == sum(cache._sizes.values())


def test_a_statement_that_reads_a_row_source_twice_is_refused() -> None:
    check_sources("SELECT 1 FROM event AS t$1 WHERE EXISTS (SELECT FROM pool AS t$2 WHERE t$2.event_id = t$1.id)")
    with pytest.raises(Uncorrelated, match="t\\$1"):
        check_sources("SELECT 1 FROM event AS t$1 WHERE EXISTS (SELECT FROM pool AS t$2, event AS t$1 WHERE true)")


def test_the_weight_of_a_value_is_its_items_and_its_length() -> None:
    assert [limits.weight(value) for value in (None, 7, "a", "a" * 1_000, ["a"] * 3, ["a"] * 4, [1] * 8)] == [
        0, 0, 0, 1, 0, 1, 2,
    ]  # fmt: skip
