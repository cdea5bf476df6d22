"""Mutations of webhooks by staff."""

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

_URL = "URL, `https://…`, on the public internet."
_EVENTS = "Changes to deliver: actions of the journal, all actions of a noun (`registration.*`), or all (`*`)."


@mutation(Webhook, problems=(TooManyWebhooks, SecretKeyMissing), once="secret")
async def create_webhook(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Association whose changes are delivered."],
    url: Annotated[str, _URL],
    events: Annotated[list[str], _EVENTS],
) -> tuple[models.Webhook, str]:
    """Create a webhook; `secret` is the key that signs its requests.

    Requires `webhooks.manage`.
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
    """Change a webhook's URL or events. Requires `webhooks.manage`."""
    return await registering.change_webhook(work, webhook_id, **given(url=url, events=events))


@mutation(Webhook)
async def disable_webhook(work: Work, *, webhook_id: WebhookId) -> models.Webhook:
    """Disable a webhook: nothing more is delivered. Requires `webhooks.manage`."""
    return await registering.disable_webhook(work, webhook_id)


@mutation(Webhook)
async def enable_webhook(work: Work, *, webhook_id: WebhookId) -> models.Webhook:
    """Enable a webhook. Changes that it missed can be replayed. Requires `webhooks.manage`."""
    return await registering.enable_webhook(work, webhook_id)


@mutation(deletes=Webhook)
async def delete_webhook(work: Work, *, webhook_id: WebhookId) -> models.Webhook:
    """Delete a webhook and its deliveries. Requires `webhooks.manage`."""
    return await registering.remove_webhook(work, webhook_id)


@mutation(Webhook, problems=(StepUpRequired, SecretKeyMissing), once="secret")
async def rotate_webhook_secret(work: Work, *, webhook_id: WebhookId) -> tuple[models.Webhook, str]:
    """Replace a webhook's secret; for a day, requests are signed with both. Requires `webhooks.manage` and a recent
    sign-in.
    """
    return await registering.rotate_secret(work, webhook_id)


@mutation(Webhook, problems=(StepUpRequired,), once="secret")
async def show_webhook_secret(work: Work, *, webhook_id: WebhookId) -> tuple[models.Webhook, str]:
    """Return a webhook's secret again. Requires `webhooks.manage` and a recent sign-in."""
    return await registering.show_secret(work, webhook_id)


@mutation(WebhookDelivery, problems=(WebhookDisabled,))
async def test_webhook(work: Work, *, webhook_id: WebhookId) -> models.WebhookDelivery:
    """Send the test event `webhook.tested` to a webhook, whatever its events are. Requires `webhooks.manage`."""
    return await replaying.send_test(work, webhook_id)


@mutation(WebhookDelivery, problems=(WebhookDisabled,))
async def replay_delivery(work: Work, *, webhook_delivery_id: WebhookDeliveryId) -> models.WebhookDelivery:
    """Deliver a change again, under the same `webhook-id`. Requires `webhooks.manage`."""
    return await replaying.replay_delivery(work, webhook_delivery_id)


@mutation(Webhook, problems=(WebhookDisabled,))
async def replay_webhook(
    work: Work,
    *,
    webhook_id: WebhookId,
    since: Annotated[datetime, "Start of the period; not before the webhook was created."],
    until: Annotated[datetime, "End of the period (exclusive)."],
) -> models.Webhook:
    """Deliver all changes of a period again, missed ones included. Requires `webhooks.manage`."""
    return await replaying.replay_period(work, webhook_id, since=since, until=until)
