"""Mentoring: programmes, the profiles in them, pairings, and what the two of a pairing keep between them."""

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
    """An association's mentoring programme. PUBLIC unless it is a draft, which is STAFF."""

    slug: str = column("Its name in addresses, unique in the confederation.", where=True, order=True)
    name: str | None = localized("What it is called.")
    summary: str | None = localized("What it is about.")
    state: models.ProgrammeState = column("Where its life is.", where=True)
    starts_on: date = column("Its first day.", where=True, order=True)
    ends_on: date | None = column("Its last day; null: it is always open.", where=True)
    association: Association = one("Whose it is: its members may take part.", via="association_id")


MentoringProgrammeId = Annotated[UUID, Ref("MentoringProgramme", "The programme.")]


@read_type(models.MentoringProfile)
class MentoringProfile(Node):
    """What somebody offers as a mentor, or seeks as a mentee.

    MEMBERS of the programme's association once the person publishes it, and its coordinators; the person's own before.
    """

    role: models.MentoringRole = column("Which side of a pairing they would be on.", where=True)
    name: str = column("The person's name.", where=True, order=True)
    presentation: str | None = column("How they present themselves.")
    skills: list[str] = column("What a mentor offers, or a mentee seeks.")
    languages: list[str] = column("The languages they can talk in, by their codes.")
    sector: models.Sector | None = column("The sector they work in.", where=True)
    region: str | None = column("Where they live or work.", where=True)
    capacity: int | None = column("How many mentees a mentor accompanies at once.", where=True)
    places_left: int | None = expression(
        "How many more mentees a mentor could be proposed to now.", lambda profile: profile.capacity - profile.taken
    )
    published_at: datetime | None = column("Since when others see it; null: they don't.", where=True)
    programme: MentoringProgramme | None = one("In which programme.", via="programme_id")
    person: Person | None = one("Whose it is, for those who may see them.", via="person_id")


MentoringProfileId = Annotated[UUID, Ref("MentoringProfile", "The profile.")]


@read_type()
class PairingProgress:
    """How far a pairing has come, in numbers alone. STAFF of the programme's association, and the two."""

    sessions: int = column("How many conversations they had.")
    last_session_on: date | None = column("The day of the last one.")
    goals: int = column("How many goals they set.")
    goals_achieved: int = column("How many of them they reached.")


@read_type(models.PairingGoal)
class PairingGoal(Node):
    """What the two want to reach. PARTICIPANTS: the mentor and the mentee, and nobody else."""

    title: str = column("What it is.")
    set_on: date = column("When it was set.")
    achieved_on: date | None = column("When it was reached.")


PairingGoalId = Annotated[UUID, Ref("PairingGoal", "The goal.")]


@read_type(models.PairingSession)
class PairingSession(Node):
    """A conversation that the two had. PARTICIPANTS: the mentor and the mentee, and nobody else."""

    held_on: date = column("On which day.")
    minutes: int = column("How long, in minutes.")
    topic: str | None = column("What it was about.")


@read_type(models.PairingNote)
class PairingNote(Node):
    """A private note of one of the two. PARTICIPANTS: the mentor and the mentee, and nobody else."""

    text: str = column("The note.")
    written_at: datetime = column("When it was written.")
    mine: bool = expression("Whether the reader wrote it.", lambda note: note.author_id == context.person())


PairingNoteId = Annotated[UUID, Ref("PairingNote", "The note.")]


_FIGURES = (
    sql_column("sessions", Integer),
    sql_column("last_session_on", Date),
    sql_column("goals", Integer),
    sql_column("goals_achieved", Integer),
)


@read_type(models.Pairing)
class Pairing(Node):
    """A mentor and a mentee, as a coordinator proposed them. STAFF of the programme's association, and the two."""

    state: models.PairingState = column("Where it stands.", where=True)
    mentor_name: str = column("The mentor, as the profile named them.", where=True, order=True)
    mentee_name: str = column("The mentee, as the profile named them.", where=True, order=True)
    proposed_at: datetime = column("When it was proposed.", where=True, order=True)
    mentor_accepted_at: datetime | None = column("When the mentor accepted; null once it is declined.", where=True)
    mentee_accepted_at: datetime | None = column("When the mentee accepted; null once it is declined.", where=True)
    activated_at: datetime | None = column("When both had accepted.", where=True)
    closed_at: datetime | None = column("When it was declined, completed or ended.", where=True)
    end_reason: models.PairingEnd | None = column("Why it ended early. None is a fault.", where=True)
    programme: MentoringProgramme | None = one("In which programme.", via="programme_id")
    mentor_profile: MentoringProfile | None = one(
        "The mentor's profile, while it is published.", via="mentor_profile_id"
    )
    mentee_profile: MentoringProfile | None = one(
        "The mentee's profile, while it is published.", via="mentee_profile_id"
    )
    progress: PairingProgress = one(
        "How far it has come, as counted.",
        rows=lambda pairing: func.figures.pairing_progress(pairing.id).table_valued(*_FIGURES),
        weight=2,
    )
    goals: list[PairingGoal] = many("Its goals, for the two alone.", via="pairing_id", order=("set_on",), limit=50)
    sessions: list[PairingSession] = many(
        "Their conversations, the latest first, for the two alone.", via="pairing_id", order=("-held_on",)
    )
    notes: list[PairingNote] = many(
        "Their private notes, the latest first, for the two alone.", via="pairing_id", order=("-written_at",)
    )


PairingId = Annotated[UUID, Ref("Pairing", "The pairing.")]


@extends(MentoringProgramme)
class _ProgrammeParts:
    profiles: Connection[MentoringProfile] = connection(
        "The profiles in it that the reader may see: those published, and their own.",
        via="programme_id",
        order=("name",),
    )
    pairings: Connection[Pairing] = connection(
        "Its pairings, as far as the reader may see them.", via="programme_id", order=("-proposed_at",)
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
        "The pairings that they are one of the two in, the latest first.",
        on=lambda person, row: (row.mentor_id == person.id) | (row.mentee_id == person.id),
        order=("-proposed_at",),
        limit=50,
    )


@extends(Query)
class _Mentoring:
    mentoring_programme: MentoringProgramme | None = by_slug("A mentoring programme by its slug.")
    mentoring_programmes: Connection[MentoringProgramme] = connection(
        "The confederation's mentoring programmes.", order=("starts_on",)
    )
