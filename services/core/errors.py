"""Refusals: what an operation answers when it will not. Each is one exception here and one problem type in the schema.

A refusal says what was required and what was found, in fields, and in words in every locale. It never says more
about a row that the actor may not see than that there is none.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from models import AffiliationState, EventState, MembershipStatus, RegistrationState


@dataclass(eq=False)
class Problem(Exception):
    """A refusal. `path` names the part of the input that it is about, as the caller wrote it."""

    code: ClassVar[str]
    texts: ClassVar[dict[str, str]]
    path: tuple[str, ...] = field(default=(), kw_only=True)

    def message(self, locale: str) -> str:
        """In words, in a locale that there is a text for, else in English."""
        said = {name: ", ".join(value) if isinstance(value, list) else value for name, value in vars(self).items()}
        return self.texts.get(locale, self.texts["en"]).format(**said)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


@dataclass(eq=False)
class NotSignedIn(Problem):
    """The operation is a person's, and nobody is signed in."""

    code = "NOT_SIGNED_IN"
    texts = {"en": "Sign in to do this.", "fr": "Connectez-vous pour faire cela."}


@dataclass(eq=False)
class NotAllowed(Problem):
    """The actor sees the thing, and lacks the permission."""

    permission: str
    code = "NOT_ALLOWED"
    texts = {"en": "This asks for the permission {permission}.", "fr": "Cela demande la permission {permission}."}


@dataclass(eq=False)
class NotFound(Problem):
    """There is no such thing, or none that the actor may see: the same answer."""

    kind: str
    code = "NOT_FOUND"
    texts = {"en": "There is no such {kind}.", "fr": "Introuvable : {kind}."}


@dataclass(eq=False)
class InvalidInput(Problem):
    """A value that breaks a rule that is known before anything is read."""

    required: str
    found: str
    code = "INVALID_INPUT"
    texts = {"en": "Required: {required}. Found: {found}.", "fr": "Requis : {required}. Reçu : {found}."}


@dataclass(eq=False)
class AlreadyExists(Problem):
    """Something with that name or number, or between the same two, is there already."""

    kind: str
    code = "ALREADY_EXISTS"
    texts = {"en": "There is such a {kind} already.", "fr": "Existe déjà : {kind}."}


@dataclass(eq=False)
class WouldMakeACycle(Problem):
    """An association can't be affiliated with one that is affiliated with it, directly or not."""

    code = "WOULD_MAKE_A_CYCLE"
    texts = {
        "en": "The umbrella is itself affiliated with this association.",
        "fr": "L'organisme de rattachement est lui-même affilié à cette association.",
    }


@dataclass(eq=False)
class WrongAffiliationState(Problem):
    """The affiliation doesn't stand where this could be done to it."""

    required: list[AffiliationState]
    found: AffiliationState
    code = "WRONG_AFFILIATION_STATE"
    texts = {
        "en": "The affiliation is {found}; this asks for one of {required}.",
        "fr": "L'affiliation est {found}; il faudrait l'un de {required}.",
    }


@dataclass(eq=False)
class WrongMembershipStatus(Problem):
    """The membership doesn't stand, on the day in question, where this could be done to it."""

    required: list[MembershipStatus]
    found: MembershipStatus
    code = "WRONG_MEMBERSHIP_STATUS"
    texts = {
        "en": "The membership is {found}; this asks for one of {required}.",
        "fr": "L'adhésion est {found}; il faudrait l'un de {required}.",
    }


@dataclass(eq=False)
class WrongEventState(Problem):
    """The event's life has not come to this, or has passed it."""

    required: list[EventState]
    found: EventState
    code = "WRONG_EVENT_STATE"
    texts = {
        "en": "The event is {found}; this asks for one of {required}.",
        "fr": "L'événement est {found}; il faudrait l'un de {required}.",
    }


@dataclass(eq=False)
class RegistrationNotOpen(Problem):
    """Registration has not begun, for anybody or for the actor's audience. `opens_at` is null where no time is set."""

    state: EventState
    opens_at: datetime | None
    code = "REGISTRATION_NOT_OPEN"
    texts = {"en": "Registration is not open yet.", "fr": "Les inscriptions ne sont pas encore ouvertes."}


@dataclass(eq=False)
class RegistrationClosed(Problem):
    """Registration is over."""

    state: EventState
    closed_at: datetime | None
    code = "REGISTRATION_CLOSED"
    texts = {"en": "Registration is closed.", "fr": "Les inscriptions sont closes."}


@dataclass(eq=False)
class NotInvited(Problem):
    """The event is for audiences that the person is in none of. `audiences`: their slugs, where they are public."""

    audiences: list[str]
    code = "NOT_INVITED"
    texts = {
        "en": "The event is for audiences that this person is not in.",
        "fr": "L'événement s'adresse à des publics dont cette personne n'est pas.",
    }


@dataclass(eq=False)
class AlreadyRegistered(Problem):
    """One live registration each."""

    registration_id: UUID | None
    state: RegistrationState | None
    code = "ALREADY_REGISTERED"
    texts = {"en": "This person is registered already.", "fr": "Cette personne est déjà inscrite."}


@dataclass(eq=False)
class WrongRegistrationState(Problem):
    """The registration doesn't stand where this could be done to it."""

    required: list[RegistrationState]
    found: RegistrationState
    code = "WRONG_REGISTRATION_STATE"
    texts = {
        "en": "The registration is {found}; this asks for one of {required}.",
        "fr": "L'inscription est {found}; il faudrait l'un de {required}.",
    }


@dataclass(eq=False)
class NoSuchFormat(Problem):
    """The event has no seats of the format asked for, or several formats and none was asked for."""

    available: list[str]
    code = "NO_SUCH_FORMAT"
    texts = {"en": "Choose one of the event's formats.", "fr": "Choisissez l'un des formats de l'événement."}


@dataclass(eq=False)
class IdempotencyKeyReused(Problem):
    """The key was used for another request of the same actor."""

    code = "IDEMPOTENCY_KEY_REUSED"
    texts = {
        "en": "This idempotency key was used for another request.",
        "fr": "Cette clé d'idempotence a servi à une autre requête.",
    }


@dataclass(eq=False)
class RequestInFlight(Problem):
    """A request with the same key is being worked on: ask again."""

    code = "REQUEST_IN_FLIGHT"
    texts = {
        "en": "A request with this idempotency key is in flight.",
        "fr": "Une requête avec cette clé d'idempotence est en cours.",
    }
