"""The desk: checking in, and taking it back."""

from datetime import UTC, datetime, timedelta

import pytest

from models import EventState, Person, RegistrationState, Role
from services.core.errors import InvalidInput, NotAllowed, Problem
from services.events.desk.checkin import check_in, undo_check_in
from services.events.errors import WrongEventState, WrongRegistrationState
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture
from tests.services.looking import actions

NOW = datetime.now(UTC).replace(microsecond=0)
DESK = (EventState.OPEN, EventState.CLOSED, EventState.HELD)
ATTENDED, CONFIRMED, NO_SHOW = RegistrationState.ATTENDED, RegistrationState.CONFIRMED, RegistrationState.NO_SHOW


@pytest.fixture
async def desk(make: Maker) -> Person:
    """Who runs the home association's desk."""
    return await make.staff(Role.REGISTRAR)


async def test_a_check_in_counts_once_and_can_be_taken_back(make: Maker, acting_as: ActingAs, desk: Person) -> None:
    event = await make.event(capacity=1)
    registration = await make.registration(event, await make.person())
    async with acting_as(desk, now=NOW) as work:
        seen = await check_in(work, registration.id)
    assert (seen.state, seen.checked_in_at) == (ATTENDED, NOW)

    before = await picture(make)
    with pytest.raises(WrongRegistrationState) as repeated:
        async with acting_as(desk) as work:
            await check_in(work, registration.id)
    assert repeated.value.found is ATTENDED
    assert await picture(make) == before

    async with acting_as(desk) as work:
        undone = await undo_check_in(work, registration.id)
    assert (undone.state, undone.checked_in_at) == (CONFIRMED, None)
    with pytest.raises(WrongRegistrationState):
        async with acting_as(desk) as work:
            await undo_check_in(work, registration.id)
    assert await actions(make) == ["registration.checked_in", "registration.check_in_undone"]
    await assert_seats_reconcile(make)


async def test_a_scan_keeps_its_own_time_which_is_not_to_come(make: Maker, acting_as: ActingAs, desk: Person) -> None:
    event = await make.event()
    registration = await make.registration(event, await make.person())
    before = await picture(make)
    for at in (NOW + timedelta(seconds=1), NOW.replace(tzinfo=None)):
        with pytest.raises(InvalidInput) as refused:
            async with acting_as(desk, now=NOW) as work:
                await check_in(work, registration.id, at=at)
        assert refused.value.path == ("at",)
    assert await picture(make) == before
    async with acting_as(desk, now=NOW) as work:
        assert (await check_in(work, registration.id, at=NOW - timedelta(hours=1))).checked_in_at == NOW - timedelta(
            hours=1
        )


async def test_a_late_scan_takes_back_a_no_show_and_its_undoing_brings_it_again(
    make: Maker, acting_as: ActingAs, desk: Person
) -> None:
    event = await make.event(state=EventState.HELD)
    registration = await make.registration(event, await make.person(), NO_SHOW)
    async with acting_as(desk) as work:
        assert (await check_in(work, registration.id)).state is ATTENDED
    async with acting_as(desk) as work:
        assert (await undo_check_in(work, registration.id)).state is NO_SHOW


@pytest.mark.parametrize("state", EventState)
async def test_attendance_is_taken_until_the_report_is_published(
    make: Maker, acting_as: ActingAs, desk: Person, state: EventState
) -> None:
    event = await make.event(state=state)
    confirmed = await make.registration(event, await make.person())
    attended = await make.registration(event, await make.person(), ATTENDED)
    before = await picture(make)
    for operation, registration in ((check_in, confirmed), (undo_check_in, attended)):
        if state in DESK:
            async with acting_as(desk) as work:
                await operation(work, registration.id)
            continue
        with pytest.raises(WrongEventState):
            async with acting_as(desk) as work:
                await operation(work, registration.id)
    assert (await picture(make) == before) is (state not in DESK)


@pytest.mark.parametrize("state", [s for s in RegistrationState if s not in (CONFIRMED, ATTENDED)])
async def test_who_has_no_confirmed_seat_is_not_checked_in(
    make: Maker, acting_as: ActingAs, desk: Person, state: RegistrationState
) -> None:
    event = await make.event()
    registration = await make.registration(event, await make.person(), state)
    before = await picture(make)
    with pytest.raises(WrongRegistrationState) as refused:
        async with acting_as(desk) as work:
            await check_in(work, registration.id)
    assert refused.value.found is state
    assert await picture(make) == before


async def test_one_does_not_check_oneself_in(make: Maker, acting_as: ActingAs) -> None:
    event, ana = await make.event(), await make.person()
    registration = await make.registration(event, ana)
    refusal: type[Problem] = NotAllowed
    with pytest.raises(refusal):
        async with acting_as(ana) as work:
            await check_in(work, registration.id)
    assert (await make.fresh(registration)).state is CONFIRMED
