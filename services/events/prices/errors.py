"""Refusals about prices, and about charging for a registration."""

from dataclasses import dataclass
from datetime import datetime

from services.core.errors import Problem, told


@dataclass(eq=False)
class SeveralCurrencies(Problem):
    """The event would have prices or invoices in several currencies. An event uses one currency."""

    currencies: list[str] = told("The currencies that would be mixed.")
    texts = {
        "en": "An event uses one currency; here there would be {currencies}.",
        "fr": "Un événement se paie dans une seule monnaie; ici il y aurait {currencies}.",
    }


@dataclass(eq=False)
class NothingToCharge(Problem):
    """No price applies to the registration, it is free, or it has an open invoice already."""

    texts = {
        "en": "There is nothing to charge for this registration.",
        "fr": "Il n'y a rien à facturer pour cette inscription.",
    }


@dataclass(eq=False)
class PriceListEnded(Problem):
    """Every price that would apply to the person has ended. This does not mean that the event is free."""

    ended_at: datetime = told("When the last of them ended.")
    texts = {
        "en": "The last price for you ended on {ended_at}; the organiser has to set another.",
        "fr": "Le dernier tarif pour vous valait jusqu'au {ended_at}; l'organisateur doit en fixer un autre.",
    }
