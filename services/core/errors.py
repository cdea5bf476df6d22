"""Refusals: the expected errors of operations. Each is one exception class and one problem type in the schema.

Those that any operation may raise are here, a domain's own in `services/<domain>/errors.py`. A refusal states what was
required and what was found, in fields and in sentences in every locale. About a row that the actor may not see, it says
no more than that there is none.
"""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(eq=False)
class Problem(Exception):
    """A refusal. `path` names the part of the input concerned, as the caller wrote it.

    `code`: for programs, derived from the class name. `texts`: by locale, with field names in braces.
    """

    code: ClassVar[str]
    texts: ClassVar[dict[str, str]]
    path: tuple[str, ...] = field(default=(), kw_only=True)

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).upper()

    def message(self, locale: str) -> str:
        """Return the sentence in a locale, or in English if there is no text in that locale."""
        said = {name: ", ".join(value) if isinstance(value, list) else value for name, value in vars(self).items()}
        return self.texts.get(locale, self.texts["en"]).format(**said)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


def told(description: str, *, kind: str | None = None) -> Any:
    """Declare a field of a refusal, with its description in the schema.

    `kind`: the read type that the id belongs to.
    """
    return field(metadata={"description": description, "kind": kind})


def wrong_state(en: str, fr: str) -> dict[str, str]:
    """Return the texts of a refusal because of a wrong state, given by the fields `required` and `found`."""
    return {
        "en": f"{en} is {{found}}; this requires one of {{required}}.",
        "fr": f"{fr} est {{found}}; il faudrait l'un de {{required}}.",
    }


@dataclass(eq=False)
class NotSignedIn(Problem):
    """The operation requires a signed-in person."""

    texts = {"en": "Sign in to do this.", "fr": "Connectez-vous pour faire cela."}


@dataclass(eq=False)
class NotAllowed(Problem):
    """The actor may see the thing but lacks the permission."""

    permission: str = told("The required permission.")
    texts = {"en": "This requires the permission {permission}.", "fr": "Cela demande la permission {permission}."}


@dataclass(eq=False)
class StepUpRequired(Problem):
    """The operation requires a recent sign-in, and the session's last one is too long ago."""

    minutes: int = told("Maximum age of the sign-in, in minutes.")
    texts = {
        "en": "Confirm your identity again: this requires a sign-in within the last {minutes} minutes.",
        "fr": "Identifiez-vous à nouveau : cela demande une connexion datant de moins de {minutes} minutes.",
    }


@dataclass(eq=False)
class NotFound(Problem):
    """The thing does not exist, or the actor may not see it. The answer is the same for both."""

    kind: str = told("Kind of thing.")
    texts = {"en": "There is no such {kind}.", "fr": "Introuvable : {kind}."}


@dataclass(eq=False)
class InvalidInput(Problem):
    """A value breaks a rule."""

    required: str = told("What was required.")
    found: str = told("What was found.")
    texts = {"en": "Required: {required}. Found: {found}.", "fr": "Requis : {required}. Reçu : {found}."}


@dataclass(eq=False)
class AlreadyExists(Problem):
    """A thing with this name or number, or between the same two, exists already."""

    kind: str = told("Kind of thing.")
    texts = {"en": "Already exists: {kind}.", "fr": "Existe déjà : {kind}."}


@dataclass(eq=False)
class IdempotencyKeyReused(Problem):
    """The key was used by the same actor for another request."""

    texts = {
        "en": "This idempotency key was used for another request.",
        "fr": "Cette clé d'idempotence a servi à une autre requête.",
    }


@dataclass(eq=False)
class RequestInFlight(Problem):
    """A request with the same key is still being processed. Retry later."""

    texts = {
        "en": "A request with this idempotency key is being processed.",
        "fr": "Une requête avec cette clé d'idempotence est en cours.",
    }


@dataclass(eq=False)
class SecretKeyMissing(Problem):
    """The operation would store a secret, and the server has no key to encrypt it with (CONFED_SECRET_KEY)."""

    texts = {
        "en": "This server can't store secrets: it has no key to encrypt them with.",
        "fr": "Ce serveur ne conserve aucun secret : il n'a pas de clé pour les chiffrer.",
    }
