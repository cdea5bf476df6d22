"""Guests: named when registering or later, each on a seat and with a ticket."""

from datetime import timedelta
from typing import Any

import pytest

from models import (
    AttendeeRole,
    Event,
    EventState,
    Invoice,
    JournalEntry,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationMessage,
    RegistrationState,
    Role,
    Scan,
    ScanKind,
)
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from services.events.errors import (
    GuestScanned,
    NotEnoughSeats,
    PartyTooLarge,
    PartyTooSmall,
    RegistrationClosed,
    WrongRegistrationState,
)
from services.events.registrations.guests import add_guest, remove_guest, rename_guest
from services.events.registrations.registering import register, register_on_behalf
from tests.making import ActingAs, Maker
from tests.services.events.looking import picture

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED


pytestmark = pytest.mark.usefixtures("reconciled")


@pytest.fixture
async def ana(make: Maker) -> Person:
    return await make.person()


async def named(make: Maker, registration: Registration) -> list[str]:
    """The guests' names, in order."""
    rows = await make.all(RegistrationGuest, registration_id=registration.id)
    return [row.name for row in sorted(rows, key=lambda row: row.rank)]


async def test_guests_take_a_seat_each_and_have_a_ticket_each(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(capacity=4, largest_party=4)
    async with acting_as(ana) as work:
        registration = await register(work, event.id, guests=["Guy", " Rose "])
    assert (registration.state, registration.seats) == (CONFIRMED, 3)
    assert await named(make, registration) == ["Guy", "Rose"]
    codes = {row.ticket_code for row in await make.all(RegistrationGuest)} | {registration.ticket_code}
    assert len(codes) == 3
    assert all("Guy" not in str(entry.data) for entry in await make.all(JournalEntry))


async def test_seats_may_be_taken_for_guests_who_are_named_later(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(capacity=3, largest_party=3)
    async with acting_as(ana) as work:
        registration = await register(work, event.id, seats=3, guests=["Guy"])
    async with acting_as(ana) as work:
        await add_guest(work, registration.id, "Rose")
    assert (await make.fresh(registration)).seats == (await make.pool(event)).taken == 3
    assert await named(make, registration) == ["Guy", "Rose"]


@pytest.mark.parametrize(
    ("seats", "guests", "refused"),
    [(2, ["Guy", "Rose"], PartyTooSmall), (None, ["A", "B", "C"], PartyTooLarge), (None, [" "], InvalidInput)],
)
async def test_a_party_that_does_not_add_up_is_refused(
    make: Maker, ana: Person, seats: int | None, guests: list[str], refused: type[Problem]
) -> None:
    event = await make.event(capacity=5, largest_party=3)
    before = await picture(make)
    with pytest.raises(refused):
        async with make.acting_as(ana) as work:
            await register(work, event.id, seats=seats, guests=guests)
    assert await picture(make) == before


async def test_staff_name_the_guests_of_others(make: Maker, acting_as: ActingAs) -> None:
    event, registrar, member = await make.event(largest_party=2), await make.staff(Role.REGISTRAR), await make.member()
    async with acting_as(registrar) as work:
        registration = await register_on_behalf(work, event.id, member.id, guests=["Guy"])
    async with acting_as(registrar) as work:
        (guest,) = await make.all(RegistrationGuest)
        await rename_guest(work, guest.id, "Guillaume")
    assert await named(make, registration) == ["Guillaume"]
    entry = (await make.all(JournalEntry, action="registration.guest_renamed"))[0]
    assert entry.on_behalf_of_id == member.id


async def test_another_guest_takes_one_more_seat_while_one_is_free(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    event = await make.event(capacity=2, largest_party=3)
    await make.price(event, "40.00")
    async with acting_as(ana) as work:
        registration = await register(work, event.id)
    async with acting_as(ana) as work:
        await add_guest(work, registration.id, "Guy")
    assert (await make.pool(event)).taken == 2
    invoices = sorted(await make.all(Invoice), key=lambda row: row.number)
    assert [(row.kind, int(row.total)) for row in invoices] == [("INVOICE", 40), ("CREDIT_NOTE", 40), ("INVOICE", 80)]
    assert await make.count(RegistrationMessage, registration_id=registration.id) == 2
    before = await picture(make)
    with pytest.raises(NotEnoughSeats) as refusal:
        async with acting_as(ana) as work:
            await add_guest(work, registration.id, "Rose")
    assert (refusal.value.asked, refusal.value.free) == (1, 0)
    assert await picture(make) == before


async def waited_for(make: Maker, **columns: Any) -> tuple[Event, Registration]:
    """A seat is free, and a party of two waits that it is too small for."""
    event = await make.event(capacity=2, largest_party=3, **columns)
    mine = await make.registration(event, await make.person())
    await make.registration(event, await make.person(), WAITLISTED, seats=2)
    return event, mine


async def test_nobody_adds_a_guest_past_those_who_wait(make: Maker, acting_as: ActingAs) -> None:
    _, mine = await waited_for(make)
    (person,) = await make.all(Person, id=mine.person_id)
    with pytest.raises(NotEnoughSeats):
        async with acting_as(person) as work:
            await add_guest(work, mine.id, "Guy")
    assert await make.count(RegistrationGuest) == 0


async def test_a_guest_may_pass_a_larger_party_where_the_event_lets_smaller_ones(
    make: Maker, acting_as: ActingAs
) -> None:
    event, mine = await waited_for(make, smaller_parties_may_pass=True)
    (person,) = await make.all(Person, id=mine.person_id)
    async with acting_as(person) as work:
        await add_guest(work, mine.id, "Guy")
    assert (await make.pool(event)).taken == 2


async def test_a_party_that_waits_grows_and_keeps_its_place(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(capacity=1, largest_party=3)
    await make.registration(event, await make.person())
    mine = await make.registration(event, ana, WAITLISTED)
    await make.registration(event, await make.person(), WAITLISTED)
    async with acting_as(ana) as work:
        await add_guest(work, mine.id, "Guy")
    now = await make.fresh(mine)
    assert (now.state, now.seats, now.arrival) == (WAITLISTED, 2, mine.arrival)


async def test_a_guest_who_is_not_brought_gives_their_seat_to_the_next_in_line(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    event = await make.event(capacity=2, largest_party=2)
    mine = await make.registration(event, ana, seats=2)
    guest = await make.guest(mine)
    next_one = await make.registration(event, await make.person(), WAITLISTED)
    async with acting_as(ana) as work:
        await remove_guest(work, guest.id)
    assert (await make.fresh(next_one)).state is CONFIRMED
    assert (await make.fresh(mine)).seats == 1
    assert await make.count(RegistrationGuest) == 0


async def test_a_party_that_waits_and_shrinks_may_be_served_at_once(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    event = await make.event(capacity=1, largest_party=2)
    mine = await make.registration(event, ana, WAITLISTED, seats=2)
    guest = await make.guest(mine)
    async with acting_as(ana) as work:
        await remove_guest(work, guest.id)
    assert (await make.fresh(mine)).state is CONFIRMED


async def test_the_guests_of_a_role_that_is_not_counted_take_no_seats(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event(capacity=0, largest_party=2, counts_speakers=False)
    registrar, speaker = await make.staff(Role.REGISTRAR), await make.member()
    async with acting_as(registrar) as work:
        registration = await register_on_behalf(work, event.id, speaker.id, role=AttendeeRole.SPEAKER, guests=["Guy"])
    assert (registration.state, registration.seats) == (CONFIRMED, 0)
    (guest,) = await make.all(RegistrationGuest)
    async with acting_as(speaker) as work:
        await remove_guest(work, guest.id)
    async with acting_as(speaker) as work:
        await add_guest(work, registration.id, "Rose")
    assert (await make.fresh(registration)).seats == 0
    with pytest.raises(PartyTooLarge):
        async with acting_as(speaker) as work:
            await add_guest(work, registration.id, "Colin")


async def test_a_guest_of_an_allotment_sits_with_their_host(make: Maker, acting_as: ActingAs) -> None:
    event, south = await make.event(capacity=4, largest_party=4), await make.association()
    kept = await make.allotment(event, south, 2)
    member = await make.member(south)
    async with acting_as(member) as work:
        registration = await register(work, event.id)
    async with acting_as(member) as work:
        await add_guest(work, registration.id, "Guy")
    assert (await make.fresh(kept)).taken == 2
    # A third finds none there, and the whole party none among those for all.
    with pytest.raises(NotEnoughSeats):
        async with acting_as(member) as work:
            await add_guest(work, registration.id, "Rose")
    assert (await make.fresh(registration)).allotment_id == kept.id


async def test_a_party_that_has_outgrown_its_allotment_takes_seats_for_all(make: Maker, acting_as: ActingAs) -> None:
    event, south = await make.event(capacity=4, largest_party=4), await make.association()
    kept = await make.allotment(event, south, 1)
    member, another = await make.member(south), await make.member(south)
    mine = await make.registration(event, member, allotment_id=kept.id)
    async with acting_as(member) as work:
        await add_guest(work, mine.id, "Guy")
    assert ((await make.fresh(mine)).allotment_id, (await make.fresh(kept)).taken) == (None, 0)
    async with acting_as(another) as work:
        assert (await register(work, event.id)).allotment_id == kept.id


async def test_a_guest_of_a_released_allotment_takes_a_seat_for_all(make: Maker, acting_as: ActingAs) -> None:
    event, south = await make.event(capacity=2, largest_party=4), await make.association()
    member = await make.member(south)
    kept = await make.allotment(event, south, 1)
    mine = await make.registration(event, member, allotment_id=kept.id)
    kept = await make.fresh(kept)
    kept.released_at = event.starts_at - timedelta(days=2)
    await make.save(kept)
    async with acting_as(member) as work:
        await add_guest(work, mine.id, "Guy")
    assert (await make.pool(event)).taken == 2


async def test_another_seat_is_had_while_registration_is_open_and_a_name_until_the_event_begins(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    event = await make.event(capacity=5, largest_party=5, state=EventState.CLOSED)
    mine, registrar = await make.registration(event, ana, seats=2), await make.staff(Role.REGISTRAR)
    async with acting_as(ana) as work:
        await add_guest(work, mine.id, "Guy")
    with pytest.raises(RegistrationClosed):
        async with acting_as(ana) as work:
            await add_guest(work, mine.id, "Rose")
    async with acting_as(registrar) as work:
        await add_guest(work, mine.id, "Rose")
    (guy, _) = await make.all(RegistrationGuest)
    with pytest.raises(RegistrationClosed):
        async with acting_as(ana, now=event.starts_at) as work:
            await rename_guest(work, guy.id, "Guillaume")
    assert await named(make, mine) == ["Guy", "Rose"]


async def test_whom_the_desk_has_scanned_stays_on_the_list(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(capacity=5, largest_party=5)
    mine = await make.registration(event, ana, seats=2)
    guest = await make.guest(mine)
    await make.add(
        Scan,
        {},
        event_id=event.id,
        association_id=event.association_id,
        nonce="1",
        kind=ScanKind.CHECK_IN,
        code=guest.ticket_code,
        registration_id=mine.id,
        guest_id=guest.id,
        at=event.starts_at,
        received_at=event.starts_at,
    )
    before = await picture(make)
    with pytest.raises(GuestScanned):
        async with acting_as(ana) as work:
            await remove_guest(work, guest.id)
    assert await picture(make) == before


async def test_guests_are_their_hosts_and_the_desks_to_change(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    south = await make.association()
    event = await make.event(capacity=5, largest_party=5)
    mine = await make.registration(event, ana, seats=2, delegated_by_id=south.id)
    guest, before = await make.guest(mine), await picture(make)
    for who, hidden in ((await make.staff(Role.REGISTRAR, south), NotAllowed), (await make.member(), NotFound)):
        with pytest.raises(hidden):
            async with acting_as(who) as work:
                await add_guest(work, mine.id, "Guy")
        with pytest.raises(NotFound):
            async with acting_as(who) as work:
                await remove_guest(work, guest.id)
    after = await picture(make)
    assert after["registration_guest"] == before["registration_guest"]
    assert after["seat_pool"] == before["seat_pool"]


async def test_who_is_cancelled_brings_nobody(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(largest_party=2)
    mine = await make.registration(event, ana, RegistrationState.CANCELLED)
    with pytest.raises(WrongRegistrationState):
        async with acting_as(ana) as work:
            await add_guest(work, mine.id, "Guy")
    assert await make.count(RegistrationGuest) == 0
