"""Mentoring: programmes, mentoring profiles, pairings, and a pairing's private goals, sessions and notes."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Computed, Index, String, text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.figures import figure
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, member_of, own, policy, when
from models.base.records import (
    TenantRecord,
    belongs_to,
    carries,
    choice,
    in_order,
    localized,
    localized_check,
    many,
    moment,
    unique,
)
from models.tenancy.federation import Sector


class ProgrammeState(DescribedEnum):
    """Status of a mentoring programme."""

    DRAFT = "DRAFT", "Being prepared. Only staff see it."
    OPEN = "OPEN", "Profiles are published and pairings proposed."
    CLOSED = "CLOSED", "No new profiles or proposals. Pairings continue."


class MentoringRole(DescribedEnum):
    """Role in a pairing: mentor or mentee."""

    MENTOR = "MENTOR", "Accompanies a mentee."
    MENTEE = "MENTEE", "Is accompanied by a mentor."


class PairingState(DescribedEnum):
    """Status of a pairing."""

    PROPOSED = "PROPOSED", "Proposed by a coordinator; both sides have yet to accept."
    ACTIVE = "ACTIVE", "Accepted by both sides."
    DECLINED = "DECLINED", "Declined by one side."
    COMPLETED = "COMPLETED", "Has run its course."
    ENDED = "ENDED", "Ended early, or the proposal was withdrawn."


class PairingEnd(DescribedEnum):
    """Why a pairing ended early or a proposal was withdrawn. No reason assigns fault."""

    BY_AGREEMENT = "BY_AGREEMENT", "Both agreed to end it."
    UNAVAILABLE = "UNAVAILABLE", "One of the two is no longer available."
    NOT_A_MATCH = "NOT_A_MATCH", "The two do not suit each other."
    LEFT_PROGRAMME = "LEFT_PROGRAMME", "One of the two left the programme."
    PROPOSAL_WITHDRAWN = "PROPOSAL_WITHDRAWN", "The coordinator withdrew the proposal."


LIVE_PAIRINGS = (PairingState.PROPOSED, PairingState.ACTIVE)
"""The states that take one of a mentor's places. A mentee has at most one such pairing at a time."""


class MentoringProgramme(TenantRecord, table=True):
    """An association's mentoring programme: a cohort, or always open. PUBLIC unless a draft, which is STAFF."""

    __table_args__ = (
        belongs_to("association", "association_id"),
        unique("slug"),
        carries("association_id"),
        localized_check("mentoring_programme", "name"),
        in_order("mentoring_programme", "starts_on", "ends_on"),
    )
    __tablename__ = "mentoring_programme"

    association_id: UUID
    slug: str
    name: dict[str, str] = localized()
    summary: dict[str, str] | None = localized(nullable=True)
    state: ProgrammeState = choice(ProgrammeState, default=ProgrammeState.DRAFT)
    starts_on: date
    ends_on: date | None = None  # the last day; null: always open
    published: bool = Field(
        default=None, sa_column=Column(Boolean, Computed("state <> 'DRAFT'", persisted=True), nullable=False)
    )


class MentoringProfile(TenantRecord, table=True):
    """A person's profile as a mentor or as a mentee. MEMBERS once the person publishes it; theirs before."""

    __table_args__ = (
        belongs_to("mentoring_programme", "programme_id", "association_id"),
        belongs_to("person", "person_id"),
        carries("programme_id", "person_id"),
        unique("programme_id", "person_id", "role", name="one_profile_a_role"),
        CheckConstraint("(role = 'MENTOR') = (capacity is not null)", name="mentoring_profile_capacity_of_a_mentor"),
        # Both lock and invariant: two proposals can't take a mentor's last place.
        CheckConstraint("taken between 0 and coalesce(capacity, 0)", name="mentoring_profile_within_capacity"),
        CheckConstraint("cardinality(skills) <= 30", name="mentoring_profile_skills_limit"),
        CheckConstraint("cardinality(languages) between 1 and 10", name="mentoring_profile_speaks_a_language"),
        Index("mentoring_profile_by_person", "confederation_id", "person_id"),
    )
    __tablename__ = "mentoring_profile"

    # A taken place reveals a proposed pairing, which only those who see the pairing may know.
    unnoted: ClassVar[frozenset[str]] = frozenset({"taken"})

    programme_id: UUID
    association_id: UUID  # the programme's
    person_id: UUID
    role: MentoringRole = choice(MentoringRole)
    name: str  # copied for the profile, because members may not see the person's own row
    presentation: str | None = None
    skills: list[str] = many(String)  # offered by a mentor, sought by a mentee
    languages: list[str] = many(String)
    sector: Sector | None = choice(Sector, nullable=True)
    region: str | None = None
    capacity: int | None = None  # maximum number of mentees at the same time
    taken: int = 0  # by proposed and active pairings
    published_at: datetime | None = moment(nullable=True)
    published: bool = Field(
        default=None, sa_column=Column(Boolean, Computed("published_at is not null", persisted=True), nullable=False)
    )


