"""Online payment: refused while no provider is installed; with one, what it confirms is recorded once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from models import Invoice, Payment, PaymentMethod, Person
from services.billing import providers
from services.billing.errors import AlreadyPaid, NoOnlinePayment
from services.billing.providers import Confirmed, Started, confirm, start
from services.core.actor import system
from services.core.errors import NotFound
from tests.making import Maker
from tests.services.billing.looking import picture


@dataclass
class FakeProvider:
    """Takes every payment that is begun, once `settle` says so."""

    begun: dict[str, Confirmed] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)

    async def start(self, invoice: Invoice, due: Decimal) -> Started:
        reference = f"fake-{invoice.number}"
        self.begun[reference] = Confirmed(invoice.id, due)
        return Started(f"https://pay.example/{reference}", reference)

    async def confirm(self, reference: str) -> Confirmed | None:
        return self.begun[reference] if reference in self.settled else None


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    made = FakeProvider()
    providers.install(made)
    yield made
    providers.install(None)


async def owed(make: Maker) -> tuple[Invoice, Person]:
    person = await make.person()
    return await make.bill(person), person


async def test_nothing_is_paid_online_where_no_provider_is_installed(make: Maker) -> None:
    invoice, person = await owed(make)
    before = await picture(make)
    with pytest.raises(NoOnlinePayment):
        async with make.acting_as(person) as work:
            await start(work, invoice.id)
    with pytest.raises(NoOnlinePayment):
        async with make.acting_as(system(make.tenant)) as work:
            await confirm(work, "fake-1")
    assert await picture(make) == before


async def test_what_a_provider_confirms_is_recorded_once_however_often_it_tells(
    make: Maker, provider: FakeProvider
) -> None:
    invoice, person = await owed(make)
    await make.payment(invoice, "20.00")
    async with make.acting_as(person) as work:
        started = await start(work, invoice.id)
    assert started == Started("https://pay.example/fake-1", "fake-1")
    before = await picture(make)
    with pytest.raises(NotFound):
        async with make.acting_as(system(make.tenant)) as work:
            await confirm(work, started.reference)
    assert await picture(make) == before
    provider.settled.add(started.reference)
    for _ in range(2):
        async with make.acting_as(system(make.tenant)) as work:
            payment = await confirm(work, started.reference)
        assert (payment.method, str(payment.amount), payment.reference) == (PaymentMethod.ONLINE, "30.00", "fake-1")
    assert await make.count(Payment, invoice_id=invoice.id) == 2


async def test_who_does_not_see_an_invoice_pays_it_as_little_as_one_that_is_paid(
    make: Maker, provider: FakeProvider
) -> None:
    invoice, person = await owed(make)
    with pytest.raises(NotFound):
        async with make.acting_as(await make.member()) as work:
            await start(work, invoice.id)
    await make.payment(invoice, "50.00")
    with pytest.raises(AlreadyPaid):
        async with make.acting_as(person) as work:
            await start(work, invoice.id)
    assert provider.begun == {}


async def test_what_came_once_nothing_was_due_is_recorded_to_be_given_back(make: Maker, provider: FakeProvider) -> None:
    invoice, person = await owed(make)
    async with make.acting_as(person) as work:
        started = await start(work, invoice.id)
    await make.payment(invoice, "50.00")
    provider.settled.add(started.reference)
    async with make.acting_as(system(make.tenant)) as work:
        await confirm(work, started.reference)
    assert sum(payment.amount for payment in await make.all(Payment)) == Decimal("100.00")
