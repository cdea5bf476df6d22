"""What is told of seats: how what is left of them comes about, and why somebody waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import Event, Person, Registration, RegistrationState, WaitReason
from tests.client import Client
from tests.making import Maker

NOW = datetime.now(UTC).replace(microsecond=0)
WAITLISTED, OFFERED = RegistrationState.WAITLISTED, RegistrationState.OFFERED

SEATS = """query($slug: String!) { event(slug: $slug) { seatsTaken seatsRemaining seatPools {
    remaining reserved allotments { seats }
    availability { capacity confirmed offered allotted waiting waitingSeats free } } } }"""
MINE = """query($slug: String!) { event(slug: $slug) { myRegistration {
    placeInQueue waitReason waitReasonUntil } } }"""


async def test_what_is_left_is_capacity_less_confirmed_offered_and_allotted(make: Maker, client: Client) -> None:
    event = await make.event(capacity=20, largest_party=5)
    for state, seats in ((RegistrationState.CONFIRMED, 3), (OFFERED, 2), (WAITLISTED, 4), (WAITLISTED, 1)):
        await make.registration(event, await make.person(), state, seats=seats)
    await make.registration(event, await make.person(), RegistrationState.CANCELLED, seats=5)
    kept = await make.allotment(event, seats=6)
    member = await make.person()
    await make.registration(event, member, allotment_id=kept.id)
    data = (await client.ask(SEATS, {"slug": event.slug})).data["event"]
    assert (data["seatsTaken"], data["seatsRemaining"]) == (6, 9)
    (pool,) = data["seatPools"]
    assert (pool["remaining"], pool["reserved"], pool["allotments"]) == (9, 5, [])
    assert pool["availability"] == {
        "capacity": 20,
        "confirmed": 4,
        "offered": 2,
        "allotted": 5,
        "waiting": 2,
        "waitingSeats": 5,
        "free": 9,
    }


async def test_seats_without_a_limit_are_as_many_as_are_wanted(make: Maker, client: Client) -> None:
    event = await make.event(capacity=None)
    await make.registration(event, await make.person())
    data = (await client.ask(SEATS, {"slug": event.slug})).data["event"]
    (pool,) = data["seatPools"]
    told = pool["availability"]
    assert (data["seatsRemaining"], pool["remaining"], told["capacity"], told["free"]) == (None, None, None, None)
    assert told["confirmed"] == 1


async def waits(make: Maker, event: Event, *, seats: int = 1, person: Person | None = None) -> Person:
    """Somebody in line."""
    person = person or await make.member()
    await make.registration(event, person, WAITLISTED, seats=seats)
    return person


async def why(client: Client, event: Event, person: Person) -> tuple[Any, datetime | None]:
    """What the person is told, and until when it holds."""
    mine = (await client.ask(MINE, {"slug": event.slug}, person=person)).data["event"]["myRegistration"]
    until = mine["waitReasonUntil"]
    return mine["waitReason"], until and datetime.fromisoformat(until)


async def test_a_full_event_has_no_seat_free(make: Maker, client: Client) -> None:
    event = await make.event(capacity=1)
    seated = await make.member()
    await make.registration(event, seated)
    assert await why(client, event, await waits(make, event)) == (WaitReason.NO_SEAT_FREE, None)
    assert await why(client, event, seated) == (None, None)


async def test_seats_are_offered_to_others_until_the_first_of_these_offers_ends(make: Maker, client: Client) -> None:
    event = await make.event(capacity=2, offer_hours=9)
    until = NOW + timedelta(hours=3)
    for expires_at in (until + timedelta(hours=1), until):
        await make.registration(event, await make.person(), OFFERED, offer_expires_at=expires_at)
    assert await why(client, event, await waits(make, event)) == (WaitReason.SEATS_OFFERED, until)


async def test_seats_are_kept_for_an_association_until_they_are_released(make: Maker, client: Client) -> None:
    event = await make.event(capacity=2)
    kept = await make.allotment(event, seats=2)
    assert await why(client, event, await waits(make, event)) == (WaitReason.SEATS_ALLOTTED, kept.releases_at)
    # Where both hold seats back, whichever ends first is told.
    pool = await make.pool(event)
    pool.capacity = 3
    await make.save(pool)
    offer = await make.registration(event, await make.person(), OFFERED)
    expires_at = offer.offer_expires_at
    assert expires_at is not None
    assert await why(client, event, await waits(make, event)) == (WaitReason.SEATS_OFFERED, expires_at)


async def test_a_party_may_be_larger_than_what_is_free(make: Maker, client: Client) -> None:
    event = await make.event(capacity=2, largest_party=3)
    await make.registration(event, await make.person())
    party = await waits(make, event, seats=2)
    assert await why(client, event, party) == (WaitReason.PARTY_TOO_LARGE, None)
    # And who comes behind it has the seat that is free before them, and no seat.
    assert await why(client, event, await waits(make, event)) == (WaitReason.OTHERS_FIRST, None)


async def test_what_is_kept_for_ones_own_association_counts_as_free(make: Maker, client: Client) -> None:
    south = await make.association()
    event = await make.event(capacity=2, largest_party=3)
    kept = await make.allotment(event, south, 2)
    member = await make.member(south)
    await waits(make, event, seats=3, person=member)
    assert await why(client, event, member) == (WaitReason.PARTY_TOO_LARGE, kept.releases_at)


async def test_once_the_event_has_begun_nobody_is_served_any_more(make: Maker, client: Client) -> None:
    event = await make.event(capacity=1, starts_at=NOW - timedelta(hours=1))
    assert await why(client, event, await waits(make, event)) == (WaitReason.EVENT_OVER, None)


@pytest.mark.parametrize("state", [state for state in RegistrationState if state is not WAITLISTED])
async def test_nobody_is_told_why_who_does_not_wait(make: Maker, state: RegistrationState) -> None:
    registration: Registration = await make.registration(await make.event(), await make.person(), state)
    async with make.acting_as(None) as work:
        connection = await work.connection()
        query = "select * from figures.why_waiting($1, $2, $3)"
        assert await connection.fetch(query, registration.id, NOW, NOW.date()) == []
