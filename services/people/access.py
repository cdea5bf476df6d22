"""Loading persons: as the actor may see them, and as their staff may change them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col

from models import MANAGE_PERSONS, Person
from models.base.permissions import Permission
from services.core.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.core.work import Work


async def seen(work: Work, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """The living persons, by id; NotFound unless the actor may see all of them."""
    query = work.select(Person).where(col(Person.id).in_(person_ids))
    persons = {person.id: person for person in await work.session.scalars(query)}
    if persons.keys() != set(person_ids):
        raise NotFound("person")
    for person in persons.values():
        if person.deceased_on is not None:
            raise InvalidInput("somebody living", f"deceased on {person.deceased_on}", path=("person",))
    return persons


async def managed(work: Work, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """The persons by id, locked. Asks for `persons.manage` in any of each person's associations."""
    for person in (await seen(work, person_ids)).values():
        require_any(work, MANAGE_PERSONS, person.association_ids)
    query = (
        work.select(Person, lock=True)
        .where(col(Person.id).in_(person_ids))
        .order_by(col(Person.id))  # the common lock order, to avoid deadlocks
    )
    return {person.id: person for person in await work.session.scalars(query)}


def require_any(work: Work, permission: Permission, association_ids: Sequence[UUID]) -> None:
    """NotSignedIn or NotAllowed if the actor holds the permission in none of the associations."""
    if work.actor.is_system or any(work.actor.may(permission, association_id) for association_id in association_ids):
        return
    raise NotSignedIn if work.actor.is_anonymous else NotAllowed(permission)
