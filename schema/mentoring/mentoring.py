"""Mentoring programmes, profiles and pairings, with the goals, sessions and notes that only the pair may see."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import Date, Integer, func
from sqlalchemy import column as sql_column

import models
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.declare import column, connection, expression, extends, localized, many, one, read_type
from schema.people.person import Person
from schema.reading.queries import Query, by_slug
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


@read_type(models.MentoringProgramme)
class MentoringProgramme(Node):
    """An association's mentoring programme. PUBLIC; drafts are visible to STAFF."""

    slug: str = column("Name in URLs, unique in the confederation.", where=True, order=True)
    name: str | None = localized("Name.")
    summary: str | None = localized("Summary.")
    state: models.ProgrammeState = column("Status.", where=True)
    starts_on: date = column("First day.", where=True, order=True)
    ends_on: date | None = column("Last day; null if there is no end.", where=True)
    association: Association = one(
        "Association that runs the programme and whose members may take part.", via="association_id"
    )


MentoringProgrammeId = Annotated[UUID, Ref("MentoringProgramme", "The programme.")]


@read_type(models.MentoringProfile)
class MentoringProfile(Node):
    """A person's profile as a mentor (what they offer) or as a mentee (what they seek).

    MEMBERS of the programme's association and its coordinators once published; before that visible to the person alone.
    """

    role: models.MentoringRole = column("Role in a pairing: mentor or mentee.", where=True)
    name: str = column("Name of the person.", where=True, order=True)
    presentation: str | None = column("Presentation in their own words.")
    skills: list[str] = column("Skills that a mentor offers or a mentee seeks.")
    languages: list[str] = column("Languages that they speak, as language codes.")
    sector: models.Sector | None = column("Sector that they work in.", where=True)
    region: str | None = column("Region where they live or work.", where=True)
    capacity: int | None = column("Number of mentees that a mentor takes at a time; null for a mentee.", where=True)
    places_left: int | None = expression(
        "Number of further mentees who can be proposed to the mentor now.",
        lambda profile: profile.capacity - profile.taken,
    )
    published_at: datetime | None = column("Time of publication; null if only the person may see it.", where=True)
    programme: MentoringProgramme | None = one("The programme.", via="programme_id")
    person: Person | None = one("Owner of the profile; null if the reader may not see them.", via="person_id")


MentoringProfileId = Annotated[UUID, Ref("MentoringProfile", "The profile.")]


@read_type()
class PairingProgress:
    """Progress of a pairing, in numbers only. STAFF of the programme's association, and the pair."""

    sessions: int = column("Number of conversations.")
    last_session_on: date | None = column("Day of the last conversation; null if there was none.")
    goals: int = column("Number of goals.")
    goals_achieved: int = column("Number of goals achieved.")


@read_type(models.PairingGoal)
class PairingGoal(Node):
    """A goal of a pairing. PARTICIPANTS: visible to the mentor and the mentee, and nobody else."""

    title: str = column("The goal.")
    set_on: date = column("Day on which it was set.")
    achieved_on: date | None = column("Day on which it was achieved; null if it was not.")


PairingGoalId = Annotated[UUID, Ref("PairingGoal", "The goal.")]


@read_type(models.PairingSession)
class PairingSession(Node):
    """A conversation of a pairing. PARTICIPANTS: visible to the mentor and the mentee, and nobody else."""

    held_on: date = column("Day of the conversation.")
    minutes: int = column("Duration in minutes.")
    topic: str | None = column("Topic.")


@read_type(models.PairingNote)
class PairingNote(Node):
    """A private note of a pairing. PARTICIPANTS: visible to the mentor and the mentee, and nobody else."""

    text: str = column("Text of the note.")
    written_at: datetime = column("Time at which it was written.")
    mine: bool = expression("True if the reader wrote it.", lambda note: note.author_id == context.person())


PairingNoteId = Annotated[UUID, Ref("PairingNote", "The note.")]


_FIGURES = (
    sql_column("sessions", Integer),
    sql_column("last_session_on", Date),
    sql_column("goals", Integer),
    sql_column("goals_achieved", Integer),
)


@read_type(models.Pairing)
class Pairing(Node):
    """A mentor and a mentee, proposed by a coordinator. STAFF of the programme's association, and the pair."""

    state: models.PairingState = column("Status.", where=True)
    mentor_name: str = column("Name of the mentor, as in the profile.", where=True, order=True)
    mentee_name: str = column("Name of the mentee, as in the profile.", where=True, order=True)
    proposed_at: datetime = column("Time of the proposal.", where=True, order=True)
    mentor_accepted_at: datetime | None = column(
        "Time at which the mentor accepted; null if they have not, and once the proposal is declined.", where=True
    )
    mentee_accepted_at: datetime | None = column(
        "Time at which the mentee accepted; null if they have not, and once the proposal is declined.", where=True
    )
    activated_at: datetime | None = column("Time at which both had accepted; null before that.", where=True)
    closed_at: datetime | None = column(
        "Time at which it was declined, completed or ended; null while it is open.", where=True
    )
    end_reason: models.PairingEnd | None = column(
        "Reason for ending early; null otherwise. No reason implies a fault.", where=True
    )
    programme: MentoringProgramme | None = one("The programme.", via="programme_id")
    mentor_profile: MentoringProfile | None = one(
        "Profile of the mentor; null unless it is published.", via="mentor_profile_id"
    )
    mentee_profile: MentoringProfile | None = one(
        "Profile of the mentee; null unless it is published.", via="mentee_profile_id"
    )
    progress: PairingProgress = one(
        "Progress, in numbers only.",
        rows=lambda pairing: func.figures.pairing_progress(pairing.id).table_valued(*_FIGURES),
        weight=2,
    )
    goals: list[PairingGoal] = many("Goals. Visible to the pair alone.", via="pairing_id", order=("set_on",), limit=50)
    sessions: list[PairingSession] = many(
        "Conversations, the latest first. Visible to the pair alone.", via="pairing_id", order=("-held_on",)
    )
    notes: list[PairingNote] = many(
        "Private notes, the latest first. Visible to the pair alone.", via="pairing_id", order=("-written_at",)
    )


PairingId = Annotated[UUID, Ref("Pairing", "The pairing.")]


@extends(MentoringProgramme)
class _ProgrammeParts:
    profiles: Connection[MentoringProfile] = connection(
        "Profiles that the reader may see: published ones and their own.",
        via="programme_id",
        order=("name",),
    )
    pairings: Connection[Pairing] = connection(
        "Pairings that the reader may see.", via="programme_id", order=("-proposed_at",)
    )


@extends(Association)
class _AssociationMentoring:
    mentoring_programmes: Connection[MentoringProgramme] = connection(
        "Its mentoring programmes.", via="association_id", order=("starts_on",)
    )


@extends(Person)
class _PersonMentoring:
    mentoring_profiles: list[MentoringProfile] = many(
        "Their mentoring profiles that the reader may see.", via="person_id", order=("role",), limit=50
    )
    pairings: list[Pairing] = many(
        "Pairings in which they are the mentor or the mentee, the latest first.",
        on=lambda person, row: (row.mentor_id == person.id) | (row.mentee_id == person.id),
        order=("-proposed_at",),
        limit=50,
    )


@extends(Query)
class _Mentoring:
    mentoring_programme: MentoringProgramme | None = by_slug("Find a mentoring programme by its slug.")
    mentoring_programmes: Connection[MentoringProgramme] = connection(
        "Mentoring programmes of the confederation.", order=("starts_on",)
    )
