"""Record a change of a file: journal entry, timeline entry, and a notice for each watcher, in one transaction."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col

from models import AdvocacyFile, AdvocacyNotice, AdvocacyWatch, TimelineEntry
from models.base.records import TenantRecord
from services.core.work import Work


def part_of(file: AdvocacyFile) -> dict[str, Any]:
    """The columns that every part copies from its file: its association and its readers."""
    return {
        "file_id": file.id,
        "association_id": file.association_id,
        "association_ids": list(file.association_ids),
        "confidentiality": file.confidentiality,
    }


async def changed(
    work: Work,
    file: AdvocacyFile,
    subject: TenantRecord,
    action: str,
    happened: TimelineEntry | None = None,
    *,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record a change of a file, add what `happened` to its timeline, and notify its watchers.

    The actor isn't notified; an association that they work for is. A notice refers to the journal entry and has no
    text: its content is read with the file, by those who may see the file then.
    """
    entry = await work.record(
        action, subject, association_id=file.association_id, data={"file_id": str(file.id), **(data or {})}
    )
    notice = {**part_of(file), "entry_id": entry.id, "action": action, "at": work.now}
    watches = work.select(col(AdvocacyWatch.person_id), col(AdvocacyWatch.watcher_id)).where(
        col(AdvocacyWatch.file_id) == file.id,
        # An association's watch has no person, and neither has the system actor.
        col(AdvocacyWatch.person_id).is_(None) | col(AdvocacyWatch.person_id).is_distinct_from(work.actor.person_id),
    )
    async with work.elevated("whoever takes part writes in the timeline, and nobody sees which persons are told"):
        if happened is not None:
            work.session.add(happened)
        told = [
            {**notice, "person_id": person, "watcher_id": watcher}
            for person, watcher in await work.session.execute(watches)
        ]
        if told:
            await work.session.execute(work.inserting(AdvocacyNotice), work.all_completed(AdvocacyNotice, told))
