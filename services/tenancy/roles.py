"""Granting and ending roles.

Nobody can grant a permission that they don't hold, nobody can grant themselves a role, and an association always keeps
an administrator.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from models import MANAGE_ROLES, Association, Person, Role, RoleGrant
from services.core.checks import check_period
from services.core.errors import InvalidInput
from services.core.permissions import held_by
from services.core.work import Work
from services.tenancy.errors import LastAdministrator, OwnRole
from services.tenancy.visibility import links_changed


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
    """Grant a role. Asks for `roles.manage` and for every permission of the role, wherever the grant reaches.

    NotAllowed names the missing permission; StepUpRequired without a recent sign-in; OwnRole if the actor would grant
    it to themselves.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_ROLES, association_id)
    await _require_all_of_it(work, association_id, role, cascades=cascades)
    work.actor.require_recent(work.now)
    await work.find(Person, person_id, "personId")
    if person_id == work.actor.person_id:
        raise OwnRole(path=("personId",))
    starts_on = starts_on or work.today
    check_period(starts_on, ends_on)
    grant = await work.insert(
        RoleGrant(
            person_id=person_id,
            association_id=association_id,
            role=role,
            cascades=cascades,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    await links_changed(work, [person_id])
    await work.record("role.granted", grant, data={"person_id": str(person_id), "role": role, "cascades": cascades})
    return grant


async def end_role(work: Work, grant_id: UUID, *, ends_on: date | None = None, reason: str | None = None) -> RoleGrant:
    """End a grant: at once, or with `ends_on` as its last day. Asks for `roles.manage` in the association.

    A grant that would end before it began is deleted: it was never in force, and the journal still has it.
    LastAdministrator if the association would be left without an administrator.
    """
    grant = await work.find_managed(RoleGrant, grant_id, MANAGE_ROLES, "roleGrantId")
    last = ends_on or work.today - timedelta(days=1)
    if grant.ends_on is not None and last > grant.ends_on:
        raise InvalidInput(f"{grant.ends_on} or earlier", f"{last}", path=("endsOn",))
    if last < grant.starts_on:
        await work.remove(grant)
    else:
        grant.ends_on = last
    await work.flush()
    if grant.role is Role.ADMINISTRATOR and not work.actor.is_system:
        await _require_another_administrator(work, grant, max(last + timedelta(days=1), work.today))
    await links_changed(work, [grant.person_id])
    await work.record("role.ended", grant, reason=reason, data={"person_id": str(grant.person_id), "role": grant.role})
    return grant


_REACH = text(
    """
    with recursive reach(association_id, visible) as (
        select cast(:association as uuid), true
      union
        select a.association_id, r.visible and a.visible_from_above
        from reach r join affiliation a on a.confederation_id = :tenant and a.umbrella_id = r.association_id
        where :cascades and a.state = 'ACTIVE' and a.starts_on <= :day and (a.ends_on is null or a.ends_on >= :day)
    )
    select association_id, bool_or(visible) from reach group by association_id order by association_id
    """
)


async def _require_all_of_it(work: Work, association_id: UUID, role: Role, *, cascades: bool) -> None:
    """NotAllowed if the grant would give a permission in an association where the actor doesn't hold it.

    Permissions about persons reach an association only if it is visible from above, as when rights are computed.
    """
    given = {"association": association_id, "tenant": work.tenant_id, "cascades": cascades, "day": work.today}
    for reached, visible in (await work.session.execute(_REACH, given)).all():
        work.actor.require(MANAGE_ROLES, reached)
        for permission in sorted(held_by(role, visible=visible)):
            work.actor.require(permission, reached)


_ADMINISTRATORS = text(
    """
    with recursive above(association_id, visible, is_itself) as (
        select cast(:association as uuid), true, true
      union
        select a.umbrella_id, u.visible and a.visible_from_above, false
        from above u join affiliation a on a.confederation_id = :tenant and a.association_id = u.association_id
        where a.state = 'ACTIVE' and a.starts_on <= :day and (a.ends_on is null or a.ends_on >= :day)
    )
    select g.person_id, u.visible
    from above u join role_grant g on g.confederation_id = :tenant and g.association_id = u.association_id
    join person p on p.confederation_id = :tenant and p.id = g.person_id and p.deceased_on is null
    where g.role = 'ADMINISTRATOR' and (u.is_itself or g.cascades)
      and g.starts_on <= :day and (g.ends_on is null or g.ends_on >= :day)
    """
)


async def _require_another_administrator(work: Work, grant: RoleGrant, day: date) -> None:
    """LastAdministrator if on the day after a grant's end nobody could appoint the next administrator.

    An umbrella's administrator counts only if the association is visible from above: otherwise they lack permissions
    that they would have to grant. They may nevertheless end a last grant, which may be in the wrong hands.
    """
    # Two simultaneous endings of the last two grants: the second waits, and then finds no other administrator.
    await work.lock("administrators")
    given = {"association": grant.association_id, "tenant": work.tenant_id, "day": day}
    async with work.elevated("whether somebody else administers depends on grants that the actor may not see"):
        left = (await work.session.execute(_ADMINISTRATORS, given)).all()
    remains = any(visible for _, visible in left)
    from_above = grant.person_id != work.actor.person_id and any(id == work.actor.person_id for id, _ in left)
    if not (remains or from_above):
        raise LastAdministrator