class Pairing(TenantRecord, table=True):
    """A mentor and a mentee, as a coordinator proposed them. STAFF of the programme's association, and the two."""

    __table_args__ = (
        belongs_to("mentoring_programme", "programme_id", "association_id"),
        belongs_to("mentoring_profile", "mentor_profile_id", "programme_id", mentor_id="person_id"),
        belongs_to("mentoring_profile", "mentee_profile_id", "programme_id", mentee_id="person_id"),
        carries("mentor_id", "mentee_id"),
        CheckConstraint("mentor_id <> mentee_id", name="pairing_of_two"),
        CheckConstraint(
            "state not in ('ACTIVE', 'COMPLETED') or "
            "(activated_at is not null and mentor_accepted_at is not null and mentee_accepted_at is not null)",
            name="pairing_active_once_both_accept",
        ),
        # No fault is recorded: once declined, nobody can read who had accepted.
        CheckConstraint(
            "state <> 'DECLINED' or (mentor_accepted_at is null and mentee_accepted_at is null)",
            name="pairing_declined_without_fault",
        ),
        CheckConstraint("(closed_at is null) = (state in ('PROPOSED', 'ACTIVE'))", name="pairing_closed_at_a_time"),
        CheckConstraint("(end_reason is null) = (state <> 'ENDED')", name="pairing_ended_for_a_reason"),
        # At most one live pairing per mentee and programme; a closed one may be followed by another.
        Index(
            "one_live_pairing",
            "confederation_id",
            "programme_id",
            "mentee_id",
            unique=True,
            postgresql_where=text("state in ('PROPOSED', 'ACTIVE')"),
        ),
        Index("pairing_by_programme", "confederation_id", "programme_id", "proposed_at", "id"),
        Index("pairing_by_mentor", "confederation_id", "mentor_id"),
        Index("pairing_by_mentee", "confederation_id", "mentee_id"),
    )

    # The time of the first acceptance would reveal who declined.
    unnoted: ClassVar[frozenset[str]] = frozenset({"mentor_accepted_at", "mentee_accepted_at"})

    programme_id: UUID
    association_id: UUID  # the programme's
    mentor_profile_id: UUID
    mentee_profile_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    mentor_name: str  # copied from the published profile, which may be withdrawn during the pairing
    mentee_name: str
    state: PairingState = choice(PairingState, default=PairingState.PROPOSED)
    proposed_at: datetime = moment()
    mentor_accepted_at: datetime | None = moment(nullable=True)
    mentee_accepted_at: datetime | None = moment(nullable=True)
    activated_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    end_reason: PairingEnd | None = choice(PairingEnd, nullable=True)


class PairingGoal(TenantRecord, table=True):
    """A goal of a pairing. PARTICIPANTS: the mentor and the mentee; the coordinator sees the number of goals."""

    __table_args__ = (
        belongs_to("pairing", "pairing_id", "mentor_id", "mentee_id"),
        in_order("pairing_goal", "set_on", "achieved_on"),
        Index("pairing_goal_by_pairing", "confederation_id", "pairing_id"),
    )
    __tablename__ = "pairing_goal"

    pairing_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    title: str
    set_on: date
    achieved_on: date | None = None


