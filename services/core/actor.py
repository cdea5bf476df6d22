"""Who acts: anonymous, a person, or the system; and what that means to the row policies.

A person's rights are worked out once, from role grants, affiliations and memberships as of today, and kept with the
person's `access_version`: a compiled read compares the version in its own statement, so an older answer is never used.
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
    """A confederation as a request needs it: its key, and how it falls back among locales."""

    id: UUID
    slug: str
    locales: tuple[str, ...]
    time_zone: str


class Acting(StrEnum):
    """Who acts, as what tells whether kept rights are still current: nothing, or the version on somebody's row."""

    ANYBODY = "ANYBODY"
    PERSON = "PERSON"
    SITE_KEY = "SITE_KEY"


@dataclass(frozen=True)
class Key:
    """A site key that acts. `origins`: the websites whose browsers may use it; only where it isn't secret."""

    id: UUID
    association_id: UUID
    is_secret: bool = False
    origins: frozenset[str] = frozenset()
    trusted_documents_only: bool = False

    def admits(self, origin: str | None) -> bool:
        """Whether a request of a browser on this origin may use it. Without one it is a program that asks."""
        return origin is None or origin in self.origins


RECENT_SIGN_IN = timedelta(minutes=15)
"""How long ago somebody may have shown who they are for what asks for it once more."""


@dataclass(frozen=True)
class SignedIn:
    """The session that a person acts in. `until`: when to look at it again; `renews_at`: when its secret is due."""

    id: UUID
    authenticated_at: datetime
    until: datetime
    renews_at: datetime


@dataclass(frozen=True)
class Actor:
    """Whoever acts in one confederation.

    `memberships`: associations that the person is a member of, directly or through one affiliated with them.
    `holds`: associations by permission; the system holds none and may do all. `session`: where it is a person in one.
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
        """Whether it has the rights of anybody: no person, and no machine with a secret key."""
        return self.person_id is None and (self.key is None or not self.key.is_secret)

    @property
    def acting(self) -> Acting:
        """Whose row has the version that `version` is compared with."""
        if self.key is not None:
            return Acting.SITE_KEY
        return Acting.ANYBODY if self.person_id is None else Acting.PERSON

    @property
    def key_id(self) -> UUID | None:
        """The site key, where one acts."""
        return None if self.key is None else self.key.id

    @property
    def session_id(self) -> UUID | None:
        """The session, where a person acts in one."""
        return None if self.session is None else self.session.id

    @property
    def authenticated_at(self) -> datetime | None:
        """When the person showed in their session who they are."""
        return None if self.session is None else self.session.authenticated_at

    def require_recent(self, now: datetime) -> None:
        """StepUpRequired where the session's person hasn't shown lately who they are. Others do with each request."""
        if self.session is not None and now - self.session.authenticated_at > RECENT_SIGN_IN:
            raise StepUpRequired(minutes=int(RECENT_SIGN_IN.total_seconds() // 60))

    @property
    def required_person_id(self) -> UUID:
        """The person. NotSignedIn where there is none."""
        if self.person_id is None:
            raise NotSignedIn
        return self.person_id

    def may(self, permission: Permission, association_id: UUID) -> bool:
        """Whether the actor holds the permission in the association."""
        return self.is_system or association_id in self.holds.get(permission, ())

    def require(self, permission: Permission, association_id: UUID) -> None:
        """NotSignedIn or NotAllowed where the actor doesn't hold the permission in the association."""
        if self.may(permission, association_id):
            return
        if self.is_anonymous:
            raise NotSignedIn
        raise NotAllowed(permission)

    @cached_property
    def settings(self) -> dict[str, str]:
        """What PostgreSQL is told, by the name of the setting; what isn't there admits to nothing."""
        settings = {"confed.tenant": str(self.tenant.id)}
        if self.person_id is not None:
            settings["confed.person"] = str(self.person_id)
            settings["confed.memberships"] = _array(self.memberships)
        if self.key is not None:
            settings["confed.key"] = str(self.key.id)
        # Of permissions those that are held: a setting ends with its transaction, so nobody inherits what another held.
        for permission in sorted(self.holds):
            settings[f"confed.{permission.replace('.', '_')}"] = _array(self.holds[permission])
        return settings


def anonymous(tenant: Tenant) -> Actor:
    """Anybody."""
    return Actor(tenant)


def system(tenant: Tenant) -> Actor:
    """The platform itself: founding a confederation, jobs. It acts elevated, within the tenant."""
    return Actor(tenant, is_system=True)


def _array(ids: frozenset[UUID]) -> str:
    return "{" + ",".join(map(str, sorted(ids))) + "}"


async def find_tenant(connection: asyncpg.Connection, slug: str) -> Tenant | None:
    """The confederation of a slug, if there is one."""
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
"""Who the person is and what follows for their rights."""


async def load_person(
    connection: Reader,
    tenant: Tenant,
    day: date,
    *,
    person_id: UUID | None = None,
    reference: tuple[str, str] | None = None,
) -> Actor | None:
    """The person as an actor, by id or by an external reference (system, value), on a day; None where there is none."""
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
