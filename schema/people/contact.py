"""Contact points: addresses and telephone numbers of persons."""

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
    """An address or telephone number of a person. Visible to the person, and to STAFF of their associations as
    `visibility` allows.
    """

    kind: models.ContactKind = column("Kind of contact point.")
    value: str = column("The address or telephone number.", recorded=CONTACTS)
    preferred: bool = column("True if it is the one used among those of its kind.")
    visibility: models.ContactVisibility = column("Who may see it besides the person.")
    verified_at: datetime | None = column("Time at which the person proved that it is theirs; null if not verified.")


ContactPointId = Annotated[UUID, Ref("ContactPoint", "The contact point.")]


@extends(Person)
class _PersonContactPoints:
    contact_points: list[ContactPoint] = many(
        "Contact points that the reader may see.", via="person_id", order=("kind", "id"), limit=50
    )


@mutation(ContactPoint, problems=(AlreadyExists,))
async def create_contact_point(
    work: Work,
    *,
    kind: Annotated[models.ContactKind, "Kind of contact point."],
    value: Annotated[str, "The address or telephone number."],
    person_id: Annotated[PersonId | None, "Owner; by default the signed-in person."] = None,
    visibility: Annotated[
        models.ContactVisibility | None,
        "Who may see it besides the person; by default nobody, or STAFF if staff add it.",
    ] = None,
) -> models.ContactPoint:
    """Add an address or telephone number. Requires `persons.manage` unless it is one's own.

    The first of its kind becomes the preferred one.
    """
    return await contacts.add_contact_point(work, kind=kind, value=value, person_id=person_id, visibility=visibility)


@mutation(ContactPoint)
async def update_contact_point(
    work: Work,
    *,
    contact_point_id: ContactPointId,
    visibility: Annotated[models.ContactVisibility, "Who may see it besides the person."],
) -> models.ContactPoint:
    """Change who may see one of one's own contact points."""
    return await contacts.change_visibility(work, contact_point_id, visibility)


@mutation(ContactPoint)
async def prefer_contact_point(work: Work, *, contact_point_id: ContactPointId) -> models.ContactPoint:
    """Make a contact point the preferred one of its kind. Requires `persons.manage` unless it is one's own."""
    return await contacts.prefer_contact_point(work, contact_point_id)


@mutation(deletes=ContactPoint)
async def delete_contact_point(work: Work, *, contact_point_id: ContactPointId) -> models.ContactPoint:
    """Delete a contact point. Requires `persons.manage` unless it is one's own."""
    return await contacts.remove_contact_point(work, contact_point_id)
