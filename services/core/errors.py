"""Refusals: what an operation answers when it will not. Each is one exception and one problem type in the schema.

Those that any operation may meet are here, a domain's own in `services/<domain>/errors.py`. A refusal says what was
required and what was found, in fields, and in words in every locale. It never says more about a row that the actor may
not see than that there is none.
"""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(eq=False)
class Problem(Exception):
    """A refusal. `path` names the part of the input that it is about, as the caller wrote it.

    `code`: for programs, made of the name. `texts`: by locale, with the fields in braces.
    """

    code: ClassVar[str]
    texts: ClassVar[dict[str, str]]
    path: tuple[str, ...] = field(default=(), kw_only=True)

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).upper()

    def message(self, locale: str) -> str:
        """In words, in a locale that there is a text for, else in English."""
        said = {name: ", ".join(value) if isinstance(value, list) else value for name, value in vars(self).items()}
        return self.texts.get(locale, self.texts["en"]).format(**said)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


def told(description: str, *, kind: str | None = None) -> Any:
    """A field of a refusal, as the schema describes it. `kind`: the read type whose key it is."""
    return field(metadata={"description": description, "kind": kind})


def wrong_state(en: str, fr: str) -> dict[str, str]:
    """The texts of a refusal because something is not where it would have to be: of `required` and `found`."""
    return {
        "en": f"{en} is {{found}}; this asks for one of {{required}}.",
        "fr": f"{fr} est {{found}}; il faudrait l'un de {{required}}.",
    }


@dataclass(eq=False)
class NotSignedIn(Problem):
    """The operation is a person's, and nobody is signed in."""

    texts = {"en": "Sign in to do this.", "fr": "Connectez-vous pour faire cela."}


@dataclass(eq=False)
class NotAllowed(Problem):
    """The actor sees the thing, and lacks the permission."""

    permission: str = told("The permission that it asks for.")
    texts = {"en": "This asks for the permission {permission}.", "fr": "Cela demande la permission {permission}."}


@dataclass(eq=False)
class StepUpRequired(Problem):
    """The operation asks that the person has shown lately who they are, and in this session that is too long ago."""

    minutes: int = told("How many minutes ago it may be at the most.")
    texts = {
        "en": "Show once more who you are: this asks for a sign-in in the last {minutes} minutes.",
        "fr": "Identifiez-vous à nouveau : cela demande une connexion datant de moins de {minutes} minutes.",
    }


@dataclass(eq=False)
class NotFound(Problem):
    """There is no such thing, or none that the actor may see: the same answer."""

    kind: str = told("What kind of thing it is about.")
    texts = {"en": "There is no such {kind}.", "fr": "Introuvable : {kind}."}


@dataclass(eq=False)
class InvalidInput(Problem):
    """A value that breaks a rule that is known before anything is read."""

    required: str = told("What was required.")
    found: str = told("What was found.")
    texts = {"en": "Required: {required}. Found: {found}.", "fr": "Requis : {required}. Reçu : {found}."}


@dataclass(eq=False)
class AlreadyExists(Problem):
    """Something with that name or number, or between the same two, is there already."""

    kind: str = told("What kind of thing it is about.")
    texts = {"en": "There is such a {kind} already.", "fr": "Existe déjà : {kind}."}


@dataclass(eq=False)
class IdempotencyKeyReused(Problem):
    """The key was used for another request of the same actor."""

    texts = {
        "en": "This idempotency key was used for another request.",
        "fr": "Cette clé d'idempotence a servi à une autre requête.",
    }


@dataclass(eq=False)
class RequestInFlight(Problem):
    """A request with the same key is being worked on: ask again."""

    texts = {
        "en": "A request with this idempotency key is in flight.",
        "fr": "Une requête avec cette clé d'idempotence est en cours.",
    }


@dataclass(eq=False)
class SecretKeyMissing(Problem):
    """A secret would have to be kept, and this server has no key to encrypt it with (CONFED_SECRET_KEY)."""

    texts = {
        "en": "This server keeps no secrets: it has no key to encrypt them with.",
        "fr": "Ce serveur ne conserve aucun secret : il n'a pas de clé pour les chiffrer.",
    }
