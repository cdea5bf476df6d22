"""Rules about money that is put in, and about the invoices that it is for."""

import re
from decimal import Decimal

from sqlmodel import col

from models import Invoice, InvoiceKind
from services.billing.errors import AlreadyCredited
from services.core.errors import InvalidInput
from services.core.work import Work

LARGEST_AMOUNT = Decimal("1000000.00")
_CENT = Decimal("0.01")
_CURRENCY = re.compile(r"[A-Z]{3}")


def check_amount(amount: Decimal, *path: str, least: Decimal = Decimal("0.00")) -> Decimal:
    """An amount in whole cents, from `least` up to a million. What isn't exact is refused, never rounded."""
    # Whoever compares first never quantizes a number of a thousand digits.
    if not amount.is_finite() or not least <= amount <= LARGEST_AMOUNT or amount != amount.quantize(_CENT):
        raise InvalidInput(f"{least} to {LARGEST_AMOUNT}, with two decimals at the most", f"{amount:.20}", path=path)
    return amount.quantize(_CENT) + 0  # nor is there a zero below zero


def check_positive(amount: Decimal, *path: str) -> Decimal:
    """The same, of a cent at least."""
    return check_amount(amount, *path, least=_CENT)


def check_currency(currency: str, *path: str) -> str:
    """A currency's code as in ISO 4217."""
    if not _CURRENCY.fullmatch(currency):
        raise InvalidInput("a currency such as CAD", currency, path=path)
    return currency


def check_invoice(invoice: Invoice) -> None:
    """InvalidInput for a credit note, which is neither paid nor taken back."""
    if invoice.kind is not InvoiceKind.INVOICE:
        raise InvalidInput(InvoiceKind.INVOICE, invoice.kind, path=("invoiceId",))


async def number_of_credit_note(work: Work, invoice: Invoice) -> int | None:
    """The number of the credit note that took an invoice back; None while it stands."""
    return await work.session.scalar(work.select(col(Invoice.number)).where(col(Invoice.credits_id) == invoice.id))


async def check_not_credited(work: Work, invoice: Invoice) -> None:
    """AlreadyCredited for an invoice that was taken back."""
    number = await number_of_credit_note(work, invoice)
    if number is not None:
        raise AlreadyCredited(number)
