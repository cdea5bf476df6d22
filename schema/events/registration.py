"""Registrations and attendance."""

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
    """Explain why the registration is still waiting at the time of the request."""
    columns = sql_column("reason", Text), sql_column("until", DateTime(timezone=True))
    waits = func.figures.why_waiting(registration.id, context.now(), context.today()).table_valued(*columns)
    return waits.alias("waits").c


@read_type(models.Registration)
class Registration(Node):
    """A person's place at an event or on its waiting list. STAFF of the event's association, and the person."""

    state: models.RegistrationState = column("Status.", where=True)
    name: str = column("Name on the badge.", where=True, order=True)
    role: models.AttendeeRole = column("Role of the person at the event.", where=True)
    seats: int = column("Number of seats, for the person and their guests; 0 if the role takes no seats.")
    ticket_code: str = column("Code of the ticket, read by the desk.")
    registered_at: datetime = column("Time of the registration.", where=True, order=True)
    confirmed_at: datetime | None = column("Time at which the seat was confirmed; null if it never was.", where=True)
    offered_at: datetime | None = column("Time of the last offer of seats; null if there was none.", where=True)
    offer_expires_at: datetime | None = column(
        "Time at which the open offer expires; null without an open offer.", where=True
    )
    cancelled_at: datetime | None = column("Time of the cancellation; null if not cancelled.", where=True)
    cancellation_cause: models.CancellationCause | None = column(
        "Cause of the cancellation; null if not cancelled.", where=True
    )
    checked_in_at: datetime | None = column("Time of check-in; null if not checked in.", where=True)
    place_in_queue: int | None = expression(
        "Position on the waiting list, from 1; null if not on it.",
        lambda registration: func.figures.place_in_queue(registration.id),
        weight=1,
    )
    wait_reason: models.WaitReason | None = expression(
        "Reason for still waiting; null if not on the waiting list.",
        lambda registration: select(_why(registration).reason).scalar_subquery(),
        weight=1,
    )
    wait_reason_until: datetime | None = expression(
        "Time at which that may change: when the next offer expires or an allotment is released; null if unknown.",
        lambda registration: select(_why(registration).until).scalar_subquery(),
        weight=1,
    )
    event: Event | None = one("The event.", via="event_id")
    seat_pool: SeatPool | None = one("Seat pool that the seats belong to.", via="pool_id")
    person: Person | None = one("Registered person; null if the reader may not see them.", via="person_id")


RegistrationId = Annotated[UUID, Ref("Registration", "The registration.")]


@read_type()
class Attendance:
    """Attendance figures of an event. PUBLIC; figures below five are null."""

    registered: int | None = column("Number of registrations that held a seat.")
    attended: int | None = column("Number of registrations that attended.")
    absent: int | None = column("Number of registrations that were absent.")


@extends(Event)
class _EventRegistrations:
    attendance: Attendance = one(
        "Attendance figures.",
        rows=lambda event: func.figures.attendance(event.id).table_valued(
            *(sql_column(name, Integer) for name in ("registered", "attended", "absent"))
        ),
        weight=3,
    )
    registrations: Connection[Registration] = connection(
        "Registrations that the reader may see.", via="event_id", order=("registered_at",)
    )
    my_registration: Registration | None = one(
        "The reader's own live registration; null if there is none.",
        on=lambda event, row: (
            (row.event_id == event.id)
            & (row.person_id == context.person())
            & row.state.not_in(("CANCELLED", "REFUSED"))
        ),
    )


@extends(Person)
class _PersonRegistrations:
    registrations: list[Registration] = many(
        "Registrations of the person, the latest first.",
        via="person_id",
        order=("-registered_at",),
        limit=200,
        recorded=file(READ_REGISTRATIONS),
    )
