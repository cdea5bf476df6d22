"""Contact points: how persons are reached, and what they do about it."""

from datetime import datetime
from uuid import UUID

import strawberry

import models
from schema.compiler.declare import column, extends, many, read_type
from schema.mutations.declare import MutationInput, key, mutation
from schema.people.person import Person
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


@extends(Person)
class _PersonContactPoints:
    contact_points: list[ContactPoint] = many(
        "How they are reached, as far as the reader may see it.", via="person_id", order=("kind", "id"), limit=50
    )


@strawberry.input(description="An address or a number to add.")
class AddContactPointInput(MutationInput):
    """The input of `addContactPoint`."""

    kind: models.ContactKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(description="The address or the number.")
    person_id: strawberry.ID | None = strawberry.field(default=None, description="Whose; one's own where left out.")
    visibility: models.ContactVisibility | None = strawberry.field(
        default=None, description="Who sees it: nobody else, unless it is said; what staff add, staff see."
    )


@mutation(ContactPoint, problems=(AlreadyExists,))
async def add_contact_point(work: Work, input: AddContactPointInput) -> models.ContactPoint:
    """Add an address or a number: one's own, or with `persons.manage` a person's.

    The first of its kind is preferred.
    """
    return await contacts.add_contact_point(
        work,
        kind=input.kind,
        value=input.value,
        person_id=None if input.person_id is None else key(input.person_id, "Person", "personId"),
        visibility=input.visibility,
    )


@strawberry.input(description="A contact point.")
class ContactPointInput(MutationInput):
    """The input of mutations that take a contact point."""

    contact_point_id: strawberry.ID = strawberry.field(description="The contact point.")


@strawberry.input(description="Who is to see a contact point.")
class ChangeContactVisibilityInput(ContactPointInput):
    """The input of `changeContactVisibility`."""

    visibility: models.ContactVisibility = strawberry.field(description="Who is to see it besides oneself.")


@mutation(ContactPoint)
async def change_contact_visibility(work: Work, input: ChangeContactVisibilityInput) -> models.ContactPoint:
    """Say who sees a contact point of one's own."""
    return await contacts.change_visibility(work, _key(input), input.visibility)


@strawberry.input(description="A contact point to prefer.")
class PreferContactPointInput(ContactPointInput):
    """The input of `preferContactPoint`."""


@mutation(ContactPoint)
async def prefer_contact_point(work: Work, input: PreferContactPointInput) -> models.ContactPoint:
    """Have mail, or calls, come here from now on. One's own, or with `persons.manage` a person's."""
    return await contacts.prefer_contact_point(work, _key(input))


@strawberry.input(description="A contact point to remove.")
class RemoveContactPointInput(ContactPointInput):
    """The input of `removeContactPoint`."""


@mutation(ContactPoint)
async def remove_contact_point(work: Work, input: RemoveContactPointInput) -> models.ContactPoint:
    """Forget a contact point; the payload's is null then. One's own, or with `persons.manage` a person's."""
    return await contacts.remove_contact_point(work, _key(input))


def _key(input: ContactPointInput) -> UUID:
    return key(input.contact_point_id, "ContactPoint", "contactPointId")
