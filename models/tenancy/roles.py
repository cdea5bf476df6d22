"""Roles granted to persons. What a role may do is in `services.core.permissions`; derived rights are never rows."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index

from models.base.permissions import Permission
from models.base.policies import holds, own, policy
from models.base.records import TenantRecord, belongs_to, choice, in_order


class Role(StrEnum):
    """What somebody does for an association. COORDINATOR: the mentoring coordinator."""

    ADMINISTRATOR = "ADMINISTRATOR"
    MEMBERSHIP_OFFICER = "MEMBERSHIP_OFFICER"
    REGISTRAR = "REGISTRAR"
    EDITOR = "EDITOR"
    COORDINATOR = "COORDINATOR"
    FACILITATOR = "FACILITATOR"
    ADVISER = "ADVISER"
    COUNSELLOR = "COUNSELLOR"
    TREASURER = "TREASURER"
    AUDITOR = "AUDITOR"


class RoleGrant(TenantRecord, table=True):
    """A role that a person has in an association, and in its affiliates where it cascades. STAFF, and the person."""

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
