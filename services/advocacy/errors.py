"""Refusals about advocacy files."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models import AdvocacyFileState, DemandState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongAdvocacyFileState(Problem):
    """The operation is not allowed in the file's current state. A closed file cannot be changed."""

    required: list[AdvocacyFileState] = told("The states in which the operation is allowed.")
    found: AdvocacyFileState = told("The current state.")
    texts = wrong_state("The file", "Le dossier")


@dataclass(eq=False)
class WrongDemandState(Problem):
    """The operation is not allowed in the demand's current state."""

    required: list[DemandState] = told("The states in which the operation is allowed.")
    found: DemandState = told("The current state.")
    texts = wrong_state("The demand", "La revendication")


@dataclass(eq=False)
class TakesNoPart(Problem):
    """The association does not take part in the file. The lead association can add it."""

    association_id: UUID = told("The association.", kind="Association")
    texts = {
        "en": "The association does not take part in this file.",
        "fr": "L'association ne participe pas à ce dossier.",
    }


@dataclass(eq=False)
class AnswerAlreadyPublished(Problem):
    """The answer is published already, and can't be published again."""

    published_on: date = told("The day of publication.")
    texts = {"en": "The answer was published on {published_on}.", "fr": "Publiée le {published_on}."}
