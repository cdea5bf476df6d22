"""Documents that a request names by a hash: registered ones, and those that clients have sent before."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from models import Association, SiteKeyKind
from schema.web.graphql import documents
from schema.web.graphql.documents import Documents
from schema.web.graphql.http import HTTPRefusal, Named, RequestParams
from services.core.actor import Key, anonymous, system
from services.core.work import begin
from services.identity.site_keys import make_key
from services.trusted_documents.registering import add_documents, hash_of, remove_documents
from tests.client import Answer, Client
from tests.making import Maker
from tests.web.serving import served

GRAPHQL = "application/graphql-response+json"
EVENT = "query ($slug: String!) { event(slug: $slug) { slug } }"
UNKNOWN = "PERSISTED_DOCUMENT_NOT_FOUND"


@pytest.fixture
def path(make: Maker) -> str:
    """Where the test's confederation is asked."""
    return f"/{make.tenant.slug}/graphql"


async def register(make: Maker, *texts: str, association: Association | None = None) -> None:
    """Register documents, as the command line does."""
    async with begin(make.database, system(make.tenant)) as work:
        await add_documents(work, texts, association=association.slug if association else None)


async def post(client: Client, path: str, **members: Any) -> Answer:
    """Ask by POST."""
    return await client.send(path, json.dumps(members).encode())


async def get(client: Client, path: str, headers: dict[str, str] | None = None, **members: Any) -> Answer:
    """Ask by GET."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in members.items()}
    return await client.send(f"{path}?{urlencode(texts)}", headers=headers, method="GET")


def code(answer: Answer) -> Any:
    """The code of the only error."""
    (error,) = answer.json["errors"]
    assert "data" not in answer.json
    return error["extensions"]["code"]


def by_hash(text: str, **more: Any) -> dict[str, Any]:
    """The members that name a document by Apollo's protocol."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text), **more}}}


