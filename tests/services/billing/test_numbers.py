"""Invoices are numbered without gaps, each association its own; with a control that shows the race without the lock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from models import Association, Invoice, InvoiceSequence, Person
from services.billing import numbers
from services.billing.accounts import Payer
from services.billing.invoices import Line, credit, issue
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.errors import AlreadyExists
from services.core.work import Work, begin
from tests.making import Maker, texts

AT_ONCE = 20
DUES = texts("Cotisation", "Dues")
LINE = Line(label=DUES, unit_amount=Decimal("50.00"))


class ChangedMind(Exception):
    """A transaction that comes to nothing, after it had its number."""


@dataclass
class Office:
    """Where invoices are issued all at once, each on a connection of its own."""

    make: Maker
    database: Database

    async def payers(self, count: int) -> list[tuple[Actor, Person]]:
        """People who are to be charged."""
        people = [await self.make.person() for _ in range(count)]
        return [(await self.make.actor(person), person) for person in people]

    async def issue(
        self, payers: list[tuple[Actor, Person]], *associations: Association, failing: int = 0
    ) -> list[object]:
        """Charge all at once; every `failing`th is rolled back at its very end. The answers, or what failed."""

        async def one(place: int, association_id: UUID, actor: Actor, person: Person) -> object:
            async with begin(self.database, actor) as work:
                payer = Payer(person_id=person.id)
                invoice, _ = await issue(work, association_id, payer, [LINE], label=DUES, currency="CAD")
                if failing and place % failing == 0:
                    raise ChangedMind
                return invoice

        ids = [association.id for association in associations]
        acts = (one(place, id, *payer) for id in ids for place, payer in enumerate(payers))
        return await asyncio.gather(*acts, return_exceptions=True)

    async def numbers(self, association: Association) -> list[int]:
        return sorted(row.number for row in await self.make.all(Invoice, association_id=association.id))


@pytest.fixture
async def office(make: Maker, database_url: str) -> AsyncIterator[Office]:
    database = Database(database_url, readers=1, writers=AT_ONCE)
    yield Office(make, database)
    await database.close()


async def test_twenty_at_once_some_of_them_rolled_back_are_numbered_without_a_gap(office: Office) -> None:
    home = await office.make.home()
    answers = await office.issue(await office.payers(20), home, failing=4)
    assert sum(isinstance(answer, ChangedMind) for answer in answers) == 5
    assert sum(isinstance(answer, Invoice) for answer in answers) == 15
    assert await office.numbers(home) == list(range(1, 16))
    (sequence,) = await office.make.all(InvoiceSequence)
    assert sequence.last == 15


async def test_the_same_without_the_lock_gives_numbers_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_has_looked = asyncio.Barrier(10)

    async def one_more_than_there_are(work: Work, association_id: UUID) -> InvoiceSequence:
        query = select(func.coalesce(func.max(Invoice.number), 0)).where(
            col(Invoice.confederation_id) == work.tenant_id, col(Invoice.association_id) == association_id
        )
        last = (await work.session.execute(query)).scalar_one()
        await everybody_has_looked.wait()
        return InvoiceSequence(confederation_id=work.tenant_id, association_id=association_id, last=last)

    monkeypatch.setattr(numbers, "hold", one_more_than_there_are)
    home = await office.make.home()
    answers = await office.issue(await office.payers(10), home)
    assert sum(isinstance(answer, AlreadyExists) for answer in answers) == 9
    assert await office.numbers(home) == [1]


async def test_a_counter_that_does_not_roll_back_leaves_gaps(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0

    def next_of_a_counter(_sequence: InvoiceSequence) -> int:
        nonlocal counted
        counted += 1
        return counted

    monkeypatch.setattr(numbers, "next_number", next_of_a_counter)
    home = await office.make.home()
    await office.issue(await office.payers(8), home, failing=4)
    kept = await office.numbers(home)
    assert len(kept) == 6
    assert kept != list(range(1, 7))


async def test_each_association_has_numbers_of_its_own(office: Office) -> None:
    associations = [await office.make.home(), await office.make.association()]
    answers = await office.issue(await office.payers(5), *associations)
    assert all(isinstance(answer, Invoice) for answer in answers)
    for association in associations:
        assert await office.numbers(association) == [1, 2, 3, 4, 5]


async def test_one_payer_who_is_charged_many_times_at_once_has_one_account(office: Office) -> None:
    home = await office.make.home()
    (payer,) = await office.payers(1)
    answers = await office.issue([payer] * 10, home)
    assert len({answer.account_id for answer in answers if isinstance(answer, Invoice)}) == 1
    assert await office.numbers(home) == list(range(1, 11))


async def test_an_invoice_that_is_taken_back_many_times_at_once_is_so_once(office: Office) -> None:
    home = await office.make.home()
    (payer,) = await office.payers(1)
    (invoice,) = await office.issue([payer], home)
    assert isinstance(invoice, Invoice)

    async def take_back() -> Invoice | None:
        async with begin(office.database, payer[0]) as work:
            return await credit(work, invoice)

    notes = await asyncio.gather(*(take_back() for _ in range(10)))
    assert sum(isinstance(note, Invoice) for note in notes) == 1
    assert await office.numbers(home) == [1, 2]
