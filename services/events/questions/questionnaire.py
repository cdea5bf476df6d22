"""An event's current questions, and the lock that keeps them unchanged.

Answering takes the lock of the event's questions in shared mode; adding, changing or retiring one takes it exclusively.
Without it, a question without answers could be changed in place between the check and the storing of its first answer:
somebody would then have said yes to a question that they never saw. It is an advisory lock, because a row lock would be
a write for each of thousands of simultaneous registrations, and would not prevent new questions.
"""

from uuid import UUID

from sqlmodel import col

from models import Question
from services.core.work import Work


async def settle(work: Work, event_id: UUID, *, answering: bool = False) -> None:
    """Lock the event's questions until the transaction ends, exclusively or (`answering`) in shared mode.

    Always taken after every row lock, so that its holder never waits for a row.
    """
    await work.lock(f"questions:{event_id}", shared=answering)


async def current(work: Work, event_id: UUID) -> list[Question]:
    """The event's current questions, in order, if the actor may see the event."""
    query = (
        work.select(Question)
        .where(
            col(Question.event_id) == event_id,
            col(Question.retired_at).is_(None),
        )
        .order_by(col(Question.rank), col(Question.id))
    )
    return list((await work.session.execute(query)).scalars())


async def keys_depended_on(work: Work, questions: list[Question]) -> dict[UUID, str]:
    """The key of the question that each of these depends on, by its own id.

    A condition names a version, and applies to the current version of that key. So a question can be reworded without
    changing its dependents, which may be frozen.
    """
    ids = {q.depends_on_id for q in questions if q.depends_on_id is not None}
    known = {q.id: q.key for q in questions}
    if missing := ids - known.keys():
        query = work.select(col(Question.id), col(Question.key)).where(col(Question.id).in_(missing))
        known |= {row.id: row.key for row in await work.session.execute(query)}
    return {q.id: known[q.depends_on_id] for q in questions if q.depends_on_id is not None}
