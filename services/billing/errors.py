"""Refusals about invoices and payments. Each amount has its currency beside it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.core.errors import Problem, told


@dataclass(eq=False)
class AlreadyCredited(Problem):
    """The invoice was cancelled by a credit note, so nothing can be allocated to it."""

    number: int = told("The number of the credit note.")
    texts = {
        "en": "The invoice was cancelled by credit note {number}.",
        "fr": "La facture a été annulée par la note de crédit {number}.",
    }


@dataclass(eq=False)
class AlreadyPaid(Problem):
    """The invoice is paid in full."""

    texts = {"en": "The invoice is paid.", "fr": "La facture est payée."}


@dataclass(eq=False)
class OverPaid(Problem):
    """The amount is more than is due on the invoice."""

    due: Decimal = told("The amount due.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "Only {due} {currency} is due.",
        "fr": "Il n'est dû que {due} {currency}.",
    }


@dataclass(eq=False)
class CreditTooSmall(Problem):
    """The amount is more than the payment's unused credit: what is neither allocated nor refunded."""

    credit: Decimal = told("The payment's unused credit.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "The payment has only {credit} {currency} left.",
        "fr": "Il ne reste que {credit} {currency} de ce paiement.",
    }


@dataclass(eq=False)
class NothingAllocated(Problem):
    """The payment is not allocated to the invoice."""

    texts = {
        "en": "The payment is not allocated to this invoice.",
        "fr": "Ce paiement n'est pas affecté à cette facture.",
    }


@dataclass(eq=False)
class RefundTooLarge(Problem):
    """The amount is more than was paid for the invoice, refunds deducted."""

    paid: Decimal = told("The amount that can be refunded.")
    currency: str = told("The currency (ISO 4217).")
    texts = {
        "en": "Only {paid} {currency} was paid.",
        "fr": "Il n'a été payé que {paid} {currency}.",
    }


@dataclass(eq=False)
class AlreadyReturned(Problem):
    """The payment was returned already."""

    returned_on: date = told("The day on which it was returned.")
    texts = {
        "en": "The payment was returned on {returned_on}.",
        "fr": "Le paiement a été retourné le {returned_on}.",
    }


@dataclass(eq=False)
class NoOnlinePayment(Problem):
    """Online payment is not available: no payment provider is installed."""

    texts = {
        "en": "Invoices can't be paid online on this server.",
        "fr": "Les factures ne se paient pas en ligne ici.",
    }
