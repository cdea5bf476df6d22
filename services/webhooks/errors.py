"""Why something about a webhook is not done."""

from dataclasses import dataclass

from services.core.errors import Problem, told


@dataclass(eq=False)
class WebhookDisabled(Problem):
    """The webhook is told nothing: enable it first."""

    texts = {"en": "This webhook is disabled: enable it first.", "fr": "Ce webhook est désactivé : activez-le d'abord."}


@dataclass(eq=False)
class TooManyWebhooks(Problem):
    """The association has as many webhooks as one may have."""

    most: int = told("How many an association may have.")
    texts = {
        "en": "An association may have {most} webhooks.",
        "fr": "Une association peut avoir {most} webhooks.",
    }
