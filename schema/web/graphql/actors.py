"""Who asks: the confederation of the address, and the actor of the credentials. Both are kept for a while.

Credentials are a demo token, a site key or a session in `Authorization`; without that header, a session in its cookie.

A person's rights are kept with the version they were worked out at; a compiled read compares it in its own statement,
so that rights withdrawn are refused on the very next request. A confederation's settings are at most a minute old.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from schema.base.scalars import LOCALES
from schema.compiler.kept import keep
from schema.web.cors import foreign_origin, not_its_origin
from schema.web.graphql.allowance import Attempts
from schema.web.graphql.http import Header, Headers, Scope
from schema.web.signin.cookies import check_origin, session_cookie, session_secret
from services.core.actor import Actor, SignedIn, Tenant, anonymous, find_tenant, load_person, system
from services.core.database.connections import Database
from services.core.work import begin
from services.identity import sessions
from services.identity.sessions import SESSION_PREFIX, Reused, load_session
from services.identity.site_keys import ForeignOrigin, load_key

KEPT = 10_000
"""Actors and confederations kept; the one that was loaded longest ago goes."""
KEPT_ABSENT = 1_000
"""Slugs kept that no confederation has; the one that was looked for longest ago goes."""
TENANT_SECONDS = 60
"""How long a confederation's settings are kept, or that there is none of a slug."""

_DEMO = re.compile(r"(?i:bearer) +demo:([a-z0-9-]{1,100}):([a-z0-9-]{1,100})")
_SESSION = re.compile(rf"(?i:bearer) +({SESSION_PREFIX}[A-Za-z0-9_-]{{20,100}})")
_SITE_KEY = re.compile(r"(?i:bearer) +([ps]k_[A-Za-z0-9_-]{1,100})")
_SLUG = re.compile(r"[a-z0-9-]{1,100}")


class Credentials(NamedTuple):
    """What a request says of who asks: its `Authorization`, or a session's cookie. `origin`: the website it is from."""

    authorization: str | None = None
    cookie: str | None = None
    origin: str | None = None

    @property
    def secret(self) -> str | None:
        """The secret of a session, where it is one."""
        if self.authorization is None:
            return self.cookie
        found = _SESSION.fullmatch(self.authorization)
        return found[1] if found else None


class Misdirected(Exception):
    """Credentials that are unknown or malformed, or of another confederation than the address."""


