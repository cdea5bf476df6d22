"""Who walks in: registered and in, both or neither."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import EventState, Person, RegistrationState, Role, Scan
from services.core.errors import NotAllowed, Problem
from services.events.desk.checkin import walk_in
from services.events.errors import AlreadyRegistered, NotEnoughSeats, RegistrationClosed, WrongEventState
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture
from tests.services.looking import actions

BEGUN = datetime.now(UTC) - timedelta(hours=1)
SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
async def desk(make: Maker) -> Person:
    """Who runs the home association's desk."""
    return await make.staff(Role.REGISTRAR)


async def test_who_walks_in_is_registered_and_in(make: Maker, acting_as: ActingAs, desk: Person) -> None:
    event, ana = await make.event(capacity=1, starts_at=BEGUN), await make.member()
    async with acting_as(desk) as work:
        registered = await walk_in(work, event.id, ana.id)
    assert (registered.state, registered.person_id) == (RegistrationState.ATTENDED, ana.id)
    assert await make.count(Scan, registration_id=registered.id) == 1
    assert await actions(make) == ["registration.confirmed", "registration.checked_in"]
    await assert_seats_reconcile(make)


@pytest.mark.parametrize(
    ("columns", "waits", "refusal"),
    [
        ({"capacity": 0}, False, NotEnoughSeats),
        ({"capacity": 1, "starts_at": SOON}, True, NotEnoughSeats),  # the free seat is the next in line's
        ({"capacity": 1, "state": EventState.PUBLISHED}, False, WrongEventState),
        ({"capacity": 1, "state": EventState.HELD}, False, RegistrationClosed),
    ],
)
async def test_who_finds_no_seat_is_neither_registered_nor_in(
    make: Maker, desk: Person, columns: dict[str, Any], waits: bool, refusal: type[Problem]
) -> None:
    event, ana = await make.event(**{"starts_at": BEGUN, **columns}), await make.member()
    if waits:
        await make.registration(event, await make.person(), RegistrationState.WAITLISTED)
    before = await picture(make)
    with pytest.raises(refusal):
        async with make.acting_as(desk) as work:
            await walk_in(work, event.id, ana.id)
    assert await picture(make) == before


async def test_who_is_registered_does_not_walk_in_and_nobody_lets_themselves_in(
    make: Maker, acting_as: ActingAs, desk: Person
) -> None:
    event, ana = await make.event(starts_at=BEGUN), await make.member()
    before = await picture(make)
    with pytest.raises(NotAllowed):
        async with acting_as(ana) as work:
            await walk_in(work, event.id, ana.id)
    assert await picture(make) == before
    await make.registration(event, ana)
    before = await picture(make)
    with pytest.raises(AlreadyRegistered):
        async with acting_as(desk) as work:
            await walk_in(work, event.id, ana.id)
    assert await picture(make) == before
