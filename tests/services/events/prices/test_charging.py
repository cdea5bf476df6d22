"""Invoices for seats that are confirmed, and credit notes for those that are given up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from models import (
    AttendeeRole,
    Invoice,
    InvoiceKind,
    JournalEntry,
    Person,
    Registration,
    RegistrationState,
    Role,
)
from services.core.actor import system
from services.core.database.connections import Database
from services.core.errors import NotAllowed, NotFound, Problem
from services.core.work import Work, begin
from services.events.errors import WrongRegistrationState
from services.events.prices.charging import adjust, charge, charge_registration, credit
from services.events.prices.errors import NothingToCharge
from tests.making import Maker, texts
from tests.services.billing.looking import NOW, actions, picture

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED
NOTE = InvoiceKind.CREDIT_NOTE


async def charged(make: Maker, registration: Registration, who: Person | None = None) -> Invoice | None:
    """Charge as the person does who confirms their own seat, or as somebody else."""
    (person,) = await make.all(Person, id=registration.person_id)
    async with make.acting_as(who or person, now=NOW) as work:
        return await charge(work, registration)


async def given_up(make: Maker, registration: Registration) -> Invoice | None:
    (person,) = await make.all(Person, id=registration.person_id)
    async with make.acting_as(person) as work:
        return await credit(work, registration)


async def test_a_confirmed_seat_is_charged_to_its_person_at_the_price_that_applies(make: Maker) -> None:
    event = await make.event(title=texts("Colloque", "Conference"))
    await make.price(event, "45.50")
    registration = await make.registration(event, await make.person())
    async with make.acting_as(system(make.tenant), now=NOW) as work:
        today = work.today
    invoice = await charged(make, registration)
    assert invoice is not None
    kept = await make.fresh(invoice)
    assert (kept.kind, kept.number, kept.association_id) == (InvoiceKind.INVOICE, 1, event.association_id)
    assert (kept.person_id, kept.payer_id) == (registration.person_id, None)
    assert [row.id for row in await make.invoices_of(registration)] == [kept.id]
    assert (kept.total, kept.currency) == (Decimal("45.50"), "CAD")
    line = await make.line(kept)
    assert (line.quantity, line.unit_amount, line.amount, line.label) == (1, kept.total, kept.total, kept.label)
    assert (kept.issued_on, kept.due_on) == (today, today + timedelta(days=30))
    assert kept.label == {"fr": "Inscription – Colloque", "en": "Registration – Conference"}
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.data) == ("invoice.issued", {"subject_id": str(registration.id), "number": 1})


async def test_a_party_of_three_pays_three_seats_to_the_cent(make: Maker) -> None:
    event = await make.event()
    await make.price(event, "33.33")
    invoice = await charged(make, await make.registration(event, await make.person(), seats=3))
    assert invoice is not None
    line = await make.line(invoice)
    assert (line.quantity, line.unit_amount, invoice.total) == (3, Decimal("33.33"), Decimal("99.99"))


async def test_a_title_in_one_language_is_on_the_invoice_in_each(make: Maker) -> None:
    event = await make.event(title={"fr": "Colloque"})
    await make.price(event)
    invoice = await charged(make, await make.registration(event, await make.person()))
    assert invoice is not None
    assert invoice.label == {"fr": "Inscription – Colloque", "en": "Registration – Colloque"}


@pytest.mark.parametrize("state", [WAITLISTED, RegistrationState.CANCELLED, RegistrationState.REFUSED])
async def test_who_has_no_seat_pays_nothing_until_it_is_confirmed(make: Maker, state: RegistrationState) -> None:
    event = await make.event()
    await make.price(event)
    registration = await make.registration(event, await make.person(), state)
    before = await picture(make)
    assert await charged(make, registration) is None
    assert await picture(make) == before
    registration.state, registration.cancelled_at = CONFIRMED, None
    await make.save(registration)
    assert await charged(make, registration) is not None


async def test_what_costs_nothing_is_not_charged(make: Maker) -> None:
    free, unpriced, priced = await make.event(), await make.event(), await make.event()
    await make.price(free, "0.00")
    await make.price(priced, "50.00")
    speaker, helper = AttendeeRole.SPEAKER, AttendeeRole.STAFF
    registrations = [
        await make.registration(free, await make.person()),
        await make.registration(unpriced, await make.person()),
        await make.registration(priced, await make.person(), role=speaker),
        await make.registration(priced, await make.person(), role=helper),
        await make.registration(priced, await make.person(), seats=0),
    ]
    before = await picture(make)
    assert [await charged(make, registration) for registration in registrations] == [None] * 5
    assert await picture(make) == before


async def test_a_seat_is_charged_once_until_it_is_credited(make: Maker) -> None:
    event = await make.event()
    await make.price(event)
    registration = await make.registration(event, await make.person())
    first = await charged(make, registration)
    before = await picture(make)
    assert await charged(make, registration) is None
    assert await picture(make) == before
    note, again = await given_up(make, registration), await charged(make, registration)
    assert first is not None
    assert note is not None
    assert again is not None
    assert [first.number, note.number, again.number] == [1, 2, 3]


async def test_a_seat_that_is_given_up_is_credited_once_and_its_invoice_stays_as_it_was(make: Maker) -> None:
    event = await make.event()
    await make.price(event)
    registration = await make.registration(event, await make.person(), seats=2)
    assert await given_up(make, registration) is None  # nothing was charged
    invoice = await charged(make, registration)
    assert invoice is not None
    issued = (await make.fresh(invoice)).model_dump()
    note = await given_up(make, registration)
    assert note is not None
    assert (note.kind, note.credits_id, note.number) == (NOTE, invoice.id, 2)
    assert (note.total, note.original_id, note.person_id) == (invoice.total, invoice.id, invoice.person_id)
    assert (await make.fresh(invoice)).model_dump() == issued
    before = await picture(make)
    assert await given_up(make, registration) is None
    assert await picture(make) == before
    assert await actions(make) == ["invoice.issued", "invoice.credited"]


async def test_an_association_pays_for_its_delegates(make: Maker) -> None:
    event, payer = await make.event(), await make.association()
    await make.price(event)
    registration = await make.registration(event, await make.person())
    async with make.acting_as(await make.staff()) as work:
        invoice = await charge(work, registration, payer_id=payer.id)
    assert invoice is not None
    note = await given_up(make, registration)
    assert note is not None
    assert [(row.person_id, row.payer_id) for row in (invoice, note)] == [(None, payer.id)] * 2


async def test_a_party_that_changes_is_credited_and_charged_anew_at_the_price_agreed(make: Maker) -> None:
    event = await make.event()
    price = await make.price(event, "20.00")
    registration = await make.registration(event, await make.person(), seats=3)
    staff = await make.staff()
    async with make.acting_as(staff) as work:
        assert await adjust(work, registration) is None  # nothing was charged yet
    await charged(make, registration)
    price.amount = Decimal("90.00")
    registration.seats = 2
    await make.save(price, registration)
    for _ in range(2):  # the second time there is nothing to change
        async with make.acting_as(staff) as work:
            invoice = await adjust(work, registration)
        assert invoice is not None
        assert (invoice.number, (await make.line(invoice)).quantity, invoice.total) == (3, 2, Decimal("40.00"))
    kinds = [row.kind for row in await make.invoices()]
    assert kinds == [InvoiceKind.INVOICE, NOTE, InvoiceKind.INVOICE]


async def test_staff_charge_a_registration_that_was_made_before_there_were_prices(make: Maker) -> None:
    event, payer, staff = await make.event(), await make.association(), await make.staff(Role.REGISTRAR)
    person = await make.person()
    registration = await make.registration(event, person)
    waiting = await make.registration(event, await make.person(), WAITLISTED)
    foreign = await (await make.other()).association()
    await make.price(event)
    before = await picture(make)
    cases: list[tuple[Person | None, Registration, dict[str, object], type[Problem]]] = [
        (None, registration, {}, NotFound),
        (person, registration, {}, NotAllowed),
        (await make.member(), registration, {}, NotFound),
        (staff, waiting, {}, WrongRegistrationState),
        (staff, registration, {"payer_id": foreign.id}, NotFound),
    ]
    for who, which, given, problem in cases:
        with pytest.raises(problem):
            async with make.acting_as(who) as work:
                await charge_registration(work, which.id, **given)  # type: ignore[arg-type]
        assert await picture(make) == before
    async with make.acting_as(staff) as work:
        invoice = await charge_registration(work, registration.id, payer_id=payer.id)
    assert (invoice.number, invoice.payer_id) == (1, payer.id)
    before = await picture(make)
    with pytest.raises(NothingToCharge):
        async with make.acting_as(staff) as work:
            await charge_registration(work, registration.id)
    assert await picture(make) == before


async def test_one_seat_that_is_charged_and_given_up_many_times_at_once_is_so_once(
    make: Maker, database_url: str
) -> None:
    event, person = await make.event(), await make.person()
    await make.price(event)
    registration, actor = await make.registration(event, person), await make.actor(person)
    database = Database(database_url, readers=1, writers=10)

    async def one(change: Callable[[Work, Registration], Awaitable[Invoice | None]]) -> Invoice | None:
        async with begin(database, actor) as work:
            return await change(work, registration)

    for change in (charge, credit):
        answers = await asyncio.gather(*(one(change) for _ in range(10)))
        assert sum(answer is not None for answer in answers) == 1
    await database.close()
    assert [row.number for row in await make.invoices()] == [1, 2]
