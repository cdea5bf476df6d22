"""Sessions, and invitations to one's own record."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import func, literal

import models
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.declare import column, expression, extends, many, one, read_type
from schema.messages.message import Message
from schema.people.person import Person
from schema.reading.relay import Node
from schema.tenancy.federation import Association
from services.identity.sessions import SESSION_IDLE


@read_type(models.Session)
class Session(Node):
    """A person's session on a device. It ends when it expires, is unused for a week, or is revoked. SEALED, except to
    the person.
    """

    method: models.SignInMethod = column("Method of signing in.")
    device: str | None = column("Browser and operating system, without versions; null if unknown.")
    created_at: datetime = column("Time of the sign-in.")
    last_used_at: datetime = column("Time of the last use, to the hour.")
    authenticated_at: datetime = column("Time at which the person last proved their identity in the session.")
    expires_at: datetime = column("Time at which it expires, used or not.")
    revoked_at: datetime | None = column("Time at which it was revoked; null if it was not.")
    current: bool = expression(
        "True if it is the session of this request.",
        lambda session: func.coalesce(session.id == context.session(), literal(value=False)),
    )


SessionId = Annotated[UUID, Ref("Session", "The session.")]


@read_type(models.Invitation)
class Invitation(Node):
    """An invitation to sign in to one's own record. The person, and STAFF of the inviting association."""

    created_at: datetime = column("Time of the invitation.")
    expires_at: datetime = column("Time at which it expires.")
    claimed_at: datetime | None = column("Time at which it was accepted; null if it was not.")
    association: Association = one("Inviting association.", via="association_id")
    message: Message | None = one("Message that carries the invitation, with its status.", via="message_id")
    person: Person | None = one("Invited person; null if the reader may not see them.", via="person_id")
    invited_by: Person | None = one(
        "Person who sent the invitation; null if the reader may not see them.", via="invited_by_id"
    )


def _open(person: Any, session: Any) -> Any:
    of_theirs = session.person_id == person.id
    return (
        of_theirs
        & session.revoked_at.is_(None)
        & (session.expires_at > context.now())
        & (session.last_used_at > context.now() - SESSION_IDLE)
    )


@extends(Person)
class _PersonIdentity:
    sessions: list[Session] = many(
        "Their sessions, the latest first. Visible to the person alone.", on=_open, order=("-created_at",), limit=100
    )
    invitations: list[Invitation] = many(
        "Invitations to their record, the latest first.", via="person_id", order=("-created_at",), limit=50
    )
