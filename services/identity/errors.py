"""Refusals about signing in. None reveals whether an address or a secret exists."""

from dataclasses import dataclass

from services.core.errors import Problem


@dataclass(eq=False)
class LinkNotGood(Problem):
    """The link was used, has expired, belongs to another session, or never existed. The answer is the same for each."""

    texts = {
        "en": "This link is invalid or has expired. Request a new one.",
        "fr": "Ce lien n'est pas valide, ou ne l'est plus. Demandez-en un autre.",
    }


@dataclass(eq=False)
class AlreadyClaimed(Problem):
    """The person has signed in before: the record is theirs, and they can no longer be invited to it."""

    texts = {
        "en": "This person has signed in before and can no longer be invited to their own record.",
        "fr": "Cette personne s'est déjà connectée : nul ne peut plus l'inviter dans son propre dossier.",
    }


@dataclass(eq=False)
class NoAddress(Problem):
    """The person has no e-mail address that the message could be sent to."""

    texts = {
        "en": "There is no e-mail address that this could be sent to.",
        "fr": "Il n'y a pas d'adresse courriel à laquelle l'envoyer.",
    }


@dataclass(eq=False)
class NotInASession(Problem):
    """The operation concerns the current session, and the request uses other credentials."""

    texts = {"en": "This is only possible in a session.", "fr": "Cela ne se demande que dans une session."}
