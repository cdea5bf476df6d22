"""Registering and cancelling, one person after the other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from models import Event, EventFormat, EventState, JournalEntry, Person, Registration, RegistrationState, Role, SeatPool
from services.core.actor import system
from services.core.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem
from services.core.work import begin
from services.events.errors import (
    AlreadyRegistered,
    NoSuchFormat,
    RegistrationClosed,
    RegistrationNotOpen,
    WrongEventState,
    WrongRegistrationState,
)
from services.events.registrations.registering import cancel_registration, register, register_on_behalf
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture
from tests.services.looking import actions

NOW = datetime.now(UTC).replace(microsecond=0)
CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
)


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's registrations."""
    return await make.staff(Role.REGISTRAR)


async def registered(make: Maker, event: Event, person: Person, *, format: EventFormat | None = None) -> Registration:
    """The person registers."""
    async with make.acting_as(person, now=NOW) as work:
        return await register(work, event.id, format=format)


async def test_the_last_seat_is_confirmed_and_the_next_person_queues(make: Maker) -> None:
    event = await make.event(capacity=1)
    first = await registered(make, event, await make.person(given_name="Ana", family_name="Roy"))
    second = await registered(make, event, await make.person())
    assert (first.state, first.confirmed_at, first.name) == (CONFIRMED, NOW, "Ana Roy")
    assert (second.state, second.confirmed_at) == (WAITLISTED, None)
    assert first.arrival < second.arrival
    assert (first.association_id, first.registered_by_id) == (event.association_id, None)
    assert await actions(make) == ["registration.confirmed", "registration.waitlisted"]
    await assert_seats_reconcile(make)


async def test_seats_without_a_limit_never_run_out(make: Maker) -> None:
    event = await make.event(capacity=None)
    assert {(await registered(make, event, await make.person())).state for _ in range(3)} == {CONFIRMED}
    assert (await make.pool(event)).taken == 3


async def test_a_free_seat_does_not_go_past_those_who_wait(make: Maker) -> None:
    """However it came to be free: here a row was changed behind the operations' back."""
    event = await make.event(capacity=1)
    await make.registration(event, await make.person(), WAITLISTED)
    assert (await registered(make, event, await make.person())).state is WAITLISTED


