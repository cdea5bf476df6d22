"""What coordinators, mentors and mentees do."""

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
    association_id: Annotated[AssociationId, "Whose it is: its members may take part."],
    slug: Annotated[str, "Its name in addresses: lower-case letters, digits and hyphens."],
    name: Annotated[Texts, "What it is called."],
    summary: Annotated[Texts | None, "What it is about."] = None,
    starts_on: Annotated[date, "Its first day."],
    ends_on: Annotated[date | None, "Its last day; null: it is always open."] = None,
) -> models.MentoringProgramme:
    """Draft a mentoring programme. Asks for `mentoring.manage` in the association."""
    return await programmes.plan_programme(
        work, association_id=association_id, slug=slug, name=name, summary=summary, starts_on=starts_on, ends_on=ends_on
    )


@mutation(MentoringProgramme, problems=(WrongProgrammeState,))
async def open_mentoring_programme(
    work: Work, *, mentoring_programme_id: MentoringProgrammeId
) -> models.MentoringProgramme:
    """Take profiles and propose pairings, for everybody to read. Also reopens. Asks for `mentoring.manage`."""
    return await programmes.open_programme(work, mentoring_programme_id)


@mutation(MentoringProgramme, problems=(WrongProgrammeState,))
async def close_mentoring_programme(
    work: Work, *, mentoring_programme_id: MentoringProgrammeId
) -> models.MentoringProgramme:
    """Take no more profiles and proposals; the pairings that there are go on. Asks for `mentoring.manage`."""
    return await programmes.close_programme(work, mentoring_programme_id)


@mutation(MentoringProfile, problems=(WrongProgrammeState, NotAMember, CapacityTaken))
async def draft_mentoring_profile(
    work: Work,
    *,
    mentoring_programme_id: MentoringProgrammeId,
    role: Annotated[models.MentoringRole, "Which side of a pairing one would be on."],
    presentation: Annotated[str | None, "How one presents oneself."] = None,
    skills: Annotated[Sequence[str], "What one offers as a mentor, or seeks as a mentee."] = (),
    languages: Annotated[list[str], "The languages one can talk in, by their codes."],
    sector: Annotated[models.Sector | None, "The sector one works in."] = None,
    region: Annotated[str | None, "Where one lives or works."] = None,
    capacity: Annotated[int | None, "How many mentees at once, for a mentor; null for a mentee."] = None,
) -> models.MentoringProfile:
    """Write one's own profile of a role, or write it anew; one that is published stays so."""
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
    """Let the association's members see one's own profile, and the coordinator propose pairings with it."""
    return await profiles.publish_profile(work, mentoring_profile_id)


@mutation(MentoringProfile)
async def withdraw_mentoring_profile(
    work: Work, *, mentoring_profile_id: MentoringProfileId
) -> models.MentoringProfile:
    """Close one's own profile to everybody else; the pairings that there are go on."""
    return await profiles.withdraw_profile(work, mentoring_profile_id)


@mutation(Pairing, problems=(WrongProgrammeState, MentorFull, AlreadyPaired))
async def propose_pairing(
    work: Work,
    *,
    mentor_profile_id: Annotated[MentoringProfileId, "The mentor's published profile."],
    mentee_profile_id: Annotated[MentoringProfileId, "The mentee's, in the same programme."],
) -> models.Pairing:
    """Propose a mentor and a mentee to each other. Asks for `mentoring.manage`."""
    return await pairings.propose_pairing(work, mentor_profile_id, mentee_profile_id)


@mutation(Pairing, problems=_OF_THE_TWO)
async def accept_pairing(work: Work, *, pairing_id: PairingId) -> models.Pairing:
    """Accept a proposal, as the mentor or the mentee; with both it is active. Accepting twice is once."""
    return await pairings.accept_pairing(work, pairing_id)


@mutation(Pairing, problems=_OF_THE_TWO)
async def decline_pairing(work: Work, *, pairing_id: PairingId) -> models.Pairing:
    """Decline a proposal, as the mentor or the mentee: without a reason, and without fault."""
    return await pairings.decline_pairing(work, pairing_id)


@mutation(Pairing, problems=(WrongPairingState,))
async def complete_pairing(work: Work, *, pairing_id: PairingId) -> models.Pairing:
    """Say that an active pairing has run its course, as one of the two or with `mentoring.manage`."""
    return await pairings.complete_pairing(work, pairing_id)


@mutation(Pairing, problems=(WrongPairingState,))
async def end_pairing(
    work: Work,
    *,
    pairing_id: PairingId,
    reason: Annotated[models.PairingEnd, "Why; `PROPOSAL_WITHDRAWN` for a proposal, and only then."],
) -> models.Pairing:
    """End an active pairing early, as one of the two or with `mentoring.manage`; with it, take a proposal back."""
    return await pairings.end_pairing(work, pairing_id, reason=reason)


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def create_pairing_goal(
    work: Work, *, pairing_id: PairingId, title: Annotated[str, "What the two want to reach."]
) -> models.PairingGoal:
    """Set a goal, as one of the two."""
    return await journey.set_goal(work, pairing_id, title=title)


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def achieve_pairing_goal(work: Work, *, pairing_goal_id: PairingGoalId) -> models.PairingGoal:
    """Note that a goal was reached today, as one of the two."""
    return await journey.achieve_goal(work, pairing_goal_id)


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def reopen_pairing_goal(work: Work, *, pairing_goal_id: PairingGoalId) -> models.PairingGoal:
    """Take back that a goal was reached, as one of the two."""
    return await journey.reopen_goal(work, pairing_goal_id)


@mutation(PairingSession, problems=_OF_THE_TWO)
async def record_pairing_session(
    work: Work,
    *,
    pairing_id: PairingId,
    held_on: Annotated[date, "On which day."],
    minutes: Annotated[int, "How long, in minutes."],
    topic: Annotated[str | None, "What it was about."] = None,
) -> models.PairingSession:
    """Note a conversation since the pairing became active, as one of the two."""
    return await journey.record_session(work, pairing_id, held_on=held_on, minutes=minutes, topic=topic)


@mutation(PairingNote, problems=_OF_THE_TWO)
async def create_pairing_note(
    work: Work, *, pairing_id: PairingId, text: Annotated[str, "The note."]
) -> models.PairingNote:
    """Write a private note that only the two read, as one of them."""
    return await journey.write_note(work, pairing_id, text=text)


@mutation(deletes=PairingNote)
async def delete_pairing_note(work: Work, *, pairing_note_id: PairingNoteId) -> models.PairingNote:
    """Delete a note of one's own, at any time."""
    return await journey.retract_note(work, pairing_note_id)
