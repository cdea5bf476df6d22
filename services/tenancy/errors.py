"""Refusals about associations and their affiliations."""

from dataclasses import dataclass

from models import AffiliationState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WouldMakeACycle(Problem):
    """The affiliation would make a cycle: the umbrella is itself affiliated with the association, directly or
    indirectly.
    """

    texts = {
        "en": "The umbrella is itself affiliated with this association.",
        "fr": "L'organisme de rattachement est lui-même affilié à cette association.",
    }


@dataclass(eq=False)
class WrongAffiliationState(Problem):
    """The operation is not allowed in the affiliation's current state."""

    required: list[AffiliationState] = told("The states in which the operation is allowed.")
    found: AffiliationState = told("The current state.")
    texts = wrong_state("The affiliation", "L'affiliation")


@dataclass(eq=False)
class OwnRole(Problem):
    """People cannot grant a role to themselves, or extend their own."""

    texts = {
        "en": "You cannot grant a role to yourself.",
        "fr": "Un rôle est accordé par une autre personne que celle qui le reçoit.",
    }


@dataclass(eq=False)
class LastAdministrator(Problem):
    """The association would be left without an administrator, and no umbrella's administrator could appoint one."""

    texts = {
        "en": "This association has no other administrator: grant the role to somebody else first.",
        "fr": "Personne d'autre n'administre cette association : accordez d'abord le rôle à quelqu'un d'autre.",
    }