class PairingSession(TenantRecord, table=True):
    """A meeting of a pairing. PARTICIPANTS; the coordinator sees the number of sessions and the day of the last."""

    __table_args__ = (
        belongs_to("pairing", "pairing_id", "mentor_id", "mentee_id"),
        CheckConstraint("minutes between 1 and 1440", name="pairing_session_within_a_day"),
        Index("pairing_session_by_pairing", "confederation_id", "pairing_id", "held_on"),
    )
    __tablename__ = "pairing_session"

    pairing_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    held_on: date
    minutes: int
    topic: str | None = None


class PairingNote(TenantRecord, table=True):
    """A private note of a pairing. PARTICIPANTS: no administrator or coordinator reads it, and no figure counts it."""

    __table_args__ = (
        belongs_to("pairing", "pairing_id", "mentor_id", "mentee_id"),
        CheckConstraint("author_id in (mentor_id, mentee_id)", name="pairing_note_by_one_of_the_two"),
        Index("pairing_note_by_pairing", "confederation_id", "pairing_id", "written_at"),
    )
    __tablename__ = "pairing_note"

    pairing_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    author_id: UUID
    text: str
    written_at: datetime = moment()


MANAGE_MENTORING = Permission("mentoring.manage", about_persons=True, scope=False)

policy(
    MentoringProgramme,
    read=when(MentoringProgramme.published) | holds(MANAGE_MENTORING, MentoringProgramme.association_id),
    write=holds(MANAGE_MENTORING, MentoringProgramme.association_id),
)
policy(
    MentoringProfile,
    read=own(MentoringProfile.person_id)
    | (
        when(MentoringProfile.published)
        & (member_of(MentoringProfile.association_id) | holds(MANAGE_MENTORING, MentoringProfile.association_id))
    ),
    write=own(MentoringProfile.person_id),
)
_of_the_two = own(Pairing.mentor_id) | own(Pairing.mentee_id)
policy(
    Pairing,
    read=_of_the_two | holds(MANAGE_MENTORING, Pairing.association_id),
    write=_of_the_two | holds(MANAGE_MENTORING, Pairing.association_id),
)
for _between_them in (PairingGoal, PairingSession):
    policy(_between_them, read=_of_the_two, write=_of_the_two, participants=True, counted=True)
policy(PairingNote, read=_of_the_two, write=own(PairingNote.author_id), participants=True)

classified(MentoringProgramme, neither="association_id slug name summary state starts_on ends_on published")
classified(
    MentoringProfile,
    personal={"person_id": "role name presentation skills languages sector region capacity taken published_at"},
    neither="programme_id association_id published",
)
classified(
    Pairing,
    personal={
        "mentor_id": "mentor_name mentor_accepted_at",
        "mentee_id": "mentee_name mentee_accepted_at",
        "mentor_id mentee_id": "state proposed_at activated_at closed_at end_reason",
    },
    neither="programme_id association_id mentor_profile_id mentee_profile_id",
)
classified(
    PairingGoal,
    personal={"mentor_id mentee_id": "set_on achieved_on"},
    confidential={"mentor_id mentee_id": "title"},
    neither="pairing_id",
)
classified(
    PairingSession,
    personal={"mentor_id mentee_id": "held_on minutes"},
    confidential={"mentor_id mentee_id": "topic"},
    neither="pairing_id",
)
classified(
    PairingNote,
    personal={"mentor_id mentee_id author_id": "written_at"},
    confidential={"author_id": "text"},
    neither="pairing_id",
)

pairing_progress = figure(
    "pairing_progress(of_pairing uuid)",
    "table (sessions int, last_session_on date, goals int, goals_achieved int)",
    """
  select s.n, s.last, g.n, g.achieved from
    (select count(*)::int as n, max(held_on) as last from public.pairing_session where pairing_id = of_pairing) s,
    (select count(*)::int as n, count(achieved_on)::int as achieved
       from public.pairing_goal where pairing_id = of_pairing) g
""",
)
"""A pairing's progress: counts and the day of the last session. Called for pairings that the actor sees."""
