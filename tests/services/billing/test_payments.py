"""What was paid for invoices, given back and returned: to the cent, and no more is given back than was paid."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from models import Allocation, BillingAccount, Invoice, JournalEntry, Payment, PaymentMethod, Person, Role
from services.billing import accounts, allocations, balances
from services.billing.errors import AlreadyReturned, RefundTooLarge
from services.billing.payments import record_payment, record_refund, return_payment
from services.core.database.connections import Database
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, Problem
from services.core.work import Work, begin
from tests.making import Maker
from tests.making.billing import TODAY
from tests.services.billing.looking import actions, balance, credit, due, figure, picture

TRANSFER, CHEQUE, AT_DESK = PaymentMethod.TRANSFER, PaymentMethod.CHEQUE, PaymentMethod.AT_DESK


@pytest.fixture
async def treasurer(make: Maker) -> Person:
    """Who keeps the home association's fees."""
    return await make.staff(Role.REGISTRAR)


async def owed(make: Maker, amount: str = "50.00", **columns: Any) -> Invoice:
    """An invoice of a person's, not paid yet."""
    return await make.bill(None, amount, **columns)


async def pay(make: Maker, who: Person | None, invoice: Invoice, amount: str, **given: Any) -> Payment:
    async with make.acting_as(who) as work:
        return await record_payment(work, invoice.id, **{"method": TRANSFER, "amount": Decimal(amount), **given})


async def refund(make: Maker, who: Person | None, invoice: Invoice, amount: str, **given: Any) -> Payment:
    async with make.acting_as(who) as work:
        return await record_refund(work, invoice.id, **{"method": TRANSFER, "amount": Decimal(amount), **given})


async def give_back(make: Maker, who: Person | None, payment: Payment, **given: Any) -> Payment:
    async with make.acting_as(who) as work:
        return await return_payment(work, payment.id, **given)


async def test_a_payment_is_kept_with_its_method_day_and_reference(make: Maker, treasurer: Person) -> None:
    invoice = await owed(make)
    assert await balance(make, invoice) == "50.00"
    paid = await make.fresh(
        await pay(make, treasurer, invoice, "50", method=CHEQUE, received_on=TODAY, reference=" Chèque 12 ")
    )
    assert (paid.method, str(paid.amount), paid.received_on, paid.reference) == (CHEQUE, "50.00", TODAY, "Chèque 12")
    assert (paid.person_id, paid.payer_id, paid.recorded_by_id) == (invoice.person_id, None, treasurer.id)
    assert (await balance(make, invoice), await figure(make, invoice, balances.settled(Invoice))) == ("0.00", True)
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.data) == ("payment.received", {"invoice_id": str(invoice.id), "method": "CHEQUE"})


async def test_parts_come_to_the_whole_exactly(make: Maker, treasurer: Person) -> None:
    invoice = await owed(make, "0.30")
    await pay(make, treasurer, invoice, "0.10")
    assert await balance(make, invoice) == "0.20"
    await pay(make, treasurer, invoice, "0.2")
    assert await balance(make, invoice) == "0.00"
    assert await figure(make, invoice, balances.settled(Invoice))


async def test_a_transfer_of_more_than_is_due_is_a_credit_of_the_payer(make: Maker, treasurer: Person) -> None:
    invoice = await owed(make)
    await make.payment(invoice, "20.00")
    await pay(make, treasurer, invoice, "37.50")
    assert (await due(make, invoice), await balance(make, invoice)) == ("0.00", "-7.50")
    assert await credit(make, invoice) == Decimal("7.50")
    assert not await figure(make, invoice, balances.settled(Invoice))
    # Somebody paid once more what was paid.
    await pay(make, treasurer, invoice, "50.00")
    assert await credit(make, invoice) == Decimal("57.50")
    await refund(make, treasurer, invoice, "57.50")
    assert (await balance(make, invoice), await credit(make, invoice)) == ("0.00", Decimal("0.00"))


