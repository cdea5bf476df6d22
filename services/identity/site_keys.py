"""Site keys: made, rotated, restricted and revoked by who holds `keys.manage`; and who acts when one is shown.

A key is shown once, when it is made, and kept as a hash. Whatever is changed of one raises its `access_version`, which
every statement and every change of a request compares: what was revoked is refused on the very next request.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from models import MANAGE_KEYS, Association, SiteKey, SiteKeyKind
from models.base.elevation import elevated_read, elevated_start
from models.base.permissions import permissions
from services.core.actor import Actor, Key, Tenant
from services.core.checks import check_after, check_moment, check_text
from services.core.database.connections import Reader
from services.core.errors import InvalidInput, NotAllowed
from services.core.permissions import SCOPES
from services.core.work import Work

KEY_OVERLAP = timedelta(days=7)
"""How long a key that was rotated is still good, so that a website has time to take up its successor."""
LONGEST_OVERLAP = timedelta(days=30)
MOST_ORIGINS = 20

_PREFIXES = {SiteKeyKind.PUBLISHABLE: "pk_", SiteKeyKind.SECRET: "sk_"}
_TOKEN = re.compile(r"(pk|sk)_[A-Za-z0-9_-]{43}")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[::1\]")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class ForeignOrigin(Exception):
    """A key that a browser shows on a page that it isn't for."""


async def make_key(
    work: Work,
    association_id: UUID,
    *,
    kind: SiteKeyKind,
    name: str,
    origins: Sequence[str] = (),
    scopes: Sequence[str] = (),
    trusted_documents_only: bool = False,
    expires_at: datetime | None = None,
) -> tuple[SiteKey, str]:
    """Make a key of an association; the key itself is in this answer and nowhere else. Asks for `keys.manage`.

    `scopes`: what a secret key may do, never more than its maker may: NotAllowed names what they don't hold.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_KEYS, association_id)
    is_secret = kind is SiteKeyKind.SECRET
    if is_secret and origins:
        raise InvalidInput("no origins: a secret key is never in a browser", f"{len(origins)}", path=("origins",))
    if not is_secret and scopes:
        raise InvalidInput("no scopes: a publishable key has anybody's rights", f"{len(scopes)}", path=("scopes",))
    _check_scopes(work, association_id, scopes)
    work.actor.require_recent(work.now)
    row = SiteKey(
        association_id=association_id,
        kind=kind,
        name=check_text(name, "name"),
        origins=_checked_origins(origins),
        scopes=sorted(set(scopes)),
        trusted_documents_only=trusted_documents_only,
        expires_at=_checked_end(work, expires_at),
        **_made(work),
    )
    secret = _draw(row)
    await work.insert(row)
    await work.record("site_key.made", row, data={"kind": kind, "scopes": row.scopes})
    return row, secret


async def rotate_key(work: Work, key_id: UUID, *, overlap: timedelta = KEY_OVERLAP) -> tuple[SiteKey, str]:
    """Make a key's successor, and let the key itself end after an overlap. Asks for `keys.manage`.

    Whoever rotates learns the new secret: they have to hold what it may do, as its maker had to. Where a key was made
    for a while, its successor is good for as long.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput(f"0 to {LONGEST_OVERLAP.days} days", f"{overlap.days}", path=("overlapDays",))
    old = await _living(work, key_id)
    _check_scopes(work, old.association_id, old.scopes)
    work.actor.require_recent(work.now)
    row = SiteKey(
        association_id=old.association_id,
        kind=old.kind,
        name=old.name,
        origins=old.origins,
        scopes=old.scopes,
        trusted_documents_only=old.trusted_documents_only,
        expires_at=old.expires_at and work.now + (old.expires_at - old.made_at),
        replaces_id=old.id,
        **_made(work),
    )
    secret = _draw(row)
    end = work.now + overlap
    old.expires_at = end if old.expires_at is None else min(old.expires_at, end)
    old.access_version += 1
    await work.insert(row)
    await work.record(
        "site_key.rotated", row, data={"replaces_id": str(old.id), "good_until": old.expires_at.isoformat()}
    )
    return row, secret


async def revoke_key(work: Work, key_id: UUID, *, reason: str | None = None) -> SiteKey:
    """End a key at once: its next request is refused. Asks for `keys.manage`; a key that was revoked stays so."""
    row = await work.find_managed(SiteKey, key_id, MANAGE_KEYS, "siteKeyId")
    if row.revoked_at is None:
        row.revoked_at = work.now
        row.access_version += 1
        await work.flush()
        await work.record("site_key.revoked", row, reason=reason)
    return row


