"""Signing in over the whole application: links, cookies, where they count, and how they end."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import create_app
from models import Event, Person, Role, Session, SignInLink
from schema.base.ids import encode_id
from services.core.actor import system
from services.core.settings import Settings
from services.identity import sessions
from services.identity.sessions import OLD_SECRET_LIFE, SECRET_LIFE
from tests.client import Answer, Client
from tests.making import Maker
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink
from tests.web.serving import served

LINK = re.compile(r"https://api\.example(/[a-z0-9-]+/sign-in/[a-z]+/[A-Za-z0-9_-]{43})")
OURS = {"sec-fetch-site": "same-origin"}
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
ME = "{ me { givenName sessions { id device current } } }"


class Portal:
    """Browsers at one confederation, and Ana with an address."""

    def __init__(self, client: Client, make: Maker, ana: Person, post: Post, server: Sink) -> None:
        self.client, self.make, self.ana, self.post, self.server = client, make, ana, post, server
        self.slug = make.tenant.slug
        self.name = f"__Host-confed-{self.slug}"

    async def send(self, path: str, given: Any = None, *, method: str = "POST", **headers: str) -> Answer:
        """Any request."""
        body = b"" if method == "GET" else json.dumps(given or {}).encode()
        return await self.client.send(f"/{self.slug}{path}", body, headers, method=method)

    async def mailed(self) -> str:
        """The address of a link that was asked for."""
        assert (await self.send("/sign-in/link", {"email": "ana@example.org"})).status == 202
        await self.post()
        found = LINK.findall(self.server.messages[-1].get_body(("plain",)).get_content())  # type: ignore[union-attr]
        return str(found[0]).removeprefix(f"/{self.slug}")

    async def signed_in(self) -> str:
        """A session's cookie, of a link."""
        return self.cookie(await self.send(await self.mailed(), **FIREFOX))

    def cookie(self, answer: Answer) -> str:
        """What a browser brings after this answer."""
        assert answer.status == 200, answer.body
        given = answer.headers["set-cookie"]
        assert given.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000")
        return given.partition(";")[0]

    async def ask(self, cookie: str, document: str = ME, **headers: str) -> Answer:
        """Ask with a cookie, as a page of this server's does."""
        return await self.send("/graphql", {"query": document}, cookie=cookie, **{**OURS, **headers})


@pytest.fixture
async def portal(client: Client, make: Maker, post: Post, server: Sink) -> Portal:
    """Ana has an address."""
    ana = await make.member(person={"given_name": "Ana"})
    await make.contact_point(ana, value="ana@example.org")
    return Portal(client, make, ana, post, server)


def code(answer: Answer) -> tuple[int, str]:
    """How it was refused."""
    return answer.status, answer.json["errors"][0]["extensions"]["code"]


async def test_a_link_opens_a_session_that_its_person_sees(portal: Portal) -> None:
    cookie = await portal.signed_in()
    me = (await portal.ask(cookie)).data["me"]
    (session,) = await portal.make.all(Session)
    seen = {"id": encode_id("Session", session.id), "device": "Firefox on Linux", "current": True}
    assert me == {"givenName": "Ana", "sessions": [seen]}
    staff = await portal.make.staff()
    document = f'{{ node(id: "{encode_id("Person", portal.ana.id)}") {{ ... on Person {{ sessions {{ id }} }} }} }}'
    assert (await portal.client.ask(document, person=staff)).data == {"node": {"sessions": []}}


@pytest.mark.promise("unknown-like-known")
async def test_whether_there_is_an_address_shows_in_no_byte(portal: Portal) -> None:
    answers = [
        await portal.send("/sign-in/link", {"email": email})
        for email in ("ana@example.org", "nobody@example.org", "none")
    ]
    assert [answer.status for answer in answers] == [202] * 3
    assert len({(answer.body, tuple(sorted(answer.headers.items()))) for answer in answers}) == 1
    assert await portal.make.count(SignInLink, person_id=None) == 3