async def test_a_cheque_that_comes_once_the_invoice_is_taken_back_is_a_credit_of_the_payer(
    make: Maker, treasurer: Person
) -> None:
    invoice = await owed(make)
    await make.credit_note(invoice)
    payment = await pay(make, treasurer, invoice, "50.00", method=CHEQUE)
    assert (await due(make, invoice), await balance(make, invoice)) == ("0.00", "-50.00")
    assert await make.count(Allocation, payment_id=payment.id) == 0
    assert await credit(make, invoice) == Decimal("50.00")
    await refund(make, treasurer, invoice, "50.00")
    assert await credit(make, invoice) == Decimal("0.00")


async def test_no_more_is_given_back_than_was_paid(make: Maker, treasurer: Person) -> None:
    invoice = await owed(make)
    await make.payment(invoice, "40.00")
    given = await refund(make, treasurer, invoice, "15.00", method=CHEQUE, reference="R-1")
    assert (str(given.amount), given.method) == ("-15.00", CHEQUE)
    assert await balance(make, invoice) == "25.00"
    before = await picture(make)
    with pytest.raises(RefundTooLarge) as refused:
        await refund(make, treasurer, invoice, "25.01")
    assert str(refused.value.paid) == "25.00"
    assert await picture(make) == before
    await refund(make, treasurer, invoice, "25.00")
    assert await balance(make, invoice) == "50.00"
    assert await actions(make) == ["payment.refunded"] * 2
    assert await credit(make, invoice) == 0


async def test_what_was_paid_for_an_invoice_that_is_taken_back_is_to_be_given_back(
    make: Maker, treasurer: Person
) -> None:
    invoice = await owed(make)
    await make.payment(invoice, "50.00")
    note = await make.credit_note(invoice)
    assert (await balance(make, invoice), await balance(make, note)) == ("-50.00", "0.00")
    assert not await figure(make, invoice, balances.settled(Invoice))
    await refund(make, treasurer, invoice, "50.00")
    assert await balance(make, invoice) == "0.00"
    assert await figure(make, invoice, balances.settled(Invoice))


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1000000.01", "Infinity"])
async def test_what_is_no_amount_is_not_recorded(make: Maker, treasurer: Person, amount: str) -> None:
    invoice = await owed(make)
    await make.payment(invoice, "10.00")
    before = await picture(make)
    for record in (pay, refund):
        with pytest.raises(InvalidInput) as refused:
            await record(make, treasurer, invoice, amount)
        assert refused.value.path == ("amount",)
    assert await picture(make) == before


async def test_money_does_not_come_on_a_day_to_come_nor_for_a_credit_note(make: Maker, treasurer: Person) -> None:
    invoice = await owed(make)
    await make.payment(invoice, "10.00")
    note = await make.credit_note(await owed(make))
    tomorrow = TODAY + timedelta(days=3)
    before = await picture(make)
    cases: list[tuple[Any, Invoice, dict[str, Any], str]] = [
        (pay, invoice, {"received_on": tomorrow}, "receivedOn"),
        (refund, invoice, {"paid_on": tomorrow}, "paidOn"),
        (pay, note, {}, "invoiceId"),
        (refund, note, {}, "invoiceId"),
        (pay, invoice, {"reference": " "}, "reference"),
    ]
    for record, which, given, path in cases:
        with pytest.raises(InvalidInput) as refused:
            await record(make, treasurer, which, "1.00", **given)
        assert refused.value.path == (path,)
        assert await picture(make) == before


