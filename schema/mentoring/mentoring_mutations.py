"""Mutations of mentoring by coordinators, mentors and mentees."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import models
from schema.base.inputs import Texts
from schema.mentoring.mentoring import (
    MentoringProfile,
    MentoringProfileId,
    MentoringProgramme,
    MentoringProgrammeId,
    Pairing,
    PairingGoal,
    PairingGoalId,
    PairingId,
    PairingNote,
    PairingNoteId,
    PairingSession,
)
from schema.mutations.declare import mutation
from schema.tenancy.federation import AssociationId
from services.core.errors import AlreadyExists
from services.core.work import Work
from services.mentoring import journey, pairings, profiles, programmes
from services.mentoring.errors import (
    AlreadyPaired,
    CapacityTaken,
    MentorFull,
    NotAMember,
    NotAParticipant,
    WrongPairingState,
    WrongProgrammeState,
)

_OF_THE_TWO = (NotAParticipant, WrongPairingState)


@mutation(MentoringProgramme, problems=(AlreadyExists,))
async def create_mentoring_programme(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Association that runs the programme and whose members may take part."],
    slug: Annotated[str, "Name in URLs: lower-case letters, digits and hyphens."],
    name: Annotated[Texts, "Name."],
    summary: Annotated[Texts | None, "Summary."] = None,
    starts_on: Annotated[date, "First day."],
    ends_on: Annotated[date | None, "Last day; null if there is no end."] = None,
) -> models.MentoringProgramme:
    """Create a mentoring programme as a draft. Requires `mentoring.manage` in the association."""
    return await programmes.plan_programme(
        work, association_id=association_id, slug=slug, name=name, summary=summary, starts_on=starts_on, ends_on=ends_on
    )


@mutation(MentoringProgramme, problems=(WrongProgrammeState,))
async def open_mentoring_programme(
    work: Work, *, mentoring_programme_id: MentoringProgrammeId
) -> models.MentoringProgramme:
    """Open or reopen a programme for profiles and pairings; it becomes visible to everybody. Requires
    `mentoring.manage`.
    """
    return await programmes.open_programme(work, mentoring_programme_id)


@mutation(MentoringProgramme, problems=(WrongProgrammeState,))
async def close_mentoring_programme(
    work: Work, *, mentoring_programme_id: MentoringProgrammeId
) -> models.MentoringProgramme:
    """Close a programme for new profiles and pairings; existing pairings continue. Requires `mentoring.manage`."""
    return await programmes.close_programme(work, mentoring_programme_id)


@mutation(MentoringProfile, problems=(WrongProgrammeState, NotAMember, CapacityTaken))
async def draft_mentoring_profile(
    work: Work,
    *,
    mentoring_programme_id: MentoringProgrammeId,
    role: Annotated[models.MentoringRole, "Role in a pairing: mentor or mentee."],
    presentation: Annotated[str | None, "Presentation in one's own words."] = None,
    skills: Annotated[Sequence[str], "Skills that one offers as a mentor or seeks as a mentee."] = (),
    languages: Annotated[list[str], "Languages that one speaks, as language codes."],
    sector: Annotated[models.Sector | None, "Sector that one works in."] = None,
    region: Annotated[str | None, "Region where one lives or works."] = None,
    capacity: Annotated[int | None, "Number of mentees at a time; null for a mentee."] = None,
) -> models.MentoringProfile:
    """Write or replace one's own profile in a role; a published one stays published."""
    return await profiles.draft_profile(
        work,
        mentoring_programme_id,
        role=role,
        presentation=presentation,
        skills=skills,
        languages=languages,
        sector=sector,
        region=region,
        capacity=capacity,
    )


@mutation(MentoringProfile, problems=(WrongProgrammeState, NotAMember))
async def publish_mentoring_profile(work: Work, *, mentoring_profile_id: MentoringProfileId) -> models.MentoringProfile:
    """Publish one's own profile: members of the association can see it, and coordinators can propose
    pairings with it.
    """
    return await profiles.publish_profile(work, mentoring_profile_id)


