"""Input rules about amounts, currencies and invoices."""

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
    """Check an amount in whole cents, from `least` up to a million. Fractions of a cent are refused, never rounded."""
    # Compare before quantizing, which would be slow for a number of a thousand digits.
    if not amount.is_finite() or not least <= amount <= LARGEST_AMOUNT or amount != amount.quantize(_CENT):
        raise InvalidInput(f"{least} to {LARGEST_AMOUNT}, with two decimals at the most", f"{amount:.20}", path=path)
    return amount.quantize(_CENT) + 0  # + 0 turns -0 into 0


def check_positive(amount: Decimal, *path: str) -> Decimal:
    """Check an amount of at least one cent."""
    return check_amount(amount, *path, least=_CENT)


def check_currency(currency: str, *path: str) -> str:
    """Check a currency code (ISO 4217)."""
    if not _CURRENCY.fullmatch(currency):
        raise InvalidInput("a currency such as CAD", currency, path=path)
    return currency


def check_invoice(invoice: Invoice) -> None:
    """InvalidInput for a credit note, which can be neither paid nor cancelled."""
    if invoice.kind is not InvoiceKind.INVOICE:
        raise InvalidInput(InvoiceKind.INVOICE, invoice.kind, path=("invoiceId",))


async def number_of_credit_note(work: Work, invoice: Invoice) -> int | None:
    """Number of the credit note that cancelled an invoice; None if there is none."""
    return await work.session.scalar(work.select(col(Invoice.number)).where(col(Invoice.credits_id) == invoice.id))


async def check_not_credited(work: Work, invoice: Invoice) -> None:
    """AlreadyCredited if the invoice is cancelled."""
    number = await number_of_credit_note(work, invoice)
    if number is not None:
        raise AlreadyCredited(number)