@pytest.mark.promise("scanners-use-no-link")
async def test_looking_at_a_link_uses_nothing_up_and_its_button_signs_in(portal: Portal) -> None:
    link = await portal.mailed()
    for _ in range(2):
        page = await portal.send(link, method="GET", accept_language="en")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert b'<form method="post">' in page.body
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
    assert await portal.make.count(Session) == 0
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert code(await portal.send(link, **form)) == (403, "CROSS_SITE")
    assert code(await portal.send(link, **form, sec_fetch_site="cross-site")) == (403, "CROSS_SITE")
    done = await portal.send(link, **form, **OURS)
    assert (await portal.ask(portal.cookie(done))).data["me"]["givenName"] == "Ana"
    again = await portal.send(link, **form, **OURS)
    assert (again.status, "set-cookie" in again.headers) == (410, False)


@pytest.mark.parametrize("wrong", ["used", "changed", "elsewhere", "short"])
async def test_a_link_that_is_not_good_is_one_and_the_same_refusal(portal: Portal, wrong: str) -> None:
    link = await portal.mailed()
    if wrong == "used":
        assert (await portal.send(link)).status == 200
    elsewhere = f"/{(await portal.make.other()).tenant.slug}{link}"
    told = {
        "used": lambda: portal.send(link),
        "changed": lambda: portal.send(link[:-4] + "AAAA"),
        "elsewhere": lambda: portal.client.send(elsewhere, b"{}"),
        "short": lambda: portal.send("/sign-in/link/x"),
    }
    refused = await told[wrong]()
    assert code(refused) == (410, "LINK_NOT_GOOD")
    assert "set-cookie" not in refused.headers
    assert await portal.make.count(Session) == (1 if wrong == "used" else 0)


@pytest.mark.promise("session-cookie-cross-site")
async def test_another_website_can_not_have_a_browser_do_anything(portal: Portal) -> None:
    cookie = await portal.signed_in()
    name = "mutation { revokeOtherSessions(input: {}) { __typename } }"
    for headers in (
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "https://evil.portal.example"},
        {"origin": "https://evil.example", "host": "api.example"},
        {"origin": "null"},
        {},
    ):
        refused = await portal.send("/graphql", {"query": name}, cookie=cookie, **headers)
        assert code(refused) == (403, "CROSS_SITE")
        assert code(await portal.send("/sign-out", cookie=cookie, **headers)) == (403, "CROSS_SITE")
    plain = await portal.ask(cookie, content_type="text/plain")
    assert code(plain) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (await portal.client.ask(ME, cookie=cookie, origin="https://api.example", host="api.example")).status == 200
    got = await portal.send("/graphql?query={me{givenName}}", method="GET", cookie=cookie)
    assert got.data == {"me": {"givenName": "Ana"}}
    assert (await portal.ask(cookie)).status == 200


@pytest.mark.promise("credentials-of-one-tenant")
async def test_a_session_counts_in_its_own_confederation_only(portal: Portal) -> None:
    cookie = await portal.signed_in()
    secret = cookie.partition("=")[2]
    other = (await portal.make.other()).tenant.slug
    there = {"cookie": f"__Host-confed-{other}={secret}", **OURS}
    refused = await portal.client.send(f"/{other}/graphql", b'{"query":"{ me { id } }"}', there)
    assert code(refused) == (401, "UNKNOWN_CREDENTIALS")
    assert refused.headers["set-cookie"].startswith(f"__Host-confed-{other}=; ")
    bearer = {"authorization": f"Bearer {secret}"}
    refused = await portal.client.send(f"/{other}/graphql", b'{"query":"{ me { id } }"}', bearer)
    assert code(refused) == (401, "UNKNOWN_CREDENTIALS")
    here = await portal.send("/graphql", {"query": "{ me { givenName } }"}, **bearer)
    assert here.data == {"me": {"givenName": "Ana"}}


