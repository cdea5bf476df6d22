"""An event's questions as they stand, and the lock that keeps them still.

Who answers shares a lock of the event's questions with all others who answer; who asks, changes or retires one has it
alone. Without it, an answer could be checked against a question that is changed before the answer is stored, because
nobody had answered it yet: somebody would then have said yes to what they were never asked. An advisory lock, because a
row lock would be a write for each of thousands who register at once, and would not keep new questions out.
"""

from uuid import UUID

from sqlmodel import col

from models import Question
from services.core.work import Work


async def settle(work: Work, event_id: UUID, *, answering: bool = False) -> None:
    """Keep the event's questions as they are until the transaction ends: for oneself, or with others who answer.

    Taken after every row lock, by who answers and who asks alike, so that nobody who has it waits for somebody else.
    """
    await work.lock(f"questions:{event_id}", shared=answering)


async def current(work: Work, event_id: UUID) -> list[Question]:
    """The questions that are asked now, in order, as far as the actor sees the event."""
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

    A condition names a version; what counts is the version of that key that is current, so that a question can be
    worded anew without its dependents, which may be frozen themselves, being touched.
    """
    ids = {q.depends_on_id for q in questions if q.depends_on_id is not None}
    known = {q.id: q.key for q in questions}
    if missing := ids - known.keys():
        query = work.select(col(Question.id), col(Question.key)).where(col(Question.id).in_(missing))
        known |= {row.id: row.key for row in await work.session.execute(query)}
    return {q.id: known[q.depends_on_id] for q in questions if q.depends_on_id is not None}
