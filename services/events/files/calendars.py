"""Events as calendars (RFC 5545): a single event, or an association's events.

Times are in UTC, which every program shows in local time. The UID of a public entry is the event's key. Registered
people get another entry, their own, by mail.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import exists, or_
from sqlmodel import col

from models import Association, Event, EventHost, EventState
from services.core.statements import matching
from services.core.work import Work
from services.messages.words import chosen

CALENDAR_GOES_BACK, MOST_CALENDAR_EVENTS = timedelta(days=365), 500
"""How far back a feed goes, and the maximum number of its events: the latest."""


class Rendering:
    """A calendar that can be compared before it is rendered: `mark` changes when anything in it does."""

    def __init__(self, name: str, events: Sequence[Event], wished: Sequence[str]) -> None:
        self._told = name, tuple(_told(event, wished) for event in events)
        self.mark = hashlib.sha256(repr(self._told).encode()).hexdigest()[:32]

    def body(self) -> bytes:
        """The calendar file. The latest ones are cached, because a feed is fetched far more often than it changes."""
        return _written(*self._told)


async def of_event(work: Work, slug: str, wished: Sequence[str]) -> Rendering:
    """The calendar of a published event, by its slug. NotFound if there is none that the actor may see."""
    event = await work.find_by(Event, slug=slug)
    return Rendering("", [event], wished)


async def of_association(work: Work, slug: str, wished: Sequence[str]) -> Rendering:
    """The calendar of an association's own and hosted events, from a year ago on.

    NotFound if there is no such association.
    """
    association = await work.find_by(Association, slug=slug)
    hosted = exists().where(
        matching(EventHost.event_id, Event.id),
        col(EventHost.host_id) == association.id,
    )
    query = (
        work.select(Event)
        .where(
            or_(col(Event.association_id) == association.id, hosted),
            col(Event.state) != EventState.DRAFT,
            col(Event.published),
            col(Event.starts_at) >= work.now - CALENDAR_GOES_BACK,
        )
        .order_by(col(Event.starts_at).desc(), col(Event.id))
        .limit(MOST_CALENDAR_EVENTS)
    )
    events = list((await work.session.execute(query)).scalars())
    return Rendering(chosen(association.name, wished), events, wished)


def calendar() -> Calendar:
    """Create an empty calendar."""
    made = Calendar()
    made.add("prodid", "-//Confed//Confed//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    return made


_STATUS = {EventState.CANCELLED: "CANCELLED", EventState.POSTPONED: "TENTATIVE"}


class _Told(NamedTuple):
    """The facts of an event in a calendar."""

    id: UUID
    sequence: int
    published_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    title: str
    summary: str
    where: str
    status: str


def _told(event: Event, wished: Sequence[str]) -> _Told:
    where = ", ".join(filter(None, (event.venue, event.city)))
    return _Told(
        event.id,
        event.sequence,
        event.published_at,
        event.starts_at,
        event.ends_at,
        chosen(event.title, wished),
        chosen(event.summary, wished),
        where,
        _STATUS.get(event.state, "CONFIRMED"),
    )


@lru_cache(200)
def _written(name: str, events: tuple[_Told, ...]) -> bytes:
    whole = calendar()
    whole.add("method", "PUBLISH")
    if name:
        whole.add("x-wr-calname", name)
    for told in events:
        entry = Entry()
        entry.add("uid", str(told.id))
        entry.add("sequence", told.sequence)
        # The time of the last change isn't stored; the sequence says which of two versions is newer.
        entry.add("dtstamp", told.published_at or told.starts_at)
        entry.add("dtstart", told.starts_at)
        entry.add("dtend", told.ends_at)
        entry.add("summary", told.title)
        entry.add("status", told.status)
        if told.summary:
            entry.add("description", told.summary)
        if told.where:
            entry.add("location", told.where)
        whole.add_component(entry)
    written: bytes = whole.to_ical()
    return written
