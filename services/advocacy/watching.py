"""Who keeps an eye on a file, and the notices that they get of its changes."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from models import MANAGE_ADVOCACY, AdvocacyFile, AdvocacyNotice, AdvocacyWatch, Association
from services.advocacy.changes import part_of
from services.core.errors import AlreadyExists
from services.core.work import Work


async def watch_advocacy_file(work: Work, file_id: UUID, *, association_id: UUID | None = None) -> AdvocacyFile:
    """Be told of each change of the file from now on: the actor, or an association, by `advocacy.manage` there.

    AlreadyExists for who watches it. That a person does is nobody else's to know: it isn't in the journal.
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
    """Be told of its changes no longer; what one was told stays. NotFound for who doesn't watch it.

    For an association it asks for `advocacy.manage` there.
    """
    file = await work.find(AdvocacyFile, file_id, "advocacyFileId")
    watch = await work.find_by(AdvocacyWatch, lock=True, file_id=file_id, **await _watcher(work, association_id))
    await _record(work, "advocacy_watch.ended", watch)
    await work.remove(watch)
    return file


async def read_advocacy_notices(work: Work, up_to_id: UUID) -> AdvocacyNotice:
    """Mark a notice and all before it to the same watcher as read: the actor, or an association that they work for.

    Those that were read before keep their time. It isn't in the journal: nothing changes for anybody else.
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
