"""Events: hosts, speakers, audiences, dates and remaining seats."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import Integer, cast, func, select

import models
from schema.base.ids import Ref
from schema.compiler.bindings import Row
from schema.compiler.declare import column, connection, expression, extends, localized, many, one, read_type
from schema.people.segment import Segment
from schema.reading.queries import Query, by_slug
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


@read_type(models.EventSeries)
class EventSeries(Node):
    """A series of events, each of them an edition. PUBLIC."""

    slug: str = column("Name in URLs.", where=True, order=True)
    name: str | None = localized("Name of the series.")
    association: Association = one("Association that runs the series.", via="association_id")


EventSeriesId = Annotated[UUID, Ref("EventSeries", "The series.")]


def _pools(event: Row, amount: Row) -> Row:
    """Sum a column over the event's seat pools; `taken` is a public counter, so no registration has to be visible."""
    return select(cast(func.sum(amount), Integer)).where(
        _POOL.confederation_id == event.confederation_id, _POOL.event_id == event.id
    )


_POOL = models.SeatPool.__table__.c  # type: ignore[attr-defined]


@read_type(models.Event)
class Event(Node):
    """An event that people register for. PUBLIC once published; drafts are visible to STAFF of the organising
    association.
    """

    slug: str = column("Name in URLs, unique in the confederation.", where=True, order=True)
    title: str | None = localized("Title.")
    summary: str | None = localized("Summary.")
    kind: models.EventKind = column("Kind of event.", where=True)
    format: models.EventFormat = column("Format: in person, online, or both.", where=True)
    state: models.EventState = column("Status.", where=True)
    edition: int | None = column("Number of the edition in its series; null without a series.", where=True)
    starts_at: datetime = column("Start of the event.", where=True, order=True)
    ends_at: datetime = column("End of the event.", where=True, order=True)
    time_zone: str = column("Time zone of the event, as an IANA name.")
    venue: str | None = column("Venue.")
    city: str | None = column("City.", where=True)
    languages: list[str] = column("Languages of the event, as language codes.")
    registration_opens_at: datetime | None = column("Start of registration; null: as soon as staff open it.")
    registration_closes_at: datetime | None = column("End of registration; null: the start of the event.")
    cancellation_reason: str | None = localized("Reason for the cancellation; null if not cancelled.")
    seats_taken: int | None = expression(
        "Number of seats taken in all formats.", lambda event: _pools(event, _POOL.taken)
    )
    seats_remaining: int | None = expression(
        "Number of seats that are open to everybody; null if a format has no limit.",
        lambda event: _pools(event, _POOL.capacity - _POOL.taken - _POOL.reserved).having(
            func.bool_and(_POOL.capacity.is_not(None))
        ),
    )
    offer_hours: int | None = column(
        "Hours for which a freed seat is offered to the next person on the waiting list; null: they get it at once."
    )
    largest_party: int = column("Largest number of seats per registration.")
    smaller_parties_may_pass: bool = column(
        "True if a smaller party that fits the free seats may be served before a larger one that is "
        "ahead of it and does not fit."
    )
    counts_speakers: bool = column("True if speakers take seats.")
    counts_staff: bool = column("True if staff take seats.")
    association: Association = one("Association that organises the event.", via="association_id")
    series: EventSeries | None = one("Series that it is an edition of.", via="series_id")


EventId = Annotated[UUID, Ref("Event", "The event.")]


@read_type(models.EventHost)
class EventHost:
    """An association that hosts an event. PUBLIC with the event."""

    role: models.HostRole = column("Role: host or partner.")
    association: Association = one("The association.", via="host_id")


@read_type(models.Speaker)
class Speaker(Node):
    """A speaker at an event, as printed in the programme. PUBLIC with the event."""

    name: str = column("Name of the speaker.")
    title: str | None = localized("Title or position of the speaker.")


@read_type(models.SeatPool)
class SeatPool(Node):
    """The seats of one format at an event. PUBLIC with the event."""

    format: models.EventFormat = column("Format of the seats: in person or online.")
    capacity: int | None = column("Number of seats; null if there is no limit.")
    taken: int = column("Number of seats taken.")
    reserved: int = column("Number of free seats that are reserved for associations.")
    remaining: int | None = expression(
        "Number of seats that are open to everybody; null if there is no limit.",
        lambda pool: pool.capacity - pool.taken - pool.reserved,
    )
    waiting: int = expression(
        "Number of registrations waiting for a seat.", lambda pool: func.figures.waiting(pool.id), weight=1
    )


SeatPoolId = Annotated[UUID, Ref("SeatPool", "The seat pool.")]


@read_type(models.EventAudience)
class EventAudience:
    """A segment that an event is meant for. PUBLIC with the event."""

    by_interest: bool = column("True if open to expressions of interest, without an invitation.")
    opens_at: datetime | None = column(
        "Start of registration for the segment; null: when registration begins for everybody."
    )
    segment: Segment | None = one("The segment; null unless it is published.", via="segment_id")


@extends(Event)
class _EventParts:
    hosts: list[EventHost] = many("Hosts, in order.", via="event_id", order=("rank",))
    speakers: list[Speaker] = many("Speakers, in order.", via="event_id", order=("rank",))
    seat_pools: list[SeatPool] = many("Seat pools, one per format.", via="event_id", order=("format",))
    audiences: list[EventAudience] = many(
        "Segments that the event is meant for; empty if it is open to everybody.", via="event_id"
    )
    follow_up_to: Event | None = one("Event that this one follows up.", via="follow_up_to_id")
    follow_ups: list[Event] = many("Events that follow up this one.", via="follow_up_to_id", order=("starts_at",))


@extends(EventSeries)
class _SeriesEvents:
    editions: list[Event] = many("Editions of the series.", via="series_id", order=("edition",))


@extends(Association)
class _AssociationEvents:
    events: Connection[Event] = connection(
        "Events that the association organises.", via="association_id", order=("starts_at",)
    )


@extends(Query)
class _Events:
    event: Event | None = by_slug("Find an event by its slug.")
    events: Connection[Event] = connection("Events of the confederation.", order=("starts_at",))
    event_series: EventSeries | None = by_slug("Find a series of events by its slug.")
