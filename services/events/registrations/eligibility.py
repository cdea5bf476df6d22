"""The rules of registration, in one place: an operation raises the first reason against it, a website shows all.

* State and time: the event is open, between the opening that applies to the person and the closing. Registration
  closes at `registration_closes_at`, or when the event starts. The opening is the earliest of the audiences that the
  person is in, each the event's own unless it says otherwise; null: as soon as it is opened.
* Audience: with none, an event is for every person of the confederation; else for who is in one of its segments, be
  they invited or welcome by interest.
* A price list that has ended for the person asks for another: the event isn't free.
* One live registration each.

Staff who register somebody may go past the window, the audience and the end of the price list, from publication until
the event is held.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, select
from sqlmodel import col

from models import (
    MANAGE_REGISTRATIONS,
    Event,
    EventAudience,
    EventState,
    Person,
    Price,
    Question,
    Registration,
    RegistrationState,
    Segment,
)
from services.core.errors import NotAllowed, NotFound, NotSignedIn, Problem
from services.core.statements import matching
from services.core.work import Work
from services.events.errors import AlreadyRegistered, NotInvited, RegistrationClosed, RegistrationNotOpen
from services.events.prices import fitting
from services.events.prices.fitting import Fitting, prices_for, prices_for_each
from services.people.segments import persons_in

_TO_COME = (EventState.DRAFT, EventState.PUBLISHED, EventState.POSTPONED)
_ADMITS = {False: (EventState.OPEN,), True: (EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED)}
_NOT_LIVE = (RegistrationState.CANCELLED, RegistrationState.REFUSED)


@dataclass(frozen=True)
class _Audience:
    """One of an event's audiences, as it applies to the person. `slug` is None if the segment isn't public."""

    slug: str | None
    opens_at: datetime | None
    includes_them: bool


@dataclass(frozen=True)
class Situation:
    """Everything that decides whether a person can register. `person`: None if the actor may not see them."""

    event: Event
    person: Person | None
    registered: AlreadyRegistered | None
    has_audiences: bool
    has_questions: bool
    has_prices: bool


async def situation(work: Work, event_id: UUID, person_id: UUID) -> Situation:
    """Load the situation of a person and an event, in one statement; NotFound if the actor may not see the event."""
    query = (
        work.select(
            Event,
            Person,
            col(Registration.id),
            col(Registration.state),
            _is_there(EventAudience).label("has_audiences"),
            _is_there(Question).label("has_questions"),
            _is_there(Price).label("has_prices"),
        )
        .select_from(Event)
        .outerjoin(Person, and_(work.here(Person), col(Person.id) == person_id))
        .outerjoin(
            Registration,
            and_(
                matching(Registration.event_id, Event.id),
                col(Registration.person_id) == person_id,
                col(Registration.state).not_in(_NOT_LIVE),
            ),
        )
        .where(col(Event.id) == event_id)
    )
    row = (await work.session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("event")
    event, person, registration_id, state, *has = row
    registered = None if registration_id is None else AlreadyRegistered(registration_id, state)
    return Situation(event, person, registered, *has)


def _is_there(part: Any) -> Any:
    return exists().where(matching(part.event_id, Event.id)).correlate(Event)


async def reasons_against(work: Work, found: Situation, person_id: UUID, *, on_behalf: bool = False) -> list[Problem]:
    """Reasons why the person can't be registered now, the most relevant first; empty if they can."""
    event = found.event
    asks = found.has_audiences and not on_behalf
    audiences = await _audiences(work, [event], person_id) if asks else {}
    fittings = await prices_for(work, [event.id], person_id) if found.has_prices and not on_behalf else {}
    return _reasons(
        work,
        event,
        audiences.get(event.id, ()),
        found.registered,
        on_behalf=on_behalf,
        price=fittings.get(event.id),
    )


async def reasons_against_each(
    work: Work, event: Event, person_ids: Collection[UUID], *, on_behalf: bool = False, is_priced: bool = True
) -> dict[UUID, list[Problem]]:
    """Reasons for several persons, in a constant number of queries. To be called elevated.

    Existing registrations are not identified, because the caller may not be allowed to see them. `is_priced`: false if
    the caller knows that the event has no prices.
    """
    audiences = [] if on_behalf else await _invited(work, [event])
    segments = await _segments(work, audiences, person_ids) if audiences else {}
    query = work.select(col(Registration.person_id)).where(
        col(Registration.event_id) == event.id,
        col(Registration.person_id).in_(person_ids),
        col(Registration.state).not_in(_NOT_LIVE),
    )
    registered = set(await work.session.scalars(query))
    fittings = await prices_for_each(work, [event.id], person_ids) if is_priced and not on_behalf else {}
    return {
        id: _reasons(
            work,
            event,
            [_as_it_applies(event, audience, slug, segments.get(id, ())) for audience, slug in audiences],
            AlreadyRegistered(None, None) if id in registered else None,
            on_behalf=on_behalf,
            price=fittings.get((event.id, id)),
        )
        for id in person_ids
    }


