"""Refusals about passkeys."""

from dataclasses import dataclass

from services.core.errors import Problem, told


@dataclass(eq=False)
class PasskeyNotAccepted(Problem):
    """The device's answer does not match the challenge, or the challenge has expired."""

    texts = {"en": "This passkey was not accepted. Begin anew.", "fr": "Cette clé d'accès est refusée. Recommencez."}


@dataclass(eq=False)
class TooManyPasskeys(Problem):
    """The person has the maximum number of passkeys."""

    most: int = told("Maximum number of passkeys.")
    texts = {"en": "You have {most} passkeys already.", "fr": "Vous avez déjà {most} clés d'accès."}
