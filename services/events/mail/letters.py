"""What a message is made of, read when it is composed: so it tells what is so then, and carries what is current."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from models import (
    Association,
    CancellationCause,
    Confederation,
    Event,
    EventFormat,
    EventState,
    Mail,
    MailKind,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationState,
    Report,
    SeatPool,
)
from services.core.work import Work
from services.events.files.tickets import path
from services.events.mail import words

ABOUT = {
    MailKind.CONFIRMATION: (RegistrationState.CONFIRMED, RegistrationState.ATTENDED),
    MailKind.WAITING_LIST: (RegistrationState.WAITLISTED,),
    MailKind.OFFER: (RegistrationState.OFFERED,),
    MailKind.REMINDER: (RegistrationState.CONFIRMED,),
    MailKind.CHANGE: (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITLISTED),
    MailKind.CANCELLATION: (RegistrationState.CANCELLED, RegistrationState.REFUSED),
}
"""Where a registration has to stand for a message to be true. Others tell of what has been."""

_TICKETED = (MailKind.CONFIRMATION, MailKind.REMINDER)
_INVITING = (MailKind.CONFIRMATION, MailKind.CHANGE)


@dataclass(frozen=True)
class Ticket:
    """A ticket: whose, its code, and where its picture is."""

    name: str
    code: str
    url: str


@dataclass(frozen=True)
class Invitation:
    """The calendar entry that a message carries: made or changed, or taken back."""

    uid: str
    sequence: int
    at: datetime
    is_taken_back: bool


@dataclass(frozen=True)
class Letter:
    """Everything that a message says, in the language that it says it in."""

    kind: MailKind
    locale: str
    name: str
    event: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    where: str
    is_online: bool
    host: str
    website: str | None
    is_confirmed: bool
    is_called_off: bool  # the event, not just the registration
    is_promoted: bool  # confirmed after having waited
    cause: CancellationCause | None
    reason: str
    seats: int
    place: int | None
    expires_at: datetime | None
    summary: str
    calendar_url: str
    list_id: str
    tickets: tuple[Ticket, ...] = ()
    invitation: Invitation | None = None


async def letter(work: Work, mail: Mail, address: str) -> Letter:
    """The message that was written down, in the language of the person; `address`: where links to this server begin."""
    registration = await work.find(Registration, mail.registration_id)
    event = await work.find(Event, mail.event_id)
    person = await work.find(Person, mail.person_id)
    locale = words.writable(person.locale, *work.actor.tenant.locales)
    pool = await work.find(SeatPool, registration.pool_id)
    # An entry stands in the calendar of whoever was confirmed, until it is taken back.
    invited = mail.kind in _INVITING and registration.state in ABOUT[MailKind.CONFIRMATION]
    taken_back = mail.kind is MailKind.CANCELLATION and registration.confirmed_at is not None
    return await _written(
        work,
        event,
        registration,
        kind=mail.kind,
        locale=locale,
        format=pool.format,
        address=address,
        tickets=await _tickets(work, registration, address) if mail.kind in _TICKETED else (),
        invitation=Invitation(str(registration.id), event.sequence, mail.at, taken_back)
        if invited or taken_back
        else None,
    )


async def specimen(work: Work, event: Event, kind: MailKind, locale: str, address: str) -> Letter:
    """A message of a kind about an event, to somebody invented."""
    name = {"fr": "Camille Exemple", "en": "Robin Example"}.get(locale, "Robin Example")
    cancelled = kind is MailKind.CANCELLATION
    code = "0123456789ABCDEF0123"
    invented = Registration(
        confederation_id=work.tenant_id,
        event_id=event.id,
        association_id=event.association_id,
        pool_id=event.id,
        person_id=event.id,
        name=name,
        state=ABOUT.get(kind, (RegistrationState.ATTENDED,))[0],
        seats=1,
        registered_at=work.now,
        confirmed_at=work.now,
        offer_expires_at=event.starts_at if kind is MailKind.OFFER else None,
        cancelled_at=work.now if cancelled else None,
        cancellation_cause=CancellationCause.BY_PERSON if cancelled else None,
        ticket_code=code,
    )
    format = EventFormat.ONLINE if event.format is EventFormat.ONLINE else EventFormat.IN_PERSON
    tickets = (Ticket(name, code, address + path(work.actor.tenant.slug, code)),) if kind in _TICKETED else ()
    return await _written(
        work, event, invented, kind=kind, locale=locale, format=format, address=address, tickets=tickets
    )


async def _written(
    work: Work,
    event: Event,
    registration: Registration,
    *,
    kind: MailKind,
    locale: str,
    format: EventFormat,
    address: str,
    tickets: tuple[Ticket, ...] = (),
    invitation: Invitation | None = None,
) -> Letter:
    tenant = work.actor.tenant
    wished = (locale, *tenant.locales)
    association = await work.find(Association, event.association_id)
    confederation = await work.session.get_one(Confederation, tenant.id)
    is_online = format is EventFormat.ONLINE
    return Letter(
        kind=kind,
        locale=locale,
        name=registration.name,
        event=words.chosen(event.title, wished),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        where=words.LABELS[locale]["online"] if is_online else ", ".join(filter(None, (event.venue, event.city))),
        is_online=is_online,
        host=words.chosen(association.name, wished) or words.chosen(confederation.name, wished),
        website=association.website,
        is_confirmed=registration.state is RegistrationState.CONFIRMED,
        is_called_off=event.state is EventState.CANCELLED,
        is_promoted=registration.offered_at is not None or registration.confirmed_at != registration.registered_at,
        cause=registration.cancellation_cause,
        reason=words.chosen(event.cancellation_reason, wished) if event.state is EventState.CANCELLED else "",
        seats=registration.seats,
        place=await _place(work, registration) if kind is MailKind.WAITING_LIST else None,
        expires_at=registration.offer_expires_at,
        summary=await _summary(work, event.id, wished) if kind is MailKind.REPORT else "",
        calendar_url=f"{address}/{tenant.slug}/events/{event.slug}.ics",
        list_id=f"events.{association.slug}.{tenant.slug}",
        tickets=tickets,
        invitation=invitation,
    )


async def _tickets(work: Work, registration: Registration, address: str) -> tuple[Ticket, ...]:
    """The person's ticket, then those of their guests in order."""
    guests = (
        select(RegistrationGuest)
        .where(
            col(RegistrationGuest.confederation_id) == work.tenant_id,
            col(RegistrationGuest.registration_id) == registration.id,
        )
        .order_by(col(RegistrationGuest.rank), col(RegistrationGuest.id))
    )
    named = [registration, *(await work.session.execute(guests)).scalars()]
    slug = work.actor.tenant.slug
    return tuple(Ticket(one.name, one.ticket_code, address + path(slug, one.ticket_code)) for one in named)


async def _place(work: Work, registration: Registration) -> int | None:
    place: int | None = await work.session.scalar(select(func.figures.place_in_queue(registration.id)))
    return place


async def _summary(work: Work, event_id: UUID, wished: tuple[str, ...]) -> str:
    query = select(Report).where(col(Report.confederation_id) == work.tenant_id, col(Report.event_id) == event_id)
    report = (await work.session.execute(query)).scalars().first()
    return words.chosen(report.summary, wished) if report else ""
