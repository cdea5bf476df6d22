"""Mandates: seats on boards of governors, and offices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models import MANAGE_PERSONS, Association, Mandate, MandateRole
from services.core.checks import check_period
from services.core.errors import InvalidInput
from services.core.work import Work
from services.people import access
from services.tenancy.visibility import links_changed


@dataclass(frozen=True, kw_only=True)
class MandateInput:
    """A board seat or an office of a person; `ends_on` is its last day. A published one shows the person's name."""

    person_id: UUID
    role: MandateRole
    starts_on: date
    ends_on: date | None = None
    published: bool = False


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
    """Add a mandate in an association. Refused as `begin_mandates` is."""
    mandate = MandateInput(person_id=person_id, role=role, starts_on=starts_on, ends_on=ends_on, published=published)
    return (await begin_mandates(work, association_id, [mandate]))[0]


async def begin_mandates(work: Work, association_id: UUID, mandates: Sequence[MandateInput]) -> list[Mandate]:
    """Add several mandates in an association, for example a new board. Asks for `persons.manage` there.

    A published mandate shows the person's current name to everybody.
    """
    await work.find(Association, association_id)
    work.actor.require(MANAGE_PERSONS, association_id)
    persons = await access.seen(work, {mandate.person_id for mandate in mandates})
    rows = []
    for rank, mandate in enumerate(mandates):
        check_period(mandate.starts_on, mandate.ends_on, str(rank), "endsOn")
        person = persons[mandate.person_id]
        name = f"{person.given_name} {person.family_name}" if mandate.published else None
        rows.append(
            Mandate(
                **vars(mandate),
                association_id=association_id,
                published_name=name,
            )
        )
    work.session.add_all(rows)
    await work.flush()
    await links_changed(work, list(persons))
    for row in rows:
        await work.record("mandate.begun", row, data={"person_id": str(row.person_id), "role": row.role})
    return rows


async def end_mandate(work: Work, mandate_id: UUID, *, ends_on: date | None = None) -> Mandate:
    """End a mandate; its last day is today, or `ends_on`. Asks for `persons.manage` in the association."""
    mandate = await work.find(Mandate, mandate_id)
    work.actor.require(MANAGE_PERSONS, mandate.association_id)
    mandate = await work.find(Mandate, mandate_id, lock=True)
    last = ends_on or work.today
    check_period(mandate.starts_on, last)
    if mandate.ends_on is not None and mandate.ends_on < last:
        raise InvalidInput(f"{mandate.ends_on} or earlier", f"{last}", path=("endsOn",))
    mandate.ends_on = last
    await work.flush()
    await links_changed(work, [mandate.person_id])
    await work.record("mandate.ended", mandate, data={"person_id": str(mandate.person_id), "role": mandate.role})
    return mandate
