"""What associations do about advocacy files, and who watches them."""

from datetime import date
from uuid import UUID

import strawberry

import models
from schema.advocacy.advocacy_file import (
    AdvocacyFile,
    AdvocacyNotice,
    AdvocacyPosition,
    Demand,
    DemandAnswer,
    TimelineEntry,
)
from schema.base.inputs import TextInput, optional_texts, texts
from schema.mutations.declare import MutationInput, key, mutation
from services.advocacy import answers, demands, files, positions, timeline, watching
from services.advocacy.errors import AnswerAlreadyPublished, TakesNoPart, WrongAdvocacyFileState, WrongDemandState
from services.core.errors import AlreadyExists
from services.core.work import Work


@strawberry.input(description="A file to open.")
class OpenAdvocacyFileInput(MutationInput):
    """The input of `openAdvocacyFile`."""

    association_id: strawberry.ID = strawberry.field(description="Who leads it.")
    slug: str = strawberry.field(description="Its name in addresses: lower-case letters, digits and hyphens.")
    title: list[TextInput] = strawberry.field(description="What it is called.")
    theme: models.AdvocacyTheme = strawberry.field(description="What kind of matter it is.")
    summary: list[TextInput] | None = strawberry.field(default=None, description="What it is about.")
    sector: models.Sector | None = strawberry.field(
        default=None, description="The sector it is about; by default all of them."
    )
    confidentiality: models.Confidentiality = strawberry.field(
        default=models.Confidentiality.STAFF, description="Who may read it."
    )


@mutation(AdvocacyFile, problems=(AlreadyExists,))
async def open_advocacy_file(work: Work, input: OpenAdvocacyFileInput) -> models.AdvocacyFile:
    """Open a file. Asks for `advocacy.manage` in the association that leads it."""
    return await files.open_advocacy_file(
        work,
        association_id=key(input.association_id, "Association", "associationId"),
        slug=input.slug,
        title=texts(input.title),
        theme=input.theme,
        summary=optional_texts(input.summary),
        sector=input.sector,
        confidentiality=input.confidentiality,
    )


@strawberry.input(description="A file that changes.")
class AdvocacyFileInput(MutationInput):
    """The input of mutations that take a file."""

    file_id: strawberry.ID = strawberry.field(description="The file.")


@strawberry.input(description="A file that stands somewhere else.")
class MoveAdvocacyFileInput(AdvocacyFileInput):
    """The input of `moveAdvocacyFile`."""

    state: models.AdvocacyFileState = strawberry.field(description="Where it stands from now on.")


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState,))
async def move_advocacy_file(work: Work, input: MoveAdvocacyFileInput) -> models.AdvocacyFile:
    """Watch it, negotiate it, settle it, close it, or open it again. Asks for `advocacy.manage` in the lead."""
    return await files.move_advocacy_file(work, key(input.file_id, "AdvocacyFile", "fileId"), input.state)


@strawberry.input(description="A file that others may read.")
class ChangeConfidentialityInput(AdvocacyFileInput):
    """The input of `changeConfidentiality`."""

    confidentiality: models.Confidentiality = strawberry.field(description="Who may read it.")


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState,))
async def change_confidentiality(work: Work, input: ChangeConfidentialityInput) -> models.AdvocacyFile:
    """Let others read a file and everything in it from now on. Asks for `advocacy.manage` in the lead."""
    return await files.change_confidentiality(work, key(input.file_id, "AdvocacyFile", "fileId"), input.confidentiality)


@strawberry.input(description="An association that joins a file.")
class AddParticipantInput(AdvocacyFileInput):
    """The input of `addParticipant`."""

    association_id: strawberry.ID = strawberry.field(description="Who takes part from now on.")


@mutation(AdvocacyFile, problems=(WrongAdvocacyFileState, AlreadyExists))
async def add_participant(work: Work, input: AddParticipantInput) -> models.AdvocacyFile:
    """Have another association take part, as yet without a mandate. Asks for `advocacy.manage` in the lead."""
    return await positions.add_participant(
        work,
        key(input.file_id, "AdvocacyFile", "fileId"),
        key(input.association_id, "Association", "associationId"),
    )


