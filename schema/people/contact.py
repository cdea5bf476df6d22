"""Contact points: how persons are reached, and what they do about it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, extends, many, read_type
from schema.mutations.declare import mutation
from schema.people.person import Person, PersonId
from schema.reading.recording import CONTACTS
from schema.reading.relay import Node
from services.core.errors import AlreadyExists
from services.core.work import Work
from services.people import contacts


@read_type(models.ContactPoint)
class ContactPoint(Node):
    """An address or number of a person. Theirs; STAFF of their associations where they let them."""

    kind: models.ContactKind = column("What it is.")
    value: str = column("The address or the number.", recorded=CONTACTS)
    preferred: bool = column("Whether mail, or calls, go here.")
    visibility: models.ContactVisibility = column("Who sees it besides the person.")
    verified_at: datetime | None = column("When it was shown to be theirs; null where it wasn't yet.")


ContactPointId = Annotated[UUID, Ref("ContactPoint", "The contact point.")]


@extends(Person)
class _PersonContactPoints:
    contact_points: list[ContactPoint] = many(
        "How they are reached, as far as the reader may see it.", via="person_id", order=("kind", "id"), limit=50
    )


@mutation(ContactPoint, problems=(AlreadyExists,))
async def create_contact_point(
    work: Work,
    *,
    kind: Annotated[models.ContactKind, "What it is."],
    value: Annotated[str, "The address or the number."],
    person_id: Annotated[PersonId | None, "Whose; one's own where left out."] = None,
    visibility: Annotated[
        models.ContactVisibility | None, "Who sees it: nobody else, unless it is said; what staff add, staff see."
    ] = None,
) -> models.ContactPoint:
    """Add an address or a number: one's own, or with `persons.manage` a person's.

    The first of its kind is preferred.
    """
    return await contacts.add_contact_point(work, kind=kind, value=value, person_id=person_id, visibility=visibility)


@mutation(ContactPoint)
async def update_contact_point(
    work: Work,
    *,
    contact_point_id: ContactPointId,
    visibility: Annotated[models.ContactVisibility, "Who is to see it besides oneself."],
) -> models.ContactPoint:
    """Say who sees a contact point of one's own."""
    return await contacts.change_visibility(work, contact_point_id, visibility)


@mutation(ContactPoint)
async def prefer_contact_point(work: Work, *, contact_point_id: ContactPointId) -> models.ContactPoint:
    """Have mail, or calls, come here from now on. One's own, or with `persons.manage` a person's."""
    return await contacts.prefer_contact_point(work, contact_point_id)


@mutation(deletes=ContactPoint)
async def delete_contact_point(work: Work, *, contact_point_id: ContactPointId) -> models.ContactPoint:
    """Forget a contact point. One's own, or with `persons.manage` a person's."""
    return await contacts.remove_contact_point(work, contact_point_id)