async def test_only_the_issuers_staff_record_payments(make: Maker) -> None:
    payer_association = await make.association()
    invoice = await owed(make, payer_id=payer_association.id)
    own = await owed(make)
    (person,) = await make.all(Person, id=own.person_id)
    foreign = await (await make.other()).staff()
    await make.payment(invoice, "1.00")
    await make.payment(own, "1.00")
    before = await picture(make)
    cases: list[tuple[Person | None, Invoice, type[Problem]]] = [
        (None, own, NotFound),
        (person, own, NotAllowed),
        (await make.member(), own, NotFound),
        (await make.staff(association=payer_association), invoice, NotAllowed),
        (await make.staff(Role.MEMBERSHIP_OFFICER), own, NotFound),
        (foreign, own, NotFound),
    ]
    for who, which, problem in cases:
        for record in (pay, refund):
            with pytest.raises(problem):
                await record(make, who, which, "1.00")
            assert await picture(make) == before


async def test_an_invoice_is_overdue_on_the_days_after_its_last_on_which_something_was_due(make: Maker) -> None:
    invoice = await owed(make, due_on=TODAY - timedelta(days=10), issued_on=TODAY - timedelta(days=40))
    await make.payment(invoice, "49.99", received_on=TODAY - timedelta(days=8))
    await make.payment(invoice, "0.01", received_on=TODAY - timedelta(days=5))
    days = range(11, 3, -1)
    overdue = [await figure(make, invoice, balances.overdue(Invoice, TODAY - timedelta(days=d))) for d in days]
    # Due through the tenth day before; paid in full on the fifth.
    assert dict(zip(days, overdue, strict=True)) == {
        11: False, 10: False, 9: True, 8: True, 7: True, 6: True, 5: False, 4: False,
    }  # fmt: skip


async def test_a_cheque_that_is_returned_reopens_its_invoice_and_comes_back_once(
    make: Maker, treasurer: Person
) -> None:
    invoice = await owed(make)
    cheque = await pay(make, treasurer, invoice, "60.00", method=CHEQUE, received_on=TODAY - timedelta(days=3))
    assert await balance(make, invoice) == "-10.00"
    returned = await give_back(make, treasurer, cheque, returned_on=TODAY, reason="Sans provision")
    assert (str(returned.amount), returned.returns_id, returned.invoice_id) == ("-60.00", cheque.id, invoice.id)
    assert (await due(make, invoice), await balance(make, invoice)) == ("50.00", "50.00")
    assert await credit(make, invoice) == 0
    # It was paid, as of the days between.
    assert str(await figure(make, invoice, balances.due(Invoice, TODAY - timedelta(days=1)))) == "0.00"
    (entry,) = await make.all(JournalEntry, action="payment.returned")
    assert (entry.reason, entry.data) == ("Sans provision", {"returns_id": str(cheque.id)})
    before = await picture(make)
    with pytest.raises(AlreadyReturned) as again:
        await give_back(make, treasurer, cheque)
    assert again.value.returned_on == TODAY
    for which, given, path in (
        (returned, {}, "paymentId"),
        (await make.payment(await owed(make)), {"returned_on": TODAY + timedelta(days=3)}, "returnedOn"),
    ):
        before = await picture(make)
        with pytest.raises(InvalidInput) as refused:
            await give_back(make, treasurer, which, **given)
        assert refused.value.path == (path,)
        assert await picture(make) == before


async def test_what_was_given_back_of_a_payment_that_is_returned_is_owed_by_the_payer(
    make: Maker, treasurer: Person
) -> None:
    invoice = await owed(make)
    cheque = await pay(make, treasurer, invoice, "80.00", method=CHEQUE)
    await refund(make, treasurer, invoice, "30.00")
    assert (await balance(make, invoice), await credit(make, invoice)) == ("0.00", Decimal())
    await give_back(make, treasurer, cheque)
    assert (await due(make, invoice), await balance(make, invoice)) == ("50.00", "80.00")
    assert await credit(make, invoice) == Decimal("-30.00")
    # What comes next pays the invoice, and then what was given back.
    await pay(make, treasurer, invoice, "70.00")
    assert (await due(make, invoice), await credit(make, invoice)) == ("0.00", Decimal("-10.00"))
    await pay(make, treasurer, invoice, "15.00")
    assert (await balance(make, invoice), await credit(make, invoice)) == ("-5.00", Decimal("5.00"))


