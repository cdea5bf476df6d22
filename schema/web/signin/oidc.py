"""Signing in at an identity provider, as a browser goes there and back:

    GET /{confederation}/sign-in/oidc/{provider}?returnTo=…                  → to the provider
    GET /{confederation}/sign-in/oidc/{provider}/callback?state=…&code=…     → a session, and on to `returnTo`

`returnTo` is a path on this server, or an address of one of the websites that are configured. Whatever speaks against
it, somebody who isn't known and an attack alike, is one and the same refusal: a page for a browser, else JSON.
"""

import hmac
import re
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.routing import BaseRoute, Route

from schema.web.graphql.actors import Actors, Misdirected, locales
from schema.web.signin.cookies import session_cookie
from schema.web.signin.steps import Answer, Step, may_return_to, refused, step
from services.core.actor import system
from services.core.database.connections import Database
from services.core.errors import NotFound
from services.core.outside.requests import Outbound
from services.core.telemetry.logs import log
from services.core.work import begin
from services.identity import sessions
from services.identity.attempts import ATTEMPT_LIFE
from services.identity.identity_providers import signing_in
from services.identity.identity_providers.issuers import Issuers, NotBelieved
from services.identity.sessions import SESSION_LIFE, hashed

_SLUG = re.compile(r"[a-z0-9-]{1,80}")
_LONGEST = 4_000  # bytes of a query

_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><h1>{title}</h1><p>{text}</p></html>"""
_TEXTS = {
    "en": ("You are not signed in", "Signing in did not work. Begin anew, or sign in by another way."),
    "fr": ("Vous n'êtes pas connecté", "La connexion n'a pas abouti. Recommencez, ou connectez-vous autrement."),
}


class Refused(Exception):
    """Nobody is signed in. Why is said to nobody."""


class SigningIn:
    """The two steps. Keeps what issuers say of themselves."""

    def __init__(self, issuers: Issuers) -> None:
        self._issuers = issuers

    async def start(self, asked: Step) -> Answer:
        """Send the browser to the provider."""
        try:
            return await self._start(asked)
        except (Refused, NotFound, NotBelieved) as error:
            return _refusal(asked, error)

    async def finish(self, asked: Step) -> Answer:
        """The browser comes back."""
        try:
            return await self._finish(asked)
        except (Refused, NotFound, NotBelieved) as error:
            return _refusal(asked, error)

    async def _start(self, asked: Step) -> Answer:
        asked.actors.attempts.check_use(asked.scope, asked.tenant)
        slug, query = _slug(asked), _query(asked)
        return_to = query.get("returnTo")
        if return_to is not None and not may_return_to(return_to, asked):
            raise Refused
        async with begin(asked.database, system(asked.tenant)) as work:
            plan = await signing_in.plan_of(work, slug)
        # Asked before anything is written down, and outside of the transaction: it may take long, or fail.
        await self._issuers.look_up(plan.client)
        async with begin(asked.database, system(asked.tenant)) as work:
            handle = await signing_in.start(work, plan, return_to)
        state = hashed(handle)
        location = await self._issuers.address(plan.client, state=state, nonce=plan.nonce, verifier=plan.verifier)
        return _redirect(location, _attempt_cookie(state, handle, int(ATTEMPT_LIFE.total_seconds())))

    async def _finish(self, asked: Step) -> Answer:
        slug, query = _slug(asked), _query(asked)
        state = query.get("state", "")
        handle = _cookie(asked, _cookie_name(state)) or ""
        # The browser that comes back is the one that left: it has what the state was made of.
        if not hmac.compare_digest(hashed(handle).encode(), state.encode()):
            raise Refused
        async with begin(asked.database, system(asked.tenant)) as work:
            answered = await signing_in.take(work, slug, handle)
        code = query.get("code")
        if answered is None or not code or "error" in query:
            raise Refused
        plan = answered.plan
        identity = await self._issuers.identity(
            plan.client, code, issuer=query.get("iss"), nonce=plan.nonce, verifier=plan.verifier
        )
        before = await _session_before(asked)
        async with begin(asked.database, system(asked.tenant)) as work:
            opened = await signing_in.admit(work, plan, identity, device=asked.device)
            if opened is not None and before is not None:
                await sessions.revoke(work, before)  # the browser has the new one in its place
        if opened is None:
            raise Refused
        cookie = session_cookie(asked.tenant.slug, opened[1], int(SESSION_LIFE.total_seconds()))
        home = f"/{asked.tenant.slug}/graphql"
        return _redirect(answered.return_to or home, cookie, _attempt_cookie(state, "", 0))


def routes(database: Database, actors: Actors) -> list[BaseRoute]:
    """The routes of the above."""
    signing = SigningIn(Issuers(Outbound(private=database.settings.private_addresses)))
    address = "/{confederation}/sign-in/oidc/{provider}"
    return [
        Route(address, step(database, actors, signing.start, method="GET")),
        Route(address + "/callback", step(database, actors, signing.finish, method="GET")),
    ]


async def _session_before(asked: Step) -> UUID | None:
    """The session that the browser has already. It comes from another website, as all do who come back."""
    credentials = asked.actors.credentials(asked.tenant.slug, asked.headers, safe=True)
    try:
        return None if credentials is None else (await asked.actors.load(asked.tenant, credentials)).session_id
    except Misdirected:
        return None


def _refusal(asked: Step, error: Exception) -> Answer:
    if isinstance(error, NotBelieved):
        log.info("an identity provider was not believed: %s", error)
    if b"text/html" not in asked.headers.get(b"accept", b""):
        return refused(403, "SIGN_IN_REFUSED", "Signing in did not work.")
    accepted = asked.headers.get(b"accept-language", b"").decode("latin-1")
    locale = next((one for one in locales(accepted, asked.tenant.locales) if one in _TEXTS), "en")
    title, text = _TEXTS[locale]
    page = _PAGE.format(lang=locale, title=title, text=text).encode()
    return Answer(403, page, [(b"content-security-policy", b"default-src 'none'")], b"text/html")


def _redirect(location: str, *cookies: tuple[bytes, bytes]) -> Answer:
    """Nothing of this address, which has a code in it, is told to the next."""
    return Answer(303, b"", [(b"location", location.encode()), (b"referrer-policy", b"no-referrer"), *cookies])


def _slug(asked: Step) -> str:
    slug: str = asked.scope["path_params"]["provider"]
    if not _SLUG.fullmatch(slug):
        raise Refused
    return slug


def _query(asked: Step) -> dict[str, str]:
    """The parameters. Refused where one comes twice: whose it is would be anybody's guess."""
    text: bytes = asked.scope["query_string"]
    try:
        pairs = parse_qsl(text.decode("ascii"), max_num_fields=20) if len(text) <= _LONGEST else [("", ""), ("", "")]
    except ValueError:
        raise Refused from None
    if len(dict(pairs)) < len(pairs):
        raise Refused
    return dict(pairs)


def _cookie_name(state: str) -> str:
    """Each attempt has its own, so that two that are begun side by side don't hinder each other.

    With an underscore, which no confederation's slug has: no session's cookie is called so.
    """
    return f"__Host-confed_oidc_{state[:16]}"


def _attempt_cookie(state: str, handle: str, seconds: int) -> tuple[bytes, bytes]:
    name = _cookie_name(state)
    return b"set-cookie", f"{name}={handle}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}".encode()


def _cookie(asked: Step, name: str) -> str | None:
    for each in asked.headers.get(b"cookie", b"").split(b";"):
        found, _, value = each.strip().partition(b"=")
        if found == name.encode():
            return value.decode("latin-1")
    return None
