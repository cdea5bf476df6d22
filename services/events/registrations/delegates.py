"""Who may be registered by others: persons whom the actor sees, and, for an association, its own."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import any_, func, literal, or_
from sqlmodel import col

from models import Person
from services.core.errors import NotFound
from services.core.work import Work

Path = tuple[str, ...]


async def persons(work: Work, named: Sequence[tuple[UUID, Path]], *, of: UUID | None = None) -> list[Person]:
    """The persons, in the order given, each with the path of the input that names them.

    NotFound, with the path, for the first whom the actor doesn't see, who has died, or who is none `of` an
    association's: whom its staff see for its own sake, or who is a member of it or of one below it. An association
    that delegates somebody sees their registration, so it must be one that they are with.
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
    """Which of the persons are with an association: linked to it, or a member of it or of one below it."""
    is_member = func.is_member(col(Person.id), association_id, work.today)
    query = work.select(col(Person.id)).where(
        col(Person.id).in_(ids),
        or_(literal(association_id) == any_(col(Person.association_ids)), is_member),
    )
    async with work.elevated("whether somebody is with an association depends on links that the actor may not see"):
        return set(await work.session.scalars(query))