@pytest.mark.promise("session-token-rotation")
async def test_signing_in_makes_a_new_secret_and_ends_the_browsers_old_session(portal: Portal) -> None:
    planted = f"{portal.name}=cs_{'x' * 43}"
    first = portal.cookie(await portal.send(await portal.mailed(), cookie=planted, **OURS))
    assert first != planted
    assert code(await portal.ask(planted)) == (401, "UNKNOWN_CREDENTIALS")
    second = portal.cookie(await portal.send(await portal.mailed(), cookie=first, **OURS))
    assert code(await portal.ask(first)) == (401, "UNKNOWN_CREDENTIALS")
    assert len((await portal.ask(second)).data["me"]["sessions"]) == 1


async def test_a_program_gets_a_token_in_place_of_a_cookie(portal: Portal) -> None:
    answer = await portal.send(await portal.mailed(), {"bearer": True})
    assert "set-cookie" not in answer.headers
    bearer = f"Bearer {answer.json['token']}"
    assert (await portal.client.ask("{ me { givenName } }", authorization=bearer)).data == {"me": {"givenName": "Ana"}}


@pytest.mark.promise("session-ended")
async def test_a_session_that_is_over_is_refused_on_the_next_request(portal: Portal) -> None:
    here, there, third = [await portal.signed_in() for _ in range(3)]
    others = {session["current"]: session["id"] for session in (await portal.ask(here)).data["me"]["sessions"]}
    revoking = "mutation ($id: ID!) { revokeSession(input: {sessionId: $id}) { __typename } }"
    assert (await portal.ask(third)).status == 200
    stranger = await portal.make.member()
    told = await portal.client.ask(revoking, {"id": others[True]}, person=stranger)
    assert told.data["revokeSession"] == {"__typename": "NotFound"}
    rest = "mutation { revokeOtherSessions(input: {}) { __typename } }"
    assert (await portal.ask(here, rest)).data["revokeOtherSessions"] == {"__typename": "RevokeOtherSessionsPayload"}
    for cookie in (there, third):
        assert code(await portal.ask(cookie)) == (401, "UNKNOWN_CREDENTIALS")
    out = await portal.send("/sign-out", cookie=here, **OURS)
    assert out.headers["set-cookie"].startswith(f"{portal.name}=; ")
    assert code(await portal.ask(here)) == (401, "UNKNOWN_CREDENTIALS")


@pytest.mark.promise("session-token-rotation")
async def test_a_secret_is_replaced_daily_and_a_copy_ends_the_session(portal: Portal) -> None:
    old = await portal.signed_in()
    (session,) = await portal.make.all(Session)
    session.rotated_at -= SECRET_LIFE
    session.last_used_at -= SECRET_LIFE
    await portal.make.save(session)
    await _outdated(portal)
    answers = [await portal.ask(old) for _ in range(2)]  # the second asked before it had the first answer
    new, same = (portal.cookie(answer) for answer in answers)
    assert new == same != old
    (session,) = await portal.make.all(Session)
    assert session.last_used_at >= datetime.now(UTC) - timedelta(hours=1)
    for cookie in (new, old):
        assert (await portal.ask(cookie)).status == 200
    session.rotated_at -= OLD_SECRET_LIFE
    await portal.make.save(session)
    await _outdated(portal)
    assert code(await portal.ask(old)) == (401, "UNKNOWN_CREDENTIALS")
    assert code(await portal.ask(new)) == (401, "UNKNOWN_CREDENTIALS")