class Actors:
    """Confederations by slug and actors by credentials. `demo`: demo tokens sign in, as they do nowhere else.

    `origins`: the websites, besides the server's own, whose pages may ask with a session's cookie. `attempts`: counts
    what is asked for and isn't there.
    """

    def __init__(
        self, database: Database, *, demo: bool, origins: Collection[str] = (), attempts: Attempts | None = None
    ) -> None:
        self._database = database
        self._demo = demo
        self.attempts = attempts or Attempts(0)
        self.origins = frozenset(origins)
        self._tenants: OrderedDict[str, tuple[float, Actor]] = OrderedDict()
        self._absent: OrderedDict[str, float] = OrderedDict()  # apart: made-up names push no confederation out
        self._people: OrderedDict[tuple[str, Credentials], Actor] = OrderedDict()
        self._renewed: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def credentials(self, slug: str, headers: Headers, *, safe: bool) -> Credentials | None:
        """What the request says of who asks; None where it says nothing.

        `safe`: whether it can change nothing, nor be read by another website that makes a browser send it. HTTPRefusal
        for a cookie with a request that isn't, and isn't from a website of ours.
        """
        authorization = _text(headers.get(b"authorization"))
        if authorization is not None:
            return Credentials(authorization, None, foreign_origin(headers))
        cookie = session_secret(headers, slug)
        if cookie is None:
            return None
        if not safe:
            check_origin(headers, self.origins)
        return Credentials(cookie=cookie)

    async def anybody(self, scope: Scope, slug: str) -> Actor | None:
        """The anonymous actor of a confederation; None where there is no such confederation.

        HTTPRefusal 429 for a client that has asked for too much that isn't there.
        """
        now = time.monotonic()
        found = self._tenants.get(slug)
        if found is not None and found[0] > now:
            return found[1]
        if not _SLUG.fullmatch(slug):
            return None
        self.attempts.check_unknown(scope)
        if self._absent.get(slug, 0.0) > now:
            self.attempts.count_unknown(scope)
            return None
        tenant = await self._database.readers.read(partial(find_tenant, slug=slug))
        if tenant is None:
            self.attempts.count_unknown(scope)
            keep(self._absent, slug, now + TENANT_SECONDS, KEPT_ABSENT)
            self._tenants.pop(slug, None)
            return None
        actor = anonymous(tenant)
        keep(self._tenants, slug, (now + TENANT_SECONDS, actor), KEPT)
        return actor

    async def of(self, scope: Scope, tenant: Tenant, credentials: Credentials) -> Actor:
        """The actor that the credentials stand for. Misdirected where they stand for nobody here, which is counted."""
        kept = self._people.get((tenant.slug, credentials))
        if kept is not None and kept.tenant is tenant and kept.day == _today(tenant) and not _is_due(kept):
            return kept
        return await self.anew(scope, tenant, credentials)

    async def anew(self, scope: Scope, tenant: Tenant, credentials: Credentials) -> Actor:
        """The same, with their rights as they are now."""
        self.attempts.check_unknown(scope)
        try:
            return await self.load(tenant, credentials)
        except Misdirected:
            self.attempts.count_unknown(scope)
            raise

    async def load(self, tenant: Tenant, credentials: Credentials) -> Actor:
        """The same for credentials that were good a moment ago. Misdirected where they no longer are."""
        actor = await self._loaded(tenant, credentials)
        if actor is None:
            self._people.pop((tenant.slug, credentials), None)
            raise Misdirected
        keep(self._people, (tenant.slug, credentials), actor, KEPT)
        return actor

    async def _loaded(self, tenant: Tenant, credentials: Credentials) -> Actor | None:
        if (secret := credentials.secret) is not None:
            return await self._in_session(tenant, secret)
        authorization = credentials.authorization or ""
        if found := _SITE_KEY.fullmatch(authorization):
            key = partial(load_key, tenant=tenant, day=_today(tenant), token=found[1], origin=credentials.origin)
            try:
                return await self._database.readers.read(key)
            except ForeignOrigin:
                raise not_its_origin() from None
        token = _DEMO.fullmatch(authorization) if self._demo else None
        if token is None or token[1] != tenant.slug:
            return None
        loading = partial(load_person, tenant=tenant, day=_today(tenant), reference=("demo", token[2]))
        return await self._database.readers.read(loading)

    async def _in_session(self, tenant: Tenant, secret: str) -> Actor | None:
        loading = partial(load_session, tenant=tenant, day=_today(tenant), secret=secret)
        try:
            actor = await self._database.readers.read(loading)
            if actor is not None and _is_due(actor):
                async with begin(self._database, system(tenant)) as work:
                    await sessions.touch(work, _session(actor).id)
                actor = await self._database.readers.read(loading)
        except Reused as reused:
            async with begin(self._database, system(tenant)) as work:
                await sessions.revoke(work, reused.session_id)
            return None
        return actor

    async def renewed(self, actor: Actor, headers: Headers) -> list[Header]:
        """The cookie with the next secret of the browser's session, where that is due."""
        secret = None if b"authorization" in headers else session_secret(headers, actor.tenant.slug)
        new = None if actor.session is None or secret is None else await self._next(actor, actor.session, secret)
        if new is None:
            return []
        return [session_cookie(actor.tenant.slug, new, int(sessions.SESSION_LIFE.total_seconds()))]

    async def _next(self, actor: Actor, session: SignedIn, secret: str) -> str | None:
        kept = actor.tenant.slug, secret
        if (given := self._renewed.get(kept)) is not None:
            # The browser asked again before it had the answer with it, or never got that.
            return given[1] if given[0] > time.monotonic() else None
        if session.renews_at > datetime.now(UTC):
            return None
        async with begin(self._database, system(actor.tenant)) as work:
            new = await sessions.rotate(work, session.id, secret)
        self._people.pop((actor.tenant.slug, Credentials(cookie=secret)), None)
        if new is not None:
            keep(self._renewed, kept, (time.monotonic() + sessions.OLD_SECRET_LIFE.total_seconds(), new), KEPT)
        return new


def _session(actor: Actor) -> SignedIn:
    assert actor.session is not None
    return actor.session


def _is_due(actor: Actor) -> bool:
    """Whether it is time to look at the actor's session again."""
    return actor.session is not None and actor.session.until <= datetime.now(UTC)


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


def _today(tenant: Tenant) -> Any:
    return datetime.now(UTC).astimezone(ZoneInfo(tenant.time_zone)).date()


@lru_cache(1_000)
def locales(accept_language: str, of_tenant: tuple[str, ...]) -> tuple[str, ...]:
    """Every locale in the order that text is looked for: as the request accepts, then as the tenant falls back."""
    ranked = []
    for i, item in enumerate(accept_language.lower().split(",")[:20]):
        tag, _, quality = item.partition(";")
        locale = tag.strip().split("-")[0]
        try:
            q = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if locale in LOCALES and q > 0:
            ranked.append((-q, i, locale))
    order = [locale for _, _, locale in sorted(ranked)] + [*of_tenant, *LOCALES]
    return tuple(dict.fromkeys(locale for locale in order if locale in LOCALES))
