"""Messages about events: what went to whom, and how they read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import exists

import models
from models import MANAGE_EVENTS
from schema.base.scalars import Locale
from schema.compiler import context
from schema.compiler.bindings import Argument, Row
from schema.compiler.declare import computed, expression, extends, many
from schema.events.event import Event
from schema.events.registration import Registration
from schema.messages.message import Message, MessagePreview
from schema.reading.requests import Request
from services.core.work import begin
from services.events.mail.previews import preview

_LINK = models.RegistrationMessage.__table__.c  # type: ignore[attr-defined]


def _about(registration: Row, message: Row) -> Any:
    """The messages of a registration."""
    return exists().where(
        _LINK.confederation_id == message.confederation_id,
        _LINK.message_id == message.id,
        _LINK.registration_id == registration.id,
    )


@extends(Registration)
class _RegistrationMessages:
    messages: list[Message] = many("The messages about it, the latest first.", on=_about, order=("-at",), limit=50)
    ticket_url: str = expression(
        "Where the picture of its ticket is on this server, or with `.svg` as SVG. Whoever has it has the ticket.",
        lambda registration: "/" + context.confederation() + "/tickets/" + registration.ticket_code + ".png",
    )


async def _preview(
    row: Mapping[str, Any], request: Request, *, kind: models.MailKind | None = None, locale: Locale | None = None
) -> MessagePreview | None:
    async with begin(request.database, request.actor, now=request.reading.now) as work:
        event = await work.find(models.Event, UUID(row["id"]))
        if not work.actor.may(MANAGE_EVENTS, event.association_id):
            return None
        chosen = request.reading.locales[0] if locale is None else locale.code
        said = await preview(work, event, kind or models.MailKind.CONFIRMATION, chosen, "")
    return MessagePreview(subject=said.subject, text=said.text, html=said.html)


@extends(Event)
class _EventMessages:
    ics_url: str = expression(
        "Where its calendar entry is on this server (RFC 5545).",
        lambda event: "/" + context.confederation() + "/events/" + event.slug + ".ics",
    )
    message_preview: MessagePreview | None = computed(
        "How a message about it reads, to somebody invented. For who may change the event; null for others.",
        _preview,
        needs=("id",),
        arguments={
            "kind": Argument(models.MailKind | None, "What the message is about; by default a confirmation."),
            "locale": Argument(Locale | None, "The language; by default the first of the request's."),
        },
        weight=20,
    )
