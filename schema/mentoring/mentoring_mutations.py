"""What coordinators, mentors and mentees do."""

from datetime import date

import strawberry

import models
from schema.base.inputs import TextInput, optional_texts, texts
from schema.mentoring.mentoring import (
    MentoringProfile,
    MentoringProgramme,
    Pairing,
    PairingGoal,
    PairingNote,
    PairingSession,
)
from schema.mutations.declare import MutationInput, key, mutation
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


@strawberry.input(description="A mentoring programme to plan.")
class PlanMentoringProgrammeInput(MutationInput):
    """The input of `planMentoringProgramme`."""

    association_id: strawberry.ID = strawberry.field(description="Whose it is: its members may take part.")
    slug: str = strawberry.field(description="Its name in addresses: lower-case letters, digits and hyphens.")
    name: list[TextInput] = strawberry.field(description="What it is called.")
    summary: list[TextInput] | None = strawberry.field(default=None, description="What it is about.")
    starts_on: date = strawberry.field(description="Its first day.")
    ends_on: date | None = strawberry.field(default=None, description="Its last day; null: it is always open.")


@mutation(MentoringProgramme, problems=(AlreadyExists,))
async def plan_mentoring_programme(work: Work, input: PlanMentoringProgrammeInput) -> models.MentoringProgramme:
    """Draft a mentoring programme. Asks for `mentoring.manage` in the association."""
    return await programmes.plan_programme(
        work,
        association_id=key(input.association_id, "Association", "associationId"),
        slug=input.slug,
        name=texts(input.name),
        summary=optional_texts(input.summary),
        starts_on=input.starts_on,
        ends_on=input.ends_on,
    )


@strawberry.input(description="A mentoring programme that there is.")
class MentoringProgrammeInput(MutationInput):
    """The input of mutations that take a programme."""

    programme_id: strawberry.ID = strawberry.field(description="The programme.")


@strawberry.input(description="A mentoring programme to open.")
class OpenMentoringProgrammeInput(MentoringProgrammeInput):
    """The input of `openMentoringProgramme`."""


@mutation(MentoringProgramme, problems=(WrongProgrammeState,))
async def open_mentoring_programme(work: Work, input: OpenMentoringProgrammeInput) -> models.MentoringProgramme:
    """Take profiles and propose pairings, for everybody to read. Also reopens. Asks for `mentoring.manage`."""
    return await programmes.open_programme(work, key(input.programme_id, "MentoringProgramme", "programmeId"))


@strawberry.input(description="A mentoring programme to close.")
class CloseMentoringProgrammeInput(MentoringProgrammeInput):
    """The input of `closeMentoringProgramme`."""


@mutation(MentoringProgramme, problems=(WrongProgrammeState,))
async def close_mentoring_programme(work: Work, input: CloseMentoringProgrammeInput) -> models.MentoringProgramme:
    """Take no more profiles and proposals; the pairings that there are go on. Asks for `mentoring.manage`."""
    return await programmes.close_programme(work, key(input.programme_id, "MentoringProgramme", "programmeId"))


@strawberry.input(description="One's own profile in a mentoring programme.")
class DraftMentoringProfileInput(MentoringProgrammeInput):
    """The input of `draftMentoringProfile`."""

    role: models.MentoringRole = strawberry.field(description="Which side of a pairing one would be on.")
    presentation: str | None = strawberry.field(default=None, description="How one presents oneself.")
    skills: list[str] = strawberry.field(
        default_factory=list, description="What one offers as a mentor, or seeks as a mentee."
    )
    languages: list[str] = strawberry.field(description="The languages one can talk in, by their codes.")
    sector: models.Sector | None = strawberry.field(default=None, description="The sector one works in.")
    region: str | None = strawberry.field(default=None, description="Where one lives or works.")
    capacity: int | None = strawberry.field(
        default=None, description="How many mentees at once, for a mentor; null for a mentee."
    )


