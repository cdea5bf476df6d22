"""Refusals about events and registrations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import AnswerFault, AttendeeRole, EventState, RegistrationState
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


@dataclass(eq=False)
class AnswersNotAccepted(Problem):
    """Answers that are missing or wrong: all of them, so that a form can mark each field. Nothing was stored."""

    questions: list[str] = told("The keys of the questions that it is about, in order.")
    reasons: list[AnswerFault] = told("What is wrong with each of them, in the same order.")
    texts = {
        "en": "Some answers are missing or not accepted: {questions}.",
        "fr": "Des réponses manquent ou ne conviennent pas : {questions}.",
    }


@dataclass(eq=False)
class QuestionDependedOn(Problem):
    """Other questions are asked where this one is answered in a way that would be no more, or tell what it is."""

    questions: list[str] = told("The keys of the questions that depend on it.")
    texts = {"en": "Other questions depend on it: {questions}.", "fr": "D'autres questions en dépendent : {questions}."}


@dataclass(eq=False)
class QuestionRetired(Problem):
    """The question isn't asked any more, or was replaced by another version."""

    question_id: UUID | None = told("The version that is asked now, if there is one.", kind="Question")
    texts = {"en": "This question is not asked any more.", "fr": "Cette question n'est plus posée."}


@dataclass(eq=False)
class TooManyQuestions(Problem):
    """An event asks a limited number of questions at a time."""

    most: int = told("How many it may ask.")
    texts = {"en": "An event asks {most} questions at the most.", "fr": "Un événement pose au plus {most} questions."}


@dataclass(eq=False)
class PartyTooLarge(Problem):
    """More seats than the event gives to one registration."""

    largest: int = told("How many seats one registration may have.")
    texts = {
        "en": "One registration may have {largest} seats at the most.",
        "fr": "Une inscription a droit à {largest} places au plus.",
    }


@dataclass(eq=False)
class NotEnoughSeats(Problem):
    """Fewer seats are free than were asked for."""

    asked: int = told("How many were asked for.")
    free: int = told("How many are free.")
    texts = {
        "en": "{asked} seats were asked for; {free} are free.",
        "fr": "{asked} places demandées ; {free} sont libres.",
    }


@dataclass(eq=False)
class BelowTaken(Problem):
    """Fewer seats than are taken or kept: nobody is unseated by a number."""

    taken: int = told("How many are taken.")
    reserved: int = told("How many more are kept for associations.")
    short_by: int = told("By how many the number is too small.")
    texts = {
        "en": "{taken} seats are taken and {reserved} kept: that is {short_by} more.",
        "fr": "{taken} places sont prises et {reserved} réservées : il en manquerait {short_by}.",
    }


@dataclass(eq=False)
class AlreadyReleased(Problem):
    """What was left of the allotment went to all."""

    released_at: datetime = told("When that was.")
    texts = {"en": "This allotment was released.", "fr": "Ce contingent a été libéré."}


@dataclass(eq=False)
class OfferExpired(Problem):
    """The time to accept is over; the seats pass on."""

    expired_at: datetime = told("When it was over.")
    texts = {"en": "This offer has expired.", "fr": "Cette offre est échue."}


@dataclass(eq=False)
class RoleInUse(Problem):
    """Whether a role takes seats is settled as long as somebody is registered in it."""

    role: AttendeeRole = told("The role.")
    registered: int = told("How many are registered in it.")
    texts = {
        "en": "{registered} are registered as {role}: whether they take seats is settled.",
        "fr": "{registered} sont inscrits comme {role} : s'ils prennent des places, c'est décidé.",
    }


@dataclass(eq=False)
class NotInside(Problem):
    """Who is to go out is not in: they left before."""

    left_at: datetime = told("When they left.")
    texts = {"en": "This person has left already.", "fr": "Cette personne est déjà partie."}


@dataclass(eq=False)
class PartyTooSmall(Problem):
    """Fewer seats than the party has people who are named: whoever brings guests has a seat for each of them."""

    seats: int = told("How many seats it would have.")
    people: int = told("How many people are named, oneself included.")
    texts = {
        "en": "{people} people are named; {seats} seats are not enough.",
        "fr": "{people} personnes sont nommées : {seats} places ne suffisent pas.",
    }


@dataclass(eq=False)
class GuestScanned(Problem):
    """The desk has scanned the guest's ticket: they stay on the list, as what it saw does."""

    texts = {
        "en": "The desk has scanned this guest's ticket.",
        "fr": "L'accueil a déjà lu le billet de cette personne.",
    }


@dataclass(eq=False)
class SeatsKeptForOthers(Problem):
    """The seats are kept for an association's members, and the person is none of them."""

    beneficiary_id: UUID = told("Whose members they are kept for.", kind="Association")
    texts = {
        "en": "These seats are kept for members of an association that this person is not in.",
        "fr": "Ces places sont réservées aux membres d'une association dont cette personne n'est pas.",
    }
