"""Permissions of each role. Policies and operations check permissions, never roles.

A permission is declared beside the model whose rows it opens (`models.base.permissions`). A test finds permissions that
no role has and permissions that nothing checks.
"""

from dataclasses import dataclass

from models import (
    MANAGE_ADVOCACY,
    MANAGE_AFFILIATIONS,
    MANAGE_ASSOCIATIONS,
    MANAGE_EVENTS,
    MANAGE_FEES,
    MANAGE_IDENTITY,
    MANAGE_KEYS,
    MANAGE_MEMBERSHIPS,
    MANAGE_MENTORING,
    MANAGE_PERSONS,
    MANAGE_REGISTRATIONS,
    MANAGE_ROLES,
    MANAGE_SEGMENTS,
    MANAGE_WEBHOOKS,
    READ_JOURNAL,
    READ_MEMBERSHIPS,
    READ_NEEDS,
    READ_PERSONS,
    READ_REGISTRATIONS,
    Role,
)
from models.base.permissions import Permission, permissions


@dataclass(frozen=True)
class Duties:
    """A role's permissions, in the association it is granted in and below it if the grant cascades; and its purpose.

    `purpose`: by locale.
    """

    permissions: frozenset[Permission]
    purpose: dict[str, str]


def _duties(*permissions: Permission, en: str, fr: str) -> Duties:
    return Duties(frozenset(permissions), {"en": en, "fr": fr})


_EVENTS = (MANAGE_EVENTS, READ_REGISTRATIONS, MANAGE_REGISTRATIONS, READ_NEEDS, MANAGE_FEES)
_MEMBERSHIP = (READ_PERSONS, MANAGE_PERSONS, READ_MEMBERSHIPS, MANAGE_MEMBERSHIPS)
_FEDERATION = (MANAGE_ASSOCIATIONS, MANAGE_AFFILIATIONS, MANAGE_ROLES, MANAGE_KEYS, MANAGE_IDENTITY, MANAGE_WEBHOOKS)

ROLES: dict[Role, Duties] = {
    Role.ADMINISTRATOR: _duties(
        *_FEDERATION,
        *_MEMBERSHIP,
        *_EVENTS,
        MANAGE_SEGMENTS,
        MANAGE_MENTORING,
        MANAGE_ADVOCACY,
        READ_JOURNAL,
        en="Runs the association here: everything that can be managed, roles and site keys too.",
        fr="Gère l'association ici : tout ce qui se gère, rôles et clés de site compris.",
    ),
    Role.MEMBERSHIP_OFFICER: _duties(
        *_MEMBERSHIP,
        MANAGE_SEGMENTS,
        en="Keeps persons, memberships, positions and mandates.",
        fr="Tient les personnes, les adhésions, les postes et les mandats.",
    ),
    Role.REGISTRAR: _duties(
        *_EVENTS,
        MANAGE_SEGMENTS,
        READ_PERSONS,
        en="Plans events and runs their registrations, desk and fees.",
        fr="Planifie les événements et gère leurs inscriptions, leur accueil et leurs frais.",
    ),
    # No registrations: an editor needs no names.
    Role.EDITOR: _duties(
        MANAGE_EVENTS,
        en="Writes and publishes events, without seeing who comes.",
        fr="Rédige et publie les événements, sans voir qui vient.",
    ),
    Role.COORDINATOR: _duties(
        MANAGE_MENTORING,
        en="Mentoring coordinator: runs the programmes and makes the pairings, and reads nothing of what is said.",
        fr="Coordination du mentorat : gère les programmes et forme les paires, sans rien lire de ce qui s'y dit.",
    ),
    # Circles are PARTICIPANTS: facilitators take part in theirs, and no permission gives access.
    Role.FACILITATOR: _duties(
        en="Leads peer circles. What is said there is the participants': the role opens nothing by itself.",
        fr="Anime des groupes de pairs. Ce qui s'y dit est aux membres : le rôle seul n'ouvre rien.",
    ),
    Role.ADVISER: _duties(
        MANAGE_ADVOCACY,
        en="Follows the files that concern the members, and writes the positions.",
        fr="Suit les dossiers qui touchent les membres et rédige les positions.",
    ),
    # A support request is visible to the counsellor it is addressed to, not to a role.
    Role.COUNSELLOR: _duties(
        en="Is there for members who ask for support. Requests are put to a person: the role opens none.",
        fr="Répond aux membres qui demandent du soutien. Une demande vise une personne : le rôle n'en ouvre aucune.",
    ),
    # Registrations are what is invoiced.
    Role.TREASURER: _duties(
        MANAGE_FEES,
        READ_REGISTRATIONS,
        en="Issues invoices and records payments, and sees the registrations that they are for.",
        fr="Émet les factures et note les paiements, et voit les inscriptions facturées.",
    ),
    # Reads and changes nothing. Needs are health data, so they are excluded.
    Role.AUDITOR: _duties(
        READ_JOURNAL,
        READ_PERSONS,
        READ_MEMBERSHIPS,
        READ_REGISTRATIONS,
        en="Reads the journal and what it speaks of, and changes nothing.",
        fr="Lit le journal et ce dont il parle, et ne change rien.",
    ),
}
"""Every role."""

SCOPES = frozenset(permission for permission in permissions.values() if permission.scope)
"""Permissions that a secret site key may hold."""


def held_by(role: Role, *, visible: bool = True) -> frozenset[Permission]:
    """The permissions of a role. In an association that is not `visible` from above: without those about persons."""
    return frozenset(each for each in ROLES[role].permissions if visible or not each.about_persons)
