"""Moving a registration to somebody else, or to another event."""

from datetime import timedelta
from uuid import UUID

import pytest

from models import (
    Answer,
    CancellationCause,
    EventFormat,
    EventState,
    Invoice,
    JournalEntry,
    MailKind,
    Message,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationMessage,
    RegistrationState,
    Role,
)
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from services.events.errors import (
    AlreadyRegistered,
    AnswersNotAccepted,
    NotEnoughSeats,
    PartyTooLarge,
    RegistrationClosed,
    SeatsKeptForOthers,
    WrongRegistrationState,
)
from services.events.registrations.moving import move_registration, move_to_event
from services.events.registrations.registering import cancel_registration
from tests.making import ActingAs, Maker
from tests.services.events.looking import picture

CANCELLED, CONFIRMED, OFFERED, WAITLISTED = (
    RegistrationState.CANCELLED,
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
)


pytestmark = pytest.mark.usefixtures("reconciled")


@pytest.fixture
async def ana(make: Maker) -> Person:
    return await make.member()


@pytest.fixture
async def ben(make: Maker) -> Person:
    return await make.member()


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's events."""
    return await make.staff(Role.REGISTRAR)


async def mails(make: Maker, registration: Registration) -> list[MailKind]:
    ids = {row.message_id for row in await make.all(RegistrationMessage, registration_id=registration.id)}
    return [MailKind(row.kind.removeprefix("events.").upper()) for row in await make.all(Message) if row.id in ids]