@pytest.mark.promise("recent-sign-in")
async def test_an_export_asks_for_a_recent_sign_in(portal: Portal) -> None:
    event = await portal.make.event(slug="colloque")
    await portal.make.grant(portal.ana, Role.REGISTRAR)
    cookie = await portal.signed_in()
    path = "/events/colloque/registrations.csv"
    assert (await portal.send(path, method="GET", cookie=cookie)).status == 200
    (session,) = await portal.make.all(Session)
    session.authenticated_at -= timedelta(minutes=16)
    await portal.make.save(session)
    assert code(await portal.send(path, method="GET", cookie=cookie)) == (403, "STEP_UP_REQUIRED")
    asked = await portal.ask(cookie, "mutation { requestStepUp(input: {}) { __typename } }")
    assert asked.data["requestStepUp"] == {"__typename": "RequestStepUpPayload"}
    await portal.post()
    link = LINK.findall(portal.server.messages[-1].get_body(("plain",)).get_content())[0]  # type: ignore[union-attr]
    link = link.removeprefix(f"/{portal.slug}")
    assert code(await portal.send(link)) == (410, "LINK_NOT_GOOD")
    confirmed = portal.cookie(await portal.send(link, cookie=cookie, **OURS))
    assert (await portal.send(path, method="GET", cookie=confirmed)).status == 200
    assert isinstance(event, Event)


@pytest.mark.promise("no-open-redirect")
async def test_a_browser_is_not_sent_to_another_website(portal: Portal) -> None:
    form = {"content_type": "application/x-www-form-urlencoded", **OURS}
    for address in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", 7):
        refused = await portal.send("/sign-in/link", {"email": "ana@example.org", "returnTo": address})
        assert code(refused) == (400, "BAD_REQUEST")
    assert await portal.make.count(SignInLink) == 0
    accepted = await portal.send("/sign-in/link", {"email": "ana@example.org", "returnTo": "/here?a=b"})
    assert accepted.status == 202
    await portal.post()
    link = LINK.findall(portal.server.only().get_body(("plain",)).get_content())[0]  # type: ignore[union-attr]
    done = await portal.client.send(link, b"", form)
    assert (done.status, done.headers["location"]) == (303, "/here?a=b")


async def test_an_invitation_is_accepted_over_http(portal: Portal) -> None:
    staff = await portal.make.staff()
    ids = {"p": encode_id("Person", portal.ana.id), "a": encode_id("Association", (await portal.make.home()).id)}
    document = """mutation ($p: ID!, $a: ID!) { invitePerson(input: {personId: $p, associationId: $a}) {
        __typename ... on InvitePersonPayload { invitation { claimedAt } } } }"""
    told = await portal.client.ask(document, ids, person=staff)
    assert told.data["invitePerson"] == {"__typename": "InvitePersonPayload", "invitation": {"claimedAt": None}}
    await portal.post()
    link = LINK.findall(portal.server.only().get_body(("plain",)).get_content())[0]  # type: ignore[union-attr]
    assert (await portal.client.send(link, b"", method="GET")).status == 200
    cookie = portal.cookie(await portal.client.send(link, b"{}"))
    assert (await portal.ask(cookie)).data["me"]["givenName"] == "Ana"
    assert code(await portal.client.send(link, b"{}")) == (410, "LINK_NOT_GOOD")


@pytest.mark.promise("session-cookie-cross-site")
async def test_a_socket_with_a_cookie_is_its_own_websites_and_ends_with_the_session(
    portal: Portal, database_url: str
) -> None:
    event = await portal.make.event()
    await portal.make.grant(portal.ana, Role.REGISTRAR)
    secret = await portal.make.signed_in(portal.ana)
    (session,) = await portal.make.all(Session)
    cookie = f"{portal.name}={secret}"
    counts = "subscription ($id: ID!) { eventCounts(eventId: $id) { registered } }"
    async with served(database_url) as server:
        async with server.connected(portal.slug, {"cookie": cookie, "origin": "https://evil.example"}) as refused:
            await refused.send('{"type":"connection_init"}')
            await refused.wait_closed()
            assert refused.close_code == 4403
        own = {"cookie": cookie, "origin": f"http://127.0.0.1:{server.port}"}
        async with server.connected(portal.slug, own) as connection:
            await connection.send('{"type":"connection_init"}')
            assert json.loads(await connection.recv()) == {"type": "connection_ack"}
            payload = {"query": counts, "variables": {"id": encode_id("Event", event.id)}}
            await connection.send(json.dumps({"id": "a", "type": "subscribe", "payload": payload}))
            assert json.loads(await connection.recv())["type"] == "next"
            async with portal.make.acting_as(system(portal.make.tenant)) as work:
                await sessions.revoke(work, session.id)
            ended = json.loads(await connection.recv())
            assert (ended["type"], ended["payload"][0]["extensions"]["code"]) == ("error", "UNKNOWN_CREDENTIALS")


