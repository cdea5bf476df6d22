"""An association's changes reach its webhooks: signed, at least once, for three days, and nobody else's."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from models import DeliveryFailure, DeliveryState, JournalEntry, Webhook, WebhookDelivery, WebhookDisabling
from schema.base.ids import encode_id
from services.core.actor import system
from services.webhooks.registering import rotate_secret
from services.webhooks.sending import (
    DELIVERIES_AT_ONCE,
    DELIVERIES_KEPT_FOR,
    FAILING_FOR,
    TRIED_FOR,
    forget_deliveries,
    wait_after,
)
from tests.making import ActingAs, Maker
from tests.services.webhooks.receiving import Receiver, deliver, happen, registered, verified

DAY = timedelta(days=1)


async def states(make: Maker) -> list[tuple[DeliveryState, int, int | None]]:
    """Each delivery: where it stands, how often it was tried, and the last answer."""
    return [(row.state, row.tries, row.last_status) for row in await make.all(WebhookDelivery)]


async def test_a_webhook_is_told_of_its_own_associations_changes_in_keys_and_states(
    make: Maker, receiver: Receiver
) -> None:
    home, elsewhere, other = await make.home(), await make.association(), await make.other()
    row = await registered(make, receiver, "event.*", "registration.confirmed")
    theirs = await registered(make, receiver, path="elsewhere", association=elsewhere)
    foreign = await registered(other, receiver, path="foreign")
    event_id = uuid4()
    told = await happen(
        make,
        "event.published",
        home.id,
        event_id=str(event_id),
        state="OPEN",
        seats=5,
        names=["Ana Tremblay"],
        remark="à Ève",
    )
    await happen(make, "registration.cancelled", home.id)  # not among its events
    await happen(make, "event.opened", None)  # nobody's staff may read it
    await happen(make, "event.opened", elsewhere.id)
    for webhook, maker in ((row, make), (theirs, make), (foreign, other)):
        await deliver(maker, webhook)
    assert receiver.actions() == ["event.published"]
    assert receiver.actions("/elsewhere") == ["webhook.registered", "event.opened"]
    assert receiver.actions("/foreign") == ["webhook.registered"]
    (message,) = (message for message in receiver.got if message.path == "/hook")
    assert message.headers["content-type"] == "application/json"
    assert message.said == {
        "type": "event.published",
        "timestamp": told.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "entryId": encode_id("JournalEntry", told.id),
            "associationId": encode_id("Association", home.id),
            "subject": {"type": "Event", "id": encode_id("Event", make.tenant.id)},
            "facts": {"event_id": str(event_id), "state": "OPEN", "seats": 5},
        },
    }
    await deliver(make, row)
    assert receiver.actions() == ["event.published"]
    assert await states(make) == [
        (DeliveryState.DELIVERED, 1, 204),
        (DeliveryState.DELIVERED, 1, 204),
        (DeliveryState.DELIVERED, 1, 204),
    ]


@pytest.mark.promise("webhook-every-change")
async def test_what_was_rolled_back_is_told_to_nobody(make: Maker, acting_as: ActingAs, receiver: Receiver) -> None:
    row = await registered(make, receiver)
    async with acting_as(system(make.tenant), dry_run=True) as work:
        await work.record("association.renamed", await make.home())
    await deliver(make, row)
    assert receiver.actions() == ["webhook.registered"]


@pytest.mark.promise("webhook-signed")
async def test_a_message_is_good_as_it_is_and_for_five_minutes(make: Maker, receiver: Receiver) -> None:
    row = await registered(make, receiver)
    await deliver(make, row)
    (message,) = receiver.got
    secrets = receiver.secrets["/hook"]
    earlier = str(int(message.headers["webhook-timestamp"]) - 600)
    verified(message.body, message.headers, secrets)
    for body, headers in (
        (message.body.replace(b"registered", b"removed"), message.headers),
        (message.body, message.headers | {"webhook-id": "msg_2"}),
        (message.body, message.headers | {"webhook-timestamp": earlier}),  # sent again, later
    ):
        with pytest.raises(WebhookVerificationError):
            verified(body, headers, secrets)


async def test_a_replaced_secret_signs_beside_its_successor_for_a_day(
    make: Maker, acting_as: ActingAs, receiver: Receiver
) -> None:
    row = await registered(make, receiver)
    async with acting_as(await make.staff()) as work:
        _, secret = await rotate_secret(work, row.id)
    receiver.secrets["/hook"].append(secret)  # both have to fit
    await deliver(make, row)
    assert receiver.actions() == ["webhook.registered", "webhook.secret_rotated"]
    receiver.secrets["/hook"] = [secret]
    await happen(make, "event.opened", (await make.home()).id)
    await deliver(make, row, now=datetime.now(UTC) + 2 * DAY)
    assert receiver.got[-1].headers["webhook-signature"].count("v1,") == 1


async def test_what_is_not_taken_is_tried_again_later_each_time_and_for_three_days(
    make: Maker, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302, 500, 204]  # nowhere is followed
    row = await registered(make, receiver)
    await deliver(make, row)
    (delivery,) = await make.all(WebhookDelivery)
    assert (delivery.state, delivery.tries, delivery.last_status) == (DeliveryState.PENDING, 1, 500)
    assert delivery.last_failure is DeliveryFailure.STATUS
    assert delivery.next_try_at is not None
    assert timedelta(seconds=3) < delivery.next_try_at - datetime.now(UTC) < timedelta(seconds=7)
    await deliver(make, row)  # it isn't due yet
    assert len(receiver.got) == 1
    now = delivery.next_try_at + timedelta(seconds=5)  # the webhook rests as long, by another chance
    await deliver(make, row, now=now)
    assert await states(make) == [(DeliveryState.PENDING, 2, 302)]
    await deliver(make, row, now=now + TRIED_FOR)
    assert await states(make) == [(DeliveryState.FAILED, 3, 500)]
    assert len({message.headers["webhook-id"] for message in receiver.got}) == 1
    # The next is taken, and all is forgotten.
    assert (await make.fresh(row)).failing_since is not None
    await happen(make, "event.opened", (await make.home()).id)
    await deliver(make, row, now=now + TRIED_FOR + DAY)
    row = await make.fresh(row)
    assert (row.failing_since, row.failures, row.rests_until) == (None, 0, None)
    assert receiver.actions()[-1] == "event.opened"


async def test_who_takes_nothing_is_tried_with_one_and_then_with_all(make: Maker, receiver: Receiver) -> None:
    home = await make.home()
    row = await registered(make, receiver, "event.*")
    for _ in range(12):
        await happen(make, "event.opened", home.id)
    receiver.statuses = [503]
    await deliver(make, row)
    assert len(receiver.got) == DELIVERIES_AT_ONCE  # and no more of the twelve
    later = datetime.now(UTC) + timedelta(minutes=1)
    await deliver(make, row, now=later)
    assert len(receiver.got) == DELIVERIES_AT_ONCE + 1
    receiver.statuses = [200]
    await deliver(make, row, now=later + timedelta(hours=1))
    assert {state for state, _, _ in await states(make)} == {DeliveryState.DELIVERED}


@pytest.mark.parametrize(
    ("statuses", "after", "because"),
    [([410], timedelta(), WebhookDisabling.GONE), ([500], FAILING_FOR, WebhookDisabling.FAILING)],
)
async def test_who_is_gone_or_fails_for_days_is_told_nothing_more_and_the_journal_says_so(
    make: Maker, receiver: Receiver, statuses: list[int], after: timedelta, because: WebhookDisabling
) -> None:
    receiver.statuses = statuses
    row = await registered(make, receiver)
    if after:
        await deliver(make, row)
    await deliver(make, row, now=datetime.now(UTC) + after + timedelta(hours=1))
    row = await make.fresh(row)
    assert (row.disabled_because, row.disabled_at is None) == (because, False)
    (entry,) = await make.all(JournalEntry, action="webhook.disabled")
    assert (entry.association_id, entry.data) == (row.association_id, {"because": because.value})
    assert [state for state, _, _ in await states(make)] == [DeliveryState.FAILED]
    told = len(receiver.got)
    await happen(make, "event.opened", row.association_id)
    await deliver(make, row, now=datetime.now(UTC) + FAILING_FOR + DAY)
    assert len(receiver.got) == told
    assert await make.count(WebhookDelivery) == 1


@pytest.mark.promise("no-private-addresses")
async def test_an_address_that_became_private_is_not_connected_to(
    make: Maker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await registered(make, receiver)
    closed = make.database.settings.model_copy(update={"private_addresses": False})
    monkeypatch.setattr(make.database, "settings", closed)
    await deliver(make, row)
    (delivery,) = await make.all(WebhookDelivery)
    assert (delivery.state, delivery.last_failure) == (DeliveryState.PENDING, DeliveryFailure.FORBIDDEN)
    assert receiver.got == []


async def test_what_is_over_is_forgotten_after_a_month(make: Maker, acting_as: ActingAs, receiver: Receiver) -> None:
    row = await registered(make, receiver)
    await deliver(make, row)
    for after, left in ((DAY, 1), (DELIVERIES_KEPT_FOR + DAY, 0)):
        async with acting_as(system(make.tenant), now=datetime.now(UTC) + after) as work:
            await forget_deliveries(work)
        assert await make.count(WebhookDelivery) == left


def test_waits_grow_to_eight_hours_and_differ() -> None:
    waits = [[wait_after(tries) for _ in range(20)] for tries in range(1, 15)]
    assert all(max(some) <= timedelta(hours=8) * 1.2 for some in waits)
    assert [min(some) for some in waits][:7] == sorted(min(some) for some in waits[:7])
    assert all(len(set(some)) > 1 for some in waits)
    assert sum((max(some) for some in waits), timedelta()) > TRIED_FOR


@pytest.mark.promise("secrets-encrypted")
async def test_the_secret_is_nowhere_in_the_database(make: Maker, receiver: Receiver) -> None:
    row = await registered(make, receiver)
    (secret,) = receiver.secrets["/hook"]
    stored = (await make.fresh(row)).model_dump()
    assert secret.removeprefix("whsec_").encode() not in stored["secret"]
    assert secret not in orjson.dumps([entry.data for entry in await make.all(JournalEntry)]).decode()
    assert isinstance(row, Webhook)
