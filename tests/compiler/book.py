"""What was charged and paid in the world of the compiler's tests: payments used in part, given back and returned."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import models as m
from tests.compiler.rows import TODAY, Rows, key
from tests.making import Maker, texts

_ACCOUNTS = {
    # By name: who is owed, who pays (a person, or an association), and the currency.
    "ana's": ("north", "ana", None, "CAD"),
    "ana's in euros": ("north", "ana", None, "EUR"),
    "ben's": ("north", "ben", None, "CAD"),
    "north's with south": ("south", None, "north", "CAD"),
    "north's with the union": ("union", None, "north", "CAD"),
}
_INVOICES = (
    # An invoice, its account, its number, its lines (how many, each), the day that it is due, and what it takes back.
    ("first", "ana's", 1, ((2, "30.00"), (1, "40.00")), date(2020, 2, 1), None),
    ("second", "ana's", 2, ((1, "55.00"), (1, "-5.00")), date(2026, 4, 1), None),
    ("note", "ana's", 3, ((1, "50.00"),), date(2026, 3, 2), "second"),
    ("third", "ana's", 4, ((1, "30.00"),), date(2020, 2, 1), None),
    ("in euros", "ana's in euros", 5, ((1, "70.00"),), date(2030, 1, 1), None),
    ("ben's", "ben's", 6, ((3, "12.50"),), date(2030, 1, 1), None),
    ("south's", "north's with south", 1, ((1, "200.00"),), date(2020, 2, 1), None),
    ("the union's", "north's with the union", 1, ((4, "20.00"), (1, "0.05")), date(2030, 1, 1), None),
)
_PAYMENTS = (
    # A payment, its account, the invoice that it came for, its amount, and what it returns.
    ("transfer", "ana's", "first", "130.00", None),
    ("refund", "ana's", "first", "-5.00", None),
    ("cheque", "ana's", "third", "40.00", None),
    ("cheque returned", "ana's", "third", "-40.00", "cheque"),
    ("deposit", "ana's in euros", None, "12.00", None),
    ("to the union", "north's with the union", "the union's", "50.00", None),
)
_ALLOCATIONS = (
    # Of which payment, to which invoice or else refund, and how much: the chain of each payment, in its order.
    ("transfer", "first", None, "100.00"),
    ("transfer", "third", None, "10.00"),
    ("transfer", None, "refund", "5.00"),
    ("cheque", "third", None, "20.00"),
    ("cheque", "third", None, "-20.00"),
    ("cheque", None, "cheque returned", "40.00"),
    ("to the union", "the union's", None, "50.00"),
)
_CHARGED = {"first": ("ana at spring", "cleo at spring"), "second": ("ana at spring", "dan at spring")}
"""The registrations that the lines of an invoice charge for, in order."""
_AGREED = {"dan at spring": "10.00", "finn at spring": "12.50"}
"""What a seat cost those who wait when they joined."""


async def book(make: Maker) -> None:
    """Write it: each row under the key of its name."""
    rows = Rows(make)
    for name, (*_, currency) in _ACCOUNTS.items():
        rows.add(m.BillingAccount, f"account {name}", **_parties(name), currency=currency)
    await rows.save()
    for name, account, number, lines, due_on, original in _INVOICES:
        rows.add(
            m.Invoice,
            f"invoice {name}",
            **_of(account),
            number=number,
            kind=m.InvoiceKind.INVOICE if original is None else m.InvoiceKind.CREDIT_NOTE,
            label=texts(f"Facture {name}", f"Invoice {name}"),
            total=sum((quantity * Decimal(unit) for quantity, unit in lines), Decimal()),
            issued_on=date(2020, 1, 2) if due_on.year == 2020 else TODAY - timedelta(days=number),
            due_on=due_on,
            credits_id=None if original is None else key(f"invoice {original}"),
        )
        await rows.save()
        for rank, (quantity, unit) in enumerate(lines if original is None else ()):
            rows.add(
                m.InvoiceLine,
                f"line {rank} of {name}",
                **_parties(account),
                currency=_ACCOUNTS[account][3],
                invoice_id=key(f"invoice {name}"),
                rank=rank,
                label=texts(f"Ligne {rank}", f"Line {rank}"),
                quantity=quantity,
                unit_amount=Decimal(unit),
                amount=quantity * Decimal(unit),
            )
    await rows.save()
    await _payments(rows)
    await _registrations(make, rows)


async def _payments(rows: Rows) -> None:
    for name, account, invoice, amount, returns in _PAYMENTS:
        rows.add(
            m.Payment,
            f"payment {name}",
            **_of(account),
            invoice_id=None if invoice is None else key(f"invoice {invoice}"),
            method=m.PaymentMethod.CHEQUE if "cheque" in name else m.PaymentMethod.TRANSFER,
            amount=Decimal(amount),
            received_on=TODAY - timedelta(days=len(name)),
            reference=None if returns else f"N° {len(name)}",
            returns_id=None if returns is None else key(f"payment {returns}"),
        )
        await rows.save()
    amounts = {name: (account, Decimal(amount)) for name, account, _, amount, _ in _PAYMENTS}
    used: dict[str, list[Decimal]] = {}
    for payment, of_invoice, refund, said in _ALLOCATIONS:
        earlier, part = used.setdefault(payment, [Decimal()]), Decimal(said)
        rows.add(
            m.Allocation,
            f"allocation {len(earlier)} of {payment}",
            **_of(amounts[payment][0]),
            payment_id=key(f"payment {payment}"),
            payment_amount=amounts[payment][1],
            invoice_id=None if of_invoice is None else key(f"invoice {of_invoice}"),
            refund_id=None if refund is None else key(f"payment {refund}"),
            amount=part,
            allocated_on=TODAY - timedelta(days=10 - len(earlier)),
            rank=len(earlier),
            used_before=earlier[-1],
            used=earlier[-1] + part,
        )
        await rows.save()
        earlier.append(earlier[-1] + part)


async def _registrations(make: Maker, rows: Rows) -> None:
    for invoice, registrations in _CHARGED.items():
        for rank, registration in enumerate(registrations):
            rows.add(
                m.RegistrationInvoice,
                f"{invoice} for {registration}",
                **_parties("ana's"),
                registration_id=key(registration),
                event_id=key("spring"),
                attendee_id=key(registration.partition(" ")[0]),
                line_id=key(f"line {rank} of {invoice}"),
                invoice_id=key(f"invoice {invoice}"),
            )
    await rows.save()
    for name, amount in _AGREED.items():
        (waiting,) = await make.all(m.Registration, id=key(name))
        waiting.agreed_amount, waiting.agreed_currency = Decimal(amount), "CAD"
        await make.save(waiting)


def _parties(account: str) -> dict[str, Any]:
    issuer, person, payer, _ = _ACCOUNTS[account]
    return {
        "association_id": key(issuer),
        "person_id": None if person is None else key(person),
        "payer_id": None if payer is None else key(payer),
    }


def _of(account: str) -> dict[str, Any]:
    return {"account_id": key(f"account {account}"), "currency": _ACCOUNTS[account][3], **_parties(account)}
