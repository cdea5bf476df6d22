"""Mandates: seats on boards of governors, and offices."""

from datetime import date
from uuid import UUID

from models import Association, Mandate, MandateRole
from services.core.errors import InvalidInput
from services.core.work import Work
from services.people import access
from services.tenancy.checks import check_period
from services.tenancy.visibility import links_changed

_PERMISSION = "persons.manage"


async def begin_mandate(
    work: Work,
    person_id: UUID,
    association_id: UUID,
    role: MandateRole,
    *,
    starts_on: date,
    ends_on: date | None = None,
    published: bool = False,
) -> Mandate:
    """Give somebody a seat or an office in an association. Asks for `persons.manage` there.

    `ends_on` is its last day. A published mandate shows the person's name as it is now, to everyone.
    """
    await work.find(Association, association_id)
    work.actor.require(_PERMISSION, association_id)
    person = (await access.seen(work, {person_id}))[person_id]
    check_period(starts_on, ends_on)
    mandate = await work.insert(
        Mandate(
            confederation_id=work.tenant_id,
            person_id=person_id,
            association_id=association_id,
            role=role,
            starts_on=starts_on,
            ends_on=ends_on,
            published=published,
            published_name=f"{person.given_name} {person.family_name}" if published else None,
        )
    )
    await links_changed(work, [person_id])
    await work.record("mandate.begun", mandate, person_id=str(person_id), role=role)
    return mandate


async def end_mandate(work: Work, mandate_id: UUID, *, ends_on: date | None = None) -> Mandate:
    """End a mandate; its last day is today, or `ends_on`. Asks for `persons.manage` in the association."""
    mandate = await work.find(Mandate, mandate_id)
    work.actor.require(_PERMISSION, mandate.association_id)
    mandate = await work.find(Mandate, mandate_id, lock=True)
    last = ends_on or work.today
    check_period(mandate.starts_on, last)
    if mandate.ends_on is not None and mandate.ends_on < last:
        raise InvalidInput(f"{mandate.ends_on} or earlier", f"{last}", path=("endsOn",))
    mandate.ends_on = last
    await work.flush()
    await links_changed(work, [mandate.person_id])
    await work.record("mandate.ended", mandate, person_id=str(mandate.person_id), role=mandate.role)
    return mandate
