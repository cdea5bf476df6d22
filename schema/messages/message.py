"""Messages: what went to whom, never what it said."""

from datetime import datetime

import strawberry

import models
from schema.compiler.declare import column, connection, extends, one, read_type
from schema.people.person import Person
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


@read_type(models.Message)
class Message(Node):
    """A message to a person; what it said is not kept. The person's; STAFF of the association that sends it, who hold
    the permission of its kind.
    """

    kind: str = column("What it is about: a domain and its kind there, such as `events.confirmation`.", where=True)
    state: models.MessageState = column("Where it is.", where=True)
    at: datetime = column("When what it tells of happened.", where=True, order=True)
    sent_at: datetime | None = column("When the mail server took it; null before that.")
    attempts: int = column("How many times it was handed to the mail server.")
    association: Association | None = one(
        "The association that sends it; null for the confederation's server.", via="association_id"
    )
    person: Person | None = one("To whom, for those who may see them.", via="person_id")


@extends(Person)
class _PersonMessages:
    messages: Connection[Message] = connection(
        "The messages to them, the latest first: all to themselves, to others those that their associations sent.",
        via="person_id",
        order=("-at",),
    )


@strawberry.type(description="A message as it would be sent.")
class MessagePreview:
    """A message to somebody invented."""

    subject: str = strawberry.field(description="Its subject.")
    text: str = strawberry.field(description="As plain text.")
    html: str = strawberry.field(description="As HTML, with the pictures in it.")
