"""The segments that a person is in."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from services.core.work import Work
from services.people.segments import persons_in


async def segments_of(work: Work, segment_ids: Collection[UUID], person_id: UUID | None) -> set[UUID]:
    """Those of the segments that the person is in today; none without a person.

    For the person, and for who may register them.
    """
    if not segment_ids or person_id is None:
        return set()
    members = persons_in(sorted(segment_ids), work.today).subquery()
    async with work.elevated("whether somebody is in a segment depends on rows that they may not see"):
        found = await work.session.scalars(select(members.c.segment_id).where(members.c.person_id == person_id))
        return set(found)
