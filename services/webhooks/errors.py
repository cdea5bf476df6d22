"""Refusals about webhooks."""

from dataclasses import dataclass

from services.core.errors import Problem, told


@dataclass(eq=False)
class WebhookDisabled(Problem):
    """The webhook is disabled. Enable it first."""

    texts = {"en": "This webhook is disabled: enable it first.", "fr": "Ce webhook est désactivé : activez-le d'abord."}


@dataclass(eq=False)
class TooManyWebhooks(Problem):
    """The association has the maximum number of webhooks."""

    most: int = told("Maximum number of webhooks of an association.")
    texts = {
        "en": "An association can have {most} webhooks at most.",
        "fr": "Une association peut avoir {most} webhooks.",
    }
