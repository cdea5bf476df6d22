"""Refusals about associations and their affiliations."""

from dataclasses import dataclass

from models import AffiliationState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WouldMakeACycle(Problem):
    """An association can't be affiliated with one that is affiliated with it, directly or not."""

    texts = {
        "en": "The umbrella is itself affiliated with this association.",
        "fr": "L'organisme de rattachement est lui-même affilié à cette association.",
    }


@dataclass(eq=False)
class WrongAffiliationState(Problem):
    """The affiliation doesn't stand where this could be done to it."""

    required: list[AffiliationState] = told("What was required.")
    found: AffiliationState = told("What was found.")
    texts = wrong_state("The affiliation", "L'affiliation")


@dataclass(eq=False)
class OwnRole(Problem):
    """A role is granted by somebody else: nobody gives themselves more, or for longer, than others gave them."""

    texts = {
        "en": "A role is granted by somebody else than whoever gets it.",
        "fr": "Un rôle est accordé par une autre personne que celle qui le reçoit.",
    }


@dataclass(eq=False)
class LastAdministrator(Problem):
    """The association would be left without an administrator, and no umbrella's could appoint another."""

    texts = {
        "en": "Nobody else administers this association: grant the role to somebody else first.",
        "fr": "Personne d'autre n'administre cette association : accordez d'abord le rôle à quelqu'un d'autre.",
    }