async def test_a_registered_document_is_run_by_its_id(
    client: Client, make: Maker, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = "query A { a: __typename }\nquery B { b: __typename }\n"
    await register(make, EVENT, two)
    event = await make.event()
    asked: dict[str, Any] = {"documentId": f"sha256:{hash_of(EVENT)}", "variables": {"slug": event.slug}}
    for _ in range(2):
        for answer in (
            await post(client, path, **asked),
            await get(client, path, **asked),
            await post(client, path, variables=asked["variables"], **by_hash(EVENT)),
        ):
            assert answer.data == {"event": {"slug": event.slug}}
        monkeypatch.setattr("schema.compiler.measure.parse", None)  # from now on nothing is parsed
    monkeypatch.undo()
    named = await post(client, path, documentId=f"sha256:{hash_of(two)}", operationName="B")
    assert named.data == {"b": "Query"}


async def test_a_registered_document_may_need_graphql_core(client: Client, make: Maker, path: str) -> None:
    python = "query ($slug: String!) { event(slug: $slug) { canRegister { allowed } } __schema { __typename } }"
    await register(make, python)
    asked: dict[str, Any] = {"documentId": hash_of(python), "variables": {"slug": (await make.event()).slug}}
    expected = {"event": {"canRegister": {"allowed": False}}, "__schema": {"__typename": "__Schema"}}
    assert (await post(client, path, **asked)).data == (await get(client, path, **asked)).data == expected


async def test_a_registered_mutation_is_done_by_post_only(client: Client, make: Maker, path: str) -> None:
    mutation = "mutation ($id: ID!) { registerForEvent(input: {eventId: $id}) { __typename } }"
    await register(make, mutation)
    asked: dict[str, Any] = {"documentId": f"sha256:{hash_of(mutation)}", "variables": {"id": "x"}}
    assert (await post(client, path, **asked)).data == {"registerForEvent": {"__typename": "NotFound"}}
    refused = await get(client, path, **asked)
    assert (refused.status, code(refused)) == (405, "METHOD_NOT_ALLOWED")


async def test_what_is_not_registered_here_is_not_found(client: Client, make: Maker, path: str) -> None:
    other = await make.other()
    await register(other, EVENT)
    ids = [f"sha256:{hash_of(EVENT)}", hash_of(EVENT), "sha256:", "", "x", "md5:1", f"sha256:{hash_of(EVENT)[:-1]}"]
    ids += [f"sha256:{hash_of(EVENT).upper()}", "../../etc/passwd", "\x00", "sha256:" + "0" * 63 + "\n"]
    answers = [await post(client, path, documentId=id, variables={"slug": "x"}) for id in ids]
    assert {(answer.status, code(answer)) for answer in answers} == {(404, UNKNOWN)}
    assert len({answer.body for answer in answers}) == 1
    absent = await get(client, path, documentId=ids[0])
    assert (absent.status, absent.headers["cache-control"]) == (404, "private, no-store")
    assert (await Client(client._app, other).send(
        f"/{other.tenant.slug}/graphql", json.dumps({"documentId": ids[0], "variables": {"slug": "x"}}).encode()
    )).data == {"event": None}  # fmt: skip


@pytest.mark.parametrize(
    "members",
    [
        {"documentId": "sha256:0", "query": "{ __typename }"},
        {"documentId": "sha256:0", "query": ""},
        {"documentId": "sha256:0", **by_hash("{ __typename }")},
        {"documentId": 1},
        {"documentId": None},
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {}}},
        by_hash(EVENT, version=2),
        by_hash(EVENT, sha256Hash=1),
        {"extensions": {"other": 1}},
    ],
)
async def test_a_request_names_its_document_once(client: Client, path: str, members: Any) -> None:
    refused = await post(client, path, **members)
    assert (refused.status, code(refused)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("twice", ["documentId", "variables"])
async def test_an_address_says_everything_once(client: Client, make: Maker, path: str, twice: str) -> None:
    # Else a cache that keys by the first, and a server that goes by the last, would give one's answer for the other.
    await register(make, EVENT)
    asked = f"documentId={hash_of(EVENT)}&variables=%7B%22slug%22:%22x%22%7D"
    assert (await client.send(f"{path}?{asked}", method="GET")).data == {"event": None}
    refused = await client.send(f"{path}?{asked}&{twice}=", method="GET")
    assert (refused.status, code(refused)) == (400, "BAD_REQUEST")


async def test_a_document_that_is_taken_back_ends_within_a_minute(
    client: Client, make: Maker, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(make, EVENT)
    asked: dict[str, Any] = {"documentId": hash_of(EVENT), "variables": {"slug": "x"}}
    assert (await post(client, path, **asked)).data == {"event": None}
    async with begin(make.database, system(make.tenant)) as work:
        await remove_documents(work, [hash_of(EVENT)])
    assert (await post(client, path, **asked)).data == {"event": None}
    monkeypatch.setattr("schema.web.graphql.documents.time.monotonic", lambda: 1e12)
    assert code(await post(client, path, **asked)) == UNKNOWN


# Documents that clients have sent


async def test_a_document_is_sent_once_and_then_by_its_hash(client: Client, path: str) -> None:
    text = "{ sent: __typename }"
    for accept, status in (("application/json", 200), (GRAPHQL, 400)):
        absent = await client.send(path, json.dumps(by_hash(text)).encode(), {"accept": accept})
        assert (absent.status, code(absent)) == (status, "PERSISTED_QUERY_NOT_FOUND")
        assert absent.json["errors"][0]["message"] == "PersistedQueryNotFound"
    assert (await post(client, path, query=text, **by_hash(text))).data == {"sent": "Query"}
    answer = await get(client, path, **by_hash(text))
    assert answer.data == {"sent": "Query"}
    absent = await get(client, path, **by_hash("{ never: __typename }"))
    assert absent.headers["cache-control"] == "private, no-store"
    assert code(await post(client, path, documentId=hash_of(text))) == UNKNOWN  # it is not a trusted one


async def test_a_hash_of_something_else_is_refused_and_kept_by_nobody(client: Client, path: str) -> None:
    good, bad = "{ good: __typename }", "{ bad: __typename }"
    refused = await post(client, path, query=bad, **by_hash(good))
    assert (refused.status, code(refused)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert code(await post(client, path, **by_hash(good))) == "PERSISTED_QUERY_NOT_FOUND"
    assert (await post(client, path, query=good, **by_hash(good))).data == {"good": "Query"}


@pytest.mark.promise("caches-and-limits-of-one-tenant")
async def test_no_confederation_learns_what_anothers_clients_sent_or_pushes_it_out(
    app: Starlette, client: Client, make: Maker, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_AUTOMATIC_DOCUMENTS", 2)
    monkeypatch.setattr(documents, "MOST_AUTOMATIC_CHARACTERS", 50)
    mine = "{ mine: __typename }"
    await post(client, path, query=mine, **by_hash(mine))
    there = await make.other()
    other, elsewhere = Client(app, there), f"/{there.tenant.slug}/graphql"
    assert code(await post(other, elsewhere, **by_hash(mine))) == "PERSISTED_QUERY_NOT_FOUND"
    many = [f"{{ a{i}: __typename }}" for i in range(4)]
    for text in (*many, many[2], "{ " + "x" * 60 + ": __typename }"):
        await post(other, elsewhere, query=text, **by_hash(text))
    left = [text for text in many if "data" in (await post(other, elsewhere, **by_hash(text))).json]
    assert left == []  # the last was longer than all that is kept
    assert (await post(client, path, **by_hash(mine))).data == {"mine": "Query"}


# Keys that may run nothing else


@pytest.mark.promise("key-trusted-documents")
async def test_a_restricted_key_runs_what_its_association_has_registered_and_nothing_else(make: Maker) -> None:
    home, other = await make.home(), await make.association()
    own, all_, others = (f"{{ {name}: __typename }}" for name in ("own", "all", "others"))
    await register(make, own, association=home)
    await register(make, all_)
    await register(make, others, association=other)
    key = Key(home.id, home.id, trusted_documents_only=True)
    restricted = replace(anonymous(make.tenant), key=key)
    known = Documents(make.database)
    for text in (own, all_):
        for is_automatic in (False, True):
            asked = RequestParams("", {}, None, Named(hash_of(text), is_automatic))
            assert (await known.resolved(asked, restricted)).document == text
    missing = []
    for sha256 in (hash_of(others), hash_of("{ nothing }"), ""):
        with pytest.raises(HTTPRefusal) as refused:
            await known.resolved(RequestParams("", {}, None, Named(sha256, is_automatic=False)), restricted)
        missing.append(refused.value)
    assert {(each.status, each.code, each.message) for each in missing} == {(404, UNKNOWN, missing[0].message)}
    for named in (None, Named(hash_of(own), is_automatic=True)):  # even what is registered, with its hash
        with pytest.raises(HTTPRefusal) as refused:
            await known.resolved(RequestParams(own, {}, None, named), restricted)
        assert (refused.value.status, refused.value.code) == (403, "TRUSTED_DOCUMENTS_ONLY")
    free = replace(restricted, key=replace(key, trusted_documents_only=False))
    assert (await known.resolved(RequestParams(own, {}, None), free)).document == own
    assert (
        await known.resolved(RequestParams("", {}, None, Named(hash_of(others), is_automatic=False)), free)
    ).is_trusted


async def test_a_websites_key_is_held_to_its_documents_over_http_and_websocket(
    client: Client, make: Maker, path: str, database_url: str
) -> None:
    staff, event = await make.staff(), await make.event()
    async with make.acting_as(staff) as work:
        _, token = await make_key(
            work,
            event.association_id,
            kind=SiteKeyKind.PUBLISHABLE,
            name="Website",
            origins=["https://www.example.org"],
            trusted_documents_only=True,
        )
    await register(make, EVENT, association=await make.home())
    key = {"authorization": f"Bearer {token}"}
    asked: dict[str, Any] = {"documentId": f"sha256:{hash_of(EVENT)}", "variables": {"slug": event.slug}}
    expected = {"event": {"slug": event.slug}}
    answer = await get(client, path, key, **asked)
    assert (answer.data, answer.headers["cache-control"].partition(",")[0]) == (expected, "public")
    text = {"query": EVENT, "variables": asked["variables"]}
    for refused in (
        await get(client, path, key, **text),
        await client.send(path, json.dumps(text).encode(), key),
        await client.send(path, json.dumps(text | by_hash(EVENT)).encode(), key),
        await client.send(path, b'{"query": "mutation { __typename }"}', key),
    ):
        assert (refused.status, code(refused)) == (403, "TRUSTED_DOCUMENTS_ONLY")
    async with served(database_url) as server, server.socket(make.tenant.slug, f"Bearer {token}") as socket:
        await socket.say({"id": "a", "type": "subscribe", "payload": asked})
        assert (await socket.hear())["payload"]["data"] == expected
        assert (await socket.hear())["type"] == "complete"
        await socket.say({"id": "b", "type": "subscribe", "payload": text})
        (error,) = (await socket.hear())["payload"]
        assert error["extensions"]["code"] == "TRUSTED_DOCUMENTS_ONLY"
        await socket.say({"id": "c", "type": "subscribe", "payload": asked | {"documentId": "sha256:none"}})
        (error,) = (await socket.hear())["payload"]
        assert error["extensions"]["code"] == UNKNOWN
