"""Watching a file, and the notices that watchers get of its changes."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from models import MANAGE_ADVOCACY, AdvocacyFile, AdvocacyNotice, AdvocacyWatch, Association
from services.advocacy.changes import part_of
from services.core.errors import AlreadyExists
from services.core.work import Work


async def watch_advocacy_file(work: Work, file_id: UUID, *, association_id: UUID | None = None) -> AdvocacyFile:
    """Watch a file: the actor, or an association, with `advocacy.manage` there.

    Watchers get a notice of each later change. AlreadyExists if it is watched already. A person's watch is private, so
    it isn't journaled.
    """
    await work.find(AdvocacyFile, file_id, "advocacyFileId")
    watcher = await _watcher(work, association_id)
    async with work.elevated("who watches a file locks what its lead writes: what a watch copies from it holds"):
        file = await work.find(AdvocacyFile, file_id, "advocacyFileId", lock=True)
    taken = AlreadyExists("advocacy watch")
    watch = await work.insert(
        AdvocacyWatch(**part_of(file), **watcher, since=work.today),
        refused={"a_person_watches_once": taken, "an_association_watches_once": taken},
    )
    await _record(work, "advocacy_watch.begun", watch)
    return file


async def unwatch_advocacy_file(work: Work, file_id: UUID, *, association_id: UUID | None = None) -> AdvocacyFile:
    """Stop watching a file; earlier notices are kept. NotFound if it isn't watched.

    For an association it asks for `advocacy.manage` there.
    """
    file = await work.find(AdvocacyFile, file_id, "advocacyFileId")
    watch = await work.find_by(AdvocacyWatch, lock=True, file_id=file_id, **await _watcher(work, association_id))
    await _record(work, "advocacy_watch.ended", watch)
    await work.remove(watch)
    return file


async def read_advocacy_notices(work: Work, up_to_id: UUID) -> AdvocacyNotice:
    """Mark a notice and all earlier ones of the same watcher as read: the actor's, or those of an association they work
    for.

    Notices read before keep their read time. It isn't journaled, because nothing changes for anybody else.
    """
    notice = await work.find(AdvocacyNotice, up_to_id, "advocacyNoticeId", lock=True)
    to = "person_id" if notice.person_id is not None else "watcher_id"
    await work.session.execute(
        work.update(
            AdvocacyNotice,
            getattr(AdvocacyNotice, to) == getattr(notice, to),
            (col(AdvocacyNotice.at) < notice.at)
            | ((col(AdvocacyNotice.at) == notice.at) & (col(AdvocacyNotice.id) <= notice.id)),
            col(AdvocacyNotice.read_at).is_(None),
            to={"read_at": work.now},
        )
    )
    return await work.find(AdvocacyNotice, up_to_id, "advocacyNoticeId", lock=True)


async def _watcher(work: Work, association_id: UUID | None) -> dict[str, Any]:
    if association_id is None:
        return {"person_id": work.actor.required_person_id}
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_ADVOCACY, association_id)
    return {"watcher_id": association_id}


async def _record(work: Work, action: str, watch: AdvocacyWatch) -> None:
    if watch.watcher_id is not None:
        await work.record(action, watch, association_id=watch.watcher_id, data={"file_id": str(watch.file_id)})
