"""Granting roles and ending them."""

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
    person_id: Annotated[PersonId, "Who gets it."],
    association_id: Annotated[AssociationId, "Where."],
    role: Annotated[models.Role, "Which; `roles` says what each may do."],
    cascades: Annotated[bool, "Whether it counts in what is affiliated with the association as well."] = False,
    starts_on: Annotated[date | None, "Its first day; left out: today."] = None,
    ends_on: Annotated[date | None, "Its last day; left out: without end."] = None,
) -> models.RoleGrant:
    """Grant somebody a role. Asks for `roles.manage` and for all that the role may do, wherever it will count.

    Nobody grants themselves anything.
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
    ends_on: Annotated[date | None, "Its last day; left out: it ends at once."] = None,
    reason: Annotated[str | None, "Why, for the journal."] = None,
) -> models.RoleGrant:
    """End somebody's role, or one's own. Asks for `roles.manage`; an association keeps an administrator.

    One that would end before it began is taken back altogether: then it is null.
    """
    return await roles.end_role(work, role_grant_id, ends_on=ends_on, reason=reason)
