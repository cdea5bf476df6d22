"""Memberships: admission, renewal, and early end. Their status is derived from their dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col

from models import MANAGE_MEMBERSHIPS, Association, CancellationReason, Membership, MembershipCategory, MembershipStatus
from services.core.checks import check_period, check_text
from services.core.errors import AlreadyExists, InvalidInput, NotFound
from services.core.work import Work
from services.membership.errors import WrongMembershipStatus
from services.people import access
from services.people.standing import GOOD_STANDING, status_on
from services.tenancy.visibility import links_changed

_RENEWABLE = (*GOOD_STANDING, MembershipStatus.EXPIRED)
_ENDABLE = (MembershipStatus.PENDING, *GOOD_STANDING, MembershipStatus.EXPIRED)
_REFUSED = {
    "one_live_membership": AlreadyExists("membership"),
    "one_membership_a_number": AlreadyExists("membership number"),
}


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A person to admit. `joined_on` counts for seniority; `ends_on` is the last day paid for, if there is one."""

    person_id: UUID
    category_id: UUID
    joined_on: date
    starts_on: date | None = None  # None: the day of joining
    ends_on: date | None = None
    number: str | None = None


async def admit(
    work: Work,
    *,
    person_id: UUID,
    association_id: UUID,
    category_id: UUID,
    joined_on: date,
    starts_on: date | None = None,
    ends_on: date | None = None,
    number: str | None = None,
) -> Membership:
    """Make a person a member. Refused as `admit_all` is."""
    admission = Admission(
        person_id=person_id,
        category_id=category_id,
        joined_on=joined_on,
        starts_on=starts_on,
        ends_on=ends_on,
        number=number,
    )
    return (await admit_all(work, association_id=association_id, admissions=[admission]))[0]


async def admit_all(work: Work, *, association_id: UUID, admissions: Sequence[Admission]) -> list[Membership]:
    """Make several persons members of an association, in their order. Asks for `memberships.manage` there.

    AlreadyExists if a person is a member already or a member number is taken; then nobody is admitted.
    """
    await work.find(Association, association_id)
    work.actor.require(MANAGE_MEMBERSHIPS, association_id)
    categories = await _categories(work, association_id)
    await access.seen(work, {admission.person_id for admission in admissions})
    rows = []
    for rank, admission in enumerate(admissions):
        category = categories.get(admission.category_id)
        if category is None:
            raise NotFound("membership category")
        starts_on = admission.starts_on or admission.joined_on
        check_period(admission.joined_on, starts_on, str(rank), "startsOn")
        check_period(starts_on, admission.ends_on, str(rank), "endsOn")
        rows.append(
            Membership(
                association_id=association_id,
                person_id=admission.person_id,
                category_id=category.id,
                number=None if admission.number is None else check_text(admission.number, str(rank), "number", most=40),
                joined_on=admission.joined_on,
                starts_on=starts_on,
                ends_on=admission.ends_on,
                grace_until=_grace(category, admission.ends_on),
            )
        )
    work.session.add_all(rows)
    await work.flush(refused=_REFUSED)
    await links_changed(work, [row.person_id for row in rows])
    for row in rows:
        await work.record(
            "membership.admitted", row, data={"person_id": str(row.person_id), "category_id": str(row.category_id)}
        )
    return rows


async def renew(work: Work, membership_id: UUID, *, ends_on: date) -> Membership:
    """Extend a membership to a new last day. Asks for `memberships.manage`.

    A membership in good standing continues without a gap; an expired one restarts today and keeps the day of joining.
    """
    membership, status = await _locked(work, membership_id, _RENEWABLE)
    if membership.ends_on is None or ends_on <= membership.ends_on or ends_on < work.today:
        found = "a membership without an end" if membership.ends_on is None else f"{ends_on}"
        raise InvalidInput(f"after {membership.ends_on}, and not before {work.today}", found, path=("endsOn",))
    category = (await _categories(work, membership.association_id))[membership.category_id]
    if status is MembershipStatus.EXPIRED:
        membership.starts_on = work.today
    membership.ends_on, membership.grace_until = ends_on, _grace(category, ends_on)
    await work.flush()
    await links_changed(work, [membership.person_id])
    await work.record(
        "membership.renewed", membership, data={"person_id": str(membership.person_id), "ends_on": f"{ends_on}"}
    )
    return membership


async def resign(work: Work, membership_id: UUID, *, on: date | None = None) -> Membership:
    """End a membership because the member resigns, today or later.

    For the member, or staff with `memberships.manage`.
    """
    membership = await work.find(Membership, membership_id)
    if membership.person_id != work.actor.person_id:
        work.actor.require(MANAGE_MEMBERSHIPS, membership.association_id)
    if on is not None and on < work.today:
        raise InvalidInput(f"{work.today} or later", f"{on}", path=("on",))
    async with work.elevated("a membership is its association's to change, and its person's to leave"):
        membership, _ = await _standing(work, membership_id, _ENDABLE)
        return await _cancel(work, membership, CancellationReason.RESIGNED, on)


async def cancel_membership(
    work: Work,
    membership_id: UUID,
    *,
    reason: CancellationReason,
    on: date | None = None,
    explanation: str | None = None,
) -> Membership:
    """Cancel a membership, from today or another day on. Asks for `memberships.manage`."""
    membership, _ = await _locked(work, membership_id, _ENDABLE)
    return await _cancel(work, membership, reason, on, explanation)


async def _cancel(
    work: Work, membership: Membership, reason: CancellationReason, on: date | None, explanation: str | None = None
) -> Membership:
    membership.cancelled_on = on or work.today
    membership.cancellation_reason = reason
    await work.flush()
    await links_changed(work, [membership.person_id])
    await work.record(
        "membership.cancelled",
        membership,
        reason=explanation,
        data={"person_id": str(membership.person_id), "cause": reason},
    )
    return membership


async def _locked(
    work: Work, membership_id: UUID, required: Sequence[MembershipStatus]
) -> tuple[Membership, MembershipStatus]:
    membership = await work.find(Membership, membership_id)
    work.actor.require(MANAGE_MEMBERSHIPS, membership.association_id)
    return await _standing(work, membership_id, required)


async def _standing(
    work: Work, membership_id: UUID, required: Sequence[MembershipStatus]
) -> tuple[Membership, MembershipStatus]:
    membership = await work.find(Membership, membership_id, lock=True)
    query = work.select(status_on(work.today), of=Membership).where(col(Membership.id) == membership_id)
    status = MembershipStatus((await work.session.execute(query)).scalar_one())
    if status not in required or membership.cancelled_on is not None:
        raise WrongMembershipStatus(required=list(required), found=status)
    return membership, status


async def _categories(work: Work, association_id: UUID) -> dict[UUID, MembershipCategory]:
    query = work.select(MembershipCategory).where(
        col(MembershipCategory.association_id) == association_id,
    )
    return {category.id: category for category in await work.session.scalars(query)}


def _grace(category: MembershipCategory, ends_on: date | None) -> date | None:
    return None if ends_on is None else ends_on + timedelta(days=category.grace_days)
