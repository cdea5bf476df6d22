"""Changing a registration: seats, format, role; all of it or nothing."""

from typing import Any

import pytest

from models import (
    AttendeeRole,
    EventFormat,
    EventState,
    Invoice,
    JournalEntry,
    Person,
    RegistrationState,
    Role,
)
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from services.events.errors import (
    NoSuchFormat,
    NotEnoughSeats,
    PartyTooLarge,
    PartyTooSmall,
    RegistrationClosed,
    WrongRegistrationState,
)
from services.events.registrations.editing import edit_registration
from tests.making import ActingAs, Maker
from tests.services.events.looking import picture

CONFIRMED, OFFERED, WAITLISTED = (
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
)
HERE, ONLINE = EventFormat.IN_PERSON, EventFormat.ONLINE


pytestmark = pytest.mark.usefixtures("reconciled")


@pytest.fixture
async def ana(make: Maker) -> Person:
    return await make.member()


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's events."""
    return await make.staff(Role.REGISTRAR)


@pytest.mark.parametrize("state", [CONFIRMED, OFFERED])
async def test_another_format_is_another_pool_and_the_seat_left_is_the_next_ones(
    make: Maker, acting_as: ActingAs, ana: Person, state: RegistrationState
) -> None:
    event = await make.event(capacity=1, formats=[HERE, ONLINE])
    mine = await make.registration(event, ana, state, format=HERE)
    behind = await make.registration(event, await make.person(), WAITLISTED, format=HERE)
    async with acting_as(ana) as work:
        await edit_registration(work, mine.id, format=ONLINE)
    mine = await make.fresh(mine)
    assert (mine.state, mine.pool_id) == (CONFIRMED, (await make.pool(event, ONLINE)).id)
    assert (await make.fresh(behind)).state is CONFIRMED


@pytest.mark.parametrize("state", [CONFIRMED, OFFERED, WAITLISTED])
async def test_one_keeps_what_one_has_where_the_other_format_is_full(
    make: Maker, acting_as: ActingAs, ana: Person, state: RegistrationState
) -> None:
    event = await make.event(capacity=1, formats=[HERE, ONLINE])
    mine = await make.registration(event, ana, state, format=HERE)
    await make.registration(event, await make.person(), format=ONLINE)
    before = await picture(make)
    with pytest.raises(NotEnoughSeats) as refusal:
        async with acting_as(ana) as work:
            await edit_registration(work, mine.id, format=ONLINE)
    assert (refusal.value.asked, refusal.value.free, refusal.value.path) == (1, 0, ("format",))
    assert await picture(make) == before


async def test_who_waits_is_seated_where_the_other_format_has_a_seat(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    event = await make.event(capacity=1, formats=[HERE, ONLINE])
    await make.price(event, "10.00")
    mine = await make.registration(event, ana, WAITLISTED, format=HERE)
    async with acting_as(ana) as work:
        await edit_registration(work, mine.id, format=ONLINE)
    assert (await make.fresh(mine)).state is CONFIRMED
    assert await make.count(Invoice) == 1


async def test_a_seat_kept_for_an_association_is_kept_again_when_its_member_changes_format(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    event = await make.event(capacity=1, formats=[HERE, ONLINE])
    kept = await make.allotment(event, await make.home(), 1, format=HERE)
    mine = await make.registration(event, ana, format=HERE, allotment_id=kept.id)
    async with acting_as(ana) as work:
        await edit_registration(work, mine.id, format=ONLINE)
    assert (await make.fresh(mine)).allotment_id is None
    assert (await make.pool(event, HERE)).reserved == 1


async def test_more_seats_are_taken_and_fewer_given_back(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(capacity=3, largest_party=3)
    await make.price(event, "10.00")
    mine = await make.registration(event, ana)
    await make.invoice(mine, "10.00")
    async with acting_as(ana) as work:
        await edit_registration(work, mine.id, seats=3)
    assert (await make.pool(event)).taken == 3
    behind = await make.registration(event, await make.person(), WAITLISTED)
    async with acting_as(ana) as work:
        await edit_registration(work, mine.id, seats=2)
    assert (await make.fresh(behind)).state is CONFIRMED
    assert [(row.kind, int(row.total)) for row in await make.invoices_of(mine)] == [
        ("INVOICE", 10),
        ("CREDIT_NOTE", 10),
        ("INVOICE", 30),
        ("CREDIT_NOTE", 30),
        ("INVOICE", 20),
    ]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"seats": 4}, PartyTooLarge),
        ({"seats": 1}, PartyTooSmall),
        ({"seats": 0}, InvalidInput),
        ({"seats": 3}, NotEnoughSeats),
        ({"format": ONLINE}, NoSuchFormat),
        ({"role": AttendeeRole.SPEAKER}, NotAllowed),
    ],
)
async def test_a_change_that_is_not_to_be_had_changes_nothing(
    make: Maker, acting_as: ActingAs, ana: Person, given: dict[str, Any], refused: type[Problem]
) -> None:
    event = await make.event(capacity=2, largest_party=3)
    mine = await make.registration(event, ana, seats=2)
    await make.guest(mine)
    before = await picture(make)
    with pytest.raises(refused):
        async with acting_as(ana) as work:
            await edit_registration(work, mine.id, **given)
    assert await picture(make) == before


