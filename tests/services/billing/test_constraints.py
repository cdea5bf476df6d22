"""What PostgreSQL itself refuses of accounts, invoices, payments and allocations, whatever the code says."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import Allocation, Invoice, Payment, Person, Role
from tests.making import Maker
from tests.services.billing.looking import picture


@pytest.fixture
async def treasurer(make: Maker) -> Person:
    """Who may write whatever row security lets the association's staff write."""
    return await make.staff(Role.TREASURER)


async def written(make: Maker, who: Person, row: Any) -> None:
    async with make.acting_as(who) as work:
        work.session.add(row)
        await work.session.flush()


async def refused(make: Maker, who: Person, row: Any, constraint: str) -> None:
    """The row, written by the person as SQL lets them, is refused by a constraint; nothing is changed."""
    before = await picture(make)
    with pytest.raises(IntegrityError) as problem:
        await written(make, who, row)
    cause: Any = problem.value.orig and problem.value.orig.__cause__
    assert constraint in str(cause.constraint_name)
    assert await picture(make) == before


async def paid(make: Maker) -> tuple[Invoice, Payment, Allocation]:
    """An invoice of 50.00, of which 30.00 are paid, out of a payment of 30.00."""
    invoice = await make.bill()
    payment = await make.payment(invoice, "30.00")
    (allocation,) = await make.all(Allocation, payment_id=payment.id)
    return invoice, payment, allocation


def following(allocation: Allocation, more: str, **columns: Any) -> Allocation:
    """The next row of the payment's chain."""
    kept = allocation.model_dump(exclude={"id", "previous"})
    amount = Decimal(more)
    used = allocation.used + amount
    following = {"rank": allocation.rank + 1, "used_before": allocation.used, "used": used, "amount": amount}
    return Allocation(**{**kept, **following, **columns})


async def test_no_more_of_a_payment_is_used_than_it_is_and_no_less_than_nothing(make: Maker, treasurer: Person) -> None:
    _, _, allocation = await paid(make)
    for amount in ("0.01", "-30.01"):
        await refused(make, treasurer, following(allocation, amount), "allocation_within_the_payment")


async def test_the_chain_of_a_payment_is_neither_forked_nor_begun_again_nor_told_otherwise(
    make: Maker, treasurer: Person
) -> None:
    _, _, allocation = await paid(make)
    zero = Decimal()
    again = {"used_before": zero, "used": Decimal("30.00")}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"rank": 1, "amount": Decimal("9.00"), "used_before": zero, "used": Decimal("9.00")}, "an_allocation_a_rank"),
        ({"rank": 2, **again}, "allocation_continues_the_row_before"),
        ({"rank": 3, **again}, "allocation_continues_the_row_before"),
        ({"rank": 0, **again}, "allocation_counts_from_one"),
        ({"rank": 1, "used_before": Decimal("-30.00"), "used": zero}, "allocation_begins_with_nothing_used"),
        ({"used": Decimal("30.00")}, "allocation_adds_up"),
        ({"payment_amount": Decimal("90.00"), "used": Decimal("60.00")}, "allocation_confederation_id_payment_id"),
    ]
    for columns, constraint in cases:
        await refused(make, treasurer, following(allocation, "30.00", **columns), constraint)


async def test_what_is_set_against_what_has_one_issuer_one_payer_and_one_currency(
    make: Maker, treasurer: Person
) -> None:
    _, payment, allocation = await paid(make)
    somebody_elses = await make.bill()
    elsewhere = await make.bill(association_id=(await make.association()).id)
    for invoice in (somebody_elses, elsewhere):
        row = following(allocation, "-1.00", invoice_id=invoice.id)
        await refused(make, treasurer, row, "allocation_confederation_id_invoice_id")
    for columns, constraint in (
        ({"currency": "EUR"}, "allocation_confederation_id_account_id_association_i"),
        ({"person_id": somebody_elses.person_id}, "allocation_confederation_id_account_id_person_id"),
        ({"person_id": None, "payer_id": payment.association_id}, "allocation_confederation_id_account_id_payer_id"),
        ({"person_id": None}, "allocation_one_payer"),
        ({"refund_id": payment.id}, "allocation_to_one_thing"),
    ):
        await refused(make, treasurer, following(allocation, "-1.00", **columns), constraint)


async def test_a_credit_note_takes_back_the_whole_of_an_invoice_of_the_same_account(
    make: Maker, treasurer: Person
) -> None:
    invoice, other = await make.bill(), await make.bill()
    kept = invoice.model_dump(exclude={"id", "number", "kind", "credits_id", "original_id"})
    for columns in ({"total": Decimal("49.99")}, {"credits_id": other.id}):
        given = {**kept, "kind": "CREDIT_NOTE", "credits_id": invoice.id, "number": 9, **columns}
        await refused(make, treasurer, Invoice(**given), "invoice_confederation_id_credits_id")


@pytest.mark.parametrize("table", ["invoice", "invoice_line", "payment", "allocation", "registration_invoice"])
@pytest.mark.parametrize("change", ["update {} set association_id = association_id", "delete from {}"])
async def test_what_is_written_in_the_book_is_never_changed(
    make: Maker, treasurer: Person, table: str, change: str
) -> None:
    await make.payment(await make.invoice(await make.registration(await make.event(), await make.person())))
    before = await picture(make)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with make.acting_as(treasurer) as work, work.elevated("as much as the application can be"):
            await work.session.execute(text(change.format(table)))
    assert await picture(make) == before
