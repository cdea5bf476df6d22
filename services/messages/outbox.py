"""Queue messages, in the transaction of the change that they are about."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col
from uuid_utils.compat import uuid7

from models import Message, MessageState
from services.core.jobs.jobs import enqueue_all
from services.core.work import Work
from services.messages.kinds import kind_of


class Due(NamedTuple):
    """A message to queue. `cause_id`: what it is about; a person gets one message of each kind per cause."""

    kind: str
    person_id: UUID
    cause_id: UUID


async def queue(work: Work, due: Sequence[Due], association_id: UUID | None) -> list[UUID]:
    """Queue messages from an association, or from the server itself.

    Returns their keys, in this order, for link tables.
    """
    ids = await write(work, due, association_id)
    for name in {kind_of(each.kind).job for each in due}:
        keys = [{"message_id": id} for id, each in zip(ids, due, strict=True) if kind_of(each.kind).job == name]
        await enqueue_all(work, name, keys)
    return ids


async def write(work: Work, due: Sequence[Due], association_id: UUID | None) -> list[UUID]:
    """Write messages without a job, for callers that send them at once (`services.messages.sending.send`)."""
    rows = [_row(work, each, association_id) for each in due]
    if work.is_elevated or all(each.person_id == work.actor.person_id for each in due):
        await work.insert_all(Message, rows)
    else:
        async with work.elevated("a message is written by the change that it tells of, whosever it is"):
            await work.insert_all(Message, rows)
    return [row["id"] for row in rows]


async def forget(work: Work, ids: Sequence[UUID]) -> None:
    """Delete messages that must no longer be readable. To be called by the system actor."""
    await work.session.execute(work.delete(Message, col(Message.id).in_(ids)))


def _row(work: Work, due: Due, association_id: UUID | None) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "person_id": due.person_id,
        "association_id": association_id,
        "kind": due.kind,
        "permission": kind_of(due.kind).permission,
        "cause_id": due.cause_id,
        "at": work.now,
        "state": MessageState.QUEUED,
        "attempts": 0,
    }