@pytest.mark.parametrize("state", [CONFIRMED, OFFERED, WAITLISTED])
async def test_who_becomes_a_speaker_that_is_not_counted_gives_the_seats_back_and_owes_nothing(
    make: Maker, acting_as: ActingAs, ana: Person, registrar: Person, state: RegistrationState
) -> None:
    event = await make.event(capacity=2, largest_party=2, counts_speakers=False)
    await make.price(event, "10.00")
    mine = await make.registration(event, ana, state, seats=2)
    if state is CONFIRMED:
        await make.invoice(mine, "10.00")
    async with acting_as(registrar) as work:
        await edit_registration(work, mine.id, role=AttendeeRole.SPEAKER)
    now = await make.fresh(mine)
    assert (now.state, now.seats, now.role) == (CONFIRMED, 0, AttendeeRole.SPEAKER)
    assert (await make.pool(event)).taken == 0
    assert [row.kind for row in await make.all(Invoice)] == (["INVOICE", "CREDIT_NOTE"] if state is CONFIRMED else [])


async def test_who_is_no_speaker_any_more_takes_a_seat_and_pays(
    make: Maker, acting_as: ActingAs, ana: Person, registrar: Person
) -> None:
    event = await make.event(capacity=1, counts_speakers=False)
    await make.price(event, "10.00")
    mine = await make.registration(event, ana, seats=0, role=AttendeeRole.SPEAKER)
    async with acting_as(registrar) as work:
        await edit_registration(work, mine.id, role=AttendeeRole.PARTICIPANT)
    assert (await make.fresh(mine)).seats == (await make.pool(event)).taken == 1
    assert await make.count(Invoice) == 1


async def test_a_change_to_what_is_already_so_is_none(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    event = await make.event(capacity=1)
    mine = await make.registration(event, ana)
    before = await picture(make)
    async with acting_as(ana) as work:
        await edit_registration(work, mine.id, format=HERE, seats=1, role=AttendeeRole.PARTICIPANT)
    assert await picture(make) == before


async def test_staff_change_others_after_registration_closed_and_they_themselves_do_not(
    make: Maker, acting_as: ActingAs, ana: Person, registrar: Person
) -> None:
    event = await make.event(capacity=1, formats=[HERE, ONLINE], state=EventState.CLOSED)
    mine = await make.registration(event, ana, format=HERE)
    before = await picture(make)
    with pytest.raises(RegistrationClosed):
        async with acting_as(ana) as work:
            await edit_registration(work, mine.id, format=ONLINE)
    with pytest.raises(NotFound):
        async with acting_as(await make.member()) as work:
            await edit_registration(work, mine.id, format=ONLINE)
    assert await picture(make) == before
    async with acting_as(registrar) as work:
        await edit_registration(work, mine.id, format=ONLINE, reason="Asked by telephone")
    (entry,) = await make.all(JournalEntry, action="registration.changed")
    assert (entry.on_behalf_of_id, entry.reason) == (ana.id, "Asked by telephone")


async def test_who_has_come_is_not_changed(make: Maker, acting_as: ActingAs, ana: Person, registrar: Person) -> None:
    event = await make.event(capacity=5, largest_party=2)
    mine = await make.registration(event, ana, RegistrationState.ATTENDED)
    with pytest.raises(WrongRegistrationState):
        async with acting_as(registrar) as work:
            await edit_registration(work, mine.id, seats=2)
    assert (await make.pool(event)).taken == 1
