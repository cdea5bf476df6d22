"""What messages say, in both languages, as a mail server receives them."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import icalendar
import pytest
import segno
from icalendar import Calendar

from models import (
    CancellationCause,
    ContactPoint,
    Event,
    EventFormat,
    EventState,
    MailKind,
    Message,
    MessageState,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationMessage,
    RegistrationState,
)
from services.core.actor import system
from services.events import mail
from tests.making import Maker, texts
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink

START = datetime(2027, 3, 4, 14, 0, tzinfo=UTC)  # nine in the morning in Toronto, a Thursday
CANCELLED = {"cancellation_cause": CancellationCause.BY_PERSON}
STANDS: dict[MailKind, tuple[RegistrationState, dict[str, Any]]] = {
    MailKind.CONFIRMATION: (RegistrationState.CONFIRMED, {}),
    MailKind.WAITING_LIST: (RegistrationState.WAITLISTED, {}),
    MailKind.OFFER: (RegistrationState.OFFERED, {"offer_expires_at": START - timedelta(days=2)}),
    MailKind.OFFER_EXPIRED: (
        RegistrationState.CANCELLED,
        {"confirmed_at": None, "cancellation_cause": CancellationCause.OFFER_EXPIRED},
    ),
    MailKind.CANCELLATION: (RegistrationState.CANCELLED, CANCELLED | {"confirmed_at": START - timedelta(days=9)}),
    MailKind.CHANGE: (RegistrationState.CONFIRMED, {}),
    MailKind.REMINDER: (RegistrationState.CONFIRMED, {}),
    MailKind.REPORT: (RegistrationState.ATTENDED, {}),
}
"""Where a registration stands when it is told of."""
SUBJECTS = {
    "fr": {
        MailKind.CONFIRMATION: "Inscription confirmée : {}",
        MailKind.WAITING_LIST: "Liste d’attente : {}",
        MailKind.OFFER: "Une place vous est offerte : {}",
        MailKind.OFFER_EXPIRED: "Offre échue : {}",
        MailKind.CANCELLATION: "Inscription annulée : {}",
        MailKind.CHANGE: "Changement : {}",
        MailKind.REMINDER: "Rappel : {}",
        MailKind.REPORT: "Merci de votre participation : {}",
    },
    "en": {
        MailKind.CONFIRMATION: "Registration confirmed: {}",
        MailKind.WAITING_LIST: "Waiting list: {}",
        MailKind.OFFER: "You are offered a seat: {}",
        MailKind.OFFER_EXPIRED: "Offer expired: {}",
        MailKind.CANCELLATION: "Registration cancelled: {}",
        MailKind.CHANGE: "Change: {}",
        MailKind.REMINDER: "Reminder: {}",
        MailKind.REPORT: "Thank you for taking part: {}",
    },
}
WHEN = {
    "fr": "jeudi 4 mars 2027, de 9 h à 12 h (heure de Toronto)",
    "en": "Thursday, March 4, 2027, from 9:00 a.m. to 12:00 p.m. (Toronto time)",
}


async def to_be_told(
    make: Maker, kind: MailKind, locale: str = "fr", event: Event | None = None, **columns: Any
) -> tuple[Event, Person, Registration]:
    """Somebody who reads mail in a language, with a registration that a message of the kind is true of."""
    event = event or await make.event(starts_at=START, venue="Salle A")
    person = await make.member(person={"locale": locale})
    await make.contact_point(person)
    state, standing = STANDS[kind]
    return event, person, await make.registration(event, person, state, **standing | columns)


async def tell(make: Maker, registration: Registration, kind: MailKind, entry: int = 1) -> None:
    """Announce it, by the platform; each entry a minute after the one before."""
    now = datetime.now(UTC) - timedelta(minutes=60 - entry)
    async with make.acting_as(system(make.tenant), now=now) as work:
        await mail.announce(work, registration, kind, UUID(int=entry))


def part(message: EmailMessage, kind: str) -> Any:
    """What a part of the message has in it; None where there is none."""
    found = [each for each in message.walk() if each.get_content_type() == kind]
    content = found[0].get_content() if found else None
    return content.replace("\r\n", "\n") if isinstance(content, str) else content


def entry(message: EmailMessage) -> tuple[str, icalendar.Event]:
    """The method and the entry of the calendar part."""
    (found,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(bytes(found.get_payload(decode=True)))
    assert found.get_param("method") == calendar["method"]
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    assert isinstance(event, icalendar.Event)
    return str(calendar["method"]), event


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("kind", MailKind)
async def test_every_kind_is_told_in_the_persons_language_as_text_and_as_html(
    make: Maker, server: Sink, post: Post, kind: MailKind, locale: str
) -> None:
    event, _, registration = await to_be_told(make, kind, locale)
    if kind is MailKind.REPORT:
        await make.report(event)
    await tell(make, registration, kind)
    await post()
    message = server.only()
    assert message["Subject"] == SUBJECTS[locale][kind].format(event.title[locale])
    assert (message["Content-Language"], message["Auto-Submitted"]) == (locale, "auto-generated")
    assert message["To"].addresses[0].display_name == registration.name
    assert message["From"].addresses[0].display_name == (await make.home()).name[locale]
    text, html = part(message, "text/plain"), part(message, "text/html")
    for said in (text.replace("\n", " "), re.sub(r"<[^>]+>", "", html)):
        assert registration.name in said
        assert event.title[locale] in said
        assert WHEN[locale] in said
        assert "Salle A" in said
        assert not re.search(r"[{}]|None|undefined", said)
    assert f'<html lang="{locale}">' in html
    assert "<" not in text
    (found,) = await make.all(Message)
    assert (found.state, found.attempts, found.sent_at is not None) == (MessageState.SENT, 1, True)


@pytest.mark.parametrize(
    ("kind", "carried"),
    [
        (MailKind.CONFIRMATION, "REQUEST"),
        (MailKind.CHANGE, "REQUEST"),
        (MailKind.CANCELLATION, "CANCEL"),
        (MailKind.REMINDER, None),
        (MailKind.WAITING_LIST, None),
        (MailKind.OFFER, None),
    ],
)
async def test_the_invitation_comes_with_what_changes_the_calendar(
    make: Maker, server: Sink, post: Post, kind: MailKind, carried: str | None
) -> None:
    _, _, registration = await to_be_told(make, kind)
    await tell(make, registration, kind)
    await post()
    found = part(server.only(), "text/calendar")
    assert (None if found is None else entry(server.only())[0]) == carried


async def test_the_invitation_is_an_entry_that_is_kept_up_to_date(make: Maker, server: Sink, post: Post) -> None:
    event, person, registration = await to_be_told(make, MailKind.CONFIRMATION)
    (address,) = await make.all(ContactPoint, person_id=person.id)
    await tell(make, registration, MailKind.CONFIRMATION, 1)
    await post()
    event.starts_at, event.ends_at, event.sequence = START + timedelta(days=7), event.ends_at + timedelta(days=7), 1
    await make.save(event)
    await tell(make, registration, MailKind.CHANGE, 2)
    await post()
    event.state, event.sequence = EventState.CANCELLED, 2
    registration.state, registration.cancelled_at = RegistrationState.CANCELLED, datetime.now(UTC)
    await make.save(event, registration)
    await tell(make, registration, MailKind.CANCELLATION, 3)
    await post()

    methods, entries = zip(*map(entry, server.messages), strict=True)
    assert methods == ("REQUEST", "REQUEST", "CANCEL")
    assert [str(one["uid"]) for one in entries] == [str(registration.id)] * 3
    assert [one["sequence"] for one in entries] == [0, 1, 2]
    assert [one["status"] for one in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [one.start for one in entries] == [START, *[START + timedelta(days=7)] * 2]
    stamps = [one["dtstamp"].dt for one in entries]
    assert stamps == sorted(set(stamps))
    for one in entries:
        assert one["attendee"] == f"mailto:{address.value}"
        assert one["organizer"] == "mailto:no-reply@confed.example"
        assert str(one["summary"]) == event.title["fr"]
        assert "Salle A" in one["location"]
    assert [found.sequence for found in await make.all(RegistrationMessage)] == [0, 1, 2]


async def test_who_only_waited_gets_nothing_into_their_calendar(make: Maker, server: Sink, post: Post) -> None:
    _, _, waiting = await to_be_told(make, MailKind.CANCELLATION, confirmed_at=None)
    await tell(make, waiting, MailKind.CANCELLATION)
    _, _, moved = await to_be_told(make, MailKind.WAITING_LIST)
    await tell(make, moved, MailKind.CHANGE)
    await post()
    assert [part(message, "text/calendar") for message in server.messages] == [None, None]
    assert "rang sur la liste d’attente" in part(server.messages[1], "text/plain").replace("\n", " ")


async def test_the_ticket_is_a_picture_of_its_code_and_so_is_each_guests(make: Maker, server: Sink, post: Post) -> None:
    event, person, registration = await to_be_told(make, MailKind.CONFIRMATION, seats=2)
    guest = await make.add(
        RegistrationGuest,
        {},
        registration_id=registration.id,
        event_id=event.id,
        association_id=event.association_id,
        person_id=person.id,
        name="Léo",
    )
    await tell(make, registration, MailKind.CONFIRMATION)
    await post()
    message = server.only()
    pictures = [each for each in message.walk() if each.get_content_type() == "image/png"]
    codes = [(await make.fresh(row)).ticket_code for row in (registration, guest)]
    html, text = part(message, "text/html"), part(message, "text/plain")
    assert len(set(codes)) == len(pictures) == 2
    for code, picture in zip(codes, pictures, strict=True):
        assert picture.get_content_disposition() == "inline"
        assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
        assert matrix_of(picture.get_content()) == matrix_of_code(code)
        for said in (html, text):
            assert f"https://api.example/{make.tenant.slug}/tickets/{code}.png" in said
    assert "Léo" in html


def matrix_of_code(code: str) -> list[list[bool]]:
    """The dots of a code, as the standard has them."""
    return [[bool(dot) for dot in row] for row in segno.make_qr(code, error="q", boost_error=False).matrix]


def matrix_of(png: bytes, *, scale: int = 8, border: int = 4) -> list[list[bool]]:
    """The dots of a picture in black and white, one bit a pixel."""
    width = int.from_bytes(png[16:20], "big")
    assert png[24:26] == b"\x01\x00", "one bit, greyscale"
    data, place = b"", 8
    while place < len(png):
        length, kind = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        data += png[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    raw, bytes_a_line = zlib.decompress(data), (width + 7) // 8
    lines = [bytes(bytes_a_line)]
    for start in range(0, len(raw), bytes_a_line + 1):
        how, line = raw[start], raw[start + 1 : start + 1 + bytes_a_line]
        assert how in (0, 2), "as it is, or the difference from the line above"
        lines.append(bytes((one + above) % 256 for one, above in zip(line, lines[-1], strict=True)) if how else line)
    dots = range(border * scale + scale // 2, width - border * scale, scale)
    return [[not lines[1 + y][x // 8] >> (7 - x % 8) & 1 for x in dots] for y in dots]


async def test_a_confirmation_after_waiting_says_that_a_seat_became_available(
    make: Maker, server: Sink, post: Post
) -> None:
    now = datetime.now(UTC)
    for registered_at in (now, now - timedelta(days=3)):
        _, _, registration = await to_be_told(
            make, MailKind.CONFIRMATION, "en", registered_at=registered_at, confirmed_at=now
        )
        await tell(make, registration, MailKind.CONFIRMATION)
    await post()
    found = [
        "a seat has become available" in part(message, "text/plain").replace("\n", " ") for message in server.messages
    ]
    assert found == [False, True]


async def test_an_offer_says_until_when_it_stands(make: Maker, server: Sink, post: Post) -> None:
    for locale in ("fr", "en"):
        _, _, registration = await to_be_told(make, MailKind.OFFER, locale)
        await tell(make, registration, MailKind.OFFER)
    await post()
    said = [part(message, "text/plain").replace("\n", " ") for message in server.messages]
    assert "jusqu’au mardi 2 mars 2027 à 9 h (heure de Toronto)" in said[0]
    assert "until Tuesday, March 2, 2027 at 9:00 a.m. (Toronto time)" in said[1]


async def test_an_event_that_is_called_off_says_why(make: Maker, server: Sink, post: Post) -> None:
    event = await make.event(
        starts_at=START, state=EventState.CANCELLED, cancellation_reason=texts("Tempête de neige", "Snowstorm")
    )
    columns = {"cancellation_cause": CancellationCause.EVENT_CANCELLED}
    _, _, registration = await to_be_told(make, MailKind.CANCELLATION, event=event, **columns)
    await tell(make, registration, MailKind.CANCELLATION)
    await post()
    assert server.only()["Subject"] == f"Activité annulée : {event.title['fr']}"
    assert "Tempête de neige" in part(server.only(), "text/plain")


async def test_an_online_seat_is_not_at_the_venue(make: Maker, server: Sink, post: Post) -> None:
    event = await make.event(starts_at=START, venue="Salle A", formats=(EventFormat.IN_PERSON, EventFormat.ONLINE))
    _, _, registration = await to_be_told(make, MailKind.CONFIRMATION, event=event, format=EventFormat.ONLINE)
    await tell(make, registration, MailKind.CONFIRMATION)
    await post()
    assert "Salle A" not in part(server.only(), "text/plain")
    assert "Lieu\u00a0: En ligne" in part(server.only(), "text/plain")


async def test_a_language_without_texts_falls_back_to_the_confederations(make: Maker, server: Sink, post: Post) -> None:
    _, _, registration = await to_be_told(make, MailKind.WAITING_LIST, "iu")
    await tell(make, registration, MailKind.WAITING_LIST)
    await post()
    assert server.only()["Content-Language"] == "fr"


ATTACK = '<b>Ana</b> "\r\nBcc: all@example.org\u2028X\u2029 & <script>alert(1)</script>'


async def test_a_name_or_a_title_is_only_ever_text(make: Maker, server: Sink, post: Post) -> None:
    event = await make.event(starts_at=START, title=texts(ATTACK, ATTACK), venue=ATTACK)
    _, _, registration = await to_be_told(make, MailKind.CONFIRMATION, event=event, name=ATTACK)
    await tell(make, registration, MailKind.CONFIRMATION)
    await post()
    message = server.only()
    assert len(server.recipients[0]) == 1
    assert message["Bcc"] is None
    assert not message.defects
    assert re.search(r"[\r\n\u2028]", str(message["Subject"]) + str(message["To"])) is None
    html = part(message, "text/html")
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"^Bcc", part(message, "text/plain"), re.MULTILINE)
    _, made = entry(message)
    assert re.search(r"[\r\n]", str(made["summary"]) + str(made["attendee"].params["cn"])) is None