@mutation(MentoringProfile, problems=(WrongProgrammeState, NotAMember, CapacityTaken))
async def draft_mentoring_profile(work: Work, input: DraftMentoringProfileInput) -> models.MentoringProfile:
    """Write one's own profile of a role, or write it anew; one that is published stays so."""
    return await profiles.draft_profile(
        work,
        key(input.programme_id, "MentoringProgramme", "programmeId"),
        role=input.role,
        presentation=input.presentation,
        skills=input.skills,
        languages=input.languages,
        sector=input.sector,
        region=input.region,
        capacity=input.capacity,
    )


@strawberry.input(description="A mentoring profile that there is.")
class MentoringProfileInput(MutationInput):
    """The input of mutations that take a profile."""

    profile_id: strawberry.ID = strawberry.field(description="The profile.")


@strawberry.input(description="A mentoring profile to publish.")
class PublishMentoringProfileInput(MentoringProfileInput):
    """The input of `publishMentoringProfile`."""


@mutation(MentoringProfile, problems=(WrongProgrammeState, NotAMember))
async def publish_mentoring_profile(work: Work, input: PublishMentoringProfileInput) -> models.MentoringProfile:
    """Let the association's members see one's own profile, and the coordinator propose pairings with it."""
    return await profiles.publish_profile(work, key(input.profile_id, "MentoringProfile", "profileId"))


@strawberry.input(description="A mentoring profile to withdraw.")
class WithdrawMentoringProfileInput(MentoringProfileInput):
    """The input of `withdrawMentoringProfile`."""


@mutation(MentoringProfile)
async def withdraw_mentoring_profile(work: Work, input: WithdrawMentoringProfileInput) -> models.MentoringProfile:
    """Close one's own profile to everybody else; the pairings that there are go on."""
    return await profiles.withdraw_profile(work, key(input.profile_id, "MentoringProfile", "profileId"))


@strawberry.input(description="A mentor and a mentee to propose to each other.")
class ProposePairingInput(MutationInput):
    """The input of `proposePairing`."""

    mentor_profile_id: strawberry.ID = strawberry.field(description="The mentor's published profile.")
    mentee_profile_id: strawberry.ID = strawberry.field(description="The mentee's, in the same programme.")


@mutation(Pairing, problems=(WrongProgrammeState, MentorFull, AlreadyPaired))
async def propose_pairing(work: Work, input: ProposePairingInput) -> models.Pairing:
    """Propose a mentor and a mentee to each other. Asks for `mentoring.manage`."""
    return await pairings.propose_pairing(
        work,
        key(input.mentor_profile_id, "MentoringProfile", "mentorProfileId"),
        key(input.mentee_profile_id, "MentoringProfile", "menteeProfileId"),
    )


@strawberry.input(description="A pairing that there is.")
class PairingInput(MutationInput):
    """The input of mutations that take a pairing."""

    pairing_id: strawberry.ID = strawberry.field(description="The pairing.")


@strawberry.input(description="A proposal to accept.")
class AcceptPairingInput(PairingInput):
    """The input of `acceptPairing`."""


@mutation(Pairing, problems=_OF_THE_TWO)
async def accept_pairing(work: Work, input: AcceptPairingInput) -> models.Pairing:
    """Accept a proposal, as the mentor or the mentee; with both it is active. Accepting twice is once."""
    return await pairings.accept_pairing(work, key(input.pairing_id, "Pairing", "pairingId"))


@strawberry.input(description="A proposal to decline.")
class DeclinePairingInput(PairingInput):
    """The input of `declinePairing`."""


@mutation(Pairing, problems=_OF_THE_TWO)
async def decline_pairing(work: Work, input: DeclinePairingInput) -> models.Pairing:
    """Decline a proposal, as the mentor or the mentee: without a reason, and without fault."""
    return await pairings.decline_pairing(work, key(input.pairing_id, "Pairing", "pairingId"))


@strawberry.input(description="A pairing that has run its course.")
class CompletePairingInput(PairingInput):
    """The input of `completePairing`."""


@mutation(Pairing, problems=(WrongPairingState,))
async def complete_pairing(work: Work, input: CompletePairingInput) -> models.Pairing:
    """Say that an active pairing has run its course, as one of the two or with `mentoring.manage`."""
    return await pairings.complete_pairing(work, key(input.pairing_id, "Pairing", "pairingId"))


