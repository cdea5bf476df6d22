"""The check-in desk: searching for registrations, scans of tickets, and live counts."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import DateTime, Integer, func, select
from sqlalchemy import column as sql_column

import models
from models.events.searching import MOST_NAMES_FOUND
from schema.compiler.bindings import ORDINALITY, Argument, Row
from schema.compiler.declare import column, connection, expression, extends, many, one, read_type
from schema.compiler.watching import Watch
from schema.events.event import Event
from schema.events.registration import Registration
from schema.reading.queries import Query
from schema.reading.relay import Connection, Node
from schema.reading.subscriptions import Subscription

_GUEST = models.RegistrationGuest.__table__.c  # type: ignore[attr-defined]
_REGISTRATION = models.Registration.__table__.c  # type: ignore[attr-defined]


def _name(scan: Row) -> Any:
    """The name on the ticket."""
    names = (
        select(of.name).where(of.confederation_id == scan.confederation_id, of.id == key).scalar_subquery()
        for of, key in ((_GUEST, scan.guest_id), (_REGISTRATION, scan.registration_id))
    )
    return func.coalesce(*names)


@read_type(models.Scan)
class Scan(Node):
    """A scan of a ticket, accepted or refused. STAFF of the event's association."""

    kind: models.ScanKind = column("Kind of scan: coming in, going out, or undoing the last scan.", where=True)
    nonce: str = column("Identifier that the desk gave the scan; unique in the event.", where=True)
    code: str = column("Ticket code as read.")
    at: datetime = column("Time of the scan by the desk's clock.", where=True, order=True)
    received_at: datetime = column("Time at which the server received the scan.", where=True)
    refusal: models.ScanRefusal | None = column("Reason for refusing the scan; null if it was accepted.", where=True)
    device: str | None = column("Device that made the scan.")
    name: str | None = expression(
        "Name on the ticket, of the person or of a guest; null if the code is unknown.", _name
    )
    registration: Registration | None = one(
        "Registration that the ticket belongs to; for a guest's ticket, the registration of the person who "
        "brings them.",
        via="registration_id",
    )


@read_type()
class EventCounts:
    """Live counts of an event for its desk. STAFF of the event's association."""

    registered: int = column("Number of registrations with a confirmed seat, checked in or not.")
    waiting: int = column("Number of registrations on the waiting list.")
    offered: int = column("Number of registrations with an open offer of a seat.")
    checked_in: int = column("Number of registrations that were checked in, including those checked out since.")
    checked_out: int = column("Number of registrations that were checked in and have left.")
    guests_in: int = column("Number of guests who are inside.")
    scans_refused: int = column("Number of refused scans.")
    last_scan_at: datetime | None = column("Time of the last scan, by the desk's clock; null if there was none.")


def _counts(event_id: Any) -> Any:
    numbers = ("registered", "waiting", "offered", "checked_in", "checked_out", "guests_in", "scans_refused")
    last = sql_column("last_scan_at", DateTime(timezone=True))
    return func.desk_counts(event_id).table_valued(*(sql_column(name, Integer) for name in numbers), last)


def _found(event: Row, text: Any, limit: Any) -> Any:
    columns = (sql_column(one.name, one.type) for one in _REGISTRATION)
    return func.found_at_desk(event.id, text, limit).table_valued(*columns, with_ordinality=ORDINALITY)


COUNTS = one(
    "Live counts of an event for its desk; null for everybody but the event's staff.",
    rows=lambda _, event_id: _counts(func.key_of("Event:", event_id)),
    arguments={"event_id": Argument(strawberry.ID, "The event.")},
    weight=50,
    watch=Watch(models.Event, "event_id"),
)
"""Serves both as a query and as a subscription."""


@extends(Event)
class _EventDesk:
    desk_counts: EventCounts | None = one(
        "Live counts for its desk; null for everybody but its staff.", rows=lambda event: _counts(event.id), weight=50
    )
    desk_search: list[Registration] = many(
        "Registrations found by the beginnings of names in any order, typing errors allowed, or by a "
        f"ticket's code. Best matches first, {MOST_NAMES_FOUND} at most.",
        rows=_found,
        arguments={
            "text": Argument(
                str | None, "Part of a name or of a ticket code; by default every registration, ordered by name."
            ),
            "limit": Argument(int | None, f"Number of results; {MOST_NAMES_FOUND} by default and at most."),
        },
        limit=MOST_NAMES_FOUND,
        weight=100,
    )
    scans: Connection[Scan] = connection("Its scans in the order of the desks' clocks.", via="event_id", order=("at",))


@extends(Registration)
class _RegistrationDesk:
    checked_out_at: datetime | None = column(
        "Time at which the person left; null if they have not left, or came back.", where=True
    )
    scans: list[Scan] = many(
        "Scans of its tickets, guests' included, in the order of the desks' clocks.",
        via="registration_id",
        order=("at",),
    )


@extends(Query)
class _Desk:
    event_counts: EventCounts | None = COUNTS


@extends(Subscription)
class _WatchedDesk:
    event_counts: EventCounts | None = COUNTS
