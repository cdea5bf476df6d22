"""Refusals about mentoring."""

from dataclasses import dataclass
from uuid import UUID

from models import PairingState, ProgrammeState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongProgrammeState(Problem):
    """The programme's life has not come to this, or has passed it."""

    required: list[ProgrammeState] = told("What was required.")
    found: ProgrammeState = told("What was found.")
    texts = wrong_state("The programme", "Le programme")


@dataclass(eq=False)
class WrongPairingState(Problem):
    """The pairing doesn't stand where this could be done to it."""

    required: list[PairingState] = told("What was required.")
    found: PairingState = told("What was found.")
    texts = wrong_state("The pairing", "Le jumelage")


@dataclass(eq=False)
class NotAMember(Problem):
    """The programme is for the members of its association, directly or through one affiliated with it."""

    association_id: UUID = told("The association whose members it is for.", kind="Association")
    texts = {
        "en": "The programme is for members of its association.",
        "fr": "Le programme s'adresse aux membres de son association.",
    }


@dataclass(eq=False)
class CapacityTaken(Problem):
    """A mentor's capacity can't go below the places that are taken. Close pairings first."""

    taken: int = told("How many places are taken, by proposed and active pairings.")
    texts = {"en": "{taken} of the places are taken.", "fr": "{taken} des places sont prises."}


@dataclass(eq=False)
class MentorFull(Problem):
    """All of the mentor's places are taken, by proposed and active pairings."""

    capacity: int = told("How many mentees the mentor accompanies at once.")
    texts = {"en": "The mentor has no place left.", "fr": "Le mentor n'a plus de place."}


@dataclass(eq=False)
class AlreadyPaired(Problem):
    """One live pairing for a mentee and programme."""

    pairing_id: UUID | None = told("The pairing that there is; null if it was proposed just now.", kind="Pairing")
    texts = {
        "en": "This mentee has a live pairing in the programme.",
        "fr": "Cette personne mentorée a un jumelage en cours dans le programme.",
    }


@dataclass(eq=False)
class NotAParticipant(Problem):
    """This is for the mentor and the mentee alone."""

    texts = {
        "en": "This is for the mentor and the mentee alone.",
        "fr": "Cela revient au mentor et à la personne mentorée seuls.",
    }