@mutation(MentoringProfile)
async def withdraw_mentoring_profile(
    work: Work, *, mentoring_profile_id: MentoringProfileId
) -> models.MentoringProfile:
    """Withdraw one's own profile: nobody else can see it; existing pairings continue."""
    return await profiles.withdraw_profile(work, mentoring_profile_id)


@mutation(Pairing, problems=(WrongProgrammeState, MentorFull, AlreadyPaired))
async def propose_pairing(
    work: Work,
    *,
    mentor_profile_id: Annotated[MentoringProfileId, "Published profile of the mentor."],
    mentee_profile_id: Annotated[MentoringProfileId, "Published profile of the mentee, in the same programme."],
) -> models.Pairing:
    """Propose a mentor and a mentee to each other. Requires `mentoring.manage`."""
    return await pairings.propose_pairing(work, mentor_profile_id, mentee_profile_id)


@mutation(Pairing, problems=_OF_THE_TWO)
async def accept_pairing(work: Work, *, pairing_id: PairingId) -> models.Pairing:
    """Accept a proposed pairing as the mentor or the mentee. It is active once both have accepted; accepting again
    changes nothing.
    """
    return await pairings.accept_pairing(work, pairing_id)


@mutation(Pairing, problems=_OF_THE_TWO)
async def decline_pairing(work: Work, *, pairing_id: PairingId) -> models.Pairing:
    """Decline a proposed pairing as the mentor or the mentee. No reason is recorded."""
    return await pairings.decline_pairing(work, pairing_id)


@mutation(Pairing, problems=(WrongPairingState,))
async def complete_pairing(work: Work, *, pairing_id: PairingId) -> models.Pairing:
    """Complete an active pairing. Allowed for the pair, or with `mentoring.manage`."""
    return await pairings.complete_pairing(work, pairing_id)


@mutation(Pairing, problems=(WrongPairingState,))
async def end_pairing(
    work: Work,
    *,
    pairing_id: PairingId,
    reason: Annotated[
        models.PairingEnd, "Reason; `PROPOSAL_WITHDRAWN` only for a proposed pairing, and required there."
    ],
) -> models.Pairing:
    """End an active pairing early: allowed for the pair, or with `mentoring.manage`. Withdraw a proposed one: requires
    `mentoring.manage`.
    """
    return await pairings.end_pairing(work, pairing_id, reason=reason)


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def create_pairing_goal(
    work: Work, *, pairing_id: PairingId, title: Annotated[str, "The goal."]
) -> models.PairingGoal:
    """Set a goal. Allowed for the pair."""
    return await journey.set_goal(work, pairing_id, title=title)


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def achieve_pairing_goal(work: Work, *, pairing_goal_id: PairingGoalId) -> models.PairingGoal:
    """Mark a goal as achieved today. Allowed for the pair."""
    return await journey.achieve_goal(work, pairing_goal_id)


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def reopen_pairing_goal(work: Work, *, pairing_goal_id: PairingGoalId) -> models.PairingGoal:
    """Mark a goal as not achieved. Allowed for the pair."""
    return await journey.reopen_goal(work, pairing_goal_id)


@mutation(PairingSession, problems=_OF_THE_TWO)
async def record_pairing_session(
    work: Work,
    *,
    pairing_id: PairingId,
    held_on: Annotated[date, "Day of the conversation."],
    minutes: Annotated[int, "Duration in minutes."],
    topic: Annotated[str | None, "Topic."] = None,
) -> models.PairingSession:
    """Record a conversation since the pairing became active. Allowed for the pair."""
    return await journey.record_session(work, pairing_id, held_on=held_on, minutes=minutes, topic=topic)


@mutation(PairingNote, problems=_OF_THE_TWO)
async def create_pairing_note(
    work: Work, *, pairing_id: PairingId, text: Annotated[str, "Text of the note."]
) -> models.PairingNote:
    """Write a private note that only the pair can read. Allowed for the pair."""
    return await journey.write_note(work, pairing_id, text=text)


@mutation(deletes=PairingNote)
async def delete_pairing_note(work: Work, *, pairing_note_id: PairingNoteId) -> models.PairingNote:
    """Delete one of one's own notes, at any time."""
    return await journey.retract_note(work, pairing_note_id)
