"""Invoices for anything: their lines, their payers, and the credit notes that take them back."""

from decimal import Decimal

import pytest

from models import BillingAccount, Invoice, InvoiceKind, InvoiceLine, JournalEntry, Person, Role
from services.billing import balances
from services.billing.accounts import Payer
from services.billing.errors import AlreadyCredited
from services.billing.invoices import Line, credit, issue, issue_credit_note
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from tests.making import Maker, texts
from tests.services.billing.looking import credit as credit_of
from tests.services.billing.looking import figure, picture

DUES, DISCOUNT = texts("Cotisation", "Dues"), texts("Rabais", "Discount")


async def issued(make: Maker, payer: Payer, *lines: Line, currency: str = "CAD") -> Invoice:
    """Issue as somebody who could not issue one by hand."""
    home = await make.home()
    async with make.acting_as(await make.person()) as work:
        invoice, _ = await issue(work, home.id, payer, lines, label=DUES, currency=currency)
    return invoice


async def test_an_invoice_is_the_sum_of_its_lines_discounts_taken_off(make: Maker) -> None:
    person = await make.person()
    lines = [
        Line(label=DUES, unit_amount=Decimal("33.33"), quantity=3),
        Line(label=DISCOUNT, unit_amount=Decimal("-9.99")),
    ]
    invoice = await issued(make, Payer(person_id=person.id), *lines)
    assert (invoice.number, invoice.total, invoice.person_id) == (1, Decimal("90.00"), person.id)
    kept = sorted(await make.all(InvoiceLine, invoice_id=invoice.id), key=lambda line: line.rank)
    assert [(line.rank, line.quantity, str(line.amount)) for line in kept] == [(0, 3, "99.99"), (1, 1, "-9.99")]


async def test_a_payer_has_one_account_with_an_issuer_in_each_currency(make: Maker) -> None:
    person, association = await make.person(), await make.association()
    line = Line(label=DUES, unit_amount=Decimal("10.00"))
    for payer in (Payer(person_id=person.id), Payer(association_id=association.id)):
        invoices = [await issued(make, payer, line, currency=currency) for currency in ("CAD", "CAD", "EUR")]
        assert invoices[0].account_id == invoices[1].account_id != invoices[2].account_id
    assert await make.count(BillingAccount) == 4
    accounts = await make.all(BillingAccount, currency="CAD")
    assert [str(await figure(make, each, balances.account_balance(BillingAccount))) for each in accounts] == [
        "20.00",
        "20.00",
    ]


async def test_what_was_paid_for_an_invoice_that_is_taken_back_is_a_credit_of_the_payer(make: Maker) -> None:
    invoice = await make.bill()
    await make.payment(invoice, "35.00")
    async with make.acting_as(await make.person()) as work:
        note = await credit(work, invoice)
    assert note is not None
    assert (note.kind, note.number, note.total) == (InvoiceKind.CREDIT_NOTE, 2, invoice.total)
    assert str(await figure(make, invoice, balances.due(Invoice))) == "0.00"
    assert await credit_of(make, invoice) == Decimal("35.00")
    before = await picture(make)
    async with make.acting_as(await make.person()) as work:
        assert await credit(work, invoice) is None, "taken back already"
    assert await picture(make) == before


async def test_staff_take_an_invoice_back_by_hand_once(make: Maker) -> None:
    staff, person = await make.staff(Role.REGISTRAR), await make.person()
    invoice = await make.bill(person)
    before = await picture(make)
    cases: list[tuple[Person | None, type[Problem]]] = [
        (None, NotFound),
        (person, NotAllowed),
        (await make.member(), NotFound),
        (await make.staff(association=await make.association()), NotFound),
    ]
    for who, problem in cases:
        with pytest.raises(problem):
            async with make.acting_as(who) as work:
                await issue_credit_note(work, invoice.id)
        assert await picture(make) == before
    async with make.acting_as(staff) as work:
        note = await issue_credit_note(work, invoice.id, reason="Facturé en double")
    (entry,) = await make.all(JournalEntry)
    assert (note.credits_id, entry.action, entry.reason) == (invoice.id, "invoice.credited", "Facturé en double")
    before = await picture(make)
    for id, refused in ((invoice.id, AlreadyCredited), (note.id, InvalidInput)):
        with pytest.raises(refused):
            async with make.acting_as(staff) as work:
                await issue_credit_note(work, id)
        assert await picture(make) == before
