"""What each role may do. A permission is `<what>.<verb>`; policies and operations ask for permissions, never roles."""

from models import Role
from models.policies import policies

PERSONAL = frozenset(
    {
        "persons.read",
        "persons.manage",
        "memberships.read",
        "memberships.manage",
        "registrations.read",
        "registrations.manage",
        "journal.read",
        "mentoring.manage",
        "needs.read",
        "fees.manage",
    }
)
"""About persons: from an umbrella these reach an association only where its affiliation is `visible_from_above`."""

_EVENTS = frozenset({"events.manage", "registrations.read", "registrations.manage", "needs.read", "fees.manage"})
_MEMBERSHIP = frozenset({"persons.read", "persons.manage", "memberships.read", "memberships.manage"})
_FEDERATION = frozenset(
    {"associations.manage", "affiliations.manage", "roles.manage", "segments.manage", "journal.read"}
)

_MENTORING = frozenset({"mentoring.manage"})
_ADVOCACY = frozenset({"advocacy.manage"})

ROLES: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: _FEDERATION | _MEMBERSHIP | _EVENTS | _MENTORING | _ADVOCACY,
    Role.REGISTRAR: _EVENTS | {"segments.manage", "persons.read"},
    Role.MEMBERSHIP_OFFICER: _MEMBERSHIP | {"segments.manage"},
    Role.COORDINATOR: _MENTORING,
    Role.ADVISER: _ADVOCACY,
    Role.COUNSELLOR: frozenset(),
}
"""What a role may do in the association it is granted in, and below where the grant cascades."""

PERMISSIONS = frozenset().union(*ROLES.values()) | policies.permissions
