"""A mentor's places: who gets the last one is decided by one row, the profile.

`taken` is lock, invariant and figure in one, as a seat pool's is. A profile is its person's to write, and a place the
coordinator's to take and either side's to give back: so these two statements, and no others, are elevated.
"""

from uuid import UUID

from sqlmodel import col

from models import MentoringProfile
from services.core.work import Work

ELEVATION_REASON = (
    "a mentor's profile is theirs to write, and a place in it the coordinator's to take and either side's to give"
)


async def take(work: Work, mentor_profile_id: UUID) -> bool:
    """Take a place that is free. The profile stays locked until the transaction ends.

    One conditional update: of two who want the last place, the second waits for the first, and then counts anew.
    """
    statement = work.update(
        MentoringProfile,
        col(MentoringProfile.id) == mentor_profile_id,
        col(MentoringProfile.taken) < col(MentoringProfile.capacity),
        to={"taken": MentoringProfile.taken + 1},
    )
    async with work.elevated(ELEVATION_REASON):
        taken = await work.session.execute(statement.returning(col(MentoringProfile.id)))
        return taken.scalar_one_or_none() is not None


async def give_back(work: Work, mentor_profile_id: UUID) -> None:
    """Free a place. Who calls this has the lock of the pairing that held it, and hasn't closed it yet."""
    async with work.elevated(ELEVATION_REASON):
        which = col(MentoringProfile.id) == mentor_profile_id
        await work.session.execute(work.update(MentoringProfile, which, to={"taken": MentoringProfile.taken - 1}))
