"""What a seat costs whom: the first price that fits."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import CancellationReason, CategoryKind, Event, EventState, Person, Price, Role, Sector
from services.core.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem
from services.events.errors import WrongEventState
from services.events.prices.errors import SeveralCurrencies
from services.events.prices.fitting import price_for
from services.events.prices.setting import PriceInput, set_prices
from tests.making import Maker, texts
from tests.services.billing.looking import NOW, actions, picture

FEE = texts("Tarif", "Fee")


def fee(amount: str = "50.00", **given: object) -> PriceInput:
    return PriceInput(label=FEE, amount=Decimal(amount), **given)  # type: ignore[arg-type]


async def applies(make: Maker, event: Event, person: Person, *, later: timedelta = timedelta()) -> Price | None:
    async with make.acting_as(person, now=NOW + later) as work:
        return await price_for(work, event, person)


async def test_prices_are_set_anew_in_order_and_told_to_the_journal(make: Maker) -> None:
    event, staff = await make.event(), await make.staff(Role.REGISTRAR)
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [fee("80.00"), fee("120.50")])
    assert [(row.rank, row.amount, row.published) for row in await make.all(Price)] == [
        (0, Decimal("80.00"), True),
        (1, Decimal("120.50"), True),
    ]
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [fee("0.00")])
    assert [(row.rank, row.amount) for row in await make.all(Price)] == [(0, Decimal("0.00"))]
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [])
    assert await make.count(Price) == 0
    assert await actions(make) == ["event.priced"] * 3


async def test_the_price_of_a_draft_is_not_public_and_becomes_so_with_it(make: Maker) -> None:
    event, staff, member = await make.event(state=EventState.DRAFT), await make.staff(), await make.member()
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [fee()])
    assert await applies(make, event, member) is None
    event.published_at, event.state = NOW, EventState.PUBLISHED
    await make.save(event)
    assert (await applies(make, event, member)) is not None


async def test_the_first_price_that_fits_applies_whatever_it_costs(make: Maker) -> None:
    event, person = await make.event(), await make.person()
    assert await applies(make, event, person) is None
    dear, _ = await make.price(event, "120.00"), await make.price(event, "80.00")
    found = await applies(make, event, person)
    assert found is not None
    assert found.id == dear.id


async def test_a_price_for_an_audience_is_for_who_is_in_it_and_need_not_see_it(make: Maker) -> None:
    event, member = await make.event(), await make.member()
    segment = await make.segment({"sector": Sector.PUBLIC}, published=False)
    theirs = await make.price(event, "30.00", segment_id=segment.id)
    others = await make.price(event, "90.00")
    outsider = await make.member(await make.association(sector=Sector.PRIVATE))
    assert [(await applies(make, event, p)).id for p in (member, outsider)] == [theirs.id, others.id]  # type: ignore[union-attr]


async def test_a_price_for_a_category_is_for_members_in_good_standing_of_the_events_association(make: Maker) -> None:
    home, other = await make.home(), await make.association()
    event = await make.event(home)
    theirs = await make.price(event, "30.00", category=CategoryKind.RETIRED)
    await make.category(home)
    retired = await make.category(home, kind=CategoryKind.RETIRED, slug="retired")
    retired_elsewhere = await make.category(other, kind=CategoryKind.RETIRED, slug="retired")
    left: dict[str, Any] = {"cancelled_on": date(2021, 1, 1), "cancellation_reason": CancellationReason.RESIGNED}
    member = await make.member(home, category=retired)
    others = [
        await make.member(home),
        await make.member(other, category=retired_elsewhere),
        await make.member(home, category=retired, **left),
        await make.person(),
    ]
    found = await applies(make, event, member)
    assert found is not None
    assert found.id == theirs.id
    assert [await applies(make, event, person) for person in others] == [None] * 4


async def test_a_price_until_a_moment_can_be_had_at_that_moment_and_no_later(make: Maker) -> None:
    event, person = await make.event(), await make.person()
    early = await make.price(event, "40.00", until=NOW)
    late = await make.price(event, "60.00")
    found = [await applies(make, event, person, later=timedelta(seconds=s)) for s in (-1, 0, 1)]
    assert [price.id for price in found if price] == [early.id, early.id, late.id]


async def test_all_that_a_price_says_must_hold(make: Maker) -> None:
    home = await make.home()
    event, member = await make.event(home), await make.member(home)
    segment = await make.segment({"sector": Sector.PUBLIC})
    both: dict[str, Any] = {"segment_id": segment.id, "category": CategoryKind.REGULAR}
    await make.price(event, "10.00", **both, until=NOW - timedelta(days=1))
    await make.price(event, "20.00", **both | {"category": CategoryKind.STUDENT})
    fits = await make.price(event, "30.00", **both, until=NOW + timedelta(days=1))
    found = await applies(make, event, member)
    assert found is not None
    assert found.id == fits.id


@pytest.mark.parametrize(
    ("price", "path"),
    [
        (fee("-0.01"), "amount"),
        (fee("1000000.01"), "amount"),
        (fee("0.001"), "amount"),
        (fee("1E+999"), "amount"),
        (fee("NaN"), "amount"),
        (fee(currency="cad"), "currency"),
        (fee(currency="DOLLAR"), "currency"),
        (PriceInput(label={}, amount=Decimal(1)), "label"),
        (PriceInput(label={"de": "Preis"}, amount=Decimal(1)), "label"),
        (fee(until=NOW.replace(tzinfo=None)), "until"),
    ],
)
async def test_what_is_no_price_changes_nothing(make: Maker, price: PriceInput, path: str) -> None:
    event, staff = await make.event(), await make.staff()
    await make.price(event)
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with make.acting_as(staff) as work:
            await set_prices(work, event.id, [fee(), price])
    assert refused.value.path[:3] == ("prices", "1", path)
    assert await picture(make) == before


async def test_amounts_from_nothing_to_a_million_are_prices_and_twenty_of_them(make: Maker) -> None:
    event, staff = await make.event(), await make.staff()
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [fee("0"), fee("-0.00"), fee("1000000"), *[fee()] * 17])
    assert [str(row.amount) for row in await make.all(Price)][:3] == ["0.00", "0.00", "1000000.00"]
    before = await picture(make)
    with pytest.raises(InvalidInput):
        async with make.acting_as(staff) as work:
            await set_prices(work, event.id, [fee()] * 21)
    assert await picture(make) == before


async def test_an_event_is_charged_for_in_one_currency(make: Maker) -> None:
    event, staff = await make.event(), await make.staff()
    before = await picture(make)
    with pytest.raises(SeveralCurrencies) as refused:
        async with make.acting_as(staff) as work:
            await set_prices(work, event.id, [fee(), fee(currency="EUR")])
    assert refused.value.currencies == ["CAD", "EUR"]
    assert await picture(make) == before
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [fee(currency="EUR")])
    await make.invoice(await make.registration(event, await make.person()))  # in CAD
    with pytest.raises(SeveralCurrencies):
        async with make.acting_as(staff) as work:
            await set_prices(work, event.id, [fee(currency="EUR")])
    async with make.acting_as(staff) as work:
        await set_prices(work, event.id, [fee(currency="CAD")])


async def test_only_those_who_plan_the_event_set_prices_and_only_before_it_is_held(make: Maker) -> None:
    event, elsewhere = await make.event(), await make.association()
    segment = await make.segment({"sector": Sector.PUBLIC}, association=elsewhere, published=False)
    closed = fee(segment_id=segment.id)
    staff, held = await make.staff(), await make.event(state=EventState.HELD)
    foreign = await (await make.other()).staff()
    before = await picture(make)
    cases: list[tuple[Person | None, Event, PriceInput, type[Problem]]] = [
        (None, event, fee(), NotSignedIn),
        (await make.member(), event, fee(), NotAllowed),
        (await make.staff(Role.MEMBERSHIP_OFFICER), event, fee(), NotAllowed),
        (foreign, event, fee(), NotFound),
        (staff, event, closed, NotFound),
        (staff, held, fee(), WrongEventState),
    ]
    for who, which, price, problem in cases:
        with pytest.raises(problem):
            async with make.acting_as(who) as work:
                await set_prices(work, which.id, [price])
        assert await picture(make) == before
