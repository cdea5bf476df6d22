"""Refusals about invoices and payments. Amounts are in the currency that stands beside them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.core.errors import Problem, told


@dataclass(eq=False)
class AlreadyCredited(Problem):
    """A credit note took the invoice back: nothing is set against it any more."""

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
class CreditTooSmall(Problem):
    """More than the payment has left: what isn't set against an invoice, and wasn't given back."""

    credit: Decimal = told("What the payment has left.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "The payment has no more than {credit} {currency} left.",
        "fr": "Il ne reste que {credit} {currency} de ce paiement.",
    }


@dataclass(eq=False)
class NothingAllocated(Problem):
    """The payment isn't set against the invoice."""

    texts = {
        "en": "The payment is not set against this invoice.",
        "fr": "Ce paiement n'est pas affecté à cette facture.",
    }


@dataclass(eq=False)
class RefundTooLarge(Problem):
    """More than was paid for the invoice, what was given back already taken off."""

    paid: Decimal = told("What was paid, and can be given back.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "No more than {paid} {currency} was paid.",
        "fr": "Il n'a été payé que {paid} {currency}.",
    }


@dataclass(eq=False)
class AlreadyReturned(Problem):
    """The payment came back already."""

    returned_on: date = told("The day that it came back.")
    texts = {
        "en": "The payment was returned on {returned_on}.",
        "fr": "Le paiement a été retourné le {returned_on}.",
    }


@dataclass(eq=False)
class NoOnlinePayment(Problem):
    """No provider of online payment is installed."""

    texts = {
        "en": "Invoices can't be paid online here.",
        "fr": "Les factures ne se paient pas en ligne ici.",
    }
