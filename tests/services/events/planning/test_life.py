"""An event's life: each step of it, and what it does to registrations."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models import (
    Event,
    EventHost,
    EventState,
    JournalEntry,
    Person,
    Registration,
    RegistrationState,
    Role,
    SeatPool,
    Speaker,
)
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events.errors import WrongEventState
from services.events.planning.life import (
    NEXT,
    cancel_event,
    close_registration,
    hold_event,
    open_registration,
    postpone_event,
    publish_event,
)
from services.events.planning.reports import publish_report
from tests.making import ActingAs, Maker, assert_seats_reconcile, texts
from tests.services.events.looking import picture
from tests.services.looking import actions

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(days=90)

STEPS: dict[EventState, Callable[[Work, Event], Awaitable[object]]] = {
    EventState.PUBLISHED: lambda work, event: publish_event(work, event.id),
    EventState.OPEN: lambda work, event: open_registration(work, event.id),
    EventState.CLOSED: lambda work, event: close_registration(work, event.id),
    EventState.HELD: lambda work, event: hold_event(work, event.id),
    EventState.REPORTED: lambda work, event: publish_report(work, event.id),
    EventState.POSTPONED: lambda work, event: postpone_event(
        work, event.id, starts_at=LATER, ends_at=LATER + timedelta(hours=2)
    ),
    EventState.CANCELLED: lambda work, event: cancel_event(work, event.id),
}


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who manages the home association's events."""
    return await make.staff(Role.REGISTRAR)


@pytest.mark.parametrize("state", EventState)
async def test_an_event_takes_the_steps_that_its_state_allows_and_no_other(
    make: Maker, acting_as: ActingAs, registrar: Person, state: EventState
) -> None:
    for next_state, step in STEPS.items():
        event = await make.event(state=state, starts_at=NOW - timedelta(hours=1))
        await make.report(event, published=False)
        before = await picture(make)
        if next_state in NEXT[state]:
            async with acting_as(registrar) as work:
                await step(work, event)
            assert (await make.fresh(event)).state is next_state
            continue
        with pytest.raises(WrongEventState) as refused:
            async with acting_as(registrar) as work:
                await step(work, event)
        assert refused.value.found is state
        assert refused.value.required == [before for before in EventState if next_state in NEXT[before]]
        assert await picture(make) == before