async def _outdated(portal: Portal) -> None:
    """What is kept about the person is looked at again."""
    ana = await portal.make.fresh(portal.ana)
    ana.access_version += 1
    await portal.make.save(ana)


# Pages of other origins, and plain forms

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_a_plain_form_asks_for_a_link(portal: Portal) -> None:
    path = f"/{portal.slug}/sign-in/link"
    french = {"accept-language": "fr"}
    page = await portal.client.send(path, b"email=ana%40example.org&returnTo=%2Fhome", FORM | french)
    assert (page.status, page.headers["content-type"]) == (202, "text/html; charset=utf-8")
    assert "Regardez dans votre boîte" in page.body.decode()
    unknown = await portal.client.send(path, b"email=nobody%40example.org", FORM | french)
    assert (unknown.status, unknown.body) == (page.status, page.body)
    for wrong in (b"email=a&email=b", b"a=1&" * 11, b"email=%ff", b"x=1"):
        assert (await portal.client.send(path, wrong, FORM)).status == 400
    assert await portal.make.count(SignInLink, return_to="/home") == 1


async def test_a_website_of_ours_on_another_origin_signs_in_and_another_website_does_not(
    database_url: str, portal: Portal
) -> None:
    app = create_app(Settings(database_url=database_url, origins="https://members.example.org", sign_in_attempts=0))
    async with app.router.lifespan_context(app):
        client = Client(app, portal.make)
        asked = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        }
        path = f"/{portal.slug}/sign-in/link"
        ours, theirs = {"origin": "https://members.example.org"}, {"origin": "https://thief.example"}
        preflight = await client.send(path, b"", asked | ours, method="OPTIONS")
        assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, ours["origin"])
        assert preflight.headers["access-control-allow-credentials"] == "true"
        foreign = await client.send(path, b"", asked | theirs, method="OPTIONS")
        assert (foreign.status, foreign.headers["access-control-allow-origin"]) == (204, "*")
        assert "access-control-allow-credentials" not in foreign.headers
        body, site = b'{"email": "ana@example.org"}', {"sec-fetch-site": "cross-site"}
        answer = await client.send(path, body, ours | site)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (202, ours["origin"])
        assert (await client.send(path, body, theirs | site)).status == 403


@pytest.mark.parametrize("fields", [{}, FORM])
async def test_another_websites_form_does_not_sign_anybody_out(portal: Portal, fields: dict[str, str]) -> None:
    """A browser brings no cookie with another website's POST: nothing ends, and the cookie isn't taken away either."""
    cookie = await portal.signed_in()
    foreign = {"origin": "https://thief.example", "sec-fetch-site": "cross-site", **fields}
    path, body = f"/{portal.slug}/sign-out", b"" if fields else b"{}"
    for headers in (foreign, foreign | {"cookie": cookie}):
        answer = await portal.client.send(path, body, headers)
        assert (answer.status, answer.cookies) == (403, [])
    assert (await portal.ask(cookie)).data["me"] is not None
    answer = await portal.client.send(path, body, {**OURS, "cookie": cookie, **fields})
    assert (answer.status, len(answer.cookies)) == (200, 1)
    assert (await portal.ask(cookie)).status == 401
