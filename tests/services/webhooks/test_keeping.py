"""Webhooks are kept by who manages them; secrets are shown again to who signed in lately."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import JournalEntry, Webhook, WebhookDelivery
from services.core.actor import RECENT_SIGN_IN, Actor
from services.core.errors import InvalidInput, NotFound, StepUpRequired
from services.identity.sessions import load_session
from services.webhooks import registering
from services.webhooks.errors import TooManyWebhooks, WebhookDisabled
from services.webhooks.registering import (
    MOST_WEBHOOKS,
    change_webhook,
    disable_webhook,
    enable_webhook,
    register_webhook,
    remove_webhook,
    rotate_secret,
    show_secret,
)
from services.webhooks.replaying import replay_delivery, replay_period, send_test
from tests.making import ActingAs, Maker
from tests.services.webhooks.receiving import Receiver, deliver, happen, registered

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "url", ["http://hook.example/", "https://user:word@hook.example/", "https://169.254.169.254/", "ftp://x", ""]
)
async def test_nothing_is_sent_to_such_an_address(make: Maker, acting_as: ActingAs, url: str) -> None:
    home = await make.home()
    with pytest.raises(InvalidInput):
        async with acting_as(await make.staff()) as work:
            await register_webhook(work, home.id, url=url, events=["*"])
    assert await make.count(Webhook) == 0


@pytest.mark.parametrize("events", [[], ["event"], ["event."], ["*.opened"], ["event.*'"], ["Event.opened"]])
async def test_events_are_actions_and_nouns(make: Maker, acting_as: ActingAs, receiver: Receiver, events: Any) -> None:
    row = await registered(make, receiver, "event.opened")
    with pytest.raises(InvalidInput) as refused:
        async with acting_as(await make.staff()) as work:
            await change_webhook(work, row.id, events=events)
    assert refused.value.path[0] == "events"
    assert (await make.fresh(row)).events == ["event.opened"]


async def test_an_association_has_ten(make: Maker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "MOST_WEBHOOKS", 2)
    for path in "ab":
        await registered(make, receiver, path=path)
    with pytest.raises(TooManyWebhooks):
        await registered(make, receiver, path="c")
    assert (await make.count(Webhook), MOST_WEBHOOKS) == (2, 10)


async def test_another_tenants_webhook_is_not_there(make: Maker, acting_as: ActingAs, receiver: Receiver) -> None:
    row = await registered(make, receiver)
    stranger = await (await make.other()).staff()
    staff = await make.staff(association=await make.association())
    for who in (stranger, staff):
        for do in (show_secret, rotate_secret, remove_webhook, disable_webhook, send_test):
            with pytest.raises(NotFound):
                async with acting_as(who) as work:
                    await do(work, row.id)
    assert (await make.fresh(row)).model_dump() == row.model_dump()
    assert [entry.action for entry in await make.all(JournalEntry)] == ["webhook.registered"]


@pytest.mark.promise("webhook-secret")
async def test_the_secret_is_shown_again_to_who_signed_in_lately(
    make: Maker, acting_as: ActingAs, receiver: Receiver
) -> None:
    row = await registered(make, receiver)
    staff, now = await make.staff(), datetime.now(UTC)
    late = await in_a_session(make, await make.signed_in(staff, authenticated_at=now - RECENT_SIGN_IN - MINUTE))
    for do in (show_secret, rotate_secret):
        with pytest.raises(StepUpRequired):
            async with acting_as(late) as work:
                await do(work, row.id)
    assert (await make.fresh(row)).secret == row.secret
    async with acting_as(await in_a_session(make, await make.signed_in(staff))) as work:
        shown = (await show_secret(work, row.id))[1]
    assert [shown] == receiver.secrets["/hook"]
    told = [entry.action for entry in await make.all(JournalEntry, subject_id=row.id)]
    assert told == ["webhook.registered", "webhook.secret_shown"]


async def in_a_session(make: Maker, secret: str) -> Actor:
    """The actor whom a session's secret stands for."""
    now = datetime.now(UTC)
    async with make.database.readers.connection() as connection:
        actor = await load_session(connection, make.tenant, now.date(), secret, now=now)
    assert actor is not None
    return actor


async def test_a_test_is_told_whatever_the_events_are(make: Maker, acting_as: ActingAs, receiver: Receiver) -> None:
    row = await registered(make, receiver, "event.opened")
    staff = await make.staff()
    async with acting_as(staff) as work:
        await send_test(work, row.id)
    await deliver(make, row)
    assert receiver.actions() == ["webhook.tested"]
    async with acting_as(staff) as work:
        await disable_webhook(work, row.id)
    with pytest.raises(WebhookDisabled):
        async with acting_as(staff) as work:
            await send_test(work, row.id)


async def test_what_was_told_and_what_was_missed_is_told_again(
    make: Maker, acting_as: ActingAs, receiver: Receiver
) -> None:
    home, staff = await make.home(), await make.staff()
    await happen(make, "event.planned", home.id)  # before there was a webhook
    row = await registered(make, receiver, "event.*")
    since = row.registered_at - timedelta(days=1)
    await happen(make, "event.opened", home.id)
    await deliver(make, row)
    async with acting_as(staff) as work:
        await disable_webhook(work, row.id)
    await happen(make, "event.closed", home.id)
    await happen(make, "event.closed", (await make.association()).id)
    await happen(make, "event.closed", None)
    await deliver(make, row)
    assert receiver.actions() == ["event.opened"]
    async with acting_as(staff) as work:
        await enable_webhook(work, row.id)
        await replay_period(work, row.id, since=since, until=work.now)
    await deliver(make, row)
    assert sorted(receiver.actions()) == ["event.closed", "event.opened", "event.opened"]
    (first, *_) = await make.all(WebhookDelivery)
    async with acting_as(staff) as work:
        await replay_delivery(work, first.id)
    await deliver(make, row)
    first_id = receiver.got[0].headers["webhook-id"]
    assert [message.headers["webhook-id"] for message in receiver.got].count(first_id) == 3
    async with acting_as(staff) as work:
        await remove_webhook(work, row.id)
    assert (await make.count(Webhook), await make.count(WebhookDelivery)) == (0, 0)
