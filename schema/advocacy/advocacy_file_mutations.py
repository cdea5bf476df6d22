"""Mutations of advocacy files by associations, and of watches."""

from datetime import date
from typing import Annotated

import models
from schema.advocacy.advocacy_file import (
    AdvocacyFile,
    AdvocacyFileId,
    AdvocacyNotice,
    AdvocacyNoticeId,
    AdvocacyPosition,
    Demand,
    DemandAnswer,
    DemandAnswerId,
    DemandId,
    TimelineEntry,
)
from schema.base.inputs import Texts
from schema.events.report import AvenueId
from schema.mutations.declare import mutation
from schema.tenancy.federation import AssociationId
from services.advocacy import answers, demands, files, positions, timeline, watching
from services.advocacy.errors import AnswerAlreadyPublished, TakesNoPart, WrongAdvocacyFileState, WrongDemandState
from services.core.errors import AlreadyExists
from services.core.work import Work


@mutation(AdvocacyFile, problems=(AlreadyExists,))
async def create_advocacy_file(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Association that leads the file."],
    slug: Annotated[str, "Name in URLs: lower-case letters, digits and hyphens."],
    title: Annotated[Texts, "Title."],
    theme: Annotated[models.AdvocacyTheme, "Theme."],
    summary: Annotated[Texts | None, "Summary."] = None,
    sector: Annotated[models.Sector | None, "Sector concerned; by default all."] = None,
    confidentiality: Annotated[
        models.Confidentiality, "Who may read the file and everything in it."
    ] = models.Confidentiality.STAFF,
) -> models.AdvocacyFile:
    """Open an advocacy file. Requires `advocacy.manage` in the leading association."""
    return await files.open_advocacy_file(
        work,
        association_id=association_id,
        slug=slug,
        title=title,
        theme=theme,
        summary=summary,
        sector=sector,
        confidentiality=confidentiality,
    )


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState,))
async def move_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    state: Annotated[models.AdvocacyFileState, "New status."],
) -> models.AdvocacyFile:
    """Change the status of a file. Requires `advocacy.manage` in the leading association."""
    return await files.move_advocacy_file(work, advocacy_file_id, state)


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState,))
async def update_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    confidentiality: Annotated[models.Confidentiality, "Who may read the file and everything in it."],
) -> models.AdvocacyFile:
    """Change who may read a file and everything in it. Requires `advocacy.manage` in the leading association."""
    return await files.change_confidentiality(work, advocacy_file_id, confidentiality)


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState, AlreadyExists))
async def create_advocacy_file_participant(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[AssociationId, "Association that is to participate."],
) -> models.AdvocacyFile:
    """Add a participating association, at first without a mandate. Requires `advocacy.manage` in the leading
    association.
    """
    return await positions.add_participant(work, advocacy_file_id, association_id)


@mutation(AdvocacyPosition, problems=(TakesNoPart, WrongAdvocacyFileState))
async def take_advocacy_position(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[AssociationId, "Association that takes the position."],
    stance: Annotated[models.Stance, "Stance."],
    conditions: Annotated[
        Texts | None, "Conditions of the support; required with SUPPORTS_WITH_CONDITIONS, otherwise refused."
    ] = None,
    taken_on: Annotated[date | None, "First day of the position; by default today."] = None,
) -> models.AdvocacyPosition:
    """Record an association's position; one of the same day is replaced. Requires `advocacy.manage` in that
    association.
    """
    return await positions.take_position(
        work, advocacy_file_id, association_id, stance, conditions=conditions, taken_on=taken_on
    )


@mutation(Demand, problems=(WrongAdvocacyFileState, AlreadyExists))
async def create_demand(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    title: Annotated[Texts, "Title of the demand."],
    details: Annotated[Texts | None, "Details."] = None,
    avenue_id: Annotated[AvenueId | None, "Avenue of a follow-up report that it comes from."] = None,
) -> models.Demand:
    """Add a demand to a file, as a draft. Requires `advocacy.manage` in the leading association."""
    return await demands.draft_demand(work, advocacy_file_id, title=title, details=details, avenue_id=avenue_id)