async def everybody_records_the_whole(
    make: Maker, database_url: str, treasurer: Person
) -> tuple[Invoice, list[object]]:
    """Ten of the staff record the whole of an invoice at once."""
    invoice = await owed(make)
    actor = await make.actor(treasurer)
    database = Database(database_url, readers=1, writers=10)

    async def one() -> Payment:
        async with begin(database, actor) as work:
            return await record_payment(work, invoice.id, method=AT_DESK, amount=Decimal("50.00"))

    answers = await asyncio.gather(*(one() for _ in range(10)), return_exceptions=True)
    await database.close()
    return invoice, list(answers)


async def allocated(make: Maker, invoice: Invoice) -> str:
    return str(await figure(make, invoice, balances.allocated(Invoice)))


async def test_of_many_who_record_the_whole_at_once_one_pays_it_and_the_others_are_credits(
    make: Maker, database_url: str, treasurer: Person
) -> None:
    invoice, answers = await everybody_records_the_whole(make, database_url, treasurer)
    assert all(isinstance(answer, Payment) for answer in answers)
    assert (await allocated(make, invoice), await credit(make, invoice)) == ("50.00", Decimal("450.00"))


async def test_the_same_with_the_lock_off_pays_the_invoice_several_times(
    make: Maker, database_url: str, treasurer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_lock(monkeypatch)
    invoice, answers = await everybody_records_the_whole(make, database_url, treasurer)
    assert all(isinstance(answer, Payment) for answer in answers)
    assert await allocated(make, invoice) == "500.00"


async def everybody_gives_the_whole_back(
    make: Maker, database_url: str, treasurer: Person
) -> tuple[Invoice, list[object]]:
    """Ten of the staff record at once that the same payment was given back."""
    invoice = await owed(make)
    await make.payment(invoice, "50.00")
    actor = await make.actor(treasurer)
    database = Database(database_url, readers=1, writers=10)

    async def one() -> Payment:
        async with begin(database, actor) as work:
            return await record_refund(work, invoice.id, method=AT_DESK, amount=Decimal("50.00"))

    answers = await asyncio.gather(*(one() for _ in range(10)), return_exceptions=True)
    await database.close()
    return invoice, list(answers)


async def test_of_many_who_give_the_same_back_at_once_one_does(
    make: Maker, database_url: str, treasurer: Person
) -> None:
    invoice, answers = await everybody_gives_the_whole_back(make, database_url, treasurer)
    assert sum(isinstance(answer, RefundTooLarge) for answer in answers) == 9
    assert (await balance(make, invoice), await credit(make, invoice)) == ("50.00", Decimal())


async def test_with_the_lock_off_the_chain_of_allocations_still_refuses_to_use_a_payment_twice(
    make: Maker, database_url: str, treasurer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_lock(monkeypatch)
    invoice, answers = await everybody_gives_the_whole_back(make, database_url, treasurer)
    assert sum(isinstance(answer, AlreadyExists) for answer in answers) == 9
    assert (await balance(make, invoice), await credit(make, invoice)) == ("50.00", Decimal())


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all ten look at what there is before any of them writes."""
    everybody_has_looked, waited = asyncio.Barrier(10), set()
    enter = allocations.enter

    async def no_lock(work: Work, account_id: UUID) -> BillingAccount:
        return await work.find(BillingAccount, account_id)

    async def wait_then_enter(*given: Any, **said: Any) -> Allocation:
        task = asyncio.current_task()
        if task not in waited:
            waited.add(task)
            await everybody_has_looked.wait()
        return await enter(*given, **said)

    monkeypatch.setattr(allocations, "enter", wait_then_enter)
    monkeypatch.setattr(accounts, "lock", no_lock)
