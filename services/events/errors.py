"""Refusals about events and registrations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import AnswerFault, AttendeeRole, EventState, RegistrationState
from services.core.errors import Problem, told, wrong_state


@dataclass(eq=False)
class WrongEventState(Problem):
    """The operation is not allowed in the event's current state."""

    required: list[EventState] = told("The states in which the operation is allowed.")
    found: EventState = told("The current state.")
    texts = wrong_state("The event", "L'événement")


@dataclass(eq=False)
class RegistrationNotOpen(Problem):
    """Registration is not open yet, for everybody or for the person's audience."""

    state: EventState = told("The event's state.")
    opens_at: datetime | None = told("When registration opens; null if no time is set.")
    texts = {"en": "Registration is not open yet.", "fr": "Les inscriptions ne sont pas encore ouvertes."}


@dataclass(eq=False)
class RegistrationClosed(Problem):
    """Registration is closed."""

    state: EventState = told("The event's state.")
    closed_at: datetime | None = told("When registration closed; null if no time is set.")
    texts = {"en": "Registration is closed.", "fr": "Les inscriptions sont closes."}


@dataclass(eq=False)
class NotInvited(Problem):
    """The event is for certain audiences, and the person is in none of them."""

    audiences: list[str] = told("Slugs of the event's audiences. Only public ones are listed.")
    texts = {
        "en": "The event is for audiences that this person is not in.",
        "fr": "L'événement s'adresse à des publics dont cette personne n'est pas.",
    }


@dataclass(eq=False)
class AlreadyRegistered(Problem):
    """The person is registered for the event already, or is on its waiting list."""

    registration_id: UUID | None = told(
        "The existing registration; null if the caller may not see it.", kind="Registration"
    )
    state: RegistrationState | None = told("Its state; null with `registrationId`.")
    texts = {"en": "This person is registered already.", "fr": "Cette personne est déjà inscrite."}


@dataclass(eq=False)
class WrongRegistrationState(Problem):
    """The operation is not allowed in the registration's current state."""

    required: list[RegistrationState] = told("The states in which the operation is allowed.")
    found: RegistrationState = told("The current state.")
    texts = wrong_state("The registration", "L'inscription")


@dataclass(eq=False)
class NoSuchFormat(Problem):
    """The event has no seats of the requested format, or has several formats and none was chosen."""

    available: list[str] = told("The formats to choose from.")
    texts = {"en": "Choose one of the event's formats.", "fr": "Choisissez l'un des formats de l'événement."}


@dataclass(eq=False)
class AnswersNotAccepted(Problem):
    """Answers are missing or wrong. All of them are listed, so that a form can mark each field. Nothing was stored."""

    questions: list[str] = told("Keys of the questions concerned, in order.")
    reasons: list[AnswerFault] = told("What is wrong with each answer, in the same order.")
    texts = {
        "en": "Some answers are missing or not accepted: {questions}.",
        "fr": "Des réponses manquent ou ne conviennent pas : {questions}.",
    }


@dataclass(eq=False)
class QuestionDependedOn(Problem):
    """Other questions depend on this one: the change would remove the answer they depend on, or reveal it."""

    questions: list[str] = told("Keys of the questions that depend on it.")
    texts = {"en": "Other questions depend on it: {questions}.", "fr": "D'autres questions en dépendent : {questions}."}


@dataclass(eq=False)
class QuestionRetired(Problem):
    """The question is no longer asked, or was replaced by another version."""

    question_id: UUID | None = told("The current version; null if there is none.", kind="Question")
    texts = {"en": "This question is no longer asked.", "fr": "Cette question n'est plus posée."}


@dataclass(eq=False)
class TooManyQuestions(Problem):
    """The event has the maximum number of current questions."""

    most: int = told("Maximum number of questions.")
    texts = {"en": "An event can have {most} questions at most.", "fr": "Un événement pose au plus {most} questions."}


@dataclass(eq=False)
class PartyTooLarge(Problem):
    """The party is larger than the event allows per registration."""

    largest: int = told("Maximum number of seats per registration.")
    texts = {
        "en": "A registration can have {largest} seats at most.",
        "fr": "Une inscription a droit à {largest} places au plus.",
    }


@dataclass(eq=False)
class NotEnoughSeats(Problem):
    """Fewer seats are free than were requested."""

    asked: int = told("Number of seats requested.")
    free: int = told("Number of free seats.")
    texts = {
        "en": "{asked} seats were requested; {free} are free.",
        "fr": "{asked} places demandées ; {free} sont libres.",
    }


@dataclass(eq=False)
class BelowTaken(Problem):
    """The number is lower than the seats that are taken or reserved: lowering a limit never takes a seat away."""

    taken: int = told("Number of seats taken.")
    reserved: int = told("Number of further seats reserved for associations.")
    short_by: int = told("By how many seats the number is too low.")
    texts = {
        "en": "{taken} seats are taken and {reserved} reserved: the number is too low by {short_by}.",
        "fr": "{taken} places sont prises et {reserved} réservées : il en manquerait {short_by}.",
    }


@dataclass(eq=False)
class AlreadyReleased(Problem):
    """The allotment was released already."""

    released_at: datetime = told("When it was released.")
    texts = {"en": "This allotment was released already.", "fr": "Ce contingent a été libéré."}


@dataclass(eq=False)
class OfferExpired(Problem):
    """The offer has expired."""

    expired_at: datetime = told("When it expired.")
    texts = {"en": "This offer has expired.", "fr": "Cette offre est échue."}


@dataclass(eq=False)
class RoleInUse(Problem):
    """Whether a role takes seats cannot be changed while somebody is registered in that role."""

    role: AttendeeRole = told("The role.")
    registered: int = told("Number of registrations in that role.")
    texts = {
        "en": "{registered} are registered as {role}: whether this role takes seats can't be changed.",
        "fr": "{registered} sont inscrits comme {role} : s'ils prennent des places, c'est décidé.",
    }


@dataclass(eq=False)
class NotInside(Problem):
    """The person cannot check out: they have left already."""

    left_at: datetime = told("When they checked out.")
    texts = {"en": "This person has left already.", "fr": "Cette personne est déjà partie."}


@dataclass(eq=False)
class PartyTooSmall(Problem):
    """The party has fewer seats than people: each person named needs a seat."""

    seats: int = told("Number of seats that the party would have.")
    people: int = told("Number of people named, the registered person included.")
    texts = {
        "en": "{people} people are named; {seats} seats are not enough.",
        "fr": "{people} personnes sont nommées : {seats} places ne suffisent pas.",
    }


@dataclass(eq=False)
class GuestScanned(Problem):
    """The guest's ticket was scanned at the desk, so the guest cannot be removed."""

    texts = {
        "en": "This guest's ticket has been scanned at the desk.",
        "fr": "L'accueil a déjà lu le billet de cette personne.",
    }


@dataclass(eq=False)
class SeatsKeptForOthers(Problem):
    """The seats are reserved for members of an association, and the person is not one of them."""

    beneficiary_id: UUID = told("The association whose members they are reserved for.", kind="Association")
    texts = {
        "en": "These seats are reserved for members of an association that this person is not a member of.",
        "fr": "Ces places sont réservées aux membres d'une association dont cette personne n'est pas.",
    }
