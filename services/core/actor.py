"""Who acts: anonymous, a person, or the system; and what that means to the row policies.

A person's rights are worked out once, from role grants, affiliations and memberships as of today, and kept with the
person's `access_version`: a compiled read compares the version in its own statement, so an older answer is never used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

import asyncpg

from models import Role
from services.core.errors import NotAllowed, NotSignedIn
from services.core.permissions import PERMISSIONS, PERSONAL, ROLES


@dataclass(frozen=True)
class Tenant:
    """A confederation as a request needs it: its key, and how it falls back among locales."""

    id: UUID
    slug: str
    locales: tuple[str, ...]
    time_zone: str


@dataclass(frozen=True)
class Actor:
    """Whoever acts in one confederation.

    `memberships`: associations that the person is a member of, directly or through one affiliated with them.
    `holds`: associations by permission; the system holds none and may do all.
    """

    tenant: Tenant
    person_id: UUID | None = None
    version: int = 0
    day: date | None = None
    memberships: frozenset[UUID] = frozenset()
    holds: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    is_system: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.person_id is None

    @property
    def required_person_id(self) -> UUID:
        """The person. NotSignedIn where there is none."""
        if self.person_id is None:
            raise NotSignedIn
        return self.person_id

    def may(self, permission: str, association_id: UUID) -> bool:
        """Whether the actor holds the permission in the association."""
        return self.is_system or association_id in self.holds.get(permission, ())

    def require(self, permission: str, association_id: UUID) -> None:
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
            # Every permission, held or not: each statement sets the whole of who acts, and inherits nothing.
            for permission in sorted(PERMISSIONS):
                settings[f"confed.{permission.replace('.', '_')}"] = _array(self.holds.get(permission, frozenset()))
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


_BELOW = """
with recursive below(grant_id, role, association_id, cascades, visible) as (
    select g.id, g.role, g.association_id, g.cascades, true from role_grant g
    where g.confederation_id = $1 and g.person_id = $2
      and g.starts_on <= $3 and (g.ends_on is null or g.ends_on >= $3)
  union
    select b.grant_id, b.role, a.association_id, true, b.visible and a.visible_from_above
    from below b join affiliation a on a.confederation_id = $1 and a.umbrella_id = b.association_id
    where b.cascades and a.state = 'ACTIVE' and a.starts_on <= $3 and (a.ends_on is null or a.ends_on >= $3)
)
select distinct role, association_id, visible from below
"""

_MEMBERSHIPS = """
with recursive within(association_id) as (
    select association_id from membership where confederation_id = $1 and person_id = $2
      and membership_status(joined_on, starts_on, ends_on, grace_until, cancelled_on, cancellation_reason,
        override_status, override_until, $3) in ('NEW', 'CURRENT', 'GRACE')
  union
    select a.umbrella_id from within w join affiliation a on a.confederation_id = $1
      and a.association_id = w.association_id
    where a.state = 'ACTIVE' and a.starts_on <= $3 and (a.ends_on is null or a.ends_on >= $3)
)
select association_id from within
"""


async def load_person(
    connection: asyncpg.Connection,
    tenant: Tenant,
    day: date,
    *,
    person_id: UUID | None = None,
    reference: tuple[str, str] | None = None,
) -> Actor | None:
    """The person as an actor, by id or by an external reference (system, value), on a day; None where there is none."""
    async with connection.transaction(readonly=True):
        await connection.execute(
            "select set_config('confed.tenant', $1, true), set_config('confed.elevated', 'loading an actor', true)",
            str(tenant.id),
        )
        if reference is not None:
            person_id = await connection.fetchval(
                "select person_id from person_reference where confederation_id = $1 and system = $2 and value = $3",
                tenant.id,
                *reference,
            )
        version = await connection.fetchval(
            "select access_version from person where confederation_id = $1 and id = $2 and deceased_on is null",
            tenant.id,
            person_id,
        )
        if person_id is None or version is None:
            return None
        holds: dict[str, set[UUID]] = {}
        for grant in await connection.fetch(_BELOW, tenant.id, person_id, day):
            for permission in ROLES[Role(grant["role"])]:
                if grant["visible"] or permission not in PERSONAL:
                    holds.setdefault(permission, set()).add(grant["association_id"])
        memberships = await connection.fetch(_MEMBERSHIPS, tenant.id, person_id, day)
    return Actor(
        tenant,
        person_id,
        version,
        day,
        frozenset(row["association_id"] for row in memberships),
        {permission: frozenset(ids) for permission, ids in holds.items()},
    )