@strawberry.input(description="What an association thinks of a file.")
class TakePositionInput(AdvocacyFileInput):
    """The input of `takePosition`."""

    association_id: strawberry.ID = strawberry.field(description="Whose position it is.")
    stance: models.Stance = strawberry.field(description="What it thinks.")
    conditions: list[TextInput] | None = strawberry.field(
        default=None, description="Under which conditions, with SUPPORTS_WITH_CONDITIONS and only there."
    )
    taken_on: date | None = strawberry.field(default=None, description="From which day on; by default today.")


@mutation(AdvocacyPosition, problems=(TakesNoPart, WrongAdvocacyFileState))
async def take_position(work: Work, input: TakePositionInput) -> models.AdvocacyPosition:
    """Say what an association thinks; its position of that day is replaced. Asks for `advocacy.manage` in it."""
    return await positions.take_position(
        work,
        key(input.file_id, "AdvocacyFile", "fileId"),
        key(input.association_id, "Association", "associationId"),
        input.stance,
        conditions=optional_texts(input.conditions),
        taken_on=input.taken_on,
    )


@strawberry.input(description="A demand to draft.")
class DraftDemandInput(AdvocacyFileInput):
    """The input of `draftDemand`."""

    title: list[TextInput] = strawberry.field(description="What is asked for.")
    details: list[TextInput] | None = strawberry.field(default=None, description="What that means.")
    avenue_id: strawberry.ID | None = strawberry.field(default=None, description="The avenue that it comes from.")


@mutation(Demand, problems=(WrongAdvocacyFileState, AlreadyExists))
async def draft_demand(work: Work, input: DraftDemandInput) -> models.Demand:
    """Draft a file's next demand. Asks for `advocacy.manage` in the lead."""
    return await demands.draft_demand(
        work,
        key(input.file_id, "AdvocacyFile", "fileId"),
        title=texts(input.title),
        details=optional_texts(input.details),
        avenue_id=key(input.avenue_id, "Avenue", "avenueId") if input.avenue_id else None,
    )


@strawberry.input(description="An avenue to take up.")
class TakeUpAvenueInput(AdvocacyFileInput):
    """The input of `takeUpAvenue`."""

    avenue_id: strawberry.ID = strawberry.field(description="An avenue of a published report.")


@mutation(Demand, problems=(WrongAdvocacyFileState, AlreadyExists))
async def take_up_avenue(work: Work, input: TakeUpAvenueInput) -> models.Demand:
    """Make an avenue a file's next demand, in the report's words. Asks for `advocacy.manage` in the lead."""
    return await demands.take_up_avenue(
        work, key(input.file_id, "AdvocacyFile", "fileId"), key(input.avenue_id, "Avenue", "avenueId")
    )


@strawberry.input(description="A demand's next step.")
class ChangeDemandInput(MutationInput):
    """The input of `changeDemand`."""

    demand_id: strawberry.ID = strawberry.field(description="The demand.")
    state: models.DemandState = strawberry.field(description="Where its life is from then on.")
    on: date | None = strawberry.field(default=None, description="Since when; by default today.")
    counterpart: str | None = strawberry.field(
        default=None, description="Whom it is tabled with; by default as before. Only with TABLED."
    )
    due_on: date | None = strawberry.field(default=None, description="When an answer is expected. Only with TABLED.")


@mutation(Demand, problems=(WrongDemandState, WrongAdvocacyFileState))
async def change_demand(work: Work, input: ChangeDemandInput) -> models.Demand:
    """Table, negotiate, agree, refuse or withdraw a demand. Asks for `advocacy.manage` in the lead."""
    return await demands.change_demand(
        work,
        key(input.demand_id, "Demand", "demandId"),
        input.state,
        on=input.on,
        counterpart=input.counterpart,
        due_on=input.due_on,
    )


@strawberry.input(description="What a counterpart answered.")
class RecordAnswerInput(MutationInput):
    """The input of `recordAnswer`."""

    demand_id: strawberry.ID = strawberry.field(description="The demand.")
    text: list[TextInput] = strawberry.field(description="What was decided, as the counterpart worded it.")
    decided_on: date = strawberry.field(description="When it was decided.")
    published_on: date | None = strawberry.field(
        default=None, description="When it was published; by default it isn't yet, and only staff read it."
    )


