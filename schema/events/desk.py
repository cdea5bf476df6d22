"""The desk as its staff read it: who is looked for, each scan, and how many are in."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import DateTime, Integer, func, select
from sqlalchemy import column as sql_column

import models
from models.events.searching import MOST
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
    """A scan of a ticket, those refused too. STAFF of the event's association."""

    kind: models.ScanKind = column("Whether somebody comes, leaves, or the last scan is taken back.", where=True)
    nonce: str = column("The desk's own name for it.", where=True)
    code: str = column("The code as it was read.")
    at: datetime = column("When it was, by the desk's clock.", where=True, order=True)
    received_at: datetime = column("When it arrived here.", where=True)
    refusal: models.ScanRefusal | None = column("Why it let nobody in; null where it was accepted.", where=True)
    device: str | None = column("What it was scanned with.")
    name: str | None = expression("The name on the ticket, a guest's too; null for an unknown code.", _name)
    registration: Registration | None = one("Whose ticket it is, or who brings the guest.", via="registration_id")


@read_type()
class EventCounts:
    """What the desk of an event watches, as it is now. STAFF of the event's association."""

    registered: int = column("How many registrations hold a confirmed seat, come or not.")
    waiting: int = column("How many wait.")
    offered: int = column("How many have the offer of a seat.")
    checked_in: int = column("How many came, those who left again too.")
    checked_out: int = column("How many of these have left.")
    guests_in: int = column("How many guests are in.")
    scans_refused: int = column("How many scans were refused.")
    last_scan_at: datetime | None = column("When the last scan was, by the desk's clock.")


def _counts(event_id: Any) -> Any:
    numbers = ("registered", "waiting", "offered", "checked_in", "checked_out", "guests_in", "scans_refused")
    last = sql_column("last_scan_at", DateTime(timezone=True))
    return func.desk_counts(event_id).table_valued(*(sql_column(name, Integer) for name in numbers), last)


def _found(event: Row, text: Any, limit: Any) -> Any:
    columns = (sql_column(one.name, one.type) for one in _REGISTRATION)
    return func.found_at_desk(event.id, text, limit).table_valued(*columns, with_ordinality=ORDINALITY)


COUNTS = one(
    "What the desk of an event watches; null for others.",
    rows=lambda _, event_id: _counts(func.key_of("Event:", event_id)),
    arguments={"event_id": Argument(strawberry.ID, "The event.")},
    weight=50,
    watch=Watch(models.Event, "event_id"),
)
"""The root field, to be asked for and to be watched."""


@extends(Event)
class _EventDesk:
    desk_counts: EventCounts | None = one(
        "What its desk watches; null for others.", rows=lambda event: _counts(event.id), weight=50
    )
    desk_search: list[Registration] = many(
        "Who is looked for: by the beginnings of names in any order, with slips of the keys, or by a ticket's code. "
        f"The best first, {MOST} at the most.",
        rows=_found,
        arguments={
            "text": Argument(str | None, "A part of the name, or of the code; by default anybody, by name."),
            "limit": Argument(int | None, f"How many; {MOST} by default and at the most."),
        },
        limit=MOST,
        weight=100,
    )
    scans: Connection[Scan] = connection("Its scans by their own times.", via="event_id", order=("at",))


@extends(Registration)
class _RegistrationDesk:
    checked_out_at: datetime | None = column("When the person left, if they did not come back.", where=True)
    scans: list[Scan] = many(
        "The scans of its tickets by their own times, its guests' too.", via="registration_id", order=("at",)
    )


@extends(Query)
class _Desk:
    event_counts: EventCounts | None = COUNTS


@extends(Subscription)
class _WatchedDesk:
    event_counts: EventCounts | None = COUNTS
