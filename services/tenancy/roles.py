"""Roles: what somebody does for an association, and below it where the grant cascades."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from models import Association, Person, Role, RoleGrant
from services.core.checks import check_period
from services.core.errors import InvalidInput
from services.core.work import Work
from services.tenancy.visibility import links_changed

_PERMISSION = "roles.manage"


async def grant_role(
    work: Work,
    *,
    person_id: UUID,
    association_id: UUID,
    role: Role,
    cascades: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleGrant:
    """Grant a role. Asks for `roles.manage` in the association, and in all below it where the grant cascades."""
    await work.find(Association, association_id)
    work.actor.require(_PERMISSION, association_id)
    if cascades and not work.actor.is_system:
        # Nobody hands on more than they have.
        for below in await work.session.scalars(select(func.figures.scope(association_id, work.today))):
            work.actor.require(_PERMISSION, below)
    await work.find(Person, person_id)
    starts_on = starts_on or work.today
    check_period(starts_on, ends_on)
    grant = await work.insert(
        RoleGrant(
            confederation_id=work.tenant_id,
            person_id=person_id,
            association_id=association_id,
            role=role,
            cascades=cascades,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    await links_changed(work, [person_id])
    await work.record("role.granted", grant, person_id=str(person_id), role=role, cascades=cascades)
    return grant


async def end_role(work: Work, grant_id: UUID, *, ends_on: date | None = None, reason: str | None = None) -> RoleGrant:
    """End a grant: at once, or with `ends_on` as its last day. Asks for `roles.manage` in the association.

    A grant that would end before it began is deleted: it gave nothing on any day, and the journal keeps that it was.
    """
    grant = await work.find(RoleGrant, grant_id)
    work.actor.require(_PERMISSION, grant.association_id)
    grant = await work.find(RoleGrant, grant_id, lock=True)
    last = ends_on or work.today - timedelta(days=1)
    if grant.ends_on is not None and last > grant.ends_on:
        raise InvalidInput(f"{grant.ends_on} or earlier", f"{last}", path=("endsOn",))
    if last < grant.starts_on:
        await work.session.delete(grant)
    else:
        grant.ends_on = last
    await work.flush()
    await links_changed(work, [grant.person_id])
    await work.record("role.ended", grant, reason=reason, person_id=str(grant.person_id), role=grant.role)
    return grant
