"""Advocacy files as they are read: who takes part with which position, demands and answers, the timeline, notices."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import exists, func, select

import models
from schema.base.ids import Ref
from schema.base.scalars import Locale
from schema.compiler import context
from schema.compiler.bindings import Row
from schema.compiler.declare import column, connection, expression, extends, localized, many, official, one, read_type
from schema.events.report import Avenue, Report
from schema.people.person import Person
from schema.reading.queries import Query, by_slug
from schema.reading.relay import Connection, Node
from schema.reading.translations import translation_gaps
from schema.tenancy.federation import AS_OF, Association

_DEMAND = models.Demand.__table__  # type: ignore[attr-defined]
_POSITION = models.AdvocacyPosition.__table__  # type: ignore[attr-defined]
_WATCH = models.AdvocacyWatch.__table__  # type: ignore[attr-defined]


def _watches(file: Row) -> tuple[Row, Row]:
    """The file's watches that the reader may see: associations', and their own."""
    watch = _WATCH.alias("watch").c
    return watch, (watch.confederation_id == file.confederation_id) & (watch.file_id == file.id)


def _watching(file: Row, association: Row) -> Row:
    watch, of_the_file = _watches(file)
    return association.id.in_(select(watch.watcher_id).where(of_the_file, watch.watcher_id.is_not(None)))


def _watched_by_me(file: Row) -> Row:
    watch, of_the_file = _watches(file)
    return exists().where(of_the_file, watch.person_id == context.person())


def _latest(file: Row, row: Row, as_of: Row) -> Row:
    """Whether a position is its association's on a day: nothing later was taken until then."""
    later = _POSITION.alias("later").c
    return (
        (row.file_id == file.id)
        & (row.taken_on <= as_of)
        & ~exists().where(
            later.confederation_id == row.confederation_id,
            later.file_id == row.file_id,
            later.participant_id == row.participant_id,
            later.taken_on > row.taken_on,
            later.taken_on <= as_of,
        )
    )


def _takes_up(avenue: Row, file: Row) -> Row:
    demand = _DEMAND.alias("taking_up").c
    return file.id.in_(
        select(demand.file_id).where(demand.confederation_id == avenue.confederation_id, demand.origin_id == avenue.id)
    )


@read_type(models.AdvocacyFile)
class AdvocacyFile(Node):
    """What associations stand up for together. PUBLIC, MEMBERS or STAFF of those that take part, as it says."""

    slug: str = column("Its name in addresses, unique in the confederation.", where=True, order=True)
    title: str | None = localized("What it is called.")
    summary: str | None = localized("What it is about.")
    theme: models.AdvocacyTheme = column("What kind of matter it is.", where=True)
    sector: models.Sector | None = column("The sector it is about; null for all of them.", where=True)
    state: models.AdvocacyFileState = column("Where it stands.", where=True)
    confidentiality: models.Confidentiality = column("Who may read it and everything in it.", where=True)
    opened_on: date = column("When it was opened.", where=True, order=True)
    closed_on: date | None = column("When it was closed; null unless it is.", where=True)
    association: Association = one("Who leads it.", via="association_id")
    participating_associations: list[Association] = many(
        "Who takes part, the lead among them.",
        on=lambda file, row: row.id == func.any(file.association_ids),
        order=("slug",),
    )
    watching_associations: list[Association] = many("The associations that watch it.", on=_watching, order=("slug",))
    watched_by_me: bool = expression("Whether the reader watches it themself.", _watched_by_me)


AdvocacyFileId = Annotated[UUID, Ref("AdvocacyFile", "The file.")]


@read_type(models.AdvocacyPosition)
class AdvocacyPosition(Node):
    """An association's position on a file, from a day on until its next. Read with the file: PUBLIC, MEMBERS, STAFF."""

    stance: models.Stance = column("What it thinks.", where=True)
    conditions: str | None = localized("Under which conditions it supports the file.")
    taken_on: date = column("From which day on.", where=True, order=True)
    association: Association = one("Whose it is.", via="participant_id")
    file: AdvocacyFile | None = one("On which file.", via="file_id")


