"""Queue messages about events, in the transaction of the change that they are about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import (
    CancellationCause,
    Event,
    EventState,
    MailKind,
    Message,
    Registration,
    RegistrationMessage,
    RegistrationState,
)
from services.core.jobs.jobs import enqueue, every, job
from services.core.statements import matching
from services.core.work import Work
from services.events.mail.letters import name_of
from services.messages import outbox
from services.messages.outbox import Due

REMINDED_AT = 8
"""Hour of the previous day, in the event's time zone, at which reminders are sent."""

_ABOUT: dict[MailKind, Any] = {
    MailKind.CANCELLATION: (
        (col(Registration.state) == RegistrationState.CANCELLED)
        & (col(Registration.cancellation_cause) == CancellationCause.EVENT_CANCELLED)
    ),
    MailKind.CHANGE: col(Registration.state).in_(
        [RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITLISTED]
    ),
    MailKind.REPORT: col(Registration.state) == RegistrationState.ATTENDED,
}
"""Recipients of each kind of message about a whole event, by their registrations' state."""


class Told(NamedTuple):
    """A message to queue: the registration, its person, the kind of message, and the journal entry it is about."""

    registration_id: UUID
    person_id: UUID
    kind: MailKind
    entry_id: UUID


async def announce(work: Work, registration: Registration, kind: MailKind, entry_id: UUID) -> None:
    """Queue a message about a registration. `entry_id`: the journal entry it is about."""
    if registration.person_id == work.actor.person_id or work.is_elevated:
        await _queue(work, registration.event_id, registration.association_id, [_told(registration, kind, entry_id)])
        return
    async with work.elevated("a message is written by the change that it tells of, whosever it is"):
        await _queue(work, registration.event_id, registration.association_id, [_told(registration, kind, entry_id)])


async def announce_each(work: Work, event: Event, told: Sequence[Told]) -> None:
    """Queue many messages. To be called elevated."""
    await _queue(work, event.id, event.association_id, told)


async def announce_to_all(work: Work, event: Event, kind: MailKind, entry_id: UUID) -> None:
    """Queue messages about a whole event: that it was cancelled or changed, or its report published.

    A job queues the messages, so that the change takes no longer for an event with thousands of registrations.
    """
    await enqueue(work, "announce_to_all", event_id=event.id, kind=kind, entry_id=entry_id)


async def _queue(work: Work, event_id: UUID, association_id: UUID, told: Sequence[Told]) -> None:
    """Queue the messages, and link each to its registration."""
    due = [Due(name_of(each.kind), each.person_id, each.entry_id) for each in told]
    ids = await outbox.queue(work, due, association_id)
    links = [
        {
            "id": uuid7(),
            "message_id": id,
            "registration_id": each.registration_id,
            "event_id": event_id,
            "association_id": association_id,
            "person_id": each.person_id,
            "sequence": 0,
        }
        for id, each in zip(ids, told, strict=True)
    ]
    await work.insert_all(RegistrationMessage, links)


def _told(registration: Registration, kind: MailKind, entry_id: UUID) -> Told:
    return Told(registration.id, registration.person_id, kind, entry_id)


@job("announce_to_all")
async def _announce_to_all(work: Work, *, event_id: UUID, kind: MailKind, entry_id: UUID) -> None:
    event = await work.find(Event, event_id)
    untold = await _those(work, event_id, _ABOUT[kind], kind, col(Message.cause_id) == entry_id)
    await announce_each(work, event, [_told(registration, kind, entry_id) for registration in untold])


_STANDING = [EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED, EventState.POSTPONED]
"""States of an event with live registrations that hasn't taken place. A postponed one has its new date."""


@every("*/15 * * * *")
async def remind(work: Work) -> None:
    """Remind confirmed people of tomorrow's events, once per event and date.

    People confirmed after the reminders were sent have just got their confirmation, so they get no reminder.
    """
    coming = work.select(Event).where(
        col(Event.state).in_(_STANDING),
        col(Event.starts_at).between(work.now, work.now + timedelta(days=3)),
    )
    for event in (await work.session.execute(coming)).scalars().all():
        due = reminded_at(event)
        if due > work.now:
            continue
        confirmed = (col(Registration.state) == RegistrationState.CONFIRMED) & (col(Registration.confirmed_at) < due)
        people = await _those(work, event.id, confirmed, MailKind.REMINDER, col(Message.at) >= due)
        if people:
            entry = await work.record("event.reminded", event, data={"registrations": len(people)})
            await announce_each(work, event, [_told(one, MailKind.REMINDER, entry.id) for one in people])


def reminded_at(event: Event) -> datetime:
    """When reminders of an event are sent: in the morning of the previous day."""
    start = event.starts_at.astimezone(ZoneInfo(event.time_zone))
    return (start - timedelta(days=1)).replace(hour=REMINDED_AT, minute=0, second=0, microsecond=0)


async def _those(work: Work, event_id: UUID, who: Any, kind: MailKind, told: Any) -> list[Registration]:
    """Registrations of an event that haven't got such a message.

    A lock makes concurrent calls take turns, so nobody gets two.
    """
    await work.lock(f"mail:{event_id}")
    already = exists().where(
        matching(RegistrationMessage.registration_id, Registration.id),
        matching(RegistrationMessage.message_id, Message.id),
        col(Message.kind) == name_of(kind),
        told,
    )
    query = work.select(Registration).where(col(Registration.event_id) == event_id, who, ~already)
    return list((await work.session.execute(query)).scalars())
