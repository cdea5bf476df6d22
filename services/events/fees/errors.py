"""Refusals about prices, invoices and payments. Amounts are in the currency that stands beside them."""

from dataclasses import dataclass
from decimal import Decimal

from services.core.errors import Problem, told


@dataclass(eq=False)
class SeveralCurrencies(Problem):
    """An event is charged for in one currency: that of its first price, and of the invoices that it has."""

    currencies: list[str] = told("The currencies that would meet.")
    texts = {
        "en": "An event is charged for in one currency; here there are {currencies}.",
        "fr": "Un événement se paie dans une seule monnaie; ici il y aurait {currencies}.",
    }


@dataclass(eq=False)
class NothingToCharge(Problem):
    """No price applies to the registration, it costs nothing, or it has an open invoice already."""

    texts = {
        "en": "There is nothing to charge for this registration.",
        "fr": "Il n'y a rien à facturer pour cette inscription.",
    }


@dataclass(eq=False)
class AlreadyCredited(Problem):
    """A credit note took the invoice back: nothing more is done with it but to give back what was paid."""

    number: int = told("The number of the credit note.")
    texts = {
        "en": "The invoice was taken back by credit note {number}.",
        "fr": "La facture a été annulée par la note de crédit {number}.",
    }


@dataclass(eq=False)
class AlreadyPaid(Problem):
    """Nothing is due on the invoice any more."""

    texts = {"en": "The invoice is paid.", "fr": "La facture est payée."}


@dataclass(eq=False)
class OverPaid(Problem):
    """More than is due on the invoice."""

    due: Decimal = told("What is due.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "No more than {due} {currency} is due.",
        "fr": "Il n'est dû que {due} {currency}.",
    }


@dataclass(eq=False)
class RefundTooLarge(Problem):
    """More than was paid for the invoice, what was given back already taken off."""

    paid: Decimal = told("What was paid.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "No more than {paid} {currency} was paid.",
        "fr": "Il n'a été payé que {paid} {currency}.",
    }


@dataclass(eq=False)
class NoOnlinePayment(Problem):
    """No provider of online payment is installed."""

    texts = {
        "en": "Invoices can't be paid online here.",
        "fr": "Les factures ne se paient pas en ligne ici.",
    }
