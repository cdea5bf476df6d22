"""The meeting that shows what a registration office lives on."""

from collections import Counter

from models import Allotment, Event, Registration, RegistrationGuest, RegistrationState, SeatPool
from services.core.database.connections import Database
from tests.making import assert_seats_reconcile
from tests.services.demo.test_demo import making


async def test_the_meeting_has_kept_seats_delegates_a_party_a_line_and_an_offer(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    (event,) = await make.all(Event, slug="rencontre-des-regions")
    registered = await make.all(Registration, event_id=event.id)
    assert Counter(row.state for row in registered) == {
        RegistrationState.CONFIRMED: 8,
        RegistrationState.OFFERED: 1,
        RegistrationState.WAITLISTED: 1,
        RegistrationState.CANCELLED: 1,
    }
    assert sum(row.delegated_by_id is not None for row in registered) == 3
    assert [guest.name for guest in await make.all(RegistrationGuest, event_id=event.id)] == ["Camille Lointain"]
    (allotment,) = await make.all(Allotment, event_id=event.id)
    assert (allotment.seats, allotment.taken, allotment.released_at) == (5, 3, None)
    (pool,) = await make.all(SeatPool, event_id=event.id)
    assert (pool.capacity, pool.taken, pool.reserved) == (12, 10, 2)
    await assert_seats_reconcile(make)
