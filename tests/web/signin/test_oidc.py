"""Signing in at an identity provider: the application, a browser, and a real provider."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from models import (
    Association,
    CancellationReason,
    ExternalIdentity,
    IdentityProvider,
    JournalEntry,
    Person,
    Role,
    Session,
    SignInAttempt,
    SignInMethod,
)
from schema.base.ids import encode_id
from services.core.outside.sealing import CannotUnseal
from services.identity.identity_providers.identity_providers import secret_of
from tests.client import Answer, Client
from tests.making import ActingAs, Maker
from tests.web.signin.browser import Browser
from tests.web.signin.identity_provider import OpenIDProvider, open_id_provider

ADD = """mutation ($input: CreateIdentityProviderInput!) { createIdentityProvider(input: $input) {
  __typename ... on CreateIdentityProviderPayload { identityProvider { id signInUrl } } } }"""
CHANGE = "mutation ($input: UpdateIdentityProviderInput!) { updateIdentityProvider(input: $input) { __typename } }"
ANA = {"sub": "ana-there", "email": "Ana@example.org", "email_verified": True}
VERIFIED = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
async def there() -> AsyncIterator[OpenIDProvider]:
    """The provider."""
    async with open_id_provider() as provider:
        yield provider


class Entrance:
    """An association that has a provider, Ana who is its member, and her browser."""

    def __init__(self, app: Starlette, make: Maker, there: OpenIDProvider, home: Association, ana: Person) -> None:
        self.app, self.make, self.there, self.home, self.ana = app, make, there, home, ana
        self.browser = Browser(app, make)

    async def provider(self, slug: str, association: Association | None = None, **columns: Any) -> IdentityProvider:
        """A provider of an association's, as its administrator adds it."""
        association = association or self.home
        address = f"http://localhost:8000/{self.make.tenant.slug}/sign-in/oidc/{slug}/callback"
        client_id, secret = await self.there.client(address)
        given = {
            "associationId": encode_id("Association", association.id),
            "slug": slug,
            "name": [{"locale": "FR", "text": "Entrée"}],
            "issuer": self.there.issuer,
            "clientId": client_id,
            "clientSecret": secret,
        }
        staff = await self.make.staff(Role.ADMINISTRATOR, association)
        answer = await Client(self.app, self.make).ask(ADD, {"input": given | columns}, person=staff)
        assert answer.data["createIdentityProvider"]["__typename"] == "CreateIdentityProviderPayload", answer.json
        (made,) = await self.make.all(IdentityProvider, slug=slug)
        return made

    async def begin(self, slug: str = "home", query: str = "") -> Answer:
        """Go to the provider."""
        return await self.browser.get(f"/sign-in/oidc/{slug}{query}")

    async def away(self, account: dict[str, Any] = ANA, slug: str = "home", query: str = "") -> str:
        """Go to the provider and sign in there; the address that one is sent back to."""
        began = await self.begin(slug, query)
        assert began.status == 303, began.body
        return await self.there.sign_in(began.headers["location"], account)

    async def sign_in(self, account: dict[str, Any] = ANA, slug: str = "home", query: str = "") -> Answer:
        """The whole way."""
        return await self.browser.get(await self.away(account, slug, query))

    async def nobody_is_signed_in(self, answer: Answer) -> None:
        """It was the one refusal, and nothing came of it."""
        refusal = {"message": "Signing in failed.", "extensions": {"code": "SIGN_IN_REFUSED"}}
        assert (answer.status, answer.json) == (403, {"errors": [refusal]})
        assert await self.make.count(Session) == 0
        assert await self.make.count(ExternalIdentity) == 0


@pytest.fixture
async def entrance(app: Starlette, make: Maker, there: OpenIDProvider) -> Entrance:
    """A provider of home's, and Ana with an address that is verified."""
    home = await make.home()
    ana = await make.member(home)
    await make.contact_point(ana, value="ana@example.org", verified_at=VERIFIED)
    entrance = Entrance(app, make, there, home, ana)
    await entrance.provider("home")
    return entrance


async def test_a_verified_address_signs_its_person_in_and_then_the_providers_own_name(entrance: Entrance) -> None:
    answer = await entrance.sign_in(query="?returnTo=/welcome%3Fa=b")
    assert (answer.status, answer.headers["location"]) == (303, "/welcome?a=b")
    me = {"me": {"id": encode_id("Person", entrance.ana.id)}}
    assert await entrance.browser.ask("{ me { id } }") == me
    assert len(entrance.browser.cookies) == 1  # the attempt's has gone
    assert (await entrance.sign_in(ANA | {"email": "other@example.org"})).status == 303
    assert await entrance.browser.ask("{ me { id } }") == me
    first, second = await entrance.make.all(Session)
    assert first.method == second.method == SignInMethod.OIDC
    assert first.revoked_at is not None  # the browser has the second in its place
    assert second.revoked_at is None
    (entry,) = await entrance.make.all(JournalEntry, action="external_identity.linked")
    assert entry.association_id == entrance.home.id
    assert "example.org" not in str(entry.data)


