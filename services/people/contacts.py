"""How a person is reached: addresses and numbers that they, or the staff of their associations, enter."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col

from models import MANAGE_PERSONS, ContactKind, ContactPoint, ContactVisibility, Person
from services.core.errors import AlreadyExists, InvalidInput
from services.core.work import Work
from services.people import access
from services.people.addresses import checked_address


async def add_contact_point(
    work: Work,
    *,
    kind: ContactKind,
    value: str,
    person_id: UUID | None = None,
    visibility: ContactVisibility | None = None,
) -> ContactPoint:
    """Enter an address or a number: one's own, or with `persons.manage` in one of the person's associations theirs.

    `visibility`: what the person enters is nobody else's unless they say so; what staff enter, staff see. The first of
    its kind is preferred. AlreadyExists for one that the person has.
    """
    person_id = person_id or work.actor.required_person_id
    is_own = person_id == work.actor.person_id
    if not is_own:
        access.require_any(work, MANAGE_PERSONS, (await access.seen(work, {person_id}))[person_id].association_ids)
    value = checked_address(kind, value, "value")
    if visibility is None:
        visibility = ContactVisibility.NOBODY if is_own else ContactVisibility.STAFF
    if not is_own and visibility is ContactVisibility.NOBODY:
        raise InvalidInput("STAFF: who enters it sees it", visibility, path=("visibility",))
    association_ids = await _locked(work, person_id)
    async with work.elevated("whether a contact point is a person's first doesn't depend on who sees the others"):
        others = (await work.session.scalars(_of(work, person_id, kind).limit(1))).all()
    point = await work.insert(
        ContactPoint(
            person_id=person_id,
            kind=kind,
            value=value,
            preferred=not others,
            visibility=visibility,
            association_ids=association_ids,
        ),
        refused={"a_contact_point_once": AlreadyExists("contact point", path=("value",))},
    )
    await _record(work, "contact_point.added", point)
    return point


async def change_visibility(work: Work, contact_point_id: UUID, visibility: ContactVisibility) -> ContactPoint:
    """Say who sees a contact point of one's own. InvalidInput for another's: that is theirs to say."""
    point = await _changeable(work, contact_point_id)
    if point.person_id != work.actor.person_id:
        raise InvalidInput("a contact point of one's own", "another's", path=("contactPointId",))
    point.visibility = visibility
    await work.flush()
    await _record(work, "contact_point.shown", point, data={"visibility": visibility})
    return point


async def prefer_contact_point(work: Work, contact_point_id: UUID) -> ContactPoint:
    """Have mail, or calls, come here from now on. One's own, or with `persons.manage` a person's."""
    point = await _changeable(work, contact_point_id)
    await _prefer(work, point)
    await _record(work, "contact_point.preferred", point)
    return point


async def remove_contact_point(work: Work, contact_point_id: UUID) -> ContactPoint:
    """Forget an address or a number; of those that are left, the oldest of its kind is preferred in its place.

    One's own, or with `persons.manage` a person's.
    """
    point = await _changeable(work, contact_point_id)
    await work.remove(point)
    await _record(work, "contact_point.removed", point)
    if point.preferred:
        async with work.elevated("the next preferred contact point may be one that the actor doesn't see"):
            left = (await work.session.scalars(_of(work, point.person_id, point.kind).limit(1))).first()
            if left is not None:
                left.preferred = True
    return point


async def _changeable(work: Work, contact_point_id: UUID) -> ContactPoint:
    """The contact point, and its person locked. NotFound for who doesn't see it, NotAllowed for staff who only read."""
    point = await work.find(ContactPoint, contact_point_id, "contactPointId")
    if point.person_id != work.actor.person_id:
        access.require_any(work, MANAGE_PERSONS, point.association_ids)
    await _locked(work, point.person_id)
    return await work.find(ContactPoint, contact_point_id, "contactPointId", lock=True)


async def _locked(work: Work, person_id: UUID) -> list[UUID]:
    """The associations that see the person. They stay so until this is committed, and no other contact point of the
    person changes: which of them is preferred is decided once."""
    async with work.elevated("a person's row is the associations' to lock, and a contact point the person's to change"):
        return list((await work.find(Person, person_id, lock=True)).association_ids)


async def _prefer(work: Work, point: ContactPoint) -> None:
    async with work.elevated("the preferred contact point may be one that the actor doesn't see"):
        for other in await work.session.scalars(_of(work, point.person_id, point.kind)):
            other.preferred = False
        await work.flush()  # before the other one is: at no moment are there two
        point.preferred = True


def _of(work: Work, person_id: UUID, kind: ContactKind) -> Select[ContactPoint]:
    return (
        work.select(ContactPoint)
        .where(
            col(ContactPoint.person_id) == person_id,
            col(ContactPoint.kind) == kind,
        )
        .order_by(col(ContactPoint.id))
    )


async def _record(work: Work, action: str, point: ContactPoint, *, data: Mapping[str, Any] | None = None) -> None:
    """The association that registered the person may read the entry; the journal has no address in it."""
    registered_by = next(iter(point.association_ids), None)
    await work.record(
        action,
        point,
        association_id=registered_by,
        data={"person_id": str(point.person_id), "kind": point.kind, **(data or {})},
    )