async def test_nobody_registers_twice_until_they_have_cancelled(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(capacity=1), await make.person()
    first = await registered(make, event, ana)
    before = await picture(make)
    with pytest.raises(AlreadyRegistered) as refused:
        await registered(make, event, ana)
    assert refused.value.registration_id == first.id
    assert await picture(make) == before
    async with acting_as(ana) as work:
        await cancel_registration(work, first.id)
    assert (await registered(make, event, ana)).state is CONFIRMED
    assert await make.count(Registration) == 2
    await assert_seats_reconcile(make)


async def test_each_format_has_its_seats_and_one_is_chosen(make: Maker) -> None:
    event = await make.event(capacity=1, formats=[EventFormat.IN_PERSON, EventFormat.ONLINE])
    await registered(make, event, await make.person(), format=EventFormat.IN_PERSON)
    assert (await registered(make, event, await make.person(), format=EventFormat.IN_PERSON)).state is WAITLISTED
    assert (await registered(make, event, await make.person(), format=EventFormat.ONLINE)).state is CONFIRMED
    before = await picture(make)
    for format in (None, EventFormat.HYBRID):
        with pytest.raises(NoSuchFormat) as refused:
            await registered(make, event, await make.person(), format=format)
        assert refused.value.available == [EventFormat.IN_PERSON, EventFormat.ONLINE]
    assert await picture(make) == before
    await assert_seats_reconcile(make)


async def test_an_event_elsewhere_or_unknown_is_not_there(make: Maker, acting_as: ActingAs) -> None:
    event, stranger = await make.event(), await (await make.other()).member()
    with pytest.raises(NotFound):
        async with acting_as(stranger) as work:
            await register(work, event.id)
    with pytest.raises(NotFound):
        async with acting_as(await make.member()) as work:
            await register(work, stranger.id)
    assert await make.count(Registration) == 0


async def test_the_platform_is_nobody_to_register(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event()
    with pytest.raises(NotSignedIn):
        async with acting_as(system(make.tenant)) as work:
            await register(work, event.id)
    assert await make.count(Registration) == 0


async def test_staff_register_a_person_who_is_told_from_whoever_did_it(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, guest = await make.event(capacity=1), await make.member()
    async with acting_as(registrar) as work:
        registration = await register_on_behalf(work, event.id, guest.id, reason="By telephone")
    assert (registration.person_id, registration.registered_by_id) == (guest.id, registrar.id)
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.actor_person_id, entry.on_behalf_of_id, entry.reason) == (
        "registration.confirmed",
        registrar.id,
        guest.id,
        "By telephone",
    )
    assert guest.family_name not in str(entry.data)


async def test_staff_go_past_the_window_and_the_audience_but_not_past_the_capacity(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    nowhere = await make.segment({"region": "nowhere"})
    event = await make.event(
        capacity=1, state=EventState.CLOSED, invited=[nowhere], starts_at=NOW, registration_closes_at=NOW
    )
    states = []
    guests = [await make.member() for _ in range(2)]
    for guest in guests:
        async with acting_as(registrar, now=NOW + timedelta(minutes=1)) as work:
            states.append((await register_on_behalf(work, event.id, guest.id)).state)
    assert states == [CONFIRMED, WAITLISTED]
    before = await picture(make)
    with pytest.raises(AlreadyRegistered):
        async with acting_as(registrar) as work:
            await register_on_behalf(work, event.id, guests[0].id)
    assert await picture(make) == before


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (EventState.DRAFT, RegistrationNotOpen),
        (EventState.PUBLISHED, None),
        (EventState.OPEN, None),
        (EventState.CLOSED, None),
        (EventState.POSTPONED, RegistrationNotOpen),
        (EventState.HELD, RegistrationClosed),
        (EventState.REPORTED, RegistrationClosed),
        (EventState.CANCELLED, RegistrationClosed),
    ],
)
async def test_staff_register_from_publication_until_the_event_is_held(
    make: Maker, acting_as: ActingAs, registrar: Person, state: EventState, refusal: type[Problem] | None
) -> None:
    event, guest = await make.event(state=state), await make.member()
    if refusal is None:
        async with acting_as(registrar) as work:
            assert (await register_on_behalf(work, event.id, guest.id)).state is CONFIRMED
        return
    before = await picture(make)
    with pytest.raises(refusal):
        async with acting_as(registrar) as work:
            await register_on_behalf(work, event.id, guest.id)
    assert await picture(make) == before


async def test_an_id_is_no_way_to_the_name_of_a_person_whom_staff_may_not_see(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event()
    elsewhere = await make.member(await make.association())
    foreign = await (await make.other()).member()
    dead = await make.member(person={"deceased_on": date(2021, 1, 1)})
    before = await picture(make)
    for person in (elsewhere, foreign, dead):
        with pytest.raises(NotFound) as refused:
            async with acting_as(registrar) as work:
                await register_on_behalf(work, event.id, person.id)
        assert (refused.value.kind, refused.value.path) == ("person", ("personId",))
    assert await picture(make) == before


async def test_a_freed_seat_goes_to_the_first_in_line(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event(capacity=1)
    ana, ben, eve = [await make.person() for _ in range(3)]
    first, second, third = [await registered(make, event, person) for person in (ana, ben, eve)]
    async with acting_as(ana, now=NOW) as work:
        cancelled = await cancel_registration(work, first.id, reason="Unwell")
    assert (cancelled.state, cancelled.cancelled_at) == (CANCELLED, NOW)
    second, third = await make.fresh(second), await make.fresh(third)
    assert (second.state, second.confirmed_at) == (CONFIRMED, NOW)
    assert third.state is WAITLISTED
    entries = (await make.all(JournalEntry))[-2:]
    assert [(entry.action, entry.subject_id, entry.reason) for entry in entries] == [
        ("registration.cancelled", first.id, "Unwell"),
        ("registration.promoted", second.id, None),
    ]
    await assert_seats_reconcile(make)


async def test_seats_freed_one_after_the_other_in_one_piece_of_work_all_pass_on(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=2)
    leaving = [await make.registration(event, await make.person()) for _ in range(2)]
    waiting = [await make.registration(event, await make.person(), WAITLISTED) for _ in range(2)]
    pool = await make.pool(event)
    async with acting_as(registrar) as work:
        kept = await work.find(SeatPool, pool.id)  # what was read before the work is not what is promoted by
        for registration in leaving:
            await cancel_registration(work, registration.id)
        assert kept.taken == 2
    assert {(await make.fresh(registration)).state for registration in waiting} == {CONFIRMED}
    await assert_seats_reconcile(make)


async def test_priority_comes_before_arrival(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(capacity=1), await make.person()
    first = await make.registration(event, ana)
    later = await make.registration(event, await make.person(), WAITLISTED, priority=1)
    sooner = await make.registration(event, await make.person(), WAITLISTED, priority=0)
    async with acting_as(ana) as work:
        await cancel_registration(work, first.id)
    assert ((await make.fresh(sooner)).state, (await make.fresh(later)).state) == (CONFIRMED, WAITLISTED)


async def test_who_leaves_the_queue_frees_no_seat(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event(capacity=1)
    first = await make.registration(event, await make.person())
    ben = await make.person()
    second = await make.registration(event, ben, WAITLISTED)
    third = await make.registration(event, await make.person(), WAITLISTED)
    async with acting_as(ben) as work:
        await cancel_registration(work, second.id)
    states = [(await make.fresh(registration)).state for registration in (first, second, third)]
    assert states == [CONFIRMED, CANCELLED, WAITLISTED]
    await assert_seats_reconcile(make)


async def test_a_freed_seat_stays_in_its_format(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(capacity=1, formats=[EventFormat.IN_PERSON, EventFormat.ONLINE]), await make.person()
    first = await make.registration(event, ana, format=EventFormat.IN_PERSON)
    await make.registration(event, await make.person(), format=EventFormat.ONLINE)
    online = await make.registration(event, await make.person(), WAITLISTED, format=EventFormat.ONLINE)
    async with acting_as(ana) as work:
        await cancel_registration(work, first.id)
    assert (await make.fresh(online)).state is WAITLISTED
    await assert_seats_reconcile(make)


async def test_one_cancels_ones_own_registration_and_nobody_elses(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(), await make.person()
    registration = await registered(make, event, ana)
    before = await picture(make)
    for actor in (None, await make.member(), await (await make.other()).staff()):
        with pytest.raises(NotFound):
            async with acting_as(actor) as work:
                await cancel_registration(work, registration.id)
    assert await picture(make) == before
    async with acting_as(ana) as work:
        assert (await cancel_registration(work, registration.id)).state is CANCELLED


@pytest.mark.parametrize("state", [state for state in EventState if state is not EventState.DRAFT])
async def test_one_cancels_until_the_event_is_held(make: Maker, acting_as: ActingAs, state: EventState) -> None:
    event, ana = await make.event(state=state), await make.person()
    registration = await make.registration(event, ana)
    before = await picture(make)
    if state not in (EventState.HELD, EventState.REPORTED, EventState.CANCELLED):
        async with acting_as(ana) as work:
            await cancel_registration(work, registration.id)
        assert (await make.fresh(registration)).state is CANCELLED
        return
    with pytest.raises(WrongEventState) as refused:
        async with acting_as(ana) as work:
            await cancel_registration(work, registration.id)
    assert refused.value.found is state
    assert await picture(make) == before


@pytest.mark.parametrize("state", [CANCELLED, RegistrationState.ATTENDED, RegistrationState.REFUSED])
async def test_what_is_over_is_not_cancelled(make: Maker, acting_as: ActingAs, state: RegistrationState) -> None:
    event, ana = await make.event(capacity=1), await make.person()
    registration = await make.registration(event, ana, state)
    before = await picture(make)
    with pytest.raises(WrongRegistrationState) as refused:
        async with acting_as(ana) as work:
            await cancel_registration(work, registration.id)
    assert refused.value.found is state
    assert await picture(make) == before


async def test_a_reason_says_something(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event, guest = await make.event(), await make.member()
    registration = await make.registration(event, await make.person())
    before = await picture(make)
    for reason in (" ", "x" * 501):
        with pytest.raises(InvalidInput):
            async with acting_as(registrar) as work:
                await cancel_registration(work, registration.id, reason=reason)
        with pytest.raises(InvalidInput):
            async with acting_as(registrar) as work:
                await register_on_behalf(work, event.id, guest.id, reason=reason)
    assert await picture(make) == before


async def test_a_dry_run_answers_and_leaves_no_trace(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(capacity=1), await make.person()
    before = await picture(make)
    async with acting_as(ana, dry_run=True) as work:
        assert (await register(work, event.id)).state is CONFIRMED
    assert await picture(make) == before


async def test_who_sees_a_registration_without_running_the_desk_leaves_it(make: Maker) -> None:
    event, reader = await make.event(), await make.person()
    registration = await make.registration(event, await make.person())
    actor = replace(await make.actor(reader), holds={"registrations.read": frozenset({event.association_id})})
    with pytest.raises(NotAllowed):
        async with begin(make.database, actor) as work:
            await cancel_registration(work, registration.id)
    assert (await make.fresh(registration)).state is CONFIRMED
