"""Writing down which message is due to whom, in the transaction of the change that it tells of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import (
    MANAGE_REGISTRATIONS,
    CancellationCause,
    Event,
    EventState,
    Mail,
    MailKind,
    MailState,
    Registration,
    RegistrationState,
)
from services.core.jobs.jobs import enqueue, enqueue_all, every, job
from services.core.work import Work

REMINDED_AT = 8
"""The hour of the day before, where the event is, from which people are reminded."""

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
"""Whom a message about an event as a whole is to."""


async def announce(work: Work, registration: Registration, kind: MailKind, entry_id: UUID) -> None:
    """Have somebody told what happened to their registration. `entry_id`: the journal entry of it."""
    mine = registration.person_id == work.actor.person_id
    if mine or work.actor.may(MANAGE_REGISTRATIONS, registration.association_id):
        await _write(work, registration, kind, entry_id)
        return
    async with work.elevated("a message is written by the change that it tells of, whosever it is"):
        await _write(work, registration, kind, entry_id)


async def announce_each(work: Work, event: Event, told: Sequence[tuple[UUID, UUID, MailKind, UUID]]) -> None:
    """Have many told, each by registration, person, kind of message and journal entry. To be called elevated."""
    rows = [
        _row(
            work,
            kind,
            entry_id,
            registration_id=registration_id,
            event_id=event.id,
            association_id=event.association_id,
            person_id=person_id,
        )
        for registration_id, person_id, kind, entry_id in told
    ]
    await _write_rows(work, rows)


async def announce_to_all(work: Work, event: Event, kind: MailKind, entry_id: UUID) -> None:
    """Have everybody told what happened to an event: that it was cancelled, changed, or reported on.

    A job writes the messages, so that a change takes no longer for an event that thousands come to.
    """
    await enqueue(work, "announce_to_all", event_id=event.id, kind=kind, entry_id=entry_id)


async def _write(work: Work, registration: Registration, kind: MailKind, entry_id: UUID) -> None:
    mail = Mail(confederation_id=work.tenant_id, **_about(work, registration, kind, entry_id))
    work.session.add(mail)
    await enqueue(work, "send_mail", mail_id=mail.id)


async def _write_all(work: Work, registrations: Iterable[Registration], kind: MailKind, entry_id: UUID) -> None:
    await _write_rows(work, [_about(work, registration, kind, entry_id) for registration in registrations])


async def _write_rows(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    await work.insert_all(Mail, rows)
    await enqueue_all(work, "send_mail", [{"mail_id": row["id"]} for row in rows])


def _about(work: Work, registration: Registration, kind: MailKind, entry_id: UUID) -> dict[str, Any]:
    return _row(
        work,
        kind,
        entry_id,
        registration_id=registration.id,
        event_id=registration.event_id,
        association_id=registration.association_id,
        person_id=registration.person_id,
    )


def _row(work: Work, kind: MailKind, entry_id: UUID, **whose: UUID) -> dict[str, Any]:
    """A message as a row. `whose`: the keys that it carries of its registration."""
    return {
        "id": uuid7(),
        **whose,
        "kind": kind,
        "reason_id": entry_id,
        "sequence": 0,
        "at": work.now,
        "state": MailState.QUEUED,
        "attempts": 0,
    }


@job("announce_to_all")
async def _announce_to_all(work: Work, *, event_id: UUID, kind: MailKind, entry_id: UUID) -> None:
    told = col(Mail.reason_id) == entry_id
    await _write_all(work, await _those(work, event_id, _ABOUT[kind], kind, told), kind, entry_id)


@every("*/15 * * * *")
async def remind(work: Work) -> None:
    """Remind who is confirmed of what takes place tomorrow, once; also after it was put off to another day.

    Who was confirmed since the reminders went out has just been told, and isn't told again.
    """
    coming = select(Event).where(
        col(Event.confederation_id) == work.tenant_id,
        col(Event.state).in_([EventState.PUBLISHED, EventState.OPEN, EventState.CLOSED]),
        col(Event.starts_at).between(work.now, work.now + timedelta(days=3)),
    )
    for event in (await work.session.execute(coming)).scalars().all():
        due = reminded_at(event)
        if due > work.now:
            continue
        confirmed = (col(Registration.state) == RegistrationState.CONFIRMED) & (col(Registration.confirmed_at) < due)
        people = await _those(work, event.id, confirmed, MailKind.REMINDER, col(Mail.at) >= due)
        if people:
            entry = await work.record("event.reminded", event, registrations=len(people))
            await _write_all(work, people, MailKind.REMINDER, entry.id)


def reminded_at(event: Event) -> datetime:
    """When people are reminded of an event: in the morning of the day before."""
    start = event.starts_at.astimezone(ZoneInfo(event.time_zone))
    return (start - timedelta(days=1)).replace(hour=REMINDED_AT, minute=0, second=0, microsecond=0)


async def _those(work: Work, event_id: UUID, who: Any, kind: MailKind, told: Any) -> list[Registration]:
    """Registrations of an event without such a message. Two who look at once take turns: nobody is told twice."""
    await work.lock(f"mail:{event_id}")
    already = exists().where(
        col(Mail.confederation_id) == col(Registration.confederation_id),
        col(Mail.registration_id) == col(Registration.id),
        col(Mail.kind) == kind,
        told,
    )
    query = select(Registration).where(
        col(Registration.confederation_id) == work.tenant_id, col(Registration.event_id) == event_id, who, ~already
    )
    return list((await work.session.execute(query)).scalars())
