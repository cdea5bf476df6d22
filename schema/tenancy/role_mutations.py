"""Granting roles and ending them."""

from datetime import date

import strawberry

import models
from schema.mutations.declare import MutationInput, key, mutation
from schema.tenancy.role import RoleGrant
from services.core.errors import StepUpRequired
from services.core.work import Work
from services.tenancy import roles
from services.tenancy.errors import LastAdministrator, OwnRole


@strawberry.input(description="A role for somebody.")
class GrantRoleInput(MutationInput):
    """The input of `grantRole`."""

    person_id: strawberry.ID = strawberry.field(description="Who gets it.")
    association_id: strawberry.ID = strawberry.field(description="Where.")
    role: models.Role = strawberry.field(description="Which; `roles` says what each may do.")
    cascades: bool = strawberry.field(
        default=False, description="Whether it counts in what is affiliated with the association as well."
    )
    starts_on: date | None = strawberry.field(default=None, description="Its first day; left out: today.")
    ends_on: date | None = strawberry.field(default=None, description="Its last day; left out: without end.")


@mutation(RoleGrant, problems=(OwnRole, StepUpRequired))
async def grant_role(work: Work, input: GrantRoleInput) -> models.RoleGrant:
    """Grant somebody a role. Asks for `roles.manage` and for all that the role may do, wherever it will count.

    Nobody grants themselves anything.
    """
    return await roles.grant_role(
        work,
        person_id=key(input.person_id, "Person", "personId"),
        association_id=key(input.association_id, "Association", "associationId"),
        role=input.role,
        cascades=input.cascades,
        starts_on=input.starts_on,
        ends_on=input.ends_on,
    )


@strawberry.input(description="A role to end.")
class EndRoleInput(MutationInput):
    """The input of `endRole`."""

    role_grant_id: strawberry.ID = strawberry.field(description="Which grant.")
    ends_on: date | None = strawberry.field(default=None, description="Its last day; left out: it ends at once.")
    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(RoleGrant, problems=(LastAdministrator,))
async def end_role(work: Work, input: EndRoleInput) -> models.RoleGrant:
    """End somebody's role, or one's own. Asks for `roles.manage`; an association keeps an administrator.

    One that would end before it began is taken back altogether: then it is null.
    """
    id = key(input.role_grant_id, "RoleGrant", "roleGrantId")
    return await roles.end_role(work, id, ends_on=input.ends_on, reason=input.reason)