async def test_publication_shows_an_event_with_all_its_parts(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(state=EventState.DRAFT, speakers=["Joseph Facal"])
    async with acting_as(None) as work:
        assert await _visible(work, event) == []
    async with acting_as(registrar, now=NOW) as work:
        published = await publish_event(work, event.id)
        assert (published.state, published.published, published.published_at) == (EventState.PUBLISHED, True, NOW)
    async with acting_as(None) as work:
        assert await _visible(work, event) == [Event, EventHost, SeatPool, Speaker]
    assert await actions(make) == ["event.published"]


async def _visible(work: Work, event: Event) -> list[type]:
    found: list[type] = []
    for model, column in ((Event, "id"), (EventHost, "event_id"), (SeatPool, "event_id"), (Speaker, "event_id")):
        if (await work.session.execute(select(model).filter_by(**{column: event.id}))).first():
            found.append(model)
    return found


async def test_a_closed_registration_may_be_opened_again(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(state=EventState.PUBLISHED)
    for step in (open_registration, close_registration, open_registration):
        async with acting_as(registrar) as work:
            await step(work, event.id)
    assert (await make.fresh(event)).state is EventState.OPEN
    assert await actions(make) == ["event.opened", "event.closed", "event.opened"]


async def test_who_was_confirmed_and_did_not_come_is_a_no_show_and_who_waited_still_waited(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(state=EventState.CLOSED, starts_at=NOW - timedelta(hours=1))
    states = (
        RegistrationState.CONFIRMED,
        RegistrationState.ATTENDED,
        RegistrationState.WAITLISTED,
        RegistrationState.CANCELLED,
    )
    for state in states:
        await make.registration(event, await make.person(), state)
    async with acting_as(registrar) as work:
        await hold_event(work, event.id)
    assert [registration.state for registration in await make.all(Registration)] == [
        RegistrationState.NO_SHOW,
        RegistrationState.ATTENDED,
        RegistrationState.WAITLISTED,
        RegistrationState.CANCELLED,
    ]
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.data) == ("event.held", {"absent": 1})
    await assert_seats_reconcile(make)


async def test_an_event_is_not_held_before_it_starts(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(state=EventState.CLOSED, starts_at=NOW)
    await make.registration(event, await make.person())
    before = await picture(make)
    with pytest.raises(InvalidInput):
        async with acting_as(registrar, now=NOW - timedelta(seconds=1)) as work:
            await hold_event(work, event.id)
    assert await picture(make) == before
    async with acting_as(registrar, now=NOW) as work:
        await hold_event(work, event.id)
    assert (await make.fresh(event)).state is EventState.HELD


async def test_cancelling_an_event_cancels_every_live_registration_and_frees_the_seats(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, another = await make.event(capacity=2), await make.event(capacity=2)
    for state in (RegistrationState.CONFIRMED, RegistrationState.ATTENDED, RegistrationState.WAITLISTED):
        await make.registration(event, await make.person(), state)
    gone = await make.registration(event, await make.person(), RegistrationState.CANCELLED)
    refused = await make.registration(event, await make.person(), RegistrationState.REFUSED)
    untouched = await make.registration(another, await make.person())
    reason = texts("Tempête", "Snowstorm")
    async with acting_as(registrar, now=NOW) as work:
        cancelled = await cancel_event(work, event.id, reason=reason)
    assert (cancelled.state, cancelled.cancellation_reason) == (EventState.CANCELLED, reason)
    assert {registration.state for registration in await make.all(Registration, event_id=event.id)} == {
        RegistrationState.CANCELLED,
        RegistrationState.REFUSED,
    }
    assert (await make.fresh(gone)).cancelled_at == gone.cancelled_at
    assert (await make.fresh(refused)).state is RegistrationState.REFUSED
    assert (await make.pool(event)).taken == 0
    assert (await make.fresh(untouched)).state is RegistrationState.CONFIRMED
    assert await actions(make) == ["registration.cancelled"] * 3 + ["event.cancelled"]
    await assert_seats_reconcile(make)


async def test_a_reason_is_in_the_confederations_locales(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(state=EventState.OPEN)
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with acting_as(registrar) as work:
            await cancel_event(work, event.id, reason={"de": "Schneesturm"})
    assert refused.value.path == ("reason", "de")
    assert await picture(make) == before


async def test_a_draft_that_is_cancelled_stays_closed(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(state=EventState.DRAFT)
    async with acting_as(registrar) as work:
        cancelled = await cancel_event(work, event.id)
    assert (cancelled.state, cancelled.published) == (EventState.CANCELLED, False)


async def test_a_postponed_event_keeps_its_registrations_and_its_closing_moves_along(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    starts, closes = NOW + timedelta(days=10), NOW + timedelta(days=8)
    event = await make.event(capacity=1, starts_at=starts, registration_closes_at=closes)
    registered = await make.registration(event, await make.person())
    async with acting_as(registrar) as work:
        await postpone_event(work, event.id, starts_at=LATER, ends_at=LATER + timedelta(hours=1))
    event = await make.fresh(event)
    assert (event.state, event.published) == (EventState.POSTPONED, True)
    assert event.starts_at == LATER
    assert event.registration_closes_at is not None
    zone = ZoneInfo(event.time_zone)  # at the same hour of the event's clock, whatever the season
    shown = event.registration_closes_at.astimezone(zone).replace(tzinfo=None)
    assert shown == (LATER.astimezone(zone) - timedelta(days=2)).replace(tzinfo=None)
    assert (await make.fresh(registered)).state is RegistrationState.CONFIRMED
    published_at = event.published_at
    async with acting_as(registrar) as work:
        await publish_event(work, event.id)
    event = await make.fresh(event)
    assert (event.state, event.published_at) == (EventState.PUBLISHED, published_at)
    assert await actions(make) == ["event.postponed", "event.published"]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "path"),
    [
        (NOW + timedelta(days=10), LATER, "startsAt"),
        (NOW + timedelta(days=5), LATER, "startsAt"),
        (LATER, LATER, "endsAt"),
        (LATER.replace(tzinfo=None), LATER, "startsAt"),
    ],
)
async def test_an_event_is_postponed_to_a_later_date(
    make: Maker, registrar: Person, starts_at: datetime, ends_at: datetime, path: str
) -> None:
    event = await make.event(starts_at=NOW + timedelta(days=10))
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with make.acting_as(registrar) as work:
            await postpone_event(work, event.id, starts_at=starts_at, ends_at=ends_at)
    assert refused.value.path == (path,)
    assert await picture(make) == before
