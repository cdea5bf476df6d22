"""What each role may do. A permission is `<what>.<verb>`; policies and operations ask for permissions, never roles."""

from models import Role
from models.base.policies import policies

PERSONAL = frozenset(
    {
        "persons.read",
        "persons.manage",
        "memberships.read",
        "memberships.manage",
        "registrations.read",
        "registrations.manage",
        "journal.read",
        "webhooks.manage",
        "mentoring.manage",
        "needs.read",
        "fees.manage",
        "identity.manage",
    }
)
"""About persons: from an umbrella these reach an association only where its affiliation is `visible_from_above`."""

_EVENTS = frozenset({"events.manage", "registrations.read", "registrations.manage", "needs.read", "fees.manage"})
_MEMBERSHIP = frozenset({"persons.read", "persons.manage", "memberships.read", "memberships.manage"})
_FEDERATION = frozenset(
    {
        "associations.manage",
        "affiliations.manage",
        "roles.manage",
        "keys.manage",
        "identity.manage",
        "webhooks.manage",
        "segments.manage",
        "journal.read",
    }
)
_MENTORING = frozenset({"mentoring.manage"})
_ADVOCACY = frozenset({"advocacy.manage"})

ROLES: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: _FEDERATION | _MEMBERSHIP | _EVENTS | _MENTORING | _ADVOCACY,
    Role.MEMBERSHIP_OFFICER: _MEMBERSHIP | {"segments.manage"},
    Role.REGISTRAR: _EVENTS | {"segments.manage", "persons.read"},
    # Nobody's registration: who writes what is published needs no names.
    Role.EDITOR: frozenset({"events.manage"}),
    Role.COORDINATOR: _MENTORING,
    # What is said in a circle is its participants': whoever leads one takes part, and no permission opens it.
    Role.FACILITATOR: frozenset(),
    Role.ADVISER: _ADVOCACY,
    # A support request is for whoever it is put to, and for no role.
    Role.COUNSELLOR: frozenset(),
    # A registration is what is charged.
    Role.TREASURER: frozenset({"fees.manage", "registrations.read"}),
    # Reads, and changes nothing. What somebody needs is about their health: not for the books.
    Role.AUDITOR: frozenset({"journal.read", "persons.read", "memberships.read", "registrations.read"}),
}
"""What a role may do in the association it is granted in, and below where the grant cascades."""

PURPOSES: dict[Role, dict[str, str]] = {
    Role.ADMINISTRATOR: {
        "en": "Runs the association here: everything that can be managed, roles and site keys too.",
        "fr": "Gère l'association ici : tout ce qui se gère, rôles et clés de site compris.",
    },
    Role.MEMBERSHIP_OFFICER: {
        "en": "Keeps persons, memberships, positions and mandates.",
        "fr": "Tient les personnes, les adhésions, les postes et les mandats.",
    },
    Role.REGISTRAR: {
        "en": "Plans events and runs their registrations, desk and fees.",
        "fr": "Planifie les événements et gère leurs inscriptions, leur accueil et leurs frais.",
    },
    Role.EDITOR: {
        "en": "Writes and publishes events, without seeing who comes.",
        "fr": "Rédige et publie les événements, sans voir qui vient.",
    },
    Role.COORDINATOR: {
        "en": "Mentoring coordinator: runs the programmes and makes the pairings, and reads nothing of what is said.",
        "fr": "Coordination du mentorat : gère les programmes et forme les paires, sans rien lire de ce qui s'y dit.",
    },
    Role.FACILITATOR: {
        "en": "Leads peer circles. What is said there is the participants': the role opens nothing by itself.",
        "fr": "Anime des groupes de pairs. Ce qui s'y dit est aux membres : le rôle seul n'ouvre rien.",
    },
    Role.ADVISER: {
        "en": "Follows the files that concern the members, and writes the positions.",
        "fr": "Suit les dossiers qui touchent les membres et rédige les positions.",
    },
    Role.COUNSELLOR: {
        "en": "Is there for members who ask for support. Requests are put to a person: the role opens none.",
        "fr": "Répond aux membres qui demandent du soutien. Une demande vise une personne : le rôle n'en ouvre aucune.",
    },
    Role.TREASURER: {
        "en": "Issues invoices and records payments, and sees the registrations that they are for.",
        "fr": "Émet les factures et note les paiements, et voit les inscriptions facturées.",
    },
    Role.AUDITOR: {
        "en": "Reads the journal and what it speaks of, and changes nothing.",
        "fr": "Lit le journal et ce dont il parle, et ne change rien.",
    },
}
"""What a role is for, by locale."""

SCOPES = frozenset(
    {
        "events.manage",
        "registrations.read",
        "registrations.manage",
        "persons.read",
        "memberships.read",
        "segments.manage",
        "fees.manage",
    }
)
"""What a secret site key may hold. Not whom to trust (roles, keys), nor what is confidential among a few."""

PERMISSIONS = frozenset().union(*ROLES.values()) | policies.permissions
