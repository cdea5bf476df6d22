"""Rules about money that is put in: known before anything is read."""

import re
from decimal import Decimal

from services.core.errors import InvalidInput

MOST = Decimal("1000000.00")
_CENT = Decimal("0.01")
_CURRENCY = re.compile(r"[A-Z]{3}")


def check_amount(amount: Decimal, *path: str, least: Decimal = Decimal("0.00")) -> Decimal:
    """An amount in whole cents, from `least` up to a million. What isn't exact is refused, never rounded."""
    # Whoever compares first never quantizes a number of a thousand digits.
    if not amount.is_finite() or not least <= amount <= MOST or amount != amount.quantize(_CENT):
        raise InvalidInput(f"{least} to {MOST}, with two decimals at the most", f"{amount:.20}", path=path)
    return amount.quantize(_CENT) + 0  # nor is there a zero below zero


def check_positive(amount: Decimal, *path: str) -> Decimal:
    """The same, of a cent at least."""
    return check_amount(amount, *path, least=_CENT)


def check_currency(currency: str, *path: str) -> str:
    """A currency's code as in ISO 4217."""
    if not _CURRENCY.fullmatch(currency):
        raise InvalidInput("a currency such as CAD", currency, path=path)
    return currency
