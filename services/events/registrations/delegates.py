"""People who may be registered by others: those the actor may see and, for an association, its own people."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import any_, func, literal, or_
from sqlmodel import col

from models import Person
from services.core.errors import NotFound
from services.core.work import Work

Path = tuple[str, ...]


async def persons(work: Work, named: Sequence[tuple[UUID, Path]], *, of: UUID | None = None) -> list[Person]:
    """The persons, in the given order, each with the input path that names them.

    NotFound, with the path, for the first whom the actor may not see, who has died, or who doesn't belong to the
    association `of`: linked to it, or a member of it or of one below it. A delegating association can read the
    registration, so the person must belong to it.
    """
    ids = [id for id, _ in named]
    query = work.select(Person).where(col(Person.id).in_(ids))
    seen = {person.id: person for person in await work.session.scalars(query)}
    theirs = set(seen) if of is None else await with_association(work, ids, of)
    for id, path in named:
        person = seen.get(id)
        died = person is not None and person.deceased_on is not None and person.deceased_on <= work.today
        if person is None or died or id not in theirs:
            raise NotFound("person", path=path)
    return [seen[id] for id in ids]


async def with_association(work: Work, ids: Sequence[UUID], association_id: UUID) -> set[UUID]:
    """Those of the persons who belong to an association: linked to it, or a member of it or of one below it."""
    is_member = func.is_member(col(Person.id), association_id, work.today)
    query = work.select(col(Person.id)).where(
        col(Person.id).in_(ids),
        or_(literal(association_id) == any_(col(Person.association_ids)), is_member),
    )
    async with work.elevated("whether somebody is with an association depends on links that the actor may not see"):
        return set(await work.session.scalars(query))
