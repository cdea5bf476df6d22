"""The actor of a request (anonymous, a site key, a person or the system) and its settings for the row policies.

A person's rights are computed from role grants, affiliations and memberships as of today, and cached with the person's
`access_version`. Each compiled read compares the version in its own statement, so stale rights are never used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

import asyncpg
import orjson

from models import Role
from models.base.elevation import elevated_read
from models.base.permissions import Permission
from services.core.database.connections import Reader
from services.core.errors import NotAllowed, NotSignedIn, StepUpRequired
from services.core.permissions import held_by


@dataclass(frozen=True)
class Tenant:
    """A confederation as a request needs it: its key, slug and locales."""

    id: UUID
    slug: str
    locales: tuple[str, ...]
    time_zone: str


class Acting(StrEnum):
    """Which row's version tells whether cached rights are stale: none, a person's or a site key's."""

    ANYBODY = "ANYBODY"
    PERSON = "PERSON"
    SITE_KEY = "SITE_KEY"


@dataclass(frozen=True)
class Key:
    """A site key that acts. `origins`: the origins of pages that may use it; only for a publishable key."""

    id: UUID
    association_id: UUID
    is_secret: bool = False
    origins: frozenset[str] = frozenset()
    trusted_documents_only: bool = False

    def admits(self, origin: str | None) -> bool:
        """Whether a request from a page of this origin may use the key.

        None: the request comes from a program, not a browser.
        """
        return origin is None or origin in self.origins


RECENT_SIGN_IN = timedelta(minutes=15)
"""Maximum age of a sign-in for operations that require a recent one."""


@dataclass(frozen=True)
class SignedIn:
    """The session of a person. `until`: when to load it again; `renews_at`: when its secret is replaced."""

    id: UUID
    authenticated_at: datetime
    until: datetime
    renews_at: datetime


