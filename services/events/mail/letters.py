"""What a message about an event says, read when it is sent: it tells what is so then, and carries what is current."""

from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from models import (
    READ_REGISTRATIONS,
    Association,
    CancellationCause,
    Confederation,
    Event,
    EventFormat,
    EventState,
    MailKind,
    Message,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationMessage,
    RegistrationState,
    Report,
    SeatPool,
)
from services.core.settings import Settings
from services.core.work import Work
from services.events.files import tickets
from services.events.mail.invitations import Invitation
from services.events.mail.words import LABELS
from services.messages import words
from services.messages.kinds import message_kind
from services.messages.letters import Letter, Picture

STATES_BY_KIND = {
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


def name_of(kind: MailKind) -> str:
    """The kind, as a message's row has it."""
    return f"events.{kind.lower()}"


async def letter(work: Work, message: Message, settings: Settings, *, kind: MailKind) -> Letter | None:
    """The message that was queued, in the language of the person; null where it is true no longer."""
    link = await work.find_by(RegistrationMessage, message_id=message.id)
    registration = await work.find(Registration, link.registration_id)
    event = await work.find(Event, link.event_id)
    if registration.state not in STATES_BY_KIND.get(kind, RegistrationState):
        return None
    if kind is MailKind.REMINDER and event.starts_at <= work.now:
        return None
    person = await work.find(Person, message.person_id)
    locale = words.writable(person.locale, *work.actor.tenant.locales)
    pool = await work.find(SeatPool, registration.pool_id)
    # An entry stands in the calendar of whoever was confirmed, until it is taken back.
    invited = kind in _INVITING and registration.state in STATES_BY_KIND[MailKind.CONFIRMATION]
    taken_back = kind is MailKind.CANCELLATION and registration.confirmed_at is not None
    if invited or taken_back:
        link.sequence = event.sequence
    return await _written(
        work,
        event,
        registration,
        kind=kind,
        locale=locale,
        format=pool.format,
        address=settings.address,
        pictures=await _tickets(work, registration, settings.address) if kind in _TICKETED else (),
        stamped=message.at if invited or taken_back else None,
        is_taken_back=taken_back,
    )


for _kind in MailKind:
    message_kind(name_of(_kind), permission=READ_REGISTRATIONS)(partial(letter, kind=_kind))


async def specimen(work: Work, event: Event, kind: MailKind, locale: str, address: str) -> Letter:
    """A message of a kind about an event, to somebody invented."""
    name = {"fr": "Camille Exemple", "en": "Robin Example"}.get(locale, "Robin Example")
    cancelled = kind is MailKind.CANCELLATION
    code = "0123456789ABCDEF0123"
    invented = Registration(
        event_id=event.id,
        association_id=event.association_id,
        pool_id=event.id,
        person_id=event.id,
        name=name,
        state=STATES_BY_KIND.get(kind, (RegistrationState.ATTENDED,))[0],
        seats=1,
        registered_at=work.now,
        confirmed_at=work.now,
        offer_expires_at=event.starts_at if kind is MailKind.OFFER else None,
        cancelled_at=work.now if cancelled else None,
        cancellation_cause=CancellationCause.BY_PERSON if cancelled else None,
        ticket_code=code,
    )
    format = EventFormat.ONLINE if event.format is EventFormat.ONLINE else EventFormat.IN_PERSON
    pictures = (_ticket(work, name, code, address),) if kind in _TICKETED else ()
    return await _written(
        work, event, invented, kind=kind, locale=locale, format=format, address=address, pictures=pictures
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
    pictures: tuple[Picture, ...] = (),
    stamped: datetime | None = None,
    is_taken_back: bool = False,
) -> Letter:
    tenant = work.actor.tenant
    wished = (locale, *tenant.locales)
    association = await work.find(Association, event.association_id)
    confederation = await work.session.get_one(Confederation, tenant.id)
    title, labels = words.chosen(event.title, wished), LABELS[locale]
    host = words.chosen(association.name, wished) or words.chosen(confederation.name, wished)
    is_online = format is EventFormat.ONLINE
    where = labels["online"] if is_online else ", ".join(filter(None, (event.venue, event.city)))
    place = await _place(work, registration) if kind is MailKind.WAITING_LIST else None
    expires_at = registration.offer_expires_at
    is_called_off = event.state is EventState.CANCELLED
    invitation = stamped and Invitation(
        uid=str(registration.id),
        sequence=event.sequence,
        at=stamped,
        is_taken_back=is_taken_back,
        event=title,
        where=where,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        locale=locale,
        host=host,
        name=registration.name,
    )
    return Letter(
        templates="services.events.mail",
        template=kind.value,
        locale=locale,
        host=host,
        name=registration.name,
        list_id=f"events.{association.slug}.{tenant.slug}",
        pictures=pictures,
        calendar=invitation.entry if invitation else None,
        facts=(
            (labels["when"], words.span(event.starts_at, event.ends_at, event.time_zone, locale)),
            (labels["where"], where),
            (labels["host"], host),
            (labels["seats"], str(registration.seats) if registration.seats > 1 else ""),
            (labels["place"], str(place) if place else ""),
        ),
        said={
            "event": title,
            "days": _days_until(event, work.now),
            "website": association.website,
            "is_confirmed": registration.state is RegistrationState.CONFIRMED,
            "is_called_off": is_called_off,  # the event, not just the registration
            "is_promoted": registration.offered_at is not None  # confirmed after having waited
            or registration.confirmed_at != registration.registered_at,
            "cause": registration.cancellation_cause,
            "reason": words.chosen(event.cancellation_reason, wished) if is_called_off else "",
            "expires": words.instant(expires_at, event.time_zone, locale) if expires_at else None,
            "summary": await _summary(work, event.id, wished) if kind is MailKind.REPORT else "",
            "calendar_url": f"{address}/{tenant.slug}/events/{event.slug}.ics",
            "takes_back": is_taken_back,
        },
    )


def _days_until(event: Event, now: datetime) -> int:
    """How many days the event is away on its own clock: 0 on the day itself."""
    zone = ZoneInfo(event.time_zone)
    return (event.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days


async def _tickets(work: Work, registration: Registration, address: str) -> tuple[Picture, ...]:
    """The person's ticket, then those of their guests in order."""
    guests = (
        work.select(RegistrationGuest)
        .where(col(RegistrationGuest.registration_id) == registration.id)
        .order_by(col(RegistrationGuest.rank), col(RegistrationGuest.id))
    )
    named = [registration, *(await work.session.execute(guests)).scalars()]
    return tuple(_ticket(work, one.name, one.ticket_code, address) for one in named)


def _ticket(work: Work, name: str, code: str, address: str) -> Picture:
    return Picture(name, code, address + tickets.path(work.actor.tenant.slug, code), tickets.png(code))


async def _place(work: Work, registration: Registration) -> int | None:
    place: int | None = await work.session.scalar(select(func.figures.place_in_queue(registration.id)))
    return place


async def _summary(work: Work, event_id: UUID, wished: tuple[str, ...]) -> str:
    query = work.select(Report).where(col(Report.event_id) == event_id)
    report = (await work.session.execute(query)).scalars().first()
    return words.chosen(report.summary, wished) if report else ""
