"""Roles granted to persons. What a role may do is in `services.core.permissions`; derived rights are never rows."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, own, policy
from models.base.records import TenantRecord, belongs_to, choice, in_order


class Role(DescribedEnum):
    """Role of a person in an association."""

    ADMINISTRATOR = "ADMINISTRATOR", "Manages everything in the association, roles and site keys included."
    MEMBERSHIP_OFFICER = "MEMBERSHIP_OFFICER", "Manages persons, memberships, positions and mandates."
    REGISTRAR = "REGISTRAR", "Plans events and manages their registrations, desk and fees."
    EDITOR = "EDITOR", "Writes and publishes events without seeing who registers."
    COORDINATOR = "COORDINATOR", "Coordinates mentoring: manages programmes and proposes pairings."
    FACILITATOR = "FACILITATOR", "Leads peer circles. The role by itself gives no access to what is said there."
    ADVISER = "ADVISER", "Manages advocacy files and positions."
    COUNSELLOR = "COUNSELLOR", "Supports members who ask for it. The role by itself gives no access to requests."
    TREASURER = "TREASURER", "Issues invoices and records payments."
    AUDITOR = "AUDITOR", "Reads the journal and the records it refers to; changes nothing."


class RoleGrant(TenantRecord, table=True):
    """A role granted to a person in an association, and in its affiliates if it cascades. STAFF, and the person."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("association", "association_id"),
        in_order("role_grant", "starts_on", "ends_on"),
        Index("role_grant_by_person", "confederation_id", "person_id"),
    )
    __tablename__ = "role_grant"

    person_id: UUID
    association_id: UUID
    role: Role = choice(Role)
    cascades: bool = False
    starts_on: date
    ends_on: date | None = None  # the last day


MANAGE_ROLES = Permission("roles.manage", about_persons=False, scope=False)

policy(
    RoleGrant,
    read=own(RoleGrant.person_id) | holds(MANAGE_ROLES, RoleGrant.association_id),
    write=holds(MANAGE_ROLES, RoleGrant.association_id),
)

classified(RoleGrant, personal={"person_id": "role cascades starts_on ends_on"}, neither="association_id")
