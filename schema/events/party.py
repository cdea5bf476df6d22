"""Whom people bring, and whose delegates they are."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, extends, many, one, read_type
from schema.events.registration import Registration
from schema.reading.relay import Node
from schema.tenancy.federation import Association


@read_type(models.RegistrationGuest)
class RegistrationGuest(Node):
    """Somebody whom a person brings to an event. STAFF of the event's association, and the person who brings them."""

    name: str = column("The name on the badge.")
    ticket_code: str = column("What the code of their own ticket says.")
    checked_in_at: datetime | None = column("When they came.")
    checked_out_at: datetime | None = column("When they left for the last time, unless they came back.")
    registration: Registration | None = one("Whose guest they are.", via="registration_id")


RegistrationGuestId = Annotated[UUID, Ref("RegistrationGuest", "The guest.")]


@extends(Registration)
class _RegistrationParty:
    guests: list[RegistrationGuest] = many(
        "Whom the person brings, of those who are named.", via="registration_id", order=("rank",), limit=50
    )
    delegated_by: Association | None = one(
        "The association whose delegate the person is: it pays, and sees the registration.", via="delegated_by_id"
    )
