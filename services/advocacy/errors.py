"""Refusals about advocacy files."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models import AdvocacyFileState, DemandState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongAdvocacyFileState(Problem):
    """The file doesn't stand where this could be done; in one that is closed, nothing changes."""

    required: list[AdvocacyFileState] = told("What was required.")
    found: AdvocacyFileState = told("What was found.")
    texts = wrong_state("The file", "Le dossier")


@dataclass(eq=False)
class WrongDemandState(Problem):
    """The demand doesn't stand where this could be done to it."""

    required: list[DemandState] = told("What was required.")
    found: DemandState = told("What was found.")
    texts = wrong_state("The demand", "La revendication")


@dataclass(eq=False)
class TakesNoPart(Problem):
    """The association takes no part in the file: who leads it adds associations."""

    association_id: UUID = told("The association.", kind="Association")
    texts = {
        "en": "The association takes no part in this file.",
        "fr": "L'association ne participe pas à ce dossier.",
    }


@dataclass(eq=False)
class AnswerAlreadyPublished(Problem):
    """The answer is published already: what others have read stays as it is."""

    published_on: date = told("Since when.")
    texts = {"en": "Published on {published_on}.", "fr": "Publiée le {published_on}."}
