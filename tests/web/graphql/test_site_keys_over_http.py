"""Site keys as websites and thieves use them: over the whole application."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models import Event, EventState, JournalEntry, Person, SiteKey, SiteKeyKind
from schema.base.ids import encode_id
from services.identity.site_keys import make_key, revoke_key, rotate_key
from tests.client import Answer, Client
from tests.making import ActingAs, Maker
from tests.web.serving import Served, served

WEBSITE, THIEF = "https://www.example.org", "https://evil.example"
EVENT = "query ($slug: String!) { event(slug: $slug) { slug registrations { totalCount } } }"
OPEN = "mutation ($id: ID!) { openRegistration(input: {eventId: $id}) { __typename ... on Problem { code } } }"
MAKE = """mutation ($input: CreateSiteKeyInput!) { createSiteKey(input: $input) {
    __typename ... on CreateSiteKeyPayload { secret siteKey { id lastFour } }
    ... on NotAllowed { permission path } } }"""
COUNTS = "subscription ($id: ID!) { eventCounts(eventId: $id) { registered } }"


class Website:
    """An association with a published event and somebody registered, and keys of its own."""

    def __init__(self, make: Maker, client: Client, staff: Person, event: Event) -> None:
        self.make = make
        self.client = client
        self.staff = staff
        self.event = event

    async def key(self, kind: SiteKeyKind, **given: Any) -> tuple[SiteKey, str]:
        """A key, and how it is shown."""
        async with self.make.acting_as(self.staff) as work:
            row, token = await make_key(work, self.event.association_id, kind=kind, name="Website", **given)
        return row, f"Bearer {token}"

    async def asks(self, authorization: str, **headers: Any) -> Answer:
        """How many registrations the event has."""
        return await self.client.ask(EVENT, {"slug": self.event.slug}, authorization=authorization, **headers)

    async def opens(self, authorization: str) -> Answer:
        """Open the registration."""
        return await self.client.ask(OPEN, {"id": encode_id("Event", self.event.id)}, authorization=authorization)


@pytest.fixture
async def website(make: Maker, client: Client) -> Website:
    """An association's website."""
    event = await make.event(state=EventState.PUBLISHED)
    await make.registration(event, await make.member())
    return Website(make, client, await make.staff(), event)


def seen(answer: Answer) -> int:
    total: int = answer.data["event"]["registrations"]["totalCount"]
    return total


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["errors"][0]["extensions"]["code"]


async def test_a_key_reads_what_it_is_for(website: Website) -> None:
    _, publishable = await website.key(SiteKeyKind.PUBLISHABLE, origins=[WEBSITE])
    _, secret = await website.key(SiteKeyKind.SECRET, scopes=["registrations.read"])
    assert seen(await website.asks(publishable, origin=WEBSITE)) == 0
    assert seen(await website.asks(secret)) == 1


async def test_a_program_changes_what_its_scopes_say_and_the_journal_names_the_key(website: Website) -> None:
    _, reads = await website.key(SiteKeyKind.SECRET, scopes=["registrations.read"])
    row, manages = await website.key(SiteKeyKind.SECRET, scopes=["events.manage"])
    assert (await website.opens(reads)).data["openRegistration"]["code"] == "NOT_ALLOWED"
    assert (await website.make.fresh(website.event)).state is EventState.PUBLISHED
    assert (await website.opens(manages)).data["openRegistration"]["__typename"] == "OpenRegistrationPayload"
    (entry,) = await website.make.all(JournalEntry, subject_id=website.event.id)
    assert (entry.actor, entry.actor_key_id) == ("site_key", row.id)


@pytest.mark.promise("publishable-key")
async def test_a_stolen_key_is_no_use_on_another_website(website: Website) -> None:
    _, publishable = await website.key(SiteKeyKind.PUBLISHABLE, origins=[WEBSITE])
    _, secret = await website.key(SiteKeyKind.SECRET, scopes=["events.manage"])
    assert seen(await website.asks(publishable, origin=WEBSITE)) == 0  # and is kept
    for key in (publishable, secret):
        for origin in (THIEF, "null", WEBSITE.replace("https", "http")):
            assert code(await website.asks(key, origin=origin)) == (403, "FOREIGN_ORIGIN")
    assert seen(await website.asks(publishable, origin="https://confed.example", host="confed.example")) == 0


