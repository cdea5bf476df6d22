"""A mentor's places: who gets the last one is decided by one row, the profile.

`taken` is lock, invariant and figure in one, as a seat pool's is. A profile is its person's to write, and a place the
coordinator's to take and either side's to give back: so these two statements, and no others, are elevated.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col

from models import MentoringProfile
from services.core.work import Work

WHY = "a mentor's profile is theirs to write, and a place in it the coordinator's to take and either side's to give"


async def take(work: Work, mentor_profile_id: UUID) -> bool:
    """Take a place that is free. The profile stays locked until the transaction ends.

    One conditional update: of two who want the last place, the second waits for the first, and then counts anew.
    """
    statement = (
        update(MentoringProfile)
        .where(_is(work, mentor_profile_id), col(MentoringProfile.taken) < col(MentoringProfile.capacity))
        .values(taken=MentoringProfile.taken + 1)
        .returning(col(MentoringProfile.id))
        .execution_options(synchronize_session=False)
    )
    async with work.elevated(WHY):
        return (await work.session.execute(statement)).scalar_one_or_none() is not None


async def give_back(work: Work, mentor_profile_id: UUID) -> None:
    """Free a place. Who calls this has the lock of the pairing that held it, and hasn't closed it yet."""
    async with work.elevated(WHY):
        await work.session.execute(
            update(MentoringProfile)
            .where(_is(work, mentor_profile_id))
            .values(taken=MentoringProfile.taken - 1)
            .execution_options(synchronize_session=False)
        )


def _is(work: Work, mentor_profile_id: UUID) -> ColumnElement[bool]:
    return (col(MentoringProfile.confederation_id) == work.tenant_id) & (col(MentoringProfile.id) == mentor_profile_id)
