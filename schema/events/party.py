"""Guests of registrations, and delegates."""

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
    """A guest whom a person brings to an event. STAFF of the event's association, and the person who brings them."""

    name: str = column("Name on the badge.")
    ticket_code: str = column("Code of the guest's own ticket.")
    checked_in_at: datetime | None = column("Time of check-in; null if not checked in.")
    checked_out_at: datetime | None = column("Time at which the guest left; null if they have not left, or came back.")
    registration: Registration | None = one("Registration of the person who brings the guest.", via="registration_id")


RegistrationGuestId = Annotated[UUID, Ref("RegistrationGuest", "The guest.")]


@extends(Registration)
class _RegistrationParty:
    guests: list[RegistrationGuest] = many(
        "Guests who have been named.", via="registration_id", order=("rank",), limit=50
    )
    delegated_by: Association | None = one(
        "Association that sends the person as its delegate; it pays, and sees the registration. Null if "
        "the person is no delegate.",
        via="delegated_by_id",
    )