@read_type(models.Demand)
class Demand(Node):
    """Something that a file asks for. Read with the file: PUBLIC, MEMBERS, STAFF."""

    number: int = column("Its number in the file.")
    title: str | None = localized("What is asked for.")
    details: str | None = localized("What that means.")
    state: models.DemandState = column("Where its life is.")
    state_on: date = column("Since when.")
    counterpart: str | None = column("Whom it is tabled with.")
    due_on: date | None = column("When an answer is expected.")
    origin: Avenue | None = one("The avenue of a follow-up report that it comes from.", via="origin_id")
    file: AdvocacyFile | None = one("The file.", via="file_id")


DemandId = Annotated[UUID, Ref("Demand", "The demand.")]


@read_type(models.DemandAnswer)
class DemandAnswer(Node):
    """What a counterpart answered to a demand. STAFF of those that take part until published, then read as the file."""

    text: str | None = official("What was decided, as the counterpart worded it.")
    decided_on: date = column("When it was decided.")
    published_on: date | None = column("When it was published; null until it is.")
    translation_gaps: list[Locale] = translation_gaps("text")
    demand: Demand | None = one("The demand.", via="demand_id")


DemandAnswerId = Annotated[UUID, Ref("DemandAnswer", "The answer.")]


@read_type(models.TimelineEntry)
class TimelineEntry(Node):
    """Something that happened to a file. Read with the file: PUBLIC, MEMBERS, STAFF."""

    kind: models.TimelineKind = column("What kind of thing.", where=True)
    happened_on: date = column("On which day.", where=True, order=True)
    title: str | None = localized("What happened, where somebody noted it.")
    file_state: models.AdvocacyFileState | None = column("Where the file stood from then on.")
    demand_state: models.DemandState | None = column("Where the demand stood from then on.")
    demand: Demand | None = one("The demand that it is about.", via="demand_id")
    position: AdvocacyPosition | None = one("The position that was taken.", via="position_id")
    file: AdvocacyFile | None = one("The file.", via="file_id")


@read_type(models.AdvocacyNotice)
class AdvocacyNotice(Node):
    """A change of a file that a watcher is told of. The person's own, or STAFF of the association that watches."""

    action: str = column("What was done, as in the journal: a noun and a participle.", where=True)
    at: datetime = column("When.", where=True, order=True)
    read_at: datetime | None = column("When it was marked as read; null until it is.", where=True)
    file: AdvocacyFile | None = one("Which file has changed.", via="file_id")
    association: Association | None = one("The association that is told; null where it is a person.", via="watcher_id")


AdvocacyNoticeId = Annotated[UUID, Ref("AdvocacyNotice", "The notice.")]


@extends(AdvocacyFile)
class _FileParts:
    positions: list[AdvocacyPosition] = many(
        "Each participant's position as of a day.", on=_latest, order=("taken_on",), arguments=AS_OF
    )
    positions_taken: Connection[AdvocacyPosition] = connection(
        "All positions that were ever taken, the latest first.", via="file_id", order=("-taken_on",)
    )
    demands: list[Demand] = many("What it asks for, in order.", via="file_id", order=("number",), limit=200)
    timeline: Connection[TimelineEntry] = connection(
        "What happened, the latest first.", via="file_id", order=("-happened_on",)
    )


@extends(Demand)
class _DemandAnswers:
    answers: list[DemandAnswer] = many(
        "What the counterpart answered, the latest decision first.", via="demand_id", order=("-decided_on",)
    )


@extends(Avenue)
class _AvenueFiles:
    report: Report | None = one("The report that proposes it.", via="report_id")
    taken_up_by: list[AdvocacyFile] = many(
        "The files with a demand that comes from it, as far as the reader may see them.",
        on=_takes_up,
        order=("slug",),
    )


@extends(Association)
class _AssociationFiles:
    advocacy_files: Connection[AdvocacyFile] = connection(
        "The files that it leads.", via="association_id", order=("opened_on",)
    )
    advocacy_notices: Connection[AdvocacyNotice] = connection(
        "What it is told of the files that it watches, the latest first. STAFF.", via="watcher_id", order=("-at",)
    )


@extends(Person)
class _PersonNotices:
    advocacy_notices: Connection[AdvocacyNotice] = connection(
        "What they are told of the files that they watch, the latest first. Their own.",
        via="person_id",
        order=("-at",),
    )


@extends(Query)
class _Files:
    advocacy_file: AdvocacyFile | None = by_slug("An advocacy file by its slug.")
    advocacy_files: Connection[AdvocacyFile] = connection("The confederation's advocacy files.", order=("slug",))
