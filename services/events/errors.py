"""Refusals about events and registrations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import EventState, RegistrationState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongEventState(Problem):
    """The event's life has not come to this, or has passed it."""

    required: list[EventState] = told("What was required.")
    found: EventState = told("What was found.")
    texts = wrong_state("The event", "L'événement")


@dataclass(eq=False)
class RegistrationNotOpen(Problem):
    """Registration has not begun, for anybody or for the actor's audience. `opens_at` is null where no time is set."""

    state: EventState = told("Where it stands.")
    opens_at: datetime | None = told("When it opens; null where no time is set.")
    texts = {"en": "Registration is not open yet.", "fr": "Les inscriptions ne sont pas encore ouvertes."}


@dataclass(eq=False)
class RegistrationClosed(Problem):
    """Registration is over."""

    state: EventState = told("Where it stands.")
    closed_at: datetime | None = told("When it closed; null where no time is set.")
    texts = {"en": "Registration is closed.", "fr": "Les inscriptions sont closes."}


@dataclass(eq=False)
class NotInvited(Problem):
    """The event is for audiences that the person is in none of. `audiences`: their slugs, where they are public."""

    audiences: list[str] = told("The slugs of the audiences that it is for, where they are public.")
    texts = {
        "en": "The event is for audiences that this person is not in.",
        "fr": "L'événement s'adresse à des publics dont cette personne n'est pas.",
    }


@dataclass(eq=False)
class AlreadyRegistered(Problem):
    """One live registration each."""

    registration_id: UUID | None = told("The registration that there is.", kind="Registration")
    state: RegistrationState | None = told("Where it stands.")
    texts = {"en": "This person is registered already.", "fr": "Cette personne est déjà inscrite."}


@dataclass(eq=False)
class WrongRegistrationState(Problem):
    """The registration doesn't stand where this could be done to it."""

    required: list[RegistrationState] = told("What was required.")
    found: RegistrationState = told("What was found.")
    texts = wrong_state("The registration", "L'inscription")


@dataclass(eq=False)
class NoSuchFormat(Problem):
    """The event has no seats of the format asked for, or several formats and none was asked for."""

    available: list[str] = told("What there is to choose from.")
    texts = {"en": "Choose one of the event's formats.", "fr": "Choisissez l'un des formats de l'événement."}
