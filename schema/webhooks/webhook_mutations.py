"""What staff do about webhooks."""

from datetime import datetime
from typing import Annotated

import models
from schema.mutations.declare import mutation
from schema.tenancy.federation import AssociationId
from schema.webhooks.webhook import Webhook, WebhookDelivery, WebhookDeliveryId, WebhookId
from services.core.errors import SecretKeyMissing, StepUpRequired
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.webhooks import registering, replaying
from services.webhooks.errors import TooManyWebhooks, WebhookDisabled

_URL = "The address, `https://…`; one on the public internet."
_EVENTS = "Which changes: actions of the journal, all of a noun (`registration.*`), or all (`*`)."


@mutation(Webhook, problems=(TooManyWebhooks, SecretKeyMissing), once="secret")
async def create_webhook(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Whose changes."],
    url: Annotated[str, _URL],
    events: Annotated[list[str], _EVENTS],
) -> tuple[models.Webhook, str]:
    """Have an association's changes told to an address; `secret` is what they are signed with.

    Asks for `webhooks.manage`.
    """
    return await registering.register_webhook(work, association_id, url=url, events=events)


@mutation(Webhook)
async def update_webhook(
    work: Work,
    *,
    webhook_id: WebhookId,
    url: Annotated[Unset | str, _URL] = UNSET,
    events: Annotated[Unset | list[str], _EVENTS] = UNSET,
) -> models.Webhook:
    """Give a webhook another address or other events. Asks for `webhooks.manage`."""
    return await registering.change_webhook(work, webhook_id, **given(url=url, events=events))


@mutation(Webhook)
async def disable_webhook(work: Work, *, webhook_id: WebhookId) -> models.Webhook:
    """Tell a webhook nothing more. Asks for `webhooks.manage`."""
    return await registering.disable_webhook(work, webhook_id)


@mutation(Webhook)
async def enable_webhook(work: Work, *, webhook_id: WebhookId) -> models.Webhook:
    """Tell a webhook what happens again. What happened meanwhile can be replayed. Asks for `webhooks.manage`."""
    return await registering.enable_webhook(work, webhook_id)


@mutation(deletes=Webhook)
async def delete_webhook(work: Work, *, webhook_id: WebhookId) -> models.Webhook:
    """Delete a webhook and its deliveries. Asks for `webhooks.manage`."""
    return await registering.remove_webhook(work, webhook_id)


@mutation(Webhook, problems=(StepUpRequired, SecretKeyMissing), once="secret")
async def rotate_webhook_secret(work: Work, *, webhook_id: WebhookId) -> tuple[models.Webhook, str]:
    """Replace a webhook's secret. For a day both sign. Asks for `webhooks.manage`, and a sign-in of late."""
    return await registering.rotate_secret(work, webhook_id)


@mutation(Webhook, problems=(StepUpRequired,), once="secret")
async def show_webhook_secret(work: Work, *, webhook_id: WebhookId) -> tuple[models.Webhook, str]:
    """Show a webhook's secret once more. Asks for `webhooks.manage`, and a sign-in of late."""
    return await registering.show_secret(work, webhook_id)


@mutation(WebhookDelivery, problems=(WebhookDisabled,))
async def test_webhook(work: Work, *, webhook_id: WebhookId) -> models.WebhookDelivery:
    """Send a webhook `webhook.tested`, whatever its events are. Asks for `webhooks.manage`."""
    return await replaying.send_test(work, webhook_id)


@mutation(WebhookDelivery, problems=(WebhookDisabled,))
async def replay_delivery(work: Work, *, webhook_delivery_id: WebhookDeliveryId) -> models.WebhookDelivery:
    """Tell a webhook a change once more, under the same `webhook-id`. Asks for `webhooks.manage`."""
    return await replaying.replay_delivery(work, webhook_delivery_id)


@mutation(Webhook, problems=(WebhookDisabled,))
async def replay_webhook(
    work: Work,
    *,
    webhook_id: WebhookId,
    since: Annotated[datetime, "From when; not before the webhook was registered."],
    until: Annotated[datetime, "To before when."],
) -> models.Webhook:
    """Tell a webhook all that happened in a period once more, what it missed too. Asks for `webhooks.manage`."""
    return await replaying.replay_period(work, webhook_id, since=since, until=until)
