"""Mutations that grant and end roles."""

from datetime import date
from typing import Annotated

import models
from schema.mutations.declare import mutation
from schema.people.person import PersonId
from schema.tenancy.federation import AssociationId
from schema.tenancy.role import RoleGrant, RoleGrantId
from services.core.errors import StepUpRequired
from services.core.work import Work
from services.tenancy import roles
from services.tenancy.errors import LastAdministrator, OwnRole


@mutation(RoleGrant, problems=(OwnRole, StepUpRequired))
async def grant_role(
    work: Work,
    *,
    person_id: Annotated[PersonId, "Person to grant the role to."],
    association_id: Annotated[AssociationId, "Association in which the role is granted."],
    role: Annotated[models.Role, "Role; the query `roles` lists the permissions of each."],
    cascades: Annotated[bool, "True if the role also counts in the associations affiliated with this one."] = False,
    starts_on: Annotated[date | None, "First day; by default today."] = None,
    ends_on: Annotated[date | None, "Last day; by default there is no end."] = None,
) -> models.RoleGrant:
    """Grant a role. Requires `roles.manage` and every permission of the role, wherever the role will count.

    Nobody can grant themselves a role.
    """
    return await roles.grant_role(
        work,
        person_id=person_id,
        association_id=association_id,
        role=role,
        cascades=cascades,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@mutation(RoleGrant, problems=(LastAdministrator,))
async def end_role(
    work: Work,
    *,
    role_grant_id: RoleGrantId,
    ends_on: Annotated[date | None, "Last day; by default the role ends at once."] = None,
    reason: Annotated[str | None, "Reason, kept in the journal."] = None,
) -> models.RoleGrant:
    """End a role; it may be one's own. Requires `roles.manage`. The last administrator of an association can't be
    removed.

    A role that would end before it began is deleted; the payload's role is then null.
    """
    return await roles.end_role(work, role_grant_id, ends_on=ends_on, reason=reason)
