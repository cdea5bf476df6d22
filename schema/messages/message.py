"""Messages to persons: kind, recipient and status, without their content."""

from datetime import datetime

import strawberry

import models
from schema.compiler.declare import column, connection, extends, one, read_type
from schema.people.person import Person
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


@read_type(models.Message)
class Message(Node):
    """A message to a person; its content is not stored. Visible to the person, and to STAFF of the sending association
    who hold the permission for its kind.
    """

    kind: str = column("Kind of message: a domain and a kind in it, such as `events.confirmation`.", where=True)
    state: models.MessageState = column("Status.", where=True)
    at: datetime = column("Time of the event that it reports.", where=True, order=True)
    sent_at: datetime | None = column("Time at which the mail server accepted it; null before that.")
    attempts: int = column("Number of delivery attempts.")
    association: Association | None = one(
        "Sending association; null if the confederation's server sends it.", via="association_id"
    )
    person: Person | None = one("Recipient; null if the reader may not see them.", via="person_id")


@extends(Person)
class _PersonMessages:
    messages: Connection[Message] = connection(
        "Messages to the person, the latest first. The person sees all; STAFF see those that their association sent.",
        via="person_id",
        order=("-at",),
    )


@strawberry.type(description="A message as it would be sent.")
class MessagePreview:
    """Preview of a message to an invented person."""

    subject: str = strawberry.field(description="Subject.")
    text: str = strawberry.field(description="Plain-text body.")
    html: str = strawberry.field(description="HTML body, with images embedded.")
