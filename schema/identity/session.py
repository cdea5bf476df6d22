"""Sessions and invitations: where somebody is signed in, and who was invited to their record."""

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
    """A person signed in on a device, until it ends, is idle for a week, or is revoked. SEALED but to the person."""

    method: models.SignInMethod = column("How they showed who they are.")
    device: str | None = column("The browser and the system, coarsely; null where they weren't known.")
    created_at: datetime = column("When it began.")
    last_used_at: datetime = column("When it was last used, to the hour.")
    authenticated_at: datetime = column("When they last showed in it who they are.")
    expires_at: datetime = column("When it ends, however much it is used.")
    revoked_at: datetime | None = column("When it was revoked; null where it wasn't.")
    current: bool = expression(
        "Whether it is the one that asks.",
        lambda session: func.coalesce(session.id == context.session(), literal(value=False)),
    )


SessionId = Annotated[UUID, Ref("Session", "The session.")]


@read_type(models.Invitation)
class Invitation(Node):
    """An invitation to take possession of one's own record. The person's; STAFF of the association that invites."""

    created_at: datetime = column("When it was asked for.")
    expires_at: datetime = column("Until when it is good.")
    claimed_at: datetime | None = column("When it was accepted; null where it wasn't.")
    association: Association = one("Which association invites.", via="association_id")
    message: Message | None = one("The message that carries it, and whether it was sent.", via="message_id")
    person: Person | None = one("Who is invited, for those who may see them.", via="person_id")
    invited_by: Person | None = one("Who invited them, for those who may see that person.", via="invited_by_id")


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
        "Where they are signed in, the latest first. Theirs alone.", on=_open, order=("-created_at",), limit=100
    )
    invitations: list[Invitation] = many(
        "The invitations to their record, the latest first.", via="person_id", order=("-created_at",), limit=50
    )
