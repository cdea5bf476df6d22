"""What speaks against a passkey."""

from dataclasses import dataclass

from services.core.errors import Problem, told


@dataclass(eq=False)
class PasskeyNotAccepted(Problem):
    """What the device answered is not an answer to the challenge, or the challenge is over."""

    texts = {"en": "This passkey was not accepted. Begin anew.", "fr": "Cette clé d'accès est refusée. Recommencez."}


@dataclass(eq=False)
class TooManyPasskeys(Problem):
    """There are as many as somebody may have."""

    most: int = told("How many there may be.")
    texts = {"en": "You have {most} passkeys already.", "fr": "Vous avez déjà {most} clés d'accès."}
