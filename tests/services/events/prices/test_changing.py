"""What was paid follows a registration that changes: no invoice is overdue that was paid for before."""

from datetime import timedelta
from decimal import Decimal

import pytest

from models import AttendeeRole, Invoice, PaymentMethod, Person, Registration, RegistrationGuest, Role
from services.billing import balances
from services.billing.payments import record_payment
from services.events.registrations.editing import edit_registration
from services.events.registrations.groups import register_group
from services.events.registrations.guests import add_guest, remove_guest
from services.events.registrations.moving import move_registration, move_to_event
from services.events.registrations.registering import cancel_registration, register
from tests.making import Maker
from tests.services.billing.looking import balance, credit, figure


@pytest.fixture
async def treasurer(make: Maker) -> Person:
    """Who runs the home association's events and their fees."""
    return await make.staff(Role.REGISTRAR)


async def pays(make: Maker, treasurer: Person, invoice: Invoice, amount: str) -> None:
    async with make.acting_as(treasurer) as work:
        await record_payment(work, invoice.id, method=PaymentMethod.TRANSFER, amount=Decimal(amount))


async def balances_of(make: Maker, registration: Registration) -> list[tuple[str, str, str]]:
    """Each of the registration's invoices and credit notes: kind, total, balance."""
    return [(row.kind, str(row.total), await balance(make, row)) for row in await make.invoices_of(registration)]


async def test_who_paid_for_two_and_comes_alone_has_a_paid_invoice_and_the_rest_to_be_given_back(
    make: Maker, treasurer: Person
) -> None:
    event, ana = await make.event(largest_party=3), await make.person()
    await make.price(event, "50.00")
    async with make.acting_as(ana) as work:
        registration = await register(work, event.id, guests=["Guy"])
    (invoice,) = await make.invoices()
    await pays(make, treasurer, invoice, "100.00")
    (guest,) = await make.all(RegistrationGuest)
    async with make.acting_as(ana) as work:
        await remove_guest(work, guest.id)
    assert await balances_of(make, registration) == [
        ("INVOICE", "100.00", "-50.00"),
        ("CREDIT_NOTE", "100.00", "0.00"),
        ("INVOICE", "50.00", "0.00"),
    ]
    assert await credit(make, invoice) == Decimal("50.00")
    last = (await make.invoices())[-1]
    assert not await figure(make, last, balances.overdue(Invoice, last.due_on + timedelta(days=1)))
    # Two more guests: what is left is used, and the rest is due.
    async with make.acting_as(ana) as work:
        await add_guest(work, registration.id, "Guy")
    async with make.acting_as(ana) as work:
        await add_guest(work, registration.id, "Eve")
    assert (await balances_of(make, registration))[-1] == ("INVOICE", "150.00", "50.00")
    assert await credit(make, invoice) == 0


async def test_what_was_paid_in_part_is_set_against_the_new_invoice(make: Maker, treasurer: Person) -> None:
    event, ana = await make.event(largest_party=3), await make.person()
    await make.price(event, "50.00")
    async with make.acting_as(ana) as work:
        registration = await register(work, event.id, seats=3)
    await pays(make, treasurer, (await make.invoices())[0], "70.00")
    async with make.acting_as(ana) as work:
        await edit_registration(work, registration.id, seats=2)
    assert [each[2] for each in await balances_of(make, registration)] == ["0.00", "0.00", "30.00"]


async def test_who_becomes_a_speaker_has_a_credit_that_pays_when_they_are_a_participant_again(
    make: Maker, treasurer: Person
) -> None:
    event, ana = await make.event(), await make.person()
    await make.price(event, "50.00")
    async with make.acting_as(ana) as work:
        registration = await register(work, event.id)
    await pays(make, treasurer, (await make.invoices())[0], "50.00")
    async with make.acting_as(treasurer) as work:
        await edit_registration(work, registration.id, role=AttendeeRole.SPEAKER)
    assert [each[2] for each in await balances_of(make, registration)] == ["-50.00", "0.00"]
    async with make.acting_as(treasurer) as work:
        await edit_registration(work, registration.id, role=AttendeeRole.PARTICIPANT)
    assert [each[2] for each in await balances_of(make, registration)] == ["0.00", "0.00", "0.00"]


async def test_who_moves_to_another_event_has_paid_there_as_well(make: Maker, treasurer: Person) -> None:
    here, there, ana = await make.event(), await make.event(), await make.person()
    await make.price(here, "50.00")
    await make.price(there, "80.00")
    async with make.acting_as(ana) as work:
        old = await register(work, here.id)
    await pays(make, treasurer, (await make.invoices())[0], "50.00")
    async with make.acting_as(ana) as work:
        new = await move_to_event(work, old.id, there.id)
    assert [each[2] for each in await balances_of(make, old)] == ["0.00", "0.00"]
    assert [each[2] for each in await balances_of(make, new)] == ["30.00"]


async def test_who_cancels_and_comes_back_has_paid(make: Maker, treasurer: Person) -> None:
    event, ana = await make.event(), await make.person()
    await make.price(event, "50.00")
    async with make.acting_as(ana) as work:
        first = await register(work, event.id)
    await pays(make, treasurer, (await make.invoices())[0], "50.00")
    async with make.acting_as(ana) as work:
        await cancel_registration(work, first.id)
    async with make.acting_as(ana) as work:
        again = await register(work, event.id)
    assert [each[2] for each in await balances_of(make, again)] == ["0.00"]


async def test_what_was_paid_for_another_event_stays_a_credit_until_staff_allocate_it(
    make: Maker, treasurer: Person
) -> None:
    event, other, ana = await make.event(), await make.event(), await make.person()
    for each in (event, other):
        await make.price(each, "50.00")
    async with make.acting_as(ana) as work:
        first = await register(work, event.id)
    await pays(make, treasurer, (await make.invoices())[0], "50.00")
    async with make.acting_as(ana) as work:
        await cancel_registration(work, first.id)
    async with make.acting_as(ana) as work:
        second = await register(work, other.id)
    (invoice,) = await make.invoices_of(second)
    assert (await balance(make, invoice), await credit(make, invoice)) == ("50.00", Decimal("50.00"))


async def test_an_association_has_paid_for_the_delegate_who_comes_instead_and_a_person_has_not(
    make: Maker, treasurer: Person
) -> None:
    event, south = await make.event(), await make.association()
    await make.price(event, "50.00")
    staff = await make.staff(Role.REGISTRAR, south)
    first, second = await make.member(south), await make.member(south)
    async with make.acting_as(staff) as work:
        await register_group(work, event.id, [first.id], association_id=south.id)
    (invoice,) = await make.invoices()
    await pays(make, treasurer, invoice, "50.00")
    (old,) = await make.all(Registration)
    async with make.acting_as(staff) as work:
        new = await move_registration(work, old.id, second.id)
    assert [each[2] for each in await balances_of(make, new)] == ["0.00"]
    # Where each pays for themselves, what one paid is not the other's.
    ana, ben = await make.member(), await make.member()
    async with make.acting_as(ana) as work:
        anas = await register(work, event.id)
    (theirs,) = await make.invoices_of(anas)
    await pays(make, treasurer, theirs, "50.00")
    async with make.acting_as(treasurer) as work:
        bens = await move_registration(work, anas.id, ben.id)
    assert [(await balance(make, row)) for row in await make.invoices_of(bens)] == ["50.00"]
    assert await balance(make, theirs) == "-50.00"
