"""Answers given again from memory: what anybody gets, for a moment, and nothing of anybody's."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from app import create_app
from schema.web.graphql import memory
from schema.web.graphql.memory import Key, Memory
from services.core.database.connections import Readers
from tests.client import Answer, Client
from tests.conftest import settings_of
from tests.making import Maker

TITLES = "{ events { nodes { slug title } } }"
MINE = "{ me { id } events { totalCount } }"


@pytest.fixture
async def website(database_url: str, make: Maker) -> AsyncIterator[Client]:
    """A client of a server that keeps what anybody gets for as long as a test takes."""
    app = create_app(settings_of(database_url).model_copy(update={"public_seconds": 60.0}), demo_tokens=True)
    async with app.router.lifespan_context(app):
        yield Client(app, make)


async def get(client: Client, make: Maker, document: str = TITLES, *, method: str = "GET", **headers: str) -> Answer:
    address = f"/{make.tenant.slug}/graphql?{urlencode({'query': document})}"
    return await client.send(address, headers=headers, method=method)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database is asked."""
    asked: list[str] = []
    original = Readers.fetch

    async def fetch(self: Readers, text: str, *arguments: Any) -> Any:
        asked.append(text)
        return await original(self, text, *arguments)

    monkeypatch.setattr(Readers, "fetch", fetch)
    return asked


async def test_a_burst_is_answered_from_memory_and_changes_show_when_the_moment_is_over(
    website: Client, make: Maker, statements: list[str]
) -> None:
    await make.event(slug="one")
    first = await get(website, make)
    before = len(statements)
    await make.event(slug="two")
    for _ in range(3):
        again = await get(website, make)
        assert (again.status, again.body, again.headers) == (200, first.body, first.headers)
    head = await get(website, make, method="HEAD")
    assert (head.body, head.headers) == (b"", first.headers)
    known = await get(website, make, **{"if-none-match": first.headers["etag"]})
    assert (known.status, known.body, known.headers["etag"]) == (304, b"", first.headers["etag"])
    assert len(statements) == before
    website._app._endpoint._memory._clock = lambda: 1e12  # type: ignore[attr-defined]
    assert b"two" in (await get(website, make)).body
    assert len(statements) == before + 1


async def test_nothing_of_a_person_is_given_to_anybody_and_nothing_old_to_a_person(
    website: Client, make: Maker, statements: list[str]
) -> None:
    ana = await make.member()
    token = {"authorization": await website.token(ana)}
    assert (await get(website, make, MINE, **token)).data["me"] is not None
    assert (await get(website, make, MINE)).data["me"] is None
    before = len(statements)
    assert (await get(website, make, MINE, **token)).data["me"] is not None
    assert (await get(website, make, MINE, cookie=f"__Host-confed-{make.tenant.slug}=nobodys")).status == 401
    assert len(statements) > before
    assert (await get(website, make, MINE, cookie="analytics=1")).data["me"] is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
async def test_another_method_is_not_answered_from_memory(website: Client, make: Maker, method: str) -> None:
    assert (await get(website, make)).status == 200
    assert (await get(website, make, method=method)).status == 405


async def test_answers_in_another_language_type_or_confederation_are_others(website: Client, make: Maker) -> None:
    other = await make.other()
    await make.event(slug="ours", title={"fr": "Le nôtre", "en": "Ours"})
    titles = [
        (await get(website, make, **{"accept-language": language})).data["events"]["nodes"][0]["title"]
        for language in ("fr", "en", "fr")
    ]
    assert titles == ["Le nôtre", "Ours", "Le nôtre"]
    typed = await get(website, make, accept="application/graphql-response+json")
    assert typed.headers["content-type"].startswith("application/graphql-response+json")
    assert (await get(website, other)).data == {"events": {"nodes": []}}


async def test_a_page_of_another_origin_reads_what_is_remembered_as_it_reads_what_is_not(
    website: Client, make: Maker
) -> None:
    first = await get(website, make)
    again = await get(website, make, origin="https://www.example.org")
    for answer in (first, again):
        assert answer.headers["access-control-allow-origin"] == "*"
    cookied = await get(website, make, cookie="a=b", origin="https://www.example.org")
    assert "access-control-allow-origin" not in cookied.headers


def test_memory_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_CACHED_BYTES", 10_000)
    monkeypatch.setattr(memory, "LARGEST_ANSWER", 4_000)
    kept, etag, control = Memory(1.0), (b"etag", b"x"), (b"cache-control", b"y")
    keys = [Key(f"/{number}/graphql", b"q", b"", b"", uuid4()) for number in range(100)]
    for key in keys:
        kept.keep(key, b"application/json", b"x" * 1_000, etag, control)
        kept.keep(key, b"application/json", b"x" * 1_000, etag, control)
    assert kept._bytes <= 10_000
    assert kept.find(keys[-1]) is not None
    assert kept.find(keys[0]) is None
    kept.keep(keys[0], b"application/json", b"x" * 4_001, etag, control)
    assert kept.find(keys[0]) is None
