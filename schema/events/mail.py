"""Mail about events: what went to whom, and how it reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

import models
from models import MANAGE_EVENTS
from schema.base.scalars import Locale
from schema.compiler import context
from schema.compiler.declare import Argument, column, computed, expression, extends, many, read_type
from schema.events.event import Event
from schema.events.registration import Registration
from schema.reading.relay import Node
from schema.reading.requests import Request
from services.core.work import begin
from services.events.mail.previews import preview


@read_type(models.Mail)
class Mail(Node):
    """A message about an event to somebody who registered; what it said is not kept. The person's;

    STAFF of the event's association.
    """

    kind: models.MailKind = column("What it is about.")
    state: models.MailState = column("Where it is.")
    at: datetime = column("When what it tells of happened.")
    sent_at: datetime | None = column("When the mail server took it.")
    attempts: int = column("How many times it was handed to the mail server.")


@extends(Registration)
class _RegistrationMail:
    mails: list[Mail] = many(
        "The messages about it, the latest first.", via="registration_id", order=("-at",), limit=50
    )
    ticket_url: str = expression(
        "Where the picture of its ticket is on this server, or with `.svg` as SVG. Whoever has it has the ticket.",
        lambda registration: "/" + context.confederation() + "/tickets/" + registration.ticket_code + ".png",
    )


@strawberry.type(description="A message as it would be sent.")
class MailPreview:
    """A message to somebody invented."""

    subject: str = strawberry.field(description="Its subject.")
    text: str = strawberry.field(description="As plain text.")
    html: str = strawberry.field(description="As HTML, with the pictures in it.")


async def _preview(
    row: Mapping[str, Any], request: Request, *, kind: models.MailKind | None = None, locale: Locale | None = None
) -> MailPreview | None:
    async with begin(request.database, request.actor, now=request.reading.now) as work:
        event = await work.find(models.Event, UUID(row["id"]))
        if not work.actor.may(MANAGE_EVENTS, event.association_id):
            return None
        chosen = request.reading.locales[0] if locale is None else locale.code
        said = await preview(work, event, kind or models.MailKind.CONFIRMATION, chosen, "")
    return MailPreview(subject=said.subject, text=said.text, html=said.html)


@extends(Event)
class _EventMail:
    ics_url: str = expression(
        "Where its calendar entry is on this server (RFC 5545).",
        lambda event: "/" + context.confederation() + "/events/" + event.slug + ".ics",
    )
    mail_preview: MailPreview | None = computed(
        "How a message about it reads, to somebody invented. For who may change the event; null for others.",
        _preview,
        needs=("id",),
        arguments={
            "kind": Argument(models.MailKind | None, "What the message is about; by default a confirmation."),
            "locale": Argument(Locale | None, "The language; by default the first of the request's."),
        },
        weight=20,
    )
