"""Advocacy files: participants, positions, demands, answers, the timeline and notices."""

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
    """Return the file's watches that the reader may see: those of associations, and the reader's own."""
    watch = _WATCH.alias("watch").c
    return watch, (watch.confederation_id == file.confederation_id) & (watch.file_id == file.id)


def _watching(file: Row, association: Row) -> Row:
    watch, of_the_file = _watches(file)
    return association.id.in_(select(watch.watcher_id).where(of_the_file, watch.watcher_id.is_not(None)))


def _watched_by_me(file: Row) -> Row:
    watch, of_the_file = _watches(file)
    return exists().where(of_the_file, watch.person_id == context.person())


def _latest(file: Row, row: Row, as_of: Row) -> Row:
    """Return the condition that a position is the association's latest on a day."""
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
    """A matter that associations pursue together. PUBLIC, MEMBERS or STAFF of the participating associations, as
    `confidentiality` says.
    """

    slug: str = column("Name in URLs, unique in the confederation.", where=True, order=True)
    title: str | None = localized("Title.")
    summary: str | None = localized("Summary.")
    theme: models.AdvocacyTheme = column("Theme.", where=True)
    sector: models.Sector | None = column("Sector concerned; null if all are.", where=True)
    state: models.AdvocacyFileState = column("Status.", where=True)
    confidentiality: models.Confidentiality = column("Who may read the file and everything in it.", where=True)
    opened_on: date = column("Day of opening.", where=True, order=True)
    closed_on: date | None = column("Day of closing; null unless closed.", where=True)
    association: Association = one("Association that leads the file.", via="association_id")
    participating_associations: list[Association] = many(
        "Participating associations, the leading one included.",
        on=lambda file, row: row.id == func.any(file.association_ids),
        order=("slug",),
    )
    watching_associations: list[Association] = many("Associations that watch the file.", on=_watching, order=("slug",))
    watched_by_me: bool = expression("True if the reader watches the file personally.", _watched_by_me)


AdvocacyFileId = Annotated[UUID, Ref("AdvocacyFile", "The file.")]


@read_type(models.AdvocacyPosition)
class AdvocacyPosition(Node):
    """An association's position on a file, valid until its next one. Visible with the file: PUBLIC,
    MEMBERS or STAFF.
    """

    stance: models.Stance = column("Stance.", where=True)
    conditions: str | None = localized("Conditions of its support; null if it states none.")
    taken_on: date = column("First day of the position.", where=True, order=True)
    association: Association = one("Association that took the position.", via="participant_id")
    file: AdvocacyFile | None = one("The file.", via="file_id")


@read_type(models.Demand)
class Demand(Node):
    """A demand of a file. Visible with the file: PUBLIC, MEMBERS or STAFF."""

    number: int = column("Number in the file.")
    title: str | None = localized("Title of the demand.")
    details: str | None = localized("Details.")
    state: models.DemandState = column("Status.")
    state_on: date = column("First day of the current status.")
    counterpart: str | None = column("Body that the demand is tabled with; null before it is tabled.")
    due_on: date | None = column("Day by which an answer is expected; null if none is set.")
    origin: Avenue | None = one("Avenue of a follow-up report that it comes from; null if none.", via="origin_id")
    file: AdvocacyFile | None = one("The file.", via="file_id")


DemandId = Annotated[UUID, Ref("Demand", "The demand.")]


@read_type(models.DemandAnswer)
class DemandAnswer(Node):
    """A counterpart's official answer to a demand. STAFF of the participating associations until published, then
    visible with the file.
    """

    text: str | None = official("Decision, in the counterpart's words.")
    decided_on: date = column("Day of the decision.")
    published_on: date | None = column("Day of publication; null if not published.")
    translation_gaps: list[Locale] = translation_gaps("text")
    demand: Demand | None = one("The demand.", via="demand_id")


DemandAnswerId = Annotated[UUID, Ref("DemandAnswer", "The answer.")]


@read_type(models.TimelineEntry)
class TimelineEntry(Node):
    """An event in the history of a file. Visible with the file: PUBLIC, MEMBERS or STAFF."""

    kind: models.TimelineKind = column("Kind of entry.", where=True)
    happened_on: date = column("Day on which it happened.", where=True, order=True)
    title: str | None = localized("Description by staff; null for entries that are made automatically.")
    file_state: models.AdvocacyFileState | None = column("New status of the file; null if it did not change.")
    demand_state: models.DemandState | None = column("New status of the demand; null if it did not change.")
    demand: Demand | None = one("Demand concerned; null if none.", via="demand_id")
    position: AdvocacyPosition | None = one("Position that was taken; null if none.", via="position_id")
    file: AdvocacyFile | None = one("The file.", via="file_id")


@read_type(models.AdvocacyNotice)
class AdvocacyNotice(Node):
    """A notice to a watcher that a file has changed. The person, or STAFF of the watching association."""

    action: str = column("Action, as in the journal: a noun and a participle.", where=True)
    at: datetime = column("Time of the change.", where=True, order=True)
    read_at: datetime | None = column("Time at which it was marked as read; null if unread.", where=True)
    file: AdvocacyFile | None = one("File that changed.", via="file_id")
    association: Association | None = one("Association that is notified; null if a person is.", via="watcher_id")


AdvocacyNoticeId = Annotated[UUID, Ref("AdvocacyNotice", "The notice.")]


@extends(AdvocacyFile)
class _FileParts:
    positions: list[AdvocacyPosition] = many(
        "Latest position of each participant on a day.", on=_latest, order=("taken_on",), arguments=AS_OF
    )
    positions_taken: Connection[AdvocacyPosition] = connection(
        "All positions ever taken, the latest first.", via="file_id", order=("-taken_on",)
    )
    demands: list[Demand] = many("Demands, in order.", via="file_id", order=("number",), limit=200)
    timeline: Connection[TimelineEntry] = connection(
        "History of the file, the latest first.", via="file_id", order=("-happened_on",)
    )


@extends(Demand)
class _DemandAnswers:
    answers: list[DemandAnswer] = many(
        "Answers of counterparts, the latest decision first.", via="demand_id", order=("-decided_on",)
    )


@extends(Avenue)
class _AvenueFiles:
    report: Report | None = one("Report that proposes it.", via="report_id")
    taken_up_by: list[AdvocacyFile] = many(
        "Files with a demand that comes from it, as far as the reader may see them.",
        on=_takes_up,
        order=("slug",),
    )


@extends(Association)
class _AssociationFiles:
    advocacy_files: Connection[AdvocacyFile] = connection(
        "Advocacy files that it leads.", via="association_id", order=("opened_on",)
    )
    advocacy_notices: Connection[AdvocacyNotice] = connection(
        "Notices about the files that it watches, the latest first. STAFF.", via="watcher_id", order=("-at",)
    )


@extends(Person)
class _PersonNotices:
    advocacy_notices: Connection[AdvocacyNotice] = connection(
        "Notices about the files that they watch, the latest first. Visible to the person alone.",
        via="person_id",
        order=("-at",),
    )


@extends(Query)
class _Files:
    advocacy_file: AdvocacyFile | None = by_slug("Find an advocacy file by its slug.")
    advocacy_files: Connection[AdvocacyFile] = connection("Advocacy files of the confederation.", order=("slug",))
