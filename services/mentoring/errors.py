"""Refusals about mentoring."""

from dataclasses import dataclass
from uuid import UUID

from models import PairingState, ProgrammeState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongProgrammeState(Problem):
    """The operation is not allowed in the programme's current state."""

    required: list[ProgrammeState] = told("The states in which the operation is allowed.")
    found: ProgrammeState = told("The current state.")
    texts = wrong_state("The programme", "Le programme")


@dataclass(eq=False)
class WrongPairingState(Problem):
    """The operation is not allowed in the pairing's current state."""

    required: list[PairingState] = told("The states in which the operation is allowed.")
    found: PairingState = told("The current state.")
    texts = wrong_state("The pairing", "Le jumelage")


@dataclass(eq=False)
class NotAMember(Problem):
    """The programme is for members of its association, directly or through an affiliated one."""

    association_id: UUID = told("The programme's association.", kind="Association")
    texts = {
        "en": "The programme is for members of its association.",
        "fr": "Le programme s'adresse aux membres de son association.",
    }


@dataclass(eq=False)
class CapacityTaken(Problem):
    """A mentor's capacity cannot be lower than the number of places taken. Close pairings first."""

    taken: int = told("Number of places taken by proposed and active pairings.")
    texts = {"en": "{taken} places are taken.", "fr": "{taken} des places sont prises."}


@dataclass(eq=False)
class MentorFull(Problem):
    """All of the mentor's places are taken, by proposed and active pairings."""

    capacity: int = told("Maximum number of mentees of the mentor at the same time.")
    texts = {"en": "The mentor has no place left.", "fr": "Le mentor n'a plus de place."}


@dataclass(eq=False)
class AlreadyPaired(Problem):
    """The mentee has a live pairing in the programme already."""

    pairing_id: UUID | None = told("The existing pairing; null if it was proposed at the same moment.", kind="Pairing")
    texts = {
        "en": "This mentee has a live pairing in the programme already.",
        "fr": "Cette personne mentorée a un jumelage en cours dans le programme.",
    }


@dataclass(eq=False)
class NotAParticipant(Problem):
    """Only the mentor and the mentee may do this."""

    texts = {
        "en": "Only the mentor and the mentee may do this.",
        "fr": "Cela revient au mentor et à la personne mentorée seuls.",
    }
