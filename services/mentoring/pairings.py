"""Pairings: proposed by a coordinator, accepted or declined by each side, completed or ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col

from models import (
    LIVE_PAIRINGS,
    MANAGE_MENTORING,
    MentoringProfile,
    MentoringProgramme,
    MentoringRole,
    Pairing,
    PairingEnd,
    PairingState,
)
from services.core.errors import InvalidInput
from services.core.work import Work
from services.mentoring import access, places
from services.mentoring.errors import AlreadyPaired, MentorFull
from services.mentoring.programmes import require_open


async def propose_pairing(work: Work, mentor_profile_id: UUID, mentee_profile_id: UUID) -> Pairing:
    """Propose a pairing of a mentor and a mentee. Asks for `mentoring.manage` in the programme's association.

    Both profiles must be published, in the same open programme. MentorFull if the mentor has no place left,
    AlreadyPaired if the mentee has a live pairing in the programme. A closed one may be followed by another.
    """
    mentor = await _profile(work, mentor_profile_id, MentoringRole.MENTOR, "mentorProfileId")
    mentee = await _profile(work, mentee_profile_id, MentoringRole.MENTEE, "menteeProfileId")
    if mentee.programme_id != mentor.programme_id:
        raise InvalidInput("a profile in the mentor's programme", "another programme", path=("menteeProfileId",))
    if mentee.person_id == mentor.person_id:
        raise InvalidInput("two different persons", "one person", path=("menteeProfileId",))
    require_open(await work.find(MentoringProgramme, mentor.programme_id))
    if live := await _live(work, mentee):
        raise AlreadyPaired(live, path=("menteeProfileId",))
    if not await places.take(work, mentor.id):
        raise MentorFull(mentor.capacity or 0, path=("mentorProfileId",))
    pairing = await work.insert(
        Pairing(
            programme_id=mentor.programme_id,
            association_id=mentor.association_id,
            mentor_profile_id=mentor.id,
            mentee_profile_id=mentee.id,
            mentor_id=mentor.person_id,
            mentee_id=mentee.person_id,
            mentor_name=mentor.name,
            mentee_name=mentee.name,
            proposed_at=work.now,
        ),
        # Of two simultaneous proposals for a mentee, the unique index refuses one, whose place is given back
        # by the rollback.
        refused={"one_live_pairing": AlreadyPaired(None, path=("menteeProfileId",))},
    )
    await _record(work, "pairing.proposed", pairing)
    return pairing


async def accept_pairing(work: Work, pairing_id: UUID) -> Pairing:
    """Accept a proposal, as mentor or mentee. Once both have, the pairing is active. Accepting again has no effect.

    NotAParticipant for a coordinator; WrongPairingState for a pairing that isn't proposed.
    """
    pairing, side = await access.own_pairing(work, pairing_id)
    # Under the lock: of two simultaneous acceptances, the second finds the first and activates the pairing.
    if _accepted_at(pairing, side) is not None and pairing.state in LIVE_PAIRINGS:
        return pairing
    access.require_state(pairing, PairingState.PROPOSED)
    if side is MentoringRole.MENTOR:
        pairing.mentor_accepted_at = work.now
    else:
        pairing.mentee_accepted_at = work.now
    both = pairing.mentor_accepted_at is not None and pairing.mentee_accepted_at is not None
    if both:
        pairing.state, pairing.activated_at = PairingState.ACTIVE, work.now
    await work.flush()
    # Acceptances would reveal who declined: the journal's readers only learn that a pairing became active.
    await _record(work, "pairing.accepted", pairing, confidential=True)
    if both:
        await _record(work, "pairing.activated", pairing)
    return pairing


async def decline_pairing(work: Work, pairing_id: UUID) -> Pairing:
    """Decline a proposal, as mentor or mentee, even after accepting it. Refused as accepting is.

    No reason is asked and no fault is recorded: acceptances are deleted, and nobody can read who declined.
    """
    pairing, _ = await access.own_pairing(work, pairing_id)
    access.require_state(pairing, PairingState.PROPOSED)
    await places.give_back(work, pairing.mentor_profile_id)
    pairing.mentor_accepted_at = pairing.mentee_accepted_at = None
    return await _close(work, pairing, PairingState.DECLINED, confidential=True)


async def complete_pairing(work: Work, pairing_id: UUID) -> Pairing:
    """Complete an active pairing, as mentor or mentee or with `mentoring.manage`.

    No further check is needed: only these people can see the pairing.
    """
    pairing = await access.pairing(work, pairing_id)
    access.require_state(pairing, PairingState.ACTIVE)
    await places.give_back(work, pairing.mentor_profile_id)
    return await _close(work, pairing, PairingState.COMPLETED)


async def end_pairing(work: Work, pairing_id: UUID, *, reason: PairingEnd) -> Pairing:
    """End an active pairing early, as mentor or mentee or with `mentoring.manage`; with it, also withdraw a proposal.

    The reason is PROPOSAL_WITHDRAWN for a proposal, and any other for an active pairing: else InvalidInput. For a
    proposal, mentor and mentee get WrongPairingState: they can decline it.
    """
    pairing = await access.pairing(work, pairing_id)
    may_withdraw = work.actor.may(MANAGE_MENTORING, pairing.association_id)
    allowed = (PairingState.ACTIVE, PairingState.PROPOSED) if may_withdraw else (PairingState.ACTIVE,)
    access.require_state(pairing, *allowed)
    withdrawn = PairingEnd.PROPOSAL_WITHDRAWN
    fitting = [withdrawn] if pairing.state is PairingState.PROPOSED else [end for end in PairingEnd if end != withdrawn]
    if reason not in fitting:
        raise InvalidInput(f"one of {', '.join(fitting)}", reason, path=("reason",))
    await places.give_back(work, pairing.mentor_profile_id)
    pairing.end_reason = reason
    return await _close(work, pairing, PairingState.ENDED)


async def _close(work: Work, pairing: Pairing, state: PairingState, *, confidential: bool = False) -> Pairing:
    """Close a pairing. Its place must be given back first.

    This order avoids a deadlock: a simultaneous proposal for the same two locks the mentor's profile, then meets this
    pairing in the unique index. If we had closed it without committing, the proposal would wait for our commit, and we
    for the profile. While it is only locked, the proposal is refused, and we continue.
    """
    before, pairing.state, pairing.closed_at = pairing.state, state, work.now
    await work.flush()
    await _record(work, f"pairing.{state.lower()}", pairing, confidential=confidential, data={"before": before})
    return pairing


async def _profile(work: Work, profile_id: UUID, role: MentoringRole, path: str) -> MentoringProfile:
    """A published profile of a role. Read without a lock: a simultaneous withdrawal counts as later."""
    profile = await work.find(MentoringProfile, profile_id, path)
    work.actor.require(MANAGE_MENTORING, profile.association_id)
    if profile.role is not role:
        raise InvalidInput(role, profile.role, path=(path,))
    if profile.published_at is None:
        raise InvalidInput("a published profile", "the actor's own draft", path=(path,))
    return profile


async def _live(work: Work, mentee: MentoringProfile) -> UUID | None:
    query = work.select(col(Pairing.id)).where(
        col(Pairing.programme_id) == mentee.programme_id,
        col(Pairing.mentee_id) == mentee.person_id,
        col(Pairing.state).in_(LIVE_PAIRINGS),
    )
    return (await work.session.execute(query)).scalar_one_or_none()


def _accepted_at(pairing: Pairing, side: MentoringRole) -> datetime | None:
    return pairing.mentor_accepted_at if side is MentoringRole.MENTOR else pairing.mentee_accepted_at


async def _record(
    work: Work,
    action: str,
    pairing: Pairing,
    *,
    confidential: bool = False,
    data: Mapping[str, Any] | None = None,
) -> None:
    await work.record(
        action, pairing, confidential=confidential, data={"programme_id": str(pairing.programme_id), **(data or {})}
    )
