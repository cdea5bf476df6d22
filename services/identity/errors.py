"""Refusals about signing in. None says whether there is such an address, or such a secret."""

from dataclasses import dataclass

from services.core.errors import Problem


@dataclass(eq=False)
class LinkNotGood(Problem):
    """The link was used, is too old, was asked for in another session, or never was one: the same answer."""

    texts = {
        "en": "This link is not good, or not any more. Ask for another.",
        "fr": "Ce lien n'est pas valide, ou ne l'est plus. Demandez-en un autre.",
    }


@dataclass(eq=False)
class AlreadyClaimed(Problem):
    """The person has signed in: their record is theirs, and no invitation by others opens it."""

    texts = {
        "en": "This person has signed in already; nobody else can invite them to their own record.",
        "fr": "Cette personne s'est déjà connectée : nul ne peut plus l'inviter dans son propre dossier.",
    }


@dataclass(eq=False)
class NoAddress(Problem):
    """There is no mail address that the message could go to."""

    texts = {
        "en": "There is no mail address that this could go to.",
        "fr": "Il n'y a pas d'adresse courriel à laquelle l'envoyer.",
    }


@dataclass(eq=False)
class NotInASession(Problem):
    """The operation is about the session that asks, and other credentials do."""

    texts = {"en": "This is asked in a session only.", "fr": "Cela ne se demande que dans une session."}
