"""A file's own life: opened, watched, negotiated, settled, closed; and who may read it."""

from collections.abc import Mapping
from uuid import UUID

from models import (
    MANAGE_ADVOCACY,
    AdvocacyFile,
    AdvocacyFileState,
    AdvocacyTheme,
    Association,
    Confidentiality,
    Sector,
    TimelineEntry,
    TimelineKind,
)
from services.advocacy.access import managed_file
from services.advocacy.changes import changed, part_of
from services.advocacy.errors import WrongAdvocacyFileState
from services.advocacy.positions import enter
from services.core.checks import check_slug, check_texts
from services.core.errors import AlreadyExists
from services.core.work import Work

_S = AdvocacyFileState

NEXT_FILE_STATES: dict[AdvocacyFileState, tuple[AdvocacyFileState, ...]] = {
    _S.OPEN: (_S.WATCHING, _S.NEGOTIATING, _S.CLOSED),
    _S.WATCHING: (_S.OPEN, _S.NEGOTIATING, _S.CLOSED),
    _S.NEGOTIATING: (_S.OPEN, _S.WATCHING, _S.SETTLED),
    _S.SETTLED: (_S.WATCHING, _S.NEGOTIATING, _S.CLOSED),
    _S.CLOSED: (_S.OPEN,),
}
"""Where a file may go from where it is: negotiations end before it is closed, and it is opened again, not resumed."""


async def open_advocacy_file(
    work: Work,
    *,
    association_id: UUID,
    slug: str,
    title: Mapping[str, str],
    theme: AdvocacyTheme,
    summary: Mapping[str, str] | None = None,
    sector: Sector | None = None,
    confidentiality: Confidentiality = Confidentiality.STAFF,
) -> AdvocacyFile:
    """Open a file that the association leads, as yet without a mandate. Asks for `advocacy.manage` there.

    AlreadyExists for a slug that is taken.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_ADVOCACY, association_id)
    file = AdvocacyFile(
        association_id=association_id,
        association_ids=[association_id],
        slug=check_slug(slug),
        title=check_texts(work, title, "title"),
        summary=None if summary is None else check_texts(work, summary, "summary", most=5000),
        theme=theme,
        sector=sector,
        confidentiality=confidentiality,
        opened_on=work.today,
    )
    taken = AlreadyExists("advocacy file", path=("slug",))
    await work.insert(file, refused={"uq_advocacy_file_confederation_id_slug": taken})
    await changed(work, file, file, "advocacy_file.opened", _state(work, file), data={"slug": file.slug})
    await enter(work, file, association_id)
    return file


async def move_advocacy_file(work: Work, file_id: UUID, state: AdvocacyFileState) -> AdvocacyFile:
    """Change the file's state from today on, by one of the steps in `NEXT_FILE_STATES`.

    Asks for `advocacy.manage` in the lead.
    """
    file = await work.find_managed(AdvocacyFile, file_id, MANAGE_ADVOCACY, "advocacyFileId")
    if state not in NEXT_FILE_STATES[file.state]:
        raise WrongAdvocacyFileState(
            [before for before, steps in NEXT_FILE_STATES.items() if state in steps], file.state
        )
    before, file.state = file.state, state
    file.closed_on = work.today if state is _S.CLOSED else None
    await work.flush()
    await changed(work, file, file, "advocacy_file.moved", _state(work, file), data={"state": state, "before": before})
    return file


async def change_confidentiality(work: Work, file_id: UUID, confidentiality: Confidentiality) -> AdvocacyFile:
    """Let others read the file and everything in it, notices included, from now on. Asks for `advocacy.manage`.

    What they have read they have read; who may not see it any more finds nothing of it.
    """
    file = await managed_file(work, file_id)
    if file.confidentiality is confidentiality:
        return file
    before, file.confidentiality = file.confidentiality, confidentiality
    await work.flush()  # the parts' copies follow, by their keys
    await changed(
        work,
        file,
        file,
        "advocacy_file.confidentiality_changed",
        data={"confidentiality": confidentiality, "before": before},
    )
    return file


def _state(work: Work, file: AdvocacyFile) -> TimelineEntry:
    return TimelineEntry(
        **part_of(file), kind=TimelineKind.STATE_CHANGED, happened_on=work.today, file_state=file.state
    )