@pytest.mark.promise("key-revoked")
async def test_a_revoked_key_is_refused_on_the_very_next_request(website: Website, acting_as: ActingAs) -> None:
    for kind, given in ((SiteKeyKind.SECRET, {"scopes": ["events.manage"]}), (SiteKeyKind.PUBLISHABLE, {})):
        row, key = await website.key(kind, **given)
        assert (await website.asks(key)).status == (await website.opens(key)).status == 200
        before = await website.make.fresh(website.event)
        async with acting_as(website.staff) as work:
            await revoke_key(work, row.id)
        assert code(await website.opens(key)) == (401, "UNKNOWN_CREDENTIALS")
        assert code(await website.asks(key)) == (401, "UNKNOWN_CREDENTIALS")
        assert await website.make.fresh(website.event) == before


async def test_a_rotated_key_goes_on_with_its_successor(website: Website, acting_as: ActingAs) -> None:
    row, key = await website.key(SiteKeyKind.SECRET, scopes=["registrations.read"])
    assert seen(await website.asks(key)) == 1
    async with acting_as(website.staff) as work:
        _, successor = await rotate_key(work, row.id)
    assert seen(await website.asks(key)) == seen(await website.asks(f"Bearer {successor}")) == 1


@pytest.mark.promise("credentials-of-one-tenant")
async def test_a_key_of_another_tenant_is_unknown(website: Website, client: Client) -> None:
    there = await website.make.other()
    async with there.acting_as(await there.staff()) as work:
        _, token = await make_key(work, (await there.home()).id, kind=SiteKeyKind.SECRET, name="Foreign")
    assert code(await website.asks(f"Bearer {token}")) == (401, "UNKNOWN_CREDENTIALS")


@pytest.mark.promise("key-hashed")
async def test_the_secret_is_shown_once(website: Website, make: Maker) -> None:
    input: dict[str, Any] = {
        "associationId": encode_id("Association", website.event.association_id),
        "kind": "SECRET",
        "name": "One",
    }
    input |= {"scopes": ["registrations.read"], "idempotencyKey": "once"}

    async def make_one(**more: Any) -> Any:
        answer = await website.client.ask(MAKE, {"input": input | more}, person=website.staff)
        return answer.data["createSiteKey"]

    tried = await make_one(dryRun=True)
    assert (tried, await make.count(SiteKey)) == ({"__typename": "CreateSiteKeyPreview"}, 0)
    first, again = await make_one(), await make_one()
    assert first["secret"].startswith("sk_")
    assert first["secret"].endswith(first["siteKey"]["lastFour"])
    assert again == first | {"secret": None}
    assert seen(await website.asks(f"Bearer {first['secret']}")) == 1
    refused = await make_one(scopes=["journal.read"], idempotencyKey=None)
    assert refused["__typename"] == "InvalidInput"


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Served]:
    """A server."""
    async with served(database_url) as made:
        yield made


async def test_a_revoked_key_ends_its_streams(website: Website, server: Served, acting_as: ActingAs) -> None:
    row, key = await website.key(SiteKeyKind.SECRET, scopes=["registrations.manage", "registrations.read"])
    tenant, variables = website.make.tenant.slug, {"id": encode_id("Event", website.event.id)}
    async with server.socket(tenant, key) as socket, server.events(tenant, COUNTS, variables, key) as events:
        await socket.subscribe("a", COUNTS, variables)
        told = {"data": {"eventCounts": {"registered": 1}}}
        assert (await socket.hear())["payload"] == told
        assert await events.hear() == ("next", told)
        async with acting_as(website.staff) as work:
            await revoke_key(work, row.id)
        ended = await socket.hear()
        assert (ended["type"], ended["payload"][0]["extensions"]["code"]) == ("error", "UNKNOWN_CREDENTIALS")
        assert await events.hear() == ("next", {"errors": ended["payload"]})
    assert server.streams == 0


# CORS


async def test_any_page_may_ask_without_credentials(website: Website) -> None:
    asked = {"origin": THIEF, "access-control-request-method": "POST"}
    path = f"/{website.make.tenant.slug}/graphql"
    preflight = await website.client.send(path, headers=asked, method="OPTIONS")
    answer = await website.asks("Bearer nobody", origin=THIEF)
    public = await website.client.ask("{ __typename }", origin=THIEF)
    assert (preflight.status, answer.status, public.status) == (204, 401, 200)
    for each in (preflight, answer, public):
        assert each.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in each.headers
    allowed = preflight.headers["access-control-allow-headers"]
    assert "authorization" in allowed
    assert "cookie" not in allowed


@pytest.mark.promise("session-cookie-cross-site")
async def test_the_answer_to_a_cookie_is_readable_on_no_other_website(website: Website) -> None:
    answer = await website.client.ask("{ __typename }", origin=THIEF, cookie="a=b")
    assert not [name for name in answer.headers if name.startswith("access-control-allow")]