@strawberry.input(description="A pairing to end.")
class EndPairingInput(PairingInput):
    """The input of `endPairing`."""

    reason: models.PairingEnd = strawberry.field(description="Why; `PROPOSAL_WITHDRAWN` for a proposal, and only then.")


@mutation(Pairing, problems=(WrongPairingState,))
async def end_pairing(work: Work, input: EndPairingInput) -> models.Pairing:
    """End an active pairing early, as one of the two or with `mentoring.manage`; with it, take a proposal back."""
    id = key(input.pairing_id, "Pairing", "pairingId")
    return await pairings.end_pairing(work, id, reason=input.reason)


@strawberry.input(description="A goal of an active pairing.")
class SetPairingGoalInput(PairingInput):
    """The input of `setPairingGoal`."""

    title: str = strawberry.field(description="What the two want to reach.")


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def set_pairing_goal(work: Work, input: SetPairingGoalInput) -> models.PairingGoal:
    """Set a goal, as one of the two."""
    return await journey.set_goal(work, key(input.pairing_id, "Pairing", "pairingId"), title=input.title)


@strawberry.input(description="A goal that there is.")
class PairingGoalInput(MutationInput):
    """The input of mutations that take a goal."""

    goal_id: strawberry.ID = strawberry.field(description="The goal.")


@strawberry.input(description="A goal that was reached.")
class AchievePairingGoalInput(PairingGoalInput):
    """The input of `achievePairingGoal`."""


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def achieve_pairing_goal(work: Work, input: AchievePairingGoalInput) -> models.PairingGoal:
    """Note that a goal was reached today, as one of the two."""
    return await journey.achieve_goal(work, key(input.goal_id, "PairingGoal", "goalId"))


@strawberry.input(description="A goal that wasn't reached after all.")
class ReopenPairingGoalInput(PairingGoalInput):
    """The input of `reopenPairingGoal`."""


@mutation(PairingGoal, problems=_OF_THE_TWO)
async def reopen_pairing_goal(work: Work, input: ReopenPairingGoalInput) -> models.PairingGoal:
    """Take back that a goal was reached, as one of the two."""
    return await journey.reopen_goal(work, key(input.goal_id, "PairingGoal", "goalId"))


@strawberry.input(description="A conversation that the two of a pairing had.")
class RecordPairingSessionInput(PairingInput):
    """The input of `recordPairingSession`."""

    held_on: date = strawberry.field(description="On which day.")
    minutes: int = strawberry.field(description="How long, in minutes.")
    topic: str | None = strawberry.field(default=None, description="What it was about.")


@mutation(PairingSession, problems=_OF_THE_TWO)
async def record_pairing_session(work: Work, input: RecordPairingSessionInput) -> models.PairingSession:
    """Note a conversation since the pairing became active, as one of the two."""
    return await journey.record_session(
        work,
        key(input.pairing_id, "Pairing", "pairingId"),
        held_on=input.held_on,
        minutes=input.minutes,
        topic=input.topic,
    )


@strawberry.input(description="A private note for the two of a pairing.")
class WritePairingNoteInput(PairingInput):
    """The input of `writePairingNote`."""

    text: str = strawberry.field(description="The note.")


@mutation(PairingNote, problems=_OF_THE_TWO)
async def write_pairing_note(work: Work, input: WritePairingNoteInput) -> models.PairingNote:
    """Write a private note that only the two read, as one of them."""
    return await journey.write_note(work, key(input.pairing_id, "Pairing", "pairingId"), text=input.text)


@strawberry.input(description="A note of one's own to take back.")
class RetractPairingNoteInput(MutationInput):
    """The input of `retractPairingNote`."""

    note_id: strawberry.ID = strawberry.field(description="The note.")


@mutation(PairingNote)
async def retract_pairing_note(work: Work, input: RetractPairingNoteInput) -> models.PairingNote:
    """Delete a note of one's own, at any time."""
    return await journey.retract_note(work, key(input.note_id, "PairingNote", "noteId"))
