"""Who asks: the confederation of the address, and the actor of the credentials. Both are kept for a while.

A person's rights are kept with the version they were worked out at; a compiled read compares it in its own statement,
so that rights withdrawn are refused on the very next request. A confederation's settings are at most a minute old.
"""

import re
import time
from collections import OrderedDict
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from schema.compiler.kept import keep
from schema.scalars import LOCALES
from services.core.actor import Actor, Tenant, anonymous, find_tenant, load_person
from services.core.database import Database

KEPT = 10_000
"""Actors and confederations kept; the one that was loaded longest ago goes."""
TENANT_SECONDS = 60
"""How long a confederation's settings are kept, or that there is none of a slug."""

_DEMO = re.compile(r"Bearer demo:([a-z0-9-]{1,100}):([a-z0-9-]{1,100})")
_SLUG = re.compile(r"[a-z0-9-]{1,100}")


class Misdirected(Exception):
    """Credentials that are unknown or malformed, or of another confederation than the address."""


class Actors:
    """Confederations by slug and actors by credentials. `demo`: demo tokens sign in, as they do nowhere else."""

    def __init__(self, database: Database, *, demo: bool) -> None:
        self._database = database
        self._demo = demo
        self._tenants: OrderedDict[str, tuple[float, Actor | None]] = OrderedDict()
        self._people: OrderedDict[tuple[str, str], Actor] = OrderedDict()

    async def anybody(self, slug: str) -> Actor | None:
        """The anonymous actor of a confederation; None where there is no such confederation."""
        found = self._tenants.get(slug)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        if not _SLUG.fullmatch(slug):
            return None
        tenant = await self._database.readers.read(partial(find_tenant, slug=slug))
        actor = anonymous(tenant) if tenant else None
        keep(self._tenants, slug, (time.monotonic() + TENANT_SECONDS, actor), KEPT)
        return actor

    async def of(self, tenant: Tenant, authorization: str) -> Actor:
        """The actor that the credentials stand for. Misdirected where they stand for nobody here."""
        kept = self._people.get((tenant.slug, authorization))
        if kept is not None and kept.tenant is tenant and kept.day == _today(tenant):
            return kept
        return await self.load(tenant, authorization)

    async def load(self, tenant: Tenant, authorization: str) -> Actor:
        """The same, worked out anew."""
        token = _DEMO.fullmatch(authorization) if self._demo else None
        if token is None or token[1] != tenant.slug:
            raise Misdirected
        loading = partial(load_person, tenant=tenant, day=_today(tenant), reference=("demo", token[2]))
        actor = await self._database.readers.read(loading)
        if actor is None:
            self._people.pop((tenant.slug, authorization), None)
            raise Misdirected
        keep(self._people, (tenant.slug, authorization), actor, KEPT)
        return actor


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
