"""Events as everybody reads them: who hosts and speaks, for whom, when, and what seats are left."""

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
    """Editions of one event. PUBLIC."""

    slug: str = column("Its name in addresses.", where=True, order=True)
    name: str | None = localized("What it is called.")
    association: Association = one("Who runs it.", via="association_id")


EventSeriesId = Annotated[UUID, Ref("EventSeries", "The series.")]


def _pools(event: Row, amount: Row) -> Row:
    """A sum over the event's pools: `taken` is a public counter, so that no registration has to be seen."""
    return select(cast(func.sum(amount), Integer)).where(
        _POOL.confederation_id == event.confederation_id, _POOL.event_id == event.id
    )


_POOL = models.SeatPool.__table__.c  # type: ignore[attr-defined]


@read_type(models.Event)
class Event(Node):
    """Something people register for. PUBLIC once published; a draft is STAFF of the association that organises it."""

    slug: str = column("Its name in addresses, unique in the confederation.", where=True, order=True)
    title: str | None = localized("What it is called.")
    summary: str | None = localized("What it is about.")
    kind: models.EventKind = column("What people come together for.", where=True)
    format: models.EventFormat = column("Where people take part.", where=True)
    state: models.EventState = column("Where its life is.", where=True)
    edition: int | None = column("Which edition of its series it is.", where=True)
    starts_at: datetime = column("When it starts.", where=True, order=True)
    ends_at: datetime = column("When it ends.", where=True, order=True)
    time_zone: str = column("Where it takes place on the clock, as the IANA database names it.")
    venue: str | None = column("The venue.")
    city: str | None = column("The city.", where=True)
    languages: list[str] = column("The languages it is held in, by their codes.")
    registration_opens_at: datetime | None = column("When registration begins; null: as soon as it is opened.")
    registration_closes_at: datetime | None = column("When registration ends; null: when the event starts.")
    cancellation_reason: str | None = localized("Why it was cancelled.")
    seats_taken: int | None = expression("Seats taken in all formats.", lambda event: _pools(event, _POOL.taken))
    seats_remaining: int | None = expression(
        "Seats that anybody could take now; null where some format has no limit.",
        lambda event: _pools(event, _POOL.capacity - _POOL.taken - _POOL.reserved).having(
            func.bool_and(_POOL.capacity.is_not(None))
        ),
    )
    offer_hours: int | None = column(
        "For how many hours a freed seat is offered to the next in line; null: they are confirmed at once."
    )
    largest_party: int = column("How many seats one registration may have.")
    smaller_parties_may_pass: bool = column(
        "Whether a party that fits may be served before a larger one that is ahead of it and doesn't."
    )
    counts_speakers: bool = column("Whether speakers take seats.")
    counts_staff: bool = column("Whether staff take seats.")
    association: Association = one("Who organises it.", via="association_id")
    series: EventSeries | None = one("The series that it is an edition of.", via="series_id")


EventId = Annotated[UUID, Ref("Event", "The event.")]


@read_type(models.EventHost)
class EventHost:
    """An association that invites to an event, or its partner. PUBLIC with the event."""

    role: models.HostRole = column("Whether it invites, or lends a hand.")
    association: Association = one("Which association.", via="host_id")


@read_type(models.Speaker)
class Speaker(Node):
    """Somebody who speaks at an event, as the programme prints it. PUBLIC with the event."""

    name: str = column("Their name.")
    title: str | None = localized("What they are.")


@read_type(models.SeatPool)
class SeatPool(Node):
    """Seats of one format at an event. PUBLIC with the event."""

    format: models.EventFormat = column("Where these seats are.")
    capacity: int | None = column("How many there are; null without a limit.")
    taken: int = column("How many are taken.")
    reserved: int = column("How many more are kept for associations.")
    remaining: int | None = expression(
        "How many anybody could take now; null without a limit.",
        lambda pool: pool.capacity - pool.taken - pool.reserved,
    )
    waiting: int = expression("How many people wait for one.", lambda pool: func.figures.waiting(pool.id), weight=1)


SeatPoolId = Annotated[UUID, Ref("SeatPool", "The seat pool.")]


@read_type(models.EventAudience)
class EventAudience:
    """A segment that an event is for. PUBLIC with the event."""

    by_interest: bool = column("Not invited, but welcome to say that they are interested.")
    opens_at: datetime | None = column("When registration begins for them; null: with everybody's.")
    segment: Segment | None = one("Whom it is for, where that is published.", via="segment_id")


@extends(Event)
class _EventParts:
    hosts: list[EventHost] = many("Who hosts it, in order.", via="event_id", order=("rank",))
    speakers: list[Speaker] = many("Who speaks, in order.", via="event_id", order=("rank",))
    seat_pools: list[SeatPool] = many("Its seats, by format.", via="event_id", order=("format",))
    audiences: list[EventAudience] = many("Whom it is for; nobody named: everybody.", via="event_id")
    follow_up_to: Event | None = one("The event that it follows up.", via="follow_up_to_id")
    follow_ups: list[Event] = many("The events that follow it up.", via="follow_up_to_id", order=("starts_at",))


@extends(EventSeries)
class _SeriesEvents:
    editions: list[Event] = many("Its editions.", via="series_id", order=("edition",))


@extends(Association)
class _AssociationEvents:
    events: Connection[Event] = connection("The events that it organises.", via="association_id", order=("starts_at",))


@extends(Query)
class _Events:
    event: Event | None = by_slug("An event by its slug.")
    events: Connection[Event] = connection("The confederation's events.", order=("starts_at",))
    event_series: EventSeries | None = by_slug("A series of events by its slug.")
