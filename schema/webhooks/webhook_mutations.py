"""What staff do about webhooks."""

from datetime import datetime

import strawberry

import models
from schema.mutations.declare import MutationInput, key, mutation
from schema.webhooks.webhook import Webhook, WebhookDelivery
from services.core.errors import SecretKeyMissing, StepUpRequired
from services.core.work import Work
from services.webhooks import registering, replaying
from services.webhooks.errors import TooManyWebhooks, WebhookDisabled

_URL = "The address, `https://…`; one on the public internet."
_EVENTS = "Which changes: actions of the journal, all of a noun (`registration.*`), or all (`*`)."


@strawberry.input(description="A webhook to register.")
class RegisterWebhookInput(MutationInput):
    """The input of `registerWebhook`."""

    association_id: strawberry.ID = strawberry.field(description="Whose changes.")
    url: str = strawberry.field(description=_URL)
    events: list[str] = strawberry.field(description=_EVENTS)


@mutation(Webhook, problems=(TooManyWebhooks, SecretKeyMissing), once="secret")
async def register_webhook(work: Work, input: RegisterWebhookInput) -> tuple[models.Webhook, str]:
    """Have an association's changes told to an address; `secret` is what they are signed with.

    Asks for `webhooks.manage`.
    """
    association_id = key(input.association_id, "Association", "associationId")
    return await registering.register_webhook(work, association_id, url=input.url, events=input.events)


@strawberry.input(description="A webhook.")
class WebhookInput(MutationInput):
    """The input of mutations that take a webhook."""

    webhook_id: strawberry.ID = strawberry.field(description="Which webhook.")


@strawberry.input(description="What is to be another of a webhook; what is left out stays.")
class ChangeWebhookInput(WebhookInput):
    """The input of `changeWebhook`."""

    url: str | None = strawberry.field(default=None, description=_URL)
    events: list[str] | None = strawberry.field(default=None, description=_EVENTS)


@mutation(Webhook)
async def change_webhook(work: Work, input: ChangeWebhookInput) -> models.Webhook:
    """Give a webhook another address or other events. Asks for `webhooks.manage`."""
    webhook_id = key(input.webhook_id, "Webhook", "webhookId")
    return await registering.change_webhook(work, webhook_id, url=input.url, events=input.events)


@strawberry.input(description="A webhook to disable.")
class DisableWebhookInput(WebhookInput):
    """The input of `disableWebhook`."""


@mutation(Webhook)
async def disable_webhook(work: Work, input: DisableWebhookInput) -> models.Webhook:
    """Tell a webhook nothing more. Asks for `webhooks.manage`."""
    return await registering.disable_webhook(work, key(input.webhook_id, "Webhook", "webhookId"))


@strawberry.input(description="A webhook to enable.")
class EnableWebhookInput(WebhookInput):
    """The input of `enableWebhook`."""


@mutation(Webhook)
async def enable_webhook(work: Work, input: EnableWebhookInput) -> models.Webhook:
    """Tell a webhook what happens again. What happened meanwhile can be replayed. Asks for `webhooks.manage`."""
    return await registering.enable_webhook(work, key(input.webhook_id, "Webhook", "webhookId"))


@strawberry.input(description="A webhook to remove.")
class RemoveWebhookInput(WebhookInput):
    """The input of `removeWebhook`."""


@mutation(Webhook)
async def remove_webhook(work: Work, input: RemoveWebhookInput) -> models.Webhook:
    """Forget a webhook and its deliveries; the payload's is null then. Asks for `webhooks.manage`."""
    return await registering.remove_webhook(work, key(input.webhook_id, "Webhook", "webhookId"))


@strawberry.input(description="A webhook whose secret is to be replaced.")
class RotateWebhookSecretInput(WebhookInput):
    """The input of `rotateWebhookSecret`."""


@mutation(Webhook, problems=(StepUpRequired, SecretKeyMissing), once="secret")
async def rotate_webhook_secret(work: Work, input: RotateWebhookSecretInput) -> tuple[models.Webhook, str]:
    """Replace a webhook's secret. For a day both sign. Asks for `webhooks.manage`, and a sign-in of late."""
    return await registering.rotate_secret(work, key(input.webhook_id, "Webhook", "webhookId"))


@strawberry.input(description="A webhook whose secret is to be shown.")
class ShowWebhookSecretInput(WebhookInput):
    """The input of `showWebhookSecret`."""


@mutation(Webhook, problems=(StepUpRequired,), once="secret")
async def show_webhook_secret(work: Work, input: ShowWebhookSecretInput) -> tuple[models.Webhook, str]:
    """Show a webhook's secret once more. Asks for `webhooks.manage`, and a sign-in of late."""
    return await registering.show_secret(work, key(input.webhook_id, "Webhook", "webhookId"))


@strawberry.input(description="A webhook to test.")
class TestWebhookInput(WebhookInput):
    """The input of `testWebhook`."""


@mutation(WebhookDelivery, problems=(WebhookDisabled,))
async def test_webhook(work: Work, input: TestWebhookInput) -> models.WebhookDelivery:
    """Send a webhook `webhook.tested`, whatever its events are. Asks for `webhooks.manage`."""
    return await replaying.send_test(work, key(input.webhook_id, "Webhook", "webhookId"))


@strawberry.input(description="A delivery to replay.")
class ReplayDeliveryInput(MutationInput):
    """The input of `replayDelivery`."""

    delivery_id: strawberry.ID = strawberry.field(description="Which delivery.")


@mutation(WebhookDelivery, problems=(WebhookDisabled,))
async def replay_delivery(work: Work, input: ReplayDeliveryInput) -> models.WebhookDelivery:
    """Tell a webhook a change once more, under the same `webhook-id`. Asks for `webhooks.manage`."""
    return await replaying.replay_delivery(work, key(input.delivery_id, "WebhookDelivery", "deliveryId"))


@strawberry.input(description="A period to replay.")
class ReplayWebhookInput(WebhookInput):
    """The input of `replayWebhook`."""

    since: datetime = strawberry.field(description="From when; not before the webhook was registered.")
    until: datetime = strawberry.field(description="To before when.")


@mutation(Webhook, problems=(WebhookDisabled,))
async def replay_webhook(work: Work, input: ReplayWebhookInput) -> models.Webhook:
    """Tell a webhook all that happened in a period once more, what it missed too. Asks for `webhooks.manage`."""
    webhook_id = key(input.webhook_id, "Webhook", "webhookId")
    return await replaying.replay_period(work, webhook_id, since=input.since, until=input.until)
