"""When messages are written down, sent, tried again and given up."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from models import (
    CancellationCause,
    ContactKind,
    EventState,
    JournalEntry,
    MailKind,
    Message,
    MessageState,
    Registration,
    RegistrationMessage,
    RegistrationState,
    Role,
)
from services.core.actor import system
from services.core.jobs import jobs
from services.core.settings import Settings
from services.events import mail
from services.events.mail.announcing import remind, reminded_at
from services.events.mail.letters import name_of
from tests.making import Maker
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink
from tests.services.events.mail.test_messages import START, part, tell, to_be_told

CONFIRMATION, CHANGE = MailKind.CONFIRMATION, MailKind.CHANGE


async def states(make: Maker) -> list[MessageState]:
    """Where the messages are, oldest first."""
    return [found.state for found in await make.all(Message)]


async def test_the_message_and_its_job_are_written_with_the_change(
    make: Maker, server: Sink, post: Post, owner: asyncpg.Connection
) -> None:
    _, person, registration = await to_be_told(make, CONFIRMATION)
    async with make.acting_as(person, dry_run=True) as work:
        await mail.announce(work, registration, CONFIRMATION, UUID(int=1))
    await post()
    assert (await make.count(Message), server.messages) == (0, [])
    async with make.acting_as(person) as work:
        await mail.announce(work, registration, CONFIRMATION, UUID(int=1))
    (found,) = await make.all(Message)
    assert (found.state, found.person_id, found.cause_id) == (MessageState.QUEUED, person.id, UUID(int=1))
    await post()
    assert server.only()["Message-ID"] == f"<{found.id}@confed.example>"


@pytest.mark.parametrize("who", ["a stranger", "the desk", "nobody"])
async def test_whoever_makes_the_change_its_message_is_written(make: Maker, server: Sink, post: Post, who: str) -> None:
    _, _, registration = await to_be_told(make, CONFIRMATION)
    person = {"a stranger": await make.member(), "the desk": await make.staff(Role.REGISTRAR), "nobody": None}[who]
    async with make.acting_as(person) as work:
        await mail.announce(work, registration, CONFIRMATION, UUID(int=1))
    await post()
    assert len(server.messages) == 1


async def test_a_job_that_is_done_twice_sends_once(make: Maker, server: Sink, post: Post) -> None:
    _, _, registration = await to_be_told(make, CONFIRMATION)
    await tell(make, registration, CONFIRMATION)
    (found,) = await make.all(Message)
    async with make.acting_as(system(make.tenant)) as work:
        await jobs.enqueue(work, "send_message", message_id=found.id)
        await jobs.enqueue(work, "send_message", message_id=UUID(int=7))
    await post()
    assert len(server.messages) == 1
    assert await states(make) == [MessageState.SENT]


async def test_a_server_that_refuses_for_now_is_asked_again(
    make: Maker, server: Sink, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    _, person, registration = await to_be_told(make, CONFIRMATION)
    await tell(make, registration, CONFIRMATION)
    server.to_recipients = "451 try later, dear person-1@example.org"
    await post()
    server.to_recipients, server.to_messages = None, "452 full"
    await post(late=True)
    (found,) = await make.all(Message)
    assert (found.state, found.attempts, server.messages) == (MessageState.QUEUED, 2, [])
    await post()
    assert (await make.fresh(found)).attempts == 2, "not before its time"
    server.to_messages = None
    await post(late=True)
    assert len(server.messages) == 1
    assert await states(make) == [MessageState.SENT]
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "mail.log"
    )  # the server's own
    assert "refused with [451]" in logged
    assert "example.org" not in logged
    assert person.family_name not in logged


@pytest.mark.parametrize(("answer", "to"), [("550 no such person", "to_recipients"), ("554 spam", "to_messages")])
async def test_a_server_that_refuses_for_good_is_believed(
    make: Maker, server: Sink, post: Post, answer: str, to: str
) -> None:
    _, _, registration = await to_be_told(make, CONFIRMATION)
    await tell(make, registration, CONFIRMATION)
    setattr(server, to, answer)
    await post()
    setattr(server, to, None)
    await post(late=True)
    (found,) = await make.all(Message)
    assert (found.state, found.attempts, server.messages) == (MessageState.FAILED, 1, [])


async def test_a_server_that_is_away_is_asked_ten_times(make: Maker, post: Post, free_tcp_port: int) -> None:
    _, _, registration = await to_be_told(make, CONFIRMATION)
    await tell(make, registration, CONFIRMATION)
    for attempts in range(1, 11):
        assert await states(make) == [MessageState.QUEUED]
        await post(late=True, smtp_url=f"smtp://127.0.0.1:{free_tcp_port}")
        (found,) = await make.all(Message)
        assert found.attempts == attempts
    assert await states(make) == [MessageState.FAILED]


async def test_without_a_server_messages_stay_queued(make: Maker, server: Sink, post: Post) -> None:
    _, _, registration = await to_be_told(make, CONFIRMATION)
    await tell(make, registration, CONFIRMATION)
    await post(smtp_url=None)
    await post(late=True)
    assert (await states(make), server.messages) == ([MessageState.QUEUED], [])


async def test_who_has_no_address_or_died_is_sent_nothing(make: Maker, server: Sink, post: Post) -> None:
    event = await make.event()
    unreached, dead = await make.member(), await make.member(person={"deceased_on": START.date() - timedelta(400)})
    await make.contact_point(unreached, kind=ContactKind.PHONE, value="+1 418 555 0123")
    await make.contact_point(dead)
    for person in (unreached, dead):
        await tell(make, await make.registration(event, person), CONFIRMATION)
    await post()
    assert (await states(make), server.messages) == ([MessageState.NO_ADDRESS] * 2, [])


async def test_mail_goes_to_the_preferred_address(make: Maker, server: Sink, post: Post) -> None:
    _, person, registration = await to_be_told(make, CONFIRMATION)
    await make.contact_point(person, preferred=False, value="other@example.org")
    await tell(make, registration, CONFIRMATION)
    await post()
    assert server.recipients != [["other@example.org"]]


@pytest.mark.parametrize("kind", [CONFIRMATION, MailKind.OFFER, MailKind.WAITING_LIST, MailKind.REMINDER])
async def test_what_is_no_longer_so_is_not_told(make: Maker, server: Sink, post: Post, kind: MailKind) -> None:
    _, _, registration = await to_be_told(make, kind)
    await tell(make, registration, kind)
    registration.state, registration.offer_expires_at = RegistrationState.CANCELLED, None
    registration.cancelled_at = datetime.now(UTC)
    await make.save(registration)
    await post()
    assert (await states(make), server.messages) == ([MessageState.OUTDATED], [])


async def test_everybody_concerned_hears_of_what_happens_to_the_event(make: Maker, server: Sink, post: Post) -> None:
    event = await make.event(starts_at=START)
    of: dict[str, Registration] = {}
    for name, state, cause in (
        ("confirmed", RegistrationState.CONFIRMED, None),
        ("waiting", RegistrationState.WAITLISTED, None),
        ("attended", RegistrationState.ATTENDED, None),
        ("absent", RegistrationState.NO_SHOW, None),
        ("left", RegistrationState.CANCELLED, CancellationCause.BY_PERSON),
        ("called off", RegistrationState.CANCELLED, CancellationCause.EVENT_CANCELLED),
    ):
        person = await make.member()
        await make.contact_point(person)
        of[name] = await make.registration(event, person, state, cancellation_cause=cause)
    elsewhere = await make.registration(await make.event(), await make.member())
    told = {
        CHANGE: {"confirmed", "waiting"},
        MailKind.CANCELLATION: {"called off"},
        MailKind.REPORT: {"attended"},
    }
    for entry, (kind, names) in enumerate(told.items()):
        for _ in range(2):  # as a job that is done again
            async with make.acting_as(system(make.tenant)) as work:
                await mail.announce_to_all(work, event, kind, UUID(int=entry))
        await post()
        sent = {found.id for found in await make.all(Message, kind=name_of(kind))}
        links = [found for found in await make.all(RegistrationMessage) if found.message_id in sent]
        assert {found.registration_id for found in links} == {of[name].id for name in names}
        assert len(links) == len(sent) == len(names)
    assert elsewhere.id not in {found.registration_id for found in await make.all(RegistrationMessage)}


async def test_people_are_reminded_once_in_the_morning_of_the_day_before(make: Maker, server: Sink, post: Post) -> None:
    event = await make.event(starts_at=START, state=EventState.CLOSED)
    due = datetime(2027, 3, 3, 13, 0, tzinfo=UTC)  # eight in Toronto
    assert reminded_at(event) == due
    people = {}
    for name, state, confirmed_at in (
        ("before", RegistrationState.CONFIRMED, due - timedelta(days=3)),
        ("just now", RegistrationState.CONFIRMED, due + timedelta(minutes=1)),
        ("waiting", RegistrationState.WAITLISTED, None),
    ):
        person = await make.member()
        await make.contact_point(person)
        people[name] = await make.registration(event, person, state, confirmed_at=confirmed_at)

    async def reminded_by(moment: datetime) -> list[UUID]:
        async with make.acting_as(system(make.tenant), now=moment) as work:
            await remind(work)
        return [found.registration_id for found in await make.all(RegistrationMessage)]

    assert await reminded_by(due - timedelta(minutes=1)) == []
    for minutes in (0, 15, 30):
        assert await reminded_by(due + timedelta(minutes=minutes)) == [people["before"].id]
    assert await make.count(JournalEntry, action="event.reminded") == 1
    event.starts_at, event.ends_at = START + timedelta(days=7), event.ends_at + timedelta(days=7)
    await make.save(event)
    assert await reminded_by(due + timedelta(days=6)) == [people["before"].id]
    after = await reminded_by(due + timedelta(days=7))
    assert sorted(after) == sorted([people["before"].id] * 2 + [people["just now"].id])
    assert await reminded_by(START + timedelta(days=7, hours=1)) == after


@pytest.mark.parametrize("state", EventState)
async def test_people_are_reminded_as_long_as_registrations_stand(make: Maker, state: EventState) -> None:
    event = await make.event(starts_at=START, state=state)
    registration = await make.registration(event, await make.member(), confirmed_at=START - timedelta(days=9))
    async with make.acting_as(system(make.tenant), now=START - timedelta(hours=2)) as work:
        await remind(work)
    reminded = [found.registration_id for found in await make.all(RegistrationMessage)]
    standing = {EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED}
    assert reminded == ([registration.id] if state in standing else [])


@pytest.mark.parametrize(
    ("sent_at", "told"),
    [
        (START - timedelta(hours=2), {"fr": "c’est aujourd’hui", "en": "takes place today"}),
        # Half past eleven in the evening of the day before, where the event is: in UTC it is the same day.
        (START - timedelta(hours=9, minutes=30), {"fr": "c’est demain", "en": "takes place tomorrow"}),
        (START - timedelta(days=1, hours=1), {"fr": "c’est demain", "en": "takes place tomorrow"}),
        (START - timedelta(days=2), {"fr": "c’est dans 2 jours", "en": "takes place in 2 days"}),
        (START, None),  # it has begun
    ],
)
async def test_a_reminder_says_how_far_away_the_event_is_on_its_own_clock(
    make: Maker, server: Sink, post: Post, sent_at: datetime, told: dict[str, str] | None
) -> None:
    for locale in ("fr", "en"):
        _, _, registration = await to_be_told(make, MailKind.REMINDER, locale)
        await tell(make, registration, MailKind.REMINDER)
    await post(now=sent_at)
    said = [part(message, "text/plain").replace("\n", " ") for message in server.messages]
    assert len(said) == (2 if told else 0)
    for locale, text in zip(("fr", "en"), said, strict=False):
        assert told is not None
        assert told[locale] in text
    assert set(await states(make)) == {MessageState.SENT if told else MessageState.OUTDATED}


def test_the_server_is_named_by_an_address_that_no_failure_prints() -> None:
    for wrong in ("mail.example.org", "http://u:secret@mail.example.org", "smtp://"):
        with pytest.raises(ValueError, match="smtp://host:port") as refused:
            Settings.model_validate({"smtp_url": wrong})
        assert "secret" not in str(refused.value)
    with pytest.raises(ValueError, match="a mail address"):
        Settings.model_validate({"mail_from": "Confed <no@confed.example>"})
    assert "hunter2" not in repr(Settings.model_validate({"smtp_url": "smtps://u:hunter2@mail.example.org"}))