async def reasons_for(work: Work, event_ids: Sequence[UUID], person_id: UUID | None) -> dict[UUID, list[Problem]]:
    """Reasons for several events, by their ids, in a constant number of queries.

    Without a person: NotSignedIn, and the reasons that apply to everybody. About another person, it answers only actors
    who may register them.
    """
    query = work.select(Event).where(col(Event.id).in_(event_ids))
    events = list((await work.session.execute(query)).scalars())
    reasons: dict[UUID, list[Problem]] = {event_id: [NotFound("event")] for event_id in event_ids}
    if person_id is None:
        return reasons | {event.id: [NotSignedIn(), *_window(work, event, None)] for event in events}
    told = [
        e for e in events if person_id == work.actor.person_id or work.actor.may(MANAGE_REGISTRATIONS, e.association_id)
    ]
    audiences, registered = await _audiences(work, told, person_id), await _registered(work, told, person_id)
    fittings = await prices_for(work, [event.id for event in told], person_id) if told else {}
    return (
        reasons
        | {event.id: [NotAllowed(MANAGE_REGISTRATIONS)] for event in events}
        | {
            event.id: _reasons(work, event, audiences[event.id], registered.get(event.id), price=fittings.get(event.id))
            for event in told
        }
    )


def against_more(work: Work, event: Event, *, on_behalf: bool = False) -> Problem | None:
    """Reasons why a registered person can't get more or other seats: as for a new registration, except audiences."""
    if on_behalf:
        return against_state(work, event, on_behalf=True)
    return next(iter(_window(work, event, None)), None)


def against_state(work: Work, event: Event, *, on_behalf: bool = False) -> Problem | None:
    """Reasons from the event's state alone. Checked again under the lock, because the state may have changed."""
    if event.state in _ADMITS[on_behalf]:
        return None
    if event.state in _TO_COME:
        return RegistrationNotOpen(event.state, event.registration_opens_at)
    closing = _closing(event)
    return RegistrationClosed(event.state, closing if closing <= work.now else None)


def _reasons(
    work: Work,
    event: Event,
    audiences: Sequence[_Audience],
    registered: AlreadyRegistered | None,
    *,
    on_behalf: bool = False,
    price: Fitting | None = None,
) -> list[Problem]:
    reasons: list[Problem] = []
    if on_behalf:
        reasons += [problem] if (problem := against_state(work, event, on_behalf=True)) else []
    else:
        theirs = [audience for audience in audiences if audience.includes_them]
        openings = [audience.opens_at for audience in theirs] or [event.registration_opens_at]
        # An audience without a time opens with the event, and an event without one as soon as staff open it.
        reasons += _window(work, event, None if None in openings else min(filter(None, openings)))
        if audiences and not theirs:
            reasons.append(NotInvited(sorted(audience.slug for audience in audiences if audience.slug)))
        if problem := fitting.against(price):
            reasons.append(problem)
    return [*reasons, registered] if registered else reasons


def _window(work: Work, event: Event, opens_at: datetime | None) -> list[Problem]:
    if problem := against_state(work, event):
        return [problem]
    if work.now >= _closing(event):
        return [RegistrationClosed(event.state, _closing(event))]
    if opens_at is not None and work.now < opens_at:
        return [RegistrationNotOpen(event.state, opens_at)]
    return []


def _closing(event: Event) -> datetime:
    return event.registration_closes_at or event.starts_at


async def _audiences(work: Work, events: Sequence[Event], person_id: UUID) -> Mapping[UUID, list[_Audience]]:
    audiences = await _invited(work, events)
    theirs = (await _segments(work, audiences, [person_id]))[person_id] if audiences else set()
    by_event = {event.id: event for event in events}
    found: dict[UUID, list[_Audience]] = defaultdict(list)
    for audience, slug in audiences:
        found[audience.event_id].append(_as_it_applies(by_event[audience.event_id], audience, slug, theirs))
    return found


def _as_it_applies(event: Event, audience: EventAudience, slug: str | None, theirs: Collection[UUID]) -> _Audience:
    return _Audience(slug, audience.opens_at or event.registration_opens_at, audience.segment_id in theirs)


async def _invited(work: Work, events: Sequence[Event]) -> list[Row[EventAudience, str | None]]:
    query = (
        work.select(EventAudience, col(Segment.slug))
        .outerjoin(Segment, and_(matching(EventAudience.segment_id, Segment.id), col(Segment.published)))
        .where(col(EventAudience.event_id).in_([event.id for event in events]))
    )
    return list((await work.session.execute(query)).all()) if events else []


async def _segments(
    work: Work, audiences: Sequence[Row[EventAudience, str | None]], person_ids: Collection[UUID]
) -> Mapping[UUID, set[UUID]]:
    """Those of the audiences' segments that each person is in."""
    members = persons_in([audience.segment_id for audience, _ in audiences], work.today).subquery()
    query = select(members.c.person_id, members.c.segment_id).where(members.c.person_id.in_(person_ids))
    found: dict[UUID, set[UUID]] = defaultdict(set)
    async with work.elevated("whether somebody is in a segment depends on rows that they may not see"):
        for person_id, segment_id in await work.session.execute(query):
            found[person_id].add(segment_id)
    return found


async def _registered(work: Work, events: Sequence[Event], person_id: UUID) -> dict[UUID, AlreadyRegistered]:
    query = work.select(col(Registration.event_id), col(Registration.id), col(Registration.state)).where(
        col(Registration.event_id).in_([event.id for event in events]),
        col(Registration.person_id) == person_id,
        col(Registration.state).not_in(_NOT_LIVE),
    )
    rows = (await work.session.execute(query)).all() if events else []
    return {event_id: AlreadyRegistered(id, state) for event_id, id, state in rows}
