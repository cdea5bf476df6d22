"""Affiliations of associations to umbrellas, for periods. The graph has no cycles."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from models import MANAGE_AFFILIATIONS, Affiliation, AffiliationState, Association, AssociationKind, VotingWeight
from services.core.errors import InvalidInput
from services.core.work import Work
from services.tenancy.errors import WouldMakeACycle, WrongAffiliationState
from services.tenancy.visibility import affiliations_changed

_MAY_HAVE_AFFILIATES = (AssociationKind.UMBRELLA, AssociationKind.ASSOCIATION)


async def affiliate(
    work: Work,
    *,
    association_id: UUID,
    umbrella_id: UUID,
    starts_on: date,
    visible_from_above: bool = False,
    voting_weight: VotingWeight = VotingWeight.EQUAL,
    per_capita_rate: Decimal | None = None,
) -> Affiliation:
    """Affiliate an association at once. Asks for `affiliations.manage` in the umbrella.

    WouldMakeACycle if the umbrella is itself below the association; AlreadyExists if the two are affiliated.
    `per_capita_rate`: the umbrella's fee per member and year, in the confederation's currency.
    """
    await _parties(work, association_id, umbrella_id)
    work.actor.require(MANAGE_AFFILIATIONS, umbrella_id)
    if per_capita_rate is not None and per_capita_rate < 0:
        raise InvalidInput("0 or more", f"{per_capita_rate}", path=("perCapitaRate",))
    affiliation = Affiliation(
        association_id=association_id,
        umbrella_id=umbrella_id,
        state=AffiliationState.ACTIVE,
        starts_on=starts_on,
        visible_from_above=visible_from_above,
        voting_weight=voting_weight,
        per_capita_rate=per_capita_rate,
    )
    await _refuse_cycles(work, affiliation)
    await work.insert(affiliation)
    await affiliations_changed(work, association_id)
    await work.record("affiliation.accepted", affiliation, data={"umbrella_id": str(umbrella_id)})
    return affiliation


async def apply_for_affiliation(
    work: Work, *, association_id: UUID, umbrella_id: UUID, starts_on: date, visible_from_above: bool = False
) -> Affiliation:
    """Apply for an affiliation to an umbrella. Asks for `affiliations.manage` in the association.

    The association says whether its persons are visible from above. Refused as `affiliate` is.
    """
    await _parties(work, association_id, umbrella_id)
    work.actor.require(MANAGE_AFFILIATIONS, association_id)
    affiliation = Affiliation(
        association_id=association_id,
        umbrella_id=umbrella_id,
        state=AffiliationState.APPLIED,
        starts_on=starts_on,
        visible_from_above=visible_from_above,
    )
    await _refuse_cycles(work, affiliation)
    async with work.elevated("an application is the applicant's to make, and the umbrella's to change"):
        await work.insert(affiliation)
    await work.record("affiliation.applied_for", affiliation, data={"umbrella_id": str(umbrella_id)})
    return affiliation


async def accept_affiliation(work: Work, affiliation_id: UUID, *, starts_on: date | None = None) -> Affiliation:
    """Accept an application, from the requested day or a later one. Asks for `affiliations.manage` in the umbrella."""
    affiliation = await _locked(work, affiliation_id, AffiliationState.APPLIED)
    affiliation.starts_on = starts_on or affiliation.starts_on
    return await _become(work, affiliation, AffiliationState.ACTIVE, "affiliation.accepted")


async def suspend_affiliation(work: Work, affiliation_id: UUID, *, reason: str) -> Affiliation:
    """Suspend an active affiliation: nothing cascades through it. Asks for `affiliations.manage` in the umbrella."""
    affiliation = await _locked(work, affiliation_id, AffiliationState.ACTIVE)
    return await _become(work, affiliation, AffiliationState.SUSPENDED, "affiliation.suspended", reason)


async def reinstate_affiliation(work: Work, affiliation_id: UUID, *, reason: str) -> Affiliation:
    """Make a suspended affiliation active again. Asks for the umbrella's permission."""
    affiliation = await _locked(work, affiliation_id, AffiliationState.SUSPENDED)
    return await _become(work, affiliation, AffiliationState.ACTIVE, "affiliation.reinstated", reason)


async def end_affiliation(
    work: Work, affiliation_id: UUID, *, ends_on: date | None = None, reason: str | None = None
) -> Affiliation:
    """End an affiliation, or refuse an application. Asks for `affiliations.manage` in the umbrella.

    `ends_on` is the last day, by default yesterday, so it ends at once. One that would end before it began is deleted.
    """
    live = (AffiliationState.APPLIED, AffiliationState.ACTIVE, AffiliationState.SUSPENDED)
    affiliation = await _locked(work, affiliation_id, *live)
    last = ends_on or work.today - timedelta(days=1)
    if last >= work.today:
        raise InvalidInput(f"before {work.today}", f"{last}", path=("endsOn",))
    affiliation.ends_on = max(last, affiliation.starts_on)
    return await _become(work, affiliation, AffiliationState.ENDED, "affiliation.ended", reason)


async def _parties(work: Work, association_id: UUID, umbrella_id: UUID) -> None:
    await work.find(Association, association_id)
    umbrella = await work.find(Association, umbrella_id)
    if association_id == umbrella_id:
        raise WouldMakeACycle
    if umbrella.kind not in _MAY_HAVE_AFFILIATES:
        raise InvalidInput(" or ".join(_MAY_HAVE_AFFILIATES), umbrella.kind, path=("umbrella",))


async def _locked(work: Work, affiliation_id: UUID, *required: AffiliationState) -> Affiliation:
    affiliation = await work.find(Affiliation, affiliation_id)
    work.actor.require(MANAGE_AFFILIATIONS, affiliation.umbrella_id)
    affiliation = await work.find(Affiliation, affiliation_id, lock=True)
    if affiliation.state not in required:
        raise WrongAffiliationState(required=list(required), found=affiliation.state)
    return affiliation


async def _become(
    work: Work, affiliation: Affiliation, state: AffiliationState, action: str, reason: str | None = None
) -> Affiliation:
    affiliation.state = state
    await work.flush()
    await affiliations_changed(work, affiliation.association_id)
    await work.record(action, affiliation, reason=reason, data={"umbrella_id": str(affiliation.umbrella_id)})
    return affiliation


async def _refuse_cycles(work: Work, new: Affiliation) -> None:
    """WouldMakeACycle if the umbrella is below the association on any day of the new affiliation.

    Two simultaneous affiliations can make a cycle together (A under B, B under A), and there is no row to lock before
    the first is written: so every addition to the graph takes the tenant's lock.
    """
    await work.lock("affiliations")
    meets = or_(col(Affiliation.state) != AffiliationState.ENDED, col(Affiliation.ends_on) >= new.starts_on)
    above = (
        work.select(col(Affiliation.umbrella_id).label("id"), of=Affiliation)
        .where(col(Affiliation.association_id) == new.umbrella_id, meets)
        .cte("above", recursive=True)
    )
    above = above.union(
        work.select(col(Affiliation.umbrella_id)).where(col(Affiliation.association_id) == above.c.id, meets)
    )
    async with work.elevated("applications that the actor may not see count as well"):
        found = await work.session.scalar(select(above.c.id).where(above.c.id == new.association_id).limit(1))
    if found is not None:
        raise WouldMakeACycle