def part(address: str, name: str) -> str:
    """A parameter of an address, with its name."""
    return next(item for item in address.partition("?")[2].split("&") if item.startswith(f"{name}="))


async def _unverified_here(entrance: Entrance) -> dict[str, Any]:
    await entrance.make.contact_point(await entrance.make.member(entrance.home), value="new@example.org")
    return ANA | {"email": "new@example.org"}


async def _shared(entrance: Entrance) -> dict[str, Any]:
    other = await entrance.make.member(entrance.home)
    await entrance.make.contact_point(other, value="ANA@example.org", verified_at=VERIFIED)
    return ANA


async def _known(entrance: Entrance, person: Person) -> dict[str, Any]:
    email = f"{person.id.hex}@example.org"
    await entrance.make.contact_point(person, value=email, verified_at=VERIFIED)
    return ANA | {"email": email}


async def _of_another_association(entrance: Entrance) -> dict[str, Any]:
    return await _known(entrance, await entrance.make.member(await entrance.make.association()))


async def _who_left(entrance: Entrance) -> dict[str, Any]:
    resigned: dict[str, Any] = {"cancelled_on": date(2021, 1, 1), "cancellation_reason": CancellationReason.RESIGNED}
    return await _known(entrance, await entrance.make.member(entrance.home, **resigned))


async def _with_a_role_elsewhere(entrance: Entrance) -> dict[str, Any]:
    await entrance.make.grant(entrance.ana, Role.REGISTRAR, await entrance.make.association())
    return ANA


async def _who_died(entrance: Entrance) -> dict[str, Any]:
    entrance.ana.deceased_on = date(2024, 1, 1)
    await entrance.make.save(entrance.ana)
    return ANA


async def _unverified_there(_entrance: Entrance) -> dict[str, Any]:
    return ANA | {"email_verified": False}


async def _unknown(_entrance: Entrance) -> dict[str, Any]:
    return ANA | {"email": "nobody@example.org"}


async def _nameless(_entrance: Entrance) -> dict[str, Any]:
    return {"sub": "ana-there"}


@pytest.mark.promise("oidc-own-association")
async def test_a_provider_speaks_for_its_associations_own_people_only(entrance: Entrance) -> None:
    for whom in (_unverified_there, _unverified_here, _of_another_association, _who_left, _unknown, _nameless):
        await entrance.nobody_is_signed_in(await entrance.sign_in(await whom(entrance)))
    assert (await entrance.sign_in()).status == 303  # there is nothing else wrong


@pytest.mark.parametrize(
    "whom", [_shared, _with_a_role_elsewhere, _who_died], ids=lambda whom: whom.__name__.strip("_")
)
async def test_a_provider_speaks_for_nobody_who_is_more_than_its_associations(entrance: Entrance, whom: Any) -> None:
    await entrance.nobody_is_signed_in(await entrance.sign_in(await whom(entrance)))


async def test_whoever_was_linked_and_left_is_not_the_providers_any_more(entrance: Entrance) -> None:
    assert (await entrance.sign_in()).status == 303
    await entrance.make.grant(entrance.ana, Role.REGISTRAR, await entrance.make.association())
    entrance.browser.cookies.clear()
    assert (await entrance.sign_in()).status == 403
    assert await entrance.make.count(Session) == 1


@pytest.mark.promise("oidc-flow")
async def test_an_answer_is_good_once_and_in_the_browser_that_asked(entrance: Entrance, app: Starlette) -> None:
    back = await entrance.away()
    stranger = Browser(app, entrance.make)  # who was sent the address, or sends theirs
    await entrance.nobody_is_signed_in(await stranger.get(back))
    state = part(back, "state")
    other = state[:-1] + ("0" if state[-1] != "0" else "1")  # whose cookie has the same name
    await entrance.nobody_is_signed_in(await entrance.browser.get(back.replace(state, other)))
    await entrance.nobody_is_signed_in(await entrance.browser.get(back + "&state=é"))
    cookies = dict(entrance.browser.cookies)
    assert (await entrance.browser.get(back)).status == 303
    entrance.browser.cookies = cookies
    assert (await entrance.browser.get(back)).status == 403
    assert await entrance.make.count(Session) == 1


async def test_an_answer_that_comes_too_late_is_refused(entrance: Entrance) -> None:
    back = await entrance.away()
    (attempt,) = await entrance.make.all(SignInAttempt)
    attempt.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    await entrance.make.save(attempt)
    await entrance.nobody_is_signed_in(await entrance.browser.get(back))


