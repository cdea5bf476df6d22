"""What associations do about advocacy files, and who watches them."""

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
    association_id: Annotated[AssociationId, "Who leads it."],
    slug: Annotated[str, "Its name in addresses: lower-case letters, digits and hyphens."],
    title: Annotated[Texts, "What it is called."],
    theme: Annotated[models.AdvocacyTheme, "What kind of matter it is."],
    summary: Annotated[Texts | None, "What it is about."] = None,
    sector: Annotated[models.Sector | None, "The sector it is about; by default all of them."] = None,
    confidentiality: Annotated[models.Confidentiality, "Who may read it."] = models.Confidentiality.STAFF,
) -> models.AdvocacyFile:
    """Open a file. Asks for `advocacy.manage` in the association that leads it."""
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
    state: Annotated[models.AdvocacyFileState, "Where it stands from now on."],
) -> models.AdvocacyFile:
    """Watch it, negotiate it, settle it, close it, or open it again. Asks for `advocacy.manage` in the lead."""
    return await files.move_advocacy_file(work, advocacy_file_id, state)


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState,))
async def update_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    confidentiality: Annotated[models.Confidentiality, "Who may read it."],
) -> models.AdvocacyFile:
    """Let others read a file and everything in it from now on. Asks for `advocacy.manage` in the lead."""
    return await files.change_confidentiality(work, advocacy_file_id, confidentiality)


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState, AlreadyExists))
async def create_advocacy_file_participant(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[AssociationId, "Who takes part from now on."],
) -> models.AdvocacyFile:
    """Have another association take part, as yet without a mandate. Asks for `advocacy.manage` in the lead."""
    return await positions.add_participant(work, advocacy_file_id, association_id)


@mutation(AdvocacyPosition, problems=(TakesNoPart, WrongAdvocacyFileState))
async def take_advocacy_position(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[AssociationId, "Whose position it is."],
    stance: Annotated[models.Stance, "What it thinks."],
    conditions: Annotated[Texts | None, "Under which conditions, with SUPPORTS_WITH_CONDITIONS and only there."] = None,
    taken_on: Annotated[date | None, "From which day on; by default today."] = None,
) -> models.AdvocacyPosition:
    """Say what an association thinks; its position of that day is replaced. Asks for `advocacy.manage` in it."""
    return await positions.take_position(
        work, advocacy_file_id, association_id, stance, conditions=conditions, taken_on=taken_on
    )


@mutation(Demand, problems=(WrongAdvocacyFileState, AlreadyExists))
async def create_demand(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    title: Annotated[Texts, "What is asked for."],
    details: Annotated[Texts | None, "What that means."] = None,
    avenue_id: Annotated[AvenueId | None, "The avenue that it comes from."] = None,
) -> models.Demand:
    """Draft a file's next demand. Asks for `advocacy.manage` in the lead."""
    return await demands.draft_demand(work, advocacy_file_id, title=title, details=details, avenue_id=avenue_id)


@mutation(Demand, problems=(WrongAdvocacyFileState, AlreadyExists))
async def take_up_avenue(
    work: Work, *, advocacy_file_id: AdvocacyFileId, avenue_id: Annotated[AvenueId, "An avenue of a published report."]
) -> models.Demand:
    """Make an avenue a file's next demand, in the report's words. Asks for `advocacy.manage` in the lead."""
    return await demands.take_up_avenue(work, advocacy_file_id, avenue_id)


@mutation(Demand, problems=(WrongDemandState, WrongAdvocacyFileState))
async def move_demand(
    work: Work,
    *,
    demand_id: DemandId,
    state: Annotated[models.DemandState, "Where its life is from then on."],
    on: Annotated[date | None, "Since when; by default today."] = None,
    counterpart: Annotated[str | None, "Whom it is tabled with; by default as before. Only with TABLED."] = None,
    due_on: Annotated[date | None, "When an answer is expected. Only with TABLED."] = None,
) -> models.Demand:
    """Table, negotiate, agree, refuse or withdraw a demand. Asks for `advocacy.manage` in the lead."""
    return await demands.change_demand(work, demand_id, state, on=on, counterpart=counterpart, due_on=due_on)


@mutation(DemandAnswer, problems=(WrongDemandState, WrongAdvocacyFileState))
async def record_demand_answer(
    work: Work,
    *,
    demand_id: DemandId,
    text: Annotated[Texts, "What was decided, as the counterpart worded it."],
    decided_on: Annotated[date, "When it was decided."],
    published_on: Annotated[
        date | None, "When it was published; by default it isn't yet, and only staff read it."
    ] = None,
) -> models.DemandAnswer:
    """Keep a counterpart's official answer to a demand. Asks for `advocacy.manage` in the lead."""
    return await answers.record_answer(work, demand_id, text=text, decided_on=decided_on, published_on=published_on)


@mutation(DemandAnswer, problems=(AnswerAlreadyPublished, WrongAdvocacyFileState))
async def publish_demand_answer(
    work: Work,
    *,
    demand_answer_id: DemandAnswerId,
    on: Annotated[date | None, "When it was published; by default today."] = None,
) -> models.DemandAnswer:
    """Let everybody who reads the file read the answer. Asks for `advocacy.manage` in the lead."""
    return await answers.publish_answer(work, demand_answer_id, on=on)


@mutation(TimelineEntry, problems=(WrongAdvocacyFileState,))
async def create_timeline_entry(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    kind: Annotated[models.TimelineKind, "A meeting, a letter, a brief, a ruling, or the press."],
    title: Annotated[Texts, "What happened."],
    happened_on: Annotated[date | None, "On which day; by default today."] = None,
) -> models.TimelineEntry:
    """Note what happened to a file. Asks for `advocacy.manage` in the lead."""
    return await timeline.note_in_timeline(work, advocacy_file_id, kind, title=title, happened_on=happened_on)


@mutation(AdvocacyFile, problems=(AlreadyExists,))
async def watch_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[
        AssociationId | None, "Which association watches it; by default the person who asks."
    ] = None,
) -> models.AdvocacyFile:
    """Be told of each change of a file: oneself, or an association, by `advocacy.manage` in it."""
    return await watching.watch_advocacy_file(work, advocacy_file_id, association_id=association_id)


@mutation(AdvocacyFile)
async def unwatch_advocacy_file(
    work: Work,
    *,
    advocacy_file_id: AdvocacyFileId,
    association_id: Annotated[
        AssociationId | None, "Which association watches it; by default the person who asks."
    ] = None,
) -> models.AdvocacyFile:
    """Be told of a file's changes no longer: oneself, or an association, by `advocacy.manage` in it."""
    return await watching.unwatch_advocacy_file(work, advocacy_file_id, association_id=association_id)


@mutation(AdvocacyNotice)
async def read_advocacy_notices(
    work: Work, *, advocacy_notice_id: Annotated[AdvocacyNoticeId, "The latest of them."]
) -> models.AdvocacyNotice:
    """Mark a notice and all before it to the same watcher as read."""
    return await watching.read_advocacy_notices(work, advocacy_notice_id)