@mutation(Demand, problems=(WrongAdvocacyFileState, AlreadyExists))
async def take_up_avenue(
    work: Work, *, advocacy_file_id: AdvocacyFileId, avenue_id: Annotated[AvenueId, "Avenue of a published report."]
) -> models.Demand:
    """Add an avenue of a report to a file as a demand, in the report's words. Requires `advocacy.manage` in the leading
    association.
    """
    return await demands.take_up_avenue(work, advocacy_file_id, avenue_id)


@mutation(Demand, problems=(WrongDemandState, WrongAdvocacyFileState))
async def move_demand(
    work: Work,
    *,
    demand_id: DemandId,
    state: Annotated[models.DemandState, "New status."],
    on: Annotated[date | None, "First day of the new status; by default today."] = None,
    counterpart: Annotated[
        str | None, "Body that the demand is tabled with; by default unchanged. Only with TABLED."
    ] = None,
    due_on: Annotated[date | None, "Day by which an answer is expected. Only with TABLED."] = None,
) -> models.Demand:
    """Change the status of a demand. Requires `advocacy.manage` in the leading association."""
    return await demands.change_demand(work, demand_id, state, on=on, counterpart=counterpart, due_on=due_on)


@mutation(DemandAnswer, problems=(WrongDemandState, WrongAdvocacyFileState))
async def record_demand_answer(
    work: Work,
    *,
    demand_id: DemandId,
    text: Annotated[Texts, "Decision, in the counterpart's words."],
    decided_on: Annotated[date, "Day of the decision."],
    published_on: Annotated[date | None, "Day of publication; null: unpublished, visible to staff only."] = None,
) -> models.DemandAnswer:
    """Record a counterpart's official answer to a demand. Requires `advocacy.manage` in the leading association."""
    return await answers.record_answer(work, demand_id, text=text, decided_on=decided_on, published_on=published_on)


@mutation(DemandAnswer, problems=(AnswerAlreadyPublished, WrongAdvocacyFileState))
async def publish_demand_answer(
    work: Work,
    *,
    demand_answer_id: DemandAnswerId,
    on: Annotated[date | None, "Day of publication; by default today."] = None,
) -> models.DemandAnswer:
    """Publish an answer to all readers of the file. Requires `advocacy.manage` in the leading association."""
    return await answers.publish_answer(work, demand_answer_id, on=on)


@mutation(TimelineEntry, problems=(WrongAdvocacyFileState,))
async def create_timeline_entry(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    kind: Annotated[models.TimelineKind, "Kind of entry: a meeting, a letter, a brief, a ruling, or press coverage."],
    title: Annotated[Texts, "Description of what happened."],
    happened_on: Annotated[date | None, "Day on which it happened; by default today."] = None,
) -> models.TimelineEntry:
    """Add an entry to the timeline of a file. Requires `advocacy.manage` in the leading association."""
    return await timeline.note_in_timeline(work, advocacy_file_id, kind, title=title, happened_on=happened_on)


@mutation(AdvocacyFile, problems=(AlreadyExists,))
async def watch_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[
        AssociationId | None, "Watching association; by default the signed-in person watches."
    ] = None,
) -> models.AdvocacyFile:
    """Subscribe to notices of a file's changes, personally or for an association. The latter requires `advocacy.manage`
    in it.
    """
    return await watching.watch_advocacy_file(work, advocacy_file_id, association_id=association_id)


@mutation(AdvocacyFile)
async def unwatch_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[AssociationId | None, "Watching association; by default the signed-in person."] = None,
) -> models.AdvocacyFile:
    """Unsubscribe from notices of a file's changes, personally or for an association. The latter requires
    `advocacy.manage` in it.
    """
    return await watching.unwatch_advocacy_file(work, advocacy_file_id, association_id=association_id)


@mutation(AdvocacyNotice)
async def read_advocacy_notices(
    work: Work, *, advocacy_notice_id: Annotated[AdvocacyNoticeId, "The latest notice to mark."]
) -> models.AdvocacyNotice:
    """Mark a notice, and all earlier ones of the same watcher, as read."""
    return await watching.read_advocacy_notices(work, advocacy_notice_id)
