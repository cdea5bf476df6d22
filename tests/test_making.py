"""What the tests stand on: seats that reconcile, and confederations that don't touch."""

import pytest

from models import Event, Registration, RegistrationState
from tests.making import Maker, assert_seats_reconcile


async def test_seats_that_do_not_reconcile_are_found(make: Maker) -> None:
    event = await make.event(capacity=5)
    for state in RegistrationState:
        await make.registration(event, await make.person(), state)
    assert await make.count(Registration) == len(RegistrationState)
    await assert_seats_reconcile(make)
    pool = await make.pool(event)
    pool.taken += 1
    await make.save(pool)
    with pytest.raises(AssertionError):
        await assert_seats_reconcile(make)


async def test_a_confederation_of_its_own_has_nothing_of_anothers(make: Maker) -> None:
    other = await make.other()
    await make.event()
    assert (await make.count(Event), await other.count(Event)) == (1, 0)
