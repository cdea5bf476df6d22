"""What those on the waiting list pay, and what a price list that has ended means."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import CategoryKind, Event, Invoice, Person, Price, Registration, RegistrationState, Role
from services.events.prices.charging import charge_registration
from services.events.prices.errors import PriceListEnded, SeveralCurrencies
from services.events.prices.setting import PriceInput, set_prices
from services.events.registrations.eligibility import reasons_for
from services.events.registrations.groups import register_group
from services.events.registrations.moving import move_to_event
from services.events.registrations.registering import cancel_registration, register, register_on_behalf
from services.events.seats.capacity import change_capacity
from services.events.seats.offers import accept_offer
from tests.making import Maker, texts
from tests.services.billing.looking import NOW
from tests.services.events.looking import picture

CONFIRMED, WAITLISTED, OFFERED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.OFFERED


async def registered(make: Maker, event: Event, person: Person) -> Registration:
    async with make.acting_as(person) as work:
        return await register(work, event.id)


async def full(make: Maker, **columns: Any) -> tuple[Event, Registration]:
    """An event with one seat, and who has it."""
    event = await make.event(capacity=1, **columns)
    return event, await make.registration(event, await make.person())


async def freed(make: Maker, taken: Registration) -> None:
    """Somebody gives their seat up."""
    (person,) = await make.all(Person, id=taken.person_id)
    async with make.acting_as(person) as work:
        await cancel_registration(work, taken.id)


async def totals(make: Maker, registration: Registration) -> list[str]:
    return [str(invoice.total) for invoice in await make.invoices_of(registration)]


async def costs(make: Maker, price: Price, amount: str) -> None:
    price.amount = Decimal(amount)
    await make.save(price)


@pytest.mark.parametrize(("later", "pays"), [("400.00", "10.00"), ("10.00", "10.00"), ("4.00", "4.00")])
async def test_who_waited_pays_what_they_were_told_or_less_once_a_seat_is_theirs(
    make: Maker, later: str, pays: str
) -> None:
    event, taken = await full(make)
    price = await make.price(event, "10.00")
    waiting = await registered(make, event, await make.person())
    assert (waiting.state, waiting.agreed_amount, waiting.agreed_currency) == (WAITLISTED, Decimal("10.00"), "CAD")
    await costs(make, price, later)
    await freed(make, taken)
    assert (await make.fresh(waiting)).state is CONFIRMED
    assert await totals(make, waiting) == [pays]


async def test_who_accepts_an_offer_pays_what_they_were_told_when_they_joined(make: Maker) -> None:
    event, taken = await full(make, offer_hours=24)
    price, person = await make.price(event, "10.00"), await make.person()
    waiting = await registered(make, event, person)
    await costs(make, price, "400.00")
    await freed(make, taken)
    assert ((await make.fresh(waiting)).state, await totals(make, waiting)) == (OFFERED, [])
    async with make.acting_as(person) as work:
        await accept_offer(work, waiting.id)
    assert await totals(make, waiting) == ["10.00"]


async def test_who_joined_while_nothing_was_asked_is_not_charged_unasked(make: Maker) -> None:
    event, taken = await full(make)
    waiting = await registered(make, event, await make.person())
    await make.price(event, "400.00")
    await freed(make, taken)
    assert ((await make.fresh(waiting)).state, await totals(make, waiting)) == (CONFIRMED, [])
    async with make.acting_as(await make.staff(Role.REGISTRAR)) as work:  # who has agreed it with them
        await charge_registration(work, waiting.id)
    assert await totals(make, waiting) == ["400.00"]


async def test_seats_that_are_added_and_prices_that_are_replaced_change_nothing_of_it(make: Maker) -> None:
    event, _ = await full(make)
    await make.price(event, "10.00")
    waiting = await registered(make, event, await make.person())
    staff = await make.staff()
    dear = PriceInput(label=texts("Tarif", "Fee"), amount=Decimal("400.00"))
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [dear])
    before = await picture(make)
    with pytest.raises(SeveralCurrencies):  # what they were told is in another
        async with make.acting_as(staff) as work:
            await set_prices(work, event.id, [PriceInput(label=dear.label, amount=dear.amount, currency="EUR")])
    assert await picture(make) == before
    async with make.acting_as(staff) as work:
        await change_capacity(work, (await make.pool(event)).id, capacity=2)
    assert await totals(make, waiting) == ["10.00"]


async def test_who_waits_past_the_end_of_the_price_list_pays_what_they_were_told(make: Maker) -> None:
    event, taken = await full(make)
    price = await make.price(event, "10.00")
    waiting = await registered(make, event, await make.person())
    price.until = NOW - timedelta(hours=1)
    await make.save(price)
    await freed(make, taken)
    assert await totals(make, waiting) == ["10.00"]


async def test_a_price_list_that_has_ended_is_not_free(make: Maker) -> None:
    event, member = await make.event(), await make.member()
    ends = NOW - timedelta(hours=1)
    await make.price(event, "30.00", until=ends - timedelta(days=9))
    last = await make.price(event, "45.00", until=ends)
    await make.price(event, "20.00", until=ends + timedelta(days=9), category=CategoryKind.RETIRED)
    before = await picture(make)
    with pytest.raises(PriceListEnded) as refused:
        await registered(make, event, member)
    assert refused.value.ended_at == ends
    assert await picture(make) == before
    async with make.acting_as(member) as work:
        (reason,) = (await reasons_for(work, [event.id], member.id))[event.id]
    assert isinstance(reason, PriceListEnded)
    # Staff register whom they will, at the price that ended last.
    async with make.acting_as(await make.staff(Role.REGISTRAR)) as work:
        theirs = await register_on_behalf(work, event.id, member.id)
    assert await totals(make, theirs) == [str(last.amount)]
    # Once there is another price, everybody comes by themselves.
    await make.price(event, "60.00")
    assert await totals(make, await registered(make, event, await make.person())) == ["60.00"]


async def test_an_association_and_who_moves_are_held_to_the_end_of_the_price_list_too(make: Maker) -> None:
    home, association, event = await make.home(), await make.association(), await make.event(capacity=9)
    delegate, staff = await make.member(association), await make.staff(Role.REGISTRAR, association)
    mover = await make.member(home)
    elsewhere = await make.registration(await make.event(), mover)
    price = await make.price(event, "45.00", until=NOW - timedelta(hours=1))
    before = await picture(make)
    with pytest.raises(PriceListEnded):
        async with make.acting_as(staff) as work:
            await register_group(work, event.id, [delegate.id], association_id=association.id)
    with pytest.raises(PriceListEnded):
        async with make.acting_as(mover) as work:
            await move_to_event(work, elsewhere.id, event.id)
    assert await picture(make) == before
    price.until = None
    await make.save(price)
    async with make.acting_as(staff) as work:
        await register_group(work, event.id, [delegate.id], association_id=association.id)
    async with make.acting_as(mover) as work:
        await move_to_event(work, elsewhere.id, event.id)
    assert await make.count(Invoice) == 2


async def test_an_event_whose_prices_are_for_others_asks_nothing(make: Maker) -> None:
    event = await make.event()
    await make.price(event, "20.00", category=CategoryKind.RETIRED, until=NOW - timedelta(hours=1))
    assert (await registered(make, event, await make.person())).state is CONFIRMED
    assert await make.count(Invoice) == 0