async def restrict_key(
    work: Work,
    key_id: UUID,
    *,
    origins: Sequence[str] | None = None,
    scopes: Sequence[str] | None = None,
    trusted_documents_only: bool | None = None,
    expires_at: datetime | None = None,
) -> SiteKey:
    """Change what a key is for; None leaves it. Asks for `keys.manage`.

    Scopes are only taken away and the end only comes nearer: for more there is another key, whose maker holds it.
    """
    row = await _living(work, key_id)
    if origins is not None:
        if row.kind is SiteKeyKind.SECRET and origins:
            raise InvalidInput("no origins: a secret key is never in a browser", f"{len(origins)}", path=("origins",))
        row.origins = _checked_origins(origins)
    if scopes is not None:
        for rank, scope in enumerate(scopes):
            if scope not in row.scopes:
                raise InvalidInput(", ".join(row.scopes) or "none", scope, path=("scopes", str(rank)))
        row.scopes = sorted(set(scopes))
    if trusted_documents_only is not None:
        row.trusted_documents_only = trusted_documents_only
    if expires_at is not None:
        end = _checked_end(work, expires_at)
        if end is not None and row.expires_at is not None and end > row.expires_at:
            raise InvalidInput(f"{row.expires_at.isoformat()} or earlier", end.isoformat(), path=("expiresAt",))
        row.expires_at = end
    row.access_version += 1
    await work.flush()
    await work.record(
        "site_key.restricted", row, data={"scopes": row.scopes, "trusted_documents_only": row.trusted_documents_only}
    )
    return row


def _made(work: Work) -> dict[str, Any]:
    return {"made_at": work.now, "made_by_id": work.actor.person_id}


def _draw(row: SiteKey) -> str:
    """A new key for a row, which keeps its hash."""
    secret = _PREFIXES[row.kind] + secrets.token_urlsafe(32)
    row.digest, row.last_four = _digest(secret), secret[-4:]
    return secret


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def _living(work: Work, key_id: UUID) -> SiteKey:
    """The key, locked, if it is still good for something. InvalidInput where it is over."""
    row = await work.find_managed(SiteKey, key_id, MANAGE_KEYS, "siteKeyId")
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= work.now):
        found = "revoked" if row.revoked_at is not None else "expired"
        raise InvalidInput("a key that is neither revoked nor expired", found, path=("siteKeyId",))
    return row


def _check_scopes(work: Work, association_id: UUID, scopes: Sequence[str]) -> None:
    """Nobody makes a key that may do more than they may themselves."""
    for rank, scope in enumerate(scopes):
        permission = permissions.get(scope)
        if permission not in SCOPES:
            raise InvalidInput(", ".join(sorted(SCOPES)), scope[:100], path=("scopes", str(rank)))
        if not work.actor.may(permission, association_id):
            raise NotAllowed(permission, path=("scopes", str(rank)))


def _checked_end(work: Work, expires_at: datetime | None) -> datetime | None:
    if expires_at is None:
        return None
    end = check_moment(expires_at, "expiresAt")
    check_after(work.now, end, "expiresAt")
    return end


def _checked_origins(origins: Sequence[str]) -> list[str]:
    if len(origins) > MOST_ORIGINS:
        raise InvalidInput(f"at most {MOST_ORIGINS} origins", f"{len(origins)}", path=("origins",))
    return sorted({_checked_origin(origin, str(rank)) for rank, origin in enumerate(origins)})


def _checked_origin(origin: str, rank: str) -> str:
    """An origin as browsers send it: scheme and host in lower case, no default port. Plain http is for trying out."""
    refused = InvalidInput("an origin such as https://www.example.org", origin[:100], path=("origins", rank))
    try:
        parts = urlsplit(origin.strip().lower())
        port = parts.port
    except ValueError:
        raise refused from None
    host = parts.hostname or ""
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)
    named = f"[{host}]" if ":" in host else host
    if not (is_bare and is_safe and _HOST.fullmatch(named)):
        raise refused
    return f"{parts.scheme}://{named}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


_KEY = elevated_read(
    "whose key it is decides who acts",
    """
  select jsonb_build_array(id, association_id, kind, origins, scopes, trusted_documents_only, access_version,
                           last_used_on is distinct from $3::date)::text
  from site_key where confederation_id = $1::text::uuid and digest = $2
    and revoked_at is null and (expires_at is null or expires_at > $4::timestamptz)
""",
)

_START = elevated_start("the day of its last use is noted on a key by whoever shows it")
_USED = """
update site_key set last_used_on = $3 where confederation_id = $1::text::uuid and id = (
  select id from site_key where confederation_id = $1::text::uuid and id = $2
    and last_used_on is distinct from $3::date for update skip locked)
"""


async def load_key(
    connection: Reader, tenant: Tenant, day: date, token: str, *, origin: str | None = None, now: datetime | None = None
) -> Actor | None:
    """Who acts with this key on a day; None where it is none of the tenant's, revoked or expired.

    ForeignOrigin where a browser shows it on another page than it is for. Whoever keeps the actor asks its key again
    for each request (`Key.admits`). The day is noted on the key's row when it is loaded for the first time.
    """
    if not _TOKEN.fullmatch(token):
        return None
    found = await connection.value(_KEY, str(tenant.id), _digest(token), day, now or datetime.now(UTC))
    if found is None:
        return None
    id, association_id, kind, origins, scopes, trusted_documents_only, version, is_new_day = orjson.loads(found)
    key = Key(UUID(id), UUID(association_id), kind == SiteKeyKind.SECRET, frozenset(origins), trusted_documents_only)
    if not key.admits(origin):
        raise ForeignOrigin
    if is_new_day:
        async with connection.transaction():
            await connection.execute(_START, str(tenant.id))
            await connection.execute(_USED, str(tenant.id), key.id, day)
    holds = {scope: frozenset({key.association_id}) for scope in scopes if scope in SCOPES}
    return Actor(tenant, None, version, day, holds=holds, key=key)
