"""A mentor's places: one row, the profile, decides who gets the last one.

`taken` is lock, invariant and figure in one, as a seat pool's is. Only the person may write their profile, but
coordinators take places and either side gives them back. So these two statements, and no others, are elevated.
"""

from uuid import UUID

from sqlmodel import col

from models import MentoringProfile
from services.core.work import Work

ELEVATION_REASON = (
    "a mentor's profile is theirs to write, and a place in it the coordinator's to take and either side's to give"
)


async def take(work: Work, mentor_profile_id: UUID) -> bool:
    """Take a free place, if there is one. The profile stays locked until the transaction ends.

    One conditional update: of two transactions that want the last place, the second waits for the first, then checks
    again.
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
    """Free a place. The caller has locked the pairing that holds it, and hasn't closed it yet."""
    async with work.elevated(ELEVATION_REASON):
        which = col(MentoringProfile.id) == mentor_profile_id
        await work.session.execute(work.update(MentoringProfile, which, to={"taken": MentoringProfile.taken - 1}))
