"""Refusals about prices, and about charging for a registration."""

from dataclasses import dataclass
from datetime import datetime

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
class PriceListEnded(Problem):
    """Every price that would apply to the person has ended: that is not to say that the event is free."""

    ended_at: datetime = told("The last moment that the last of them could be had.")
    texts = {
        "en": "The last price for you could be had until {ended_at}; the organiser has to set another.",
        "fr": "Le dernier tarif pour vous valait jusqu'au {ended_at}; l'organisateur doit en fixer un autre.",
    }
