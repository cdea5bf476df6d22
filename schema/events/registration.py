"""Registrations, attendance, and whether one may register."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, func, select
from sqlalchemy import column as sql_column

import models
from models import READ_REGISTRATIONS
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.bindings import Row
from schema.compiler.declare import column, connection, expression, extends, many, one, read_type
from schema.events.event import Event, SeatPool
from schema.people.person import Person
from schema.reading.recording import file
from schema.reading.relay import Connection, Node


def _why(registration: Row) -> Row:
    """Why the registration waits, as of the moment of the request."""
    columns = sql_column("reason", Text), sql_column("until", DateTime(timezone=True))
    waits = func.figures.why_waiting(registration.id, context.now(), context.today()).table_valued(*columns)
    return waits.alias("waits").c


@read_type(models.Registration)
class Registration(Node):
    """A place at an event, or in its queue. STAFF of the event's association, and the person."""

    state: models.RegistrationState = column("Where it stands.", where=True)
    name: str = column("The name on the badge.", where=True, order=True)
    role: models.AttendeeRole = column("As what the person comes.", where=True)
    seats: int = column("How many seats it is for: the person's and their guests'; none where the role isn't counted.")
    ticket_code: str = column("What the ticket's code says, and the desk reads.")
    registered_at: datetime = column("When it was made.", where=True, order=True)
    confirmed_at: datetime | None = column("When the seat was confirmed.", where=True)
    offered_at: datetime | None = column("When seats were offered to who waited.", where=True)
    offer_expires_at: datetime | None = column("Until when the offer that stands can be accepted.", where=True)
    cancelled_at: datetime | None = column("When it was cancelled.", where=True)
    cancellation_cause: models.CancellationCause | None = column("What ended it.", where=True)
    checked_in_at: datetime | None = column("When the person came.", where=True)
    place_in_queue: int | None = expression(
        "How many are ahead on the waiting list, and oneself; null off it.",
        lambda registration: func.figures.place_in_queue(registration.id),
        weight=1,
    )
    wait_reason: models.WaitReason | None = expression(
        "Why who waits has no seat yet; null off the waiting list.",
        lambda registration: select(_why(registration).reason).scalar_subquery(),
        weight=1,
    )
    wait_reason_until: datetime | None = expression(
        "When that may change: when the next offer ends, or an allotment is released; null where no time is known.",
        lambda registration: select(_why(registration).until).scalar_subquery(),
        weight=1,
    )
    event: Event | None = one("For which event.", via="event_id")
    seat_pool: SeatPool | None = one("Which kind of seat.", via="pool_id")
    person: Person | None = one("Whose it is, for those who may see them.", via="person_id")


RegistrationId = Annotated[UUID, Ref("Registration", "The registration.")]


@read_type()
class Attendance:
    """Who was registered for an event and who came, as counted. PUBLIC; fewer than five are not told."""

    registered: int | None = column("How many held a seat.")
    attended: int | None = column("How many came.")
    absent: int | None = column("How many did not.")


@extends(Event)
class _EventRegistrations:
    attendance: Attendance = one(
        "Who came, as counted.",
        rows=lambda event: func.figures.attendance(event.id).table_valued(
            *(sql_column(name, Integer) for name in ("registered", "attended", "absent"))
        ),
        weight=3,
    )
    registrations: Connection[Registration] = connection(
        "Its registrations, as far as the reader may see them.", via="event_id", order=("registered_at",)
    )
    my_registration: Registration | None = one(
        "The reader's own live registration.",
        on=lambda event, row: (
            (row.event_id == event.id)
            & (row.person_id == context.person())
            & row.state.not_in(("CANCELLED", "REFUSED"))
        ),
    )


@extends(Person)
class _PersonRegistrations:
    registrations: list[Registration] = many(
        "Their registrations, the latest first.",
        via="person_id",
        order=("-registered_at",),
        limit=200,
        recorded=file(READ_REGISTRATIONS),
    )