@dataclass(frozen=True)
class Actor:
    """The actor of a request in one confederation.

    `memberships`: associations that the person is a member of, directly or through one affiliated with them. `holds`:
    associations by permission; the system holds none and may do all. `session`: only for a person in a session.
    """

    tenant: Tenant
    person_id: UUID | None = None
    version: int = 0
    day: date | None = None
    memberships: frozenset[UUID] = frozenset()
    holds: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    is_system: bool = False
    key: Key | None = None
    session: SignedIn | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether the actor has public rights only: no person, and no secret site key."""
        return self.person_id is None and (self.key is None or not self.key.is_secret)

    @property
    def acting(self) -> Acting:
        """Which row's version `version` is compared with."""
        if self.key is not None:
            return Acting.SITE_KEY
        return Acting.ANYBODY if self.person_id is None else Acting.PERSON

    @property
    def key_id(self) -> UUID | None:
        """Key of the acting site key, if any."""
        return None if self.key is None else self.key.id

    @property
    def session_id(self) -> UUID | None:
        """Key of the person's session, if any."""
        return None if self.session is None else self.session.id

    @property
    def authenticated_at(self) -> datetime | None:
        """When the person last proved their identity in the session."""
        return None if self.session is None else self.session.authenticated_at

    def require_recent(self, now: datetime) -> None:
        """StepUpRequired if the session's last sign-in is not recent. Other credentials authenticate every request."""
        if self.session is not None and now - self.session.authenticated_at > RECENT_SIGN_IN:
            raise StepUpRequired(minutes=int(RECENT_SIGN_IN.total_seconds() // 60))

    @property
    def required_person_id(self) -> UUID:
        """The person's key. NotSignedIn if the actor is no person."""
        if self.person_id is None:
            raise NotSignedIn
        return self.person_id

    def may(self, permission: Permission, association_id: UUID) -> bool:
        """Whether the actor holds the permission in the association."""
        return self.is_system or association_id in self.holds.get(permission, ())

    def require(self, permission: Permission, association_id: UUID) -> None:
        """NotSignedIn or NotAllowed unless the actor holds the permission in the association."""
        if self.may(permission, association_id):
            return
        if self.is_anonymous:
            raise NotSignedIn
        raise NotAllowed(permission)

    @cached_property
    def settings(self) -> dict[str, str]:
        """PostgreSQL settings of the actor, by name. A missing setting admits to no rows."""
        settings = {"confed.tenant": str(self.tenant.id)}
        if self.person_id is not None:
            settings["confed.person"] = str(self.person_id)
            settings["confed.memberships"] = _array(self.memberships)
        if self.key is not None:
            settings["confed.key"] = str(self.key.id)
        # Only permissions that are held: settings end with the transaction, so the next actor inherits none.
        for permission in sorted(self.holds):
            settings[f"confed.{permission.replace('.', '_')}"] = _array(self.holds[permission])
        return settings


def anonymous(tenant: Tenant) -> Actor:
    """The anonymous actor."""
    return Actor(tenant)


def system(tenant: Tenant) -> Actor:
    """The system actor: founds confederations and runs jobs. It is elevated within its tenant."""
    return Actor(tenant, is_system=True)


def _array(ids: frozenset[UUID]) -> str:
    return "{" + ",".join(map(str, sorted(ids))) + "}"


async def find_tenant(connection: asyncpg.Connection, slug: str) -> Tenant | None:
    """The confederation with this slug; None if there is none."""
    row = await connection.fetchrow("select id, locales, time_zone from figures.tenant($1)", slug)
    return None if row is None else Tenant(row["id"], slug, tuple(row["locales"]), row["time_zone"])


async def all_tenants(connection: asyncpg.Connection) -> list[Tenant]:
    """Every confederation, by slug."""
    rows = await connection.fetch("select id, slug, locales, time_zone from figures.tenants()")
    return [Tenant(row["id"], row["slug"], tuple(row["locales"]), row["time_zone"]) for row in rows]


_PERSON = elevated_read(
    "nobody may see what gives somebody rights before they have them",
    """
  with recursive who(person_id) as (
    select coalesce($2::uuid, (select r.person_id from person_reference r
      where r.confederation_id = $1::text::uuid and r.system = $4::text and r.value = $5::text))
  ),
  below(grant_id, role, association_id, cascades, visible) as (
      select g.id, g.role, g.association_id, g.cascades, true from role_grant g, who
      where g.confederation_id = $1::text::uuid and g.person_id = who.person_id
        and g.starts_on <= $3 and (g.ends_on is null or g.ends_on >= $3)
    union
      select b.grant_id, b.role, a.association_id, true, b.visible and a.visible_from_above
      from below b join affiliation a
        on a.confederation_id = $1::text::uuid and a.umbrella_id = b.association_id
      where b.cascades and a.state = 'ACTIVE' and a.starts_on <= $3 and (a.ends_on is null or a.ends_on >= $3)
  ),
  within(association_id) as (
      select m.association_id from membership m, who
      where m.confederation_id = $1::text::uuid and m.person_id = who.person_id
        and membership_status(joined_on, starts_on, ends_on, grace_until, cancelled_on, cancellation_reason,
          override_status, override_until, $3) in ('NEW', 'CURRENT', 'GRACE')
    union
      select a.umbrella_id from within w join affiliation a
        on a.confederation_id = $1::text::uuid and a.association_id = w.association_id
      where a.state = 'ACTIVE' and a.starts_on <= $3 and (a.ends_on is null or a.ends_on >= $3)
  )
  select jsonb_build_array(p.id, p.access_version,
    (select jsonb_agg(distinct jsonb_build_array(role, association_id, visible)) from below),
    (select jsonb_agg(association_id) from within))::text
  from person p, who where p.confederation_id = $1::text::uuid and p.id = who.person_id and p.deceased_on is null
""",
)
"""The statement that reads a person and computes their rights."""


async def load_person(
    connection: Reader,
    tenant: Tenant,
    day: date,
    *,
    person_id: UUID | None = None,
    reference: tuple[str, str] | None = None,
) -> Actor | None:
    """Load a person as an actor, by id or by external reference (system, value), as of a day; None if there is none."""
    system, value = reference or (None, None)
    found = await connection.value(_PERSON, str(tenant.id), person_id, day, system, value)
    if found is None:
        return None
    id, version, grants, memberships = orjson.loads(found)
    holds: dict[str, set[UUID]] = {}
    for role, association_id, visible in grants or ():
        for permission in held_by(Role(role), visible=visible):
            holds.setdefault(permission, set()).add(UUID(association_id))
    return Actor(
        tenant,
        UUID(id),
        version,
        day,
        frozenset(map(UUID, memberships or ())),
        {permission: frozenset(ids) for permission, ids in holds.items()},
    )
