"""Invoices are numbered without gaps, each association its own; with a control that shows the race without the lock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from models import Association, Event, Invoice, InvoiceSequence, Registration
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.errors import AlreadyExists
from services.core.work import Work, begin
from services.events.fees import invoices
from services.events.fees.invoices import charge, credit
from tests.making import Maker

AT_ONCE = 20


class ChangedMind(Exception):
    """A transaction that comes to nothing, after it had its number."""


@dataclass
class Office:
    """An event that costs something, whose seats are confirmed all at once, each on a connection of its own."""

    make: Maker
    database: Database

    async def priced(self, association: Association | None = None) -> Event:
        event = await self.make.event(association)
        await self.make.price(event)
        return event

    async def seats(self, event: Event, count: int) -> list[tuple[Actor, Registration]]:
        """Registrations that are confirmed, each with its person."""
        people = [await self.make.person() for _ in range(count)]
        return [(await self.make.actor(who), await self.make.registration(event, who)) for who in people]

    async def confirm(self, seats: list[tuple[Actor, Registration]], *, failing: int = 0) -> list[object]:
        """Charge all of them at once; every `failing`th is rolled back at its very end. The answers, or what failed."""

        async def one(place: int, actor: Actor, registration: Registration) -> object:
            async with begin(self.database, actor) as work:
                invoice = await charge(work, registration)
                if failing and place % failing == 0:
                    raise ChangedMind
                return invoice

        acts = (one(place, *seat) for place, seat in enumerate(seats))
        return await asyncio.gather(*acts, return_exceptions=True)

    async def numbers(self, association_id: UUID) -> list[int]:
        return sorted(row.number for row in await self.make.all(Invoice, association_id=association_id))


@pytest.fixture
async def office(make: Maker, database_url: str) -> AsyncIterator[Office]:
    database = Database(database_url, readers=1, writers=AT_ONCE)
    yield Office(make, database)
    await database.close()


async def test_twenty_at_once_some_of_them_rolled_back_are_numbered_without_a_gap(office: Office) -> None:
    event = await office.priced()
    answers = await office.confirm(await office.seats(event, 20), failing=4)
    assert sum(isinstance(answer, ChangedMind) for answer in answers) == 5
    assert sum(isinstance(answer, Invoice) for answer in answers) == 15
    assert await office.numbers(event.association_id) == list(range(1, 16))
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

    monkeypatch.setattr(invoices, "_sequence", one_more_than_there_are)
    event = await office.priced()
    answers = await office.confirm(await office.seats(event, 10))
    assert sum(isinstance(answer, AlreadyExists) for answer in answers) == 9
    assert await office.numbers(event.association_id) == [1]


async def test_a_counter_that_does_not_roll_back_leaves_gaps(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0

    def next_of_a_counter(_sequence: InvoiceSequence) -> int:
        nonlocal counted
        counted += 1
        return counted

    monkeypatch.setattr(invoices, "_next", next_of_a_counter)
    event = await office.priced()
    first, *others = await office.seats(event, 8)
    assert [type(answer) for answer in await office.confirm([first], failing=1)] == [ChangedMind]
    await office.confirm(others)
    assert await office.numbers(event.association_id) == [2, 3, 4, 5, 6, 7, 8]


async def test_each_association_has_numbers_of_its_own(office: Office) -> None:
    events = [await office.priced(), await office.priced(await office.make.association())]
    seats = [seat for event in events for seat in await office.seats(event, 5)]
    answers = await office.confirm(seats)
    assert all(isinstance(answer, Invoice) for answer in answers)
    for event in events:
        assert await office.numbers(event.association_id) == [1, 2, 3, 4, 5]


async def test_one_seat_that_is_charged_and_given_up_many_times_at_once_is_so_once(office: Office) -> None:
    event = await office.priced()
    (seat,) = await office.seats(event, 1)
    answers = await office.confirm([seat] * 10)
    assert sum(isinstance(answer, Invoice) for answer in answers) == 1
    assert answers.count(None) == 9
    actor, registration = seat

    async def give_up() -> Invoice | None:
        async with begin(office.database, actor) as work:
            return await credit(work, registration)

    notes = await asyncio.gather(*(give_up() for _ in range(10)))
    assert sum(note is not None for note in notes) == 1
    assert await office.numbers(event.association_id) == [1, 2]
