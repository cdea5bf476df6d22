"""What happens to a file outside it: meetings, letters, briefs, rulings, press."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from models import STAFF_TIMELINE_KINDS, TimelineEntry, TimelineKind
from services.advocacy.access import check_day, managed_file
from services.advocacy.changes import changed, part_of
from services.core.checks import check_texts
from services.core.errors import InvalidInput
from services.core.work import Work


async def note_in_timeline(
    work: Work, file_id: UUID, kind: TimelineKind, *, title: Mapping[str, str], happened_on: date | None = None
) -> TimelineEntry:
    """Note what happened, today or on an earlier day. Asks for `advocacy.manage` in the lead.

    InvalidInput for a kind that isn't in `STAFF_TIMELINE_KINDS`: the file's own changes are noted by what changes it.
    """
    file = await managed_file(work, file_id)
    if kind not in STAFF_TIMELINE_KINDS:
        raise InvalidInput(f"one of {', '.join(STAFF_TIMELINE_KINDS)}", kind, path=("kind",))
    entry = await work.insert(
        TimelineEntry(
            **part_of(file),
            kind=kind,
            happened_on=check_day(work, happened_on, "happenedOn"),
            title=check_texts(work, title, "title", most=500),
        )
    )
    await changed(work, file, entry, "timeline_entry.noted", data={"kind": kind})
    return entry