@pytest.mark.parametrize(
    ("state", "mail"),
    [(CONFIRMED, MailKind.CONFIRMATION), (OFFERED, MailKind.OFFER), (WAITLISTED, MailKind.WAITING_LIST)],
)
async def test_who_comes_instead_stands_where_the_other_stood(
    make: Maker,
    ben: Person,
    registrar: Person,
    state: RegistrationState,
    mail: MailKind,
) -> None:
    event = await make.event(capacity=2, largest_party=2)
    old = await make.registration(event, await make.member(), state, seats=2, priority=-1)
    if state is WAITLISTED:
        await make.registration(event, await make.person())
    await make.registration(event, await make.person(), WAITLISTED)
    await make.guest(old)
    await make.answer(old, await make.question(event), "Tofu")
    async with make.acting_as(registrar) as work:
        new = await move_registration(work, old.id, ben.id, reason="Ill")
    before, old = old, await make.fresh(old)
    assert (old.state, old.cancellation_cause) == (CANCELLED, CancellationCause.REPLACED)
    kept = ("pool_id", "seats", "role", "priority", "arrival", "allotment_id", "offered_at", "offer_expires_at")
    assert [getattr(new, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (new.person_id, new.state, new.registered_by_id) == (ben.id, state, registrar.id)
    assert new.name == f"{ben.given_name} {ben.family_name}"
    assert new.ticket_code != old.ticket_code
    assert await make.count(RegistrationGuest, registration_id=new.id) == 0
    assert await make.count(Answer, registration_id=new.id) == 0
    assert (await mails(make, old), await mails(make, new)) == ([MailKind.CANCELLATION], [mail])
    (entry,) = await make.all(JournalEntry, action="registration.replaced")
    assert (entry.subject_id, entry.reason) == (new.id, "Ill")


async def test_the_seat_comes_and_goes_with_what_is_to_be_paid(
    make: Maker, acting_as: ActingAs, ana: Person, ben: Person, registrar: Person
) -> None:
    event = await make.event(capacity=1)
    await make.price(event, "10.00")
    old = await make.registration(event, ana)
    await make.invoice(old, "10.00")
    async with acting_as(registrar) as work:
        await move_registration(work, old.id, ben.id)
    invoices = sorted(await make.all(Invoice), key=lambda row: row.number)
    assert [(row.kind, row.person_id) for row in invoices] == [
        ("INVOICE", ana.id),
        ("CREDIT_NOTE", ana.id),
        ("INVOICE", ben.id),
    ]


async def test_who_came_instead_may_be_replaced_and_the_first_may_come_back(
    make: Maker, acting_as: ActingAs, ana: Person, ben: Person, registrar: Person
) -> None:
    event = await make.event(capacity=1)
    first = await make.registration(event, ana)
    async with acting_as(registrar) as work:
        second = await move_registration(work, first.id, ben.id)
    async with acting_as(registrar) as work:
        third = await move_registration(work, second.id, ana.id)
    async with acting_as(ana) as work:
        await cancel_registration(work, third.id)
    assert (await make.pool(event)).taken == 0


async def test_nobody_gives_their_seat_to_somebody_by_themselves(
    make: Maker, acting_as: ActingAs, ana: Person, ben: Person
) -> None:
    old = await make.registration(await make.event(), ana)
    before = await picture(make)
    for who, refused in ((ana, NotAllowed), (ben, NotFound)):
        with pytest.raises(refused):
            async with acting_as(who) as work:
                await move_registration(work, old.id, ben.id)
    assert await picture(make) == before


async def test_who_comes_instead_is_seen_and_not_registered_already(
    make: Maker, acting_as: ActingAs, ana: Person, ben: Person, registrar: Person
) -> None:
    event = await make.event(capacity=3)
    old = await make.registration(event, ana)
    await make.registration(event, ben)
    elsewhere = await make.member(await make.association())
    before = await picture(make)
    for person, refused in ((ben, AlreadyRegistered), (elsewhere, NotFound), (ana, AlreadyRegistered)):
        with pytest.raises(refused) as refusal:
            async with acting_as(registrar) as work:
                await move_registration(work, old.id, person.id)
        assert refusal.value.path == ("personId",)
    assert await picture(make) == before


async def test_seats_kept_for_an_association_stay_with_its_members_until_they_are_released(
    make: Maker, acting_as: ActingAs, ben: Person, registrar: Person
) -> None:
    event, south = await make.event(capacity=2), await make.association()
    kept = await make.allotment(event, south, 1)
    old = await make.registration(event, await make.member(south), allotment_id=kept.id)
    before = await picture(make)
    with pytest.raises(SeatsKeptForOthers) as refusal:
        async with acting_as(registrar) as work:
            await move_registration(work, old.id, ben.id)
    assert refusal.value.beneficiary_id == south.id
    assert await picture(make) == before
    kept = await make.fresh(kept)
    kept.released_at = event.starts_at - timedelta(days=9)
    await make.save(kept)
    async with acting_as(registrar) as work:
        assert (await move_registration(work, old.id, ben.id)).state is CONFIRMED


async def test_an_association_sends_another_delegate_while_registration_is_open(
    make: Maker, acting_as: ActingAs, ben: Person
) -> None:
    south = await make.association()
    staff, first, second = (
        await make.staff(Role.REGISTRAR, south),
        await make.member(south),
        await make.member(south),
    )
    event = await make.event(capacity=1)
    await make.price(event, "10.00")
    old = await make.registration(event, first, delegated_by_id=south.id)
    with pytest.raises(NotFound):
        async with acting_as(staff) as work:
            await move_registration(work, old.id, ben.id)
    event.state = EventState.CLOSED
    await make.save(event)
    with pytest.raises(RegistrationClosed):
        async with acting_as(staff) as work:
            await move_registration(work, old.id, second.id)
    event.state = EventState.OPEN
    await make.save(event)
    async with acting_as(staff) as work:
        new = await move_registration(work, old.id, second.id)
    assert new.delegated_by_id == south.id
    (invoice,) = await make.all(Invoice)
    assert invoice.payer_id == south.id


async def test_whom_the_organizer_sends_in_a_delegates_stead_is_a_delegate_only_if_they_are_with_the_association(
    make: Maker, acting_as: ActingAs, ben: Person, registrar: Person
) -> None:
    south, event = await make.association(), await make.event(capacity=1)
    old = await make.registration(event, await make.member(south), delegated_by_id=south.id)
    async with acting_as(registrar) as work:
        assert (await move_registration(work, old.id, ben.id)).delegated_by_id is None


async def test_who_has_come_is_nobody_else(
    make: Maker, acting_as: ActingAs, ana: Person, ben: Person, registrar: Person
) -> None:
    old = await make.registration(await make.event(), ana, RegistrationState.ATTENDED)
    with pytest.raises(WrongRegistrationState):
        async with acting_as(registrar) as work:
            await move_registration(work, old.id, ben.id)
    assert await make.count(Registration) == 1


async def test_another_edition_instead_with_guests_and_what_is_to_be_paid(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    here, there = await make.event(capacity=2, largest_party=2), await make.event(capacity=2, largest_party=2)
    await make.price(there, "10.00")
    await make.question(there, "meal", required=True)
    old = await make.registration(here, ana, seats=2)
    await make.invoice(old, "8.00")
    guest, behind = await make.guest(old), await make.registration(here, await make.person(), WAITLISTED)
    with pytest.raises(AnswersNotAccepted):
        async with acting_as(ana) as work:
            await move_to_event(work, old.id, there.id)
    async with acting_as(ana) as work:
        new = await move_to_event(work, old.id, there.id, given={"meal": "Tofu"})
    assert (new.event_id, new.state, new.seats) == (there.id, CONFIRMED, 2)
    (brought,) = await make.all(RegistrationGuest, registration_id=new.id)
    assert (brought.name, brought.ticket_code != guest.ticket_code) == (guest.name, True)
    assert (await make.fresh(old)).cancellation_cause is CancellationCause.MOVED
    assert (await make.fresh(behind)).state is CONFIRMED
    assert [(row.kind, int(row.total)) for row in await make.invoices_of(old)] == [("INVOICE", 16), ("CREDIT_NOTE", 16)]
    assert [(row.kind, int(row.total)) for row in await make.invoices_of(new)] == [("INVOICE", 20)]
    assert (await mails(make, old), await mails(make, new)) == ([MailKind.CANCELLATION], [MailKind.CONFIRMATION])


async def test_where_the_other_event_is_full_one_stays_unless_one_would_wait_there(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    here, there = await make.event(capacity=1), await make.event(capacity=0)
    old = await make.registration(here, ana)
    before = await picture(make)
    with pytest.raises(NotEnoughSeats):
        async with acting_as(ana) as work:
            await move_to_event(work, old.id, there.id)
    assert await picture(make) == before
    async with acting_as(ana) as work:
        assert (await move_to_event(work, old.id, there.id, may_wait=True)).state is WAITLISTED
    assert (await make.fresh(old)).state is CANCELLED


async def test_one_moves_by_the_rules_of_the_other_event(
    make: Maker, acting_as: ActingAs, ana: Person, registrar: Person
) -> None:
    here, south = await make.event(capacity=2, largest_party=2), await make.association()
    old = await make.registration(here, ana, seats=2)
    taken = await make.event(largest_party=2)
    await make.registration(taken, ana)
    closed = await make.event(state=EventState.CLOSED, largest_party=2)
    cases: list[tuple[UUID, type[Problem]]] = [
        (closed.id, RegistrationClosed),
        (taken.id, AlreadyRegistered),
        ((await make.event(largest_party=1)).id, PartyTooLarge),
        (here.id, InvalidInput),
        ((await make.event(south)).id, InvalidInput),
        ((await make.event(state=EventState.DRAFT)).id, NotFound),
    ]
    before = await picture(make)
    for event_id, refused in cases:
        with pytest.raises(refused):
            async with acting_as(ana) as work:
                await move_to_event(work, old.id, event_id)
        assert await picture(make) == before
    with pytest.raises(NotFound):
        async with acting_as(await make.member()) as work:
            await move_to_event(work, old.id, taken.id)
    async with acting_as(registrar) as work:
        new = await move_to_event(work, old.id, closed.id)
    assert (new.registered_by_id, new.person_id) == (registrar.id, ana.id)


async def test_a_move_to_an_event_of_two_formats_says_which(make: Maker, acting_as: ActingAs, ana: Person) -> None:
    there = await make.event(formats=[EventFormat.IN_PERSON, EventFormat.ONLINE])
    old = await make.registration(await make.event(), ana)
    async with acting_as(ana) as work:
        new = await move_to_event(work, old.id, there.id, format=EventFormat.ONLINE)
    assert new.pool_id == (await make.pool(there, EventFormat.ONLINE)).id