@pytest.mark.promise("oidc-flow")
async def test_a_code_of_another_attempt_is_refused(entrance: Entrance) -> None:
    stolen, mine = await entrance.away(), await entrance.away(ANA | {"sub": "somebody-else"})
    injected = mine.replace(part(mine, "code"), part(stolen, "code"))
    await entrance.nobody_is_signed_in(await entrance.browser.get(injected))


async def test_a_providers_answer_is_not_anothers(entrance: Entrance) -> None:
    elsewhere = await entrance.make.association()
    await entrance.provider("elsewhere", elsewhere)
    await entrance.nobody_is_signed_in(await entrance.sign_in(slug="elsewhere"))  # which can't speak for Ana
    await entrance.provider("second")
    back = await entrance.away(slug="second")
    await entrance.nobody_is_signed_in(await entrance.browser.get(back.replace("/second/", "/home/")))


@pytest.mark.promise("credentials-of-one-tenant")
async def test_another_confederations_provider_signs_nobody_in_here(app: Starlette, entrance: Entrance) -> None:
    other = await entrance.make.other()
    there = Entrance(app, other, entrance.there, await other.home(), entrance.ana)
    await there.provider("theirs")
    await entrance.nobody_is_signed_in(await entrance.begin("theirs"))
    back = await there.away(slug="theirs")
    entrance.browser.cookies = there.browser.cookies
    for slug in ("theirs", "home"):
        here = back.replace(other.tenant.slug, entrance.make.tenant.slug).replace("/theirs/", f"/{slug}/")
        await entrance.nobody_is_signed_in(await entrance.browser.get(here))
    await there.nobody_is_signed_in(await there.browser.get(back))  # where nobody has Ana's address


async def test_a_browser_is_not_sent_to_other_peoples_websites(entrance: Entrance) -> None:
    others = ("//evil.example", "/%5Cevil.example", "https://evil.example/", "javascript:alert(1)", "/%0d%0aa:b")
    for return_to in others:
        await entrance.nobody_is_signed_in(await entrance.begin(query=f"?returnTo={return_to}&a=b"))
    assert await entrance.make.count(SignInAttempt) == 0


async def test_the_refusal_is_one_page_for_browsers(entrance: Entrance) -> None:
    asked = {"accept": "text/html,*/*", "accept_language": "en"}
    unknown = await entrance.browser.get("/sign-in/oidc/none", **asked)
    forged = await entrance.browser.get("/sign-in/oidc/home/callback?state=a&code=b", **asked)
    assert unknown.headers["content-type"] == "text/html; charset=utf-8"
    assert (unknown.status, unknown.body) == (forged.status, forged.body)


async def test_a_provider_that_is_disabled_or_unreachable_signs_nobody_in(entrance: Entrance, client: Client) -> None:
    back = await entrance.away()
    (provider,) = await entrance.make.all(IdentityProvider)
    staff = await entrance.make.staff(Role.ADMINISTRATOR, entrance.home)
    given = {"identityProviderId": encode_id("IdentityProvider", provider.id)}
    await client.ask(CHANGE, {"input": given | {"enabled": False}}, person=staff)
    await entrance.nobody_is_signed_in(await entrance.begin())
    await entrance.nobody_is_signed_in(await entrance.browser.get(back))
    nowhere = {"enabled": True, "issuer": "http://127.0.0.1:9"}
    await client.ask(CHANGE, {"input": given | nowhere}, person=staff)
    await entrance.nobody_is_signed_in(await entrance.begin())


async def test_another_issuer_gets_no_secret_and_knows_nobody(entrance: Entrance, client: Client) -> None:
    await entrance.sign_in()
    (provider,) = await entrance.make.all(IdentityProvider)
    assert provider.client_secret is not None
    staff = await entrance.make.staff(Role.ADMINISTRATOR, entrance.home)
    given = {"identityProviderId": encode_id("IdentityProvider", provider.id), "issuer": "https://evil.example"}
    answer = await client.ask(CHANGE, {"input": given}, person=staff)
    assert answer.data["updateIdentityProvider"]["__typename"] == "UpdateIdentityProviderPayload"
    assert (await entrance.make.fresh(provider)).client_secret is None
    assert await entrance.make.count(ExternalIdentity) == 0


@pytest.mark.promise("secrets-encrypted")
async def test_a_clients_secret_is_kept_sealed_and_for_its_own_provider(
    entrance: Entrance, acting_as: ActingAs
) -> None:
    provider = await entrance.provider("sealed", clientSecret="a secret of the client")
    other = await entrance.provider("other")
    assert provider.client_secret is not None
    assert b"secret" not in provider.client_secret
    async with acting_as(None) as work:
        assert secret_of(work, provider) == "a secret of the client"
        other.client_secret = provider.client_secret  # by whoever writes to the database
        with pytest.raises(CannotUnseal):
            secret_of(work, other)