@mutation(DemandAnswer, problems=(WrongDemandState, WrongAdvocacyFileState))
async def record_answer(work: Work, input: RecordAnswerInput) -> models.DemandAnswer:
    """Keep a counterpart's official answer to a demand. Asks for `advocacy.manage` in the lead."""
    return await answers.record_answer(
        work,
        key(input.demand_id, "Demand", "demandId"),
        text=texts(input.text),
        decided_on=input.decided_on,
        published_on=input.published_on,
    )


@strawberry.input(description="An answer to publish.")
class PublishAnswerInput(MutationInput):
    """The input of `publishAnswer`."""

    answer_id: strawberry.ID = strawberry.field(description="The answer.")
    on: date | None = strawberry.field(default=None, description="When it was published; by default today.")


@mutation(DemandAnswer, problems=(AnswerAlreadyPublished, WrongAdvocacyFileState))
async def publish_answer(work: Work, input: PublishAnswerInput) -> models.DemandAnswer:
    """Let everybody who reads the file read the answer. Asks for `advocacy.manage` in the lead."""
    return await answers.publish_answer(work, key(input.answer_id, "DemandAnswer", "answerId"), on=input.on)


@strawberry.input(description="Something that happened to a file.")
class NoteInTimelineInput(AdvocacyFileInput):
    """The input of `noteInTimeline`."""

    kind: models.TimelineKind = strawberry.field(description="A meeting, a letter, a brief, a ruling, or the press.")
    title: list[TextInput] = strawberry.field(description="What happened.")
    happened_on: date | None = strawberry.field(default=None, description="On which day; by default today.")


@mutation(TimelineEntry, problems=(WrongAdvocacyFileState,))
async def note_in_timeline(work: Work, input: NoteInTimelineInput) -> models.TimelineEntry:
    """Note what happened to a file. Asks for `advocacy.manage` in the lead."""
    return await timeline.note_in_timeline(
        work,
        key(input.file_id, "AdvocacyFile", "fileId"),
        input.kind,
        title=texts(input.title),
        happened_on=input.happened_on,
    )


@strawberry.input(description="Who watches a file.")
class WatchingInput(AdvocacyFileInput):
    """The input of mutations about watching."""

    association_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which association watches it; by default the person who asks."
    )


@strawberry.input(description="A file to watch.")
class WatchAdvocacyFileInput(WatchingInput):
    """The input of `watchAdvocacyFile`."""


@mutation(AdvocacyFile, problems=(AlreadyExists,))
async def watch_advocacy_file(work: Work, input: WatchAdvocacyFileInput) -> models.AdvocacyFile:
    """Be told of each change of a file: oneself, or an association, by `advocacy.manage` in it."""
    return await watching.watch_advocacy_file(
        work, key(input.file_id, "AdvocacyFile", "fileId"), association_id=_association(input)
    )


@strawberry.input(description="A file to watch no longer.")
class UnwatchAdvocacyFileInput(WatchingInput):
    """The input of `unwatchAdvocacyFile`."""


@mutation(AdvocacyFile)
async def unwatch_advocacy_file(work: Work, input: UnwatchAdvocacyFileInput) -> models.AdvocacyFile:
    """Be told of a file's changes no longer: oneself, or an association, by `advocacy.manage` in it."""
    return await watching.unwatch_advocacy_file(
        work, key(input.file_id, "AdvocacyFile", "fileId"), association_id=_association(input)
    )


@strawberry.input(description="Notices that were read.")
class ReadAdvocacyNoticesInput(MutationInput):
    """The input of `readAdvocacyNotices`."""

    up_to_id: strawberry.ID = strawberry.field(description="The latest of them.")


@mutation(AdvocacyNotice)
async def read_advocacy_notices(work: Work, input: ReadAdvocacyNoticesInput) -> models.AdvocacyNotice:
    """Mark a notice and all before it to the same watcher as read."""
    return await watching.read_advocacy_notices(work, key(input.up_to_id, "AdvocacyNotice", "upToId"))


def _association(input: WatchingInput) -> UUID | None:
    return key(input.association_id, "Association", "associationId") if input.association_id else None
