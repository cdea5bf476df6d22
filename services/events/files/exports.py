"""An event's registrations as rows, for spreadsheets and what else an office works with.

Read through row security as whoever asks, and journaled as a reading of confidential data before the first row is
given. Rows come by pages, each in a transaction of its own, so that somebody with a slow line holds no connection: the
order is that of arrival, which never changes, so a row comes once, and what arrives meanwhile comes last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Uuid, any_, func, literal
from sqlmodel import col

from models import (
    READ_NEEDS,
    READ_REGISTRATIONS,
    Answer,
    Event,
    Question,
    QuestionKind,
    ReadKind,
    Registration,
    RegistrationGuest,
    RegistrationState,
    SeatPool,
)
from services.core.checks import check_slug
from services.core.errors import InvalidInput, NotFound
from services.core.journal.access_records import Read, record_reads
from services.core.statements import matching
from services.core.work import Work
from services.events.seats.waiting_list import WAITING_LIST_ORDER

MOST_EXPORTED_ROWS = 50_000
ROWS_PER_PAGE = 500
"""Rows that are read at a time."""

Cell = str | int | bool | Decimal | date | datetime | None
"""Moments are on the clock where the event is, without an offset: the heading has the time zone."""

_IDS: ARRAY[UUID] = ARRAY(Uuid())  # one parameter, where IN would have a thousand
_AT = ("registered_at", "confirmed_at", "cancelled_at", "checked_in_at")
_COLUMNS = ("id", "arrival", "ticket_code", "name", "state", "role", "seats", *_AT)
_HEADINGS: Mapping[str, Mapping[str, str]] = {
    "ticket_code": {"fr": "Billet", "en": "Ticket"},
    "name": {"fr": "Nom", "en": "Name"},
    "state": {"fr": "État", "en": "State"},
    "role": {"fr": "Rôle", "en": "Role"},
    "seats": {"fr": "Places", "en": "Seats"},
    "format": {"fr": "Formule", "en": "Format"},
    "registered_at": {"fr": "Inscription", "en": "Registered"},
    "confirmed_at": {"fr": "Confirmation", "en": "Confirmed"},
    "cancelled_at": {"fr": "Annulation", "en": "Cancelled"},
    "checked_in_at": {"fr": "Arrivée", "en": "Checked in"},
    "guests": {"fr": "Invités", "en": "Guests"},
    "place_in_queue": {"fr": "Rang d'attente", "en": "Place in queue"},
}
"""Each begins with a capital, which no question's key has: no two columns are called the same."""


@dataclass(frozen=True)
class Sheet:
    """An event's registrations, about to be read. `questions`: the keys that the columns after the others are for."""

    event_id: UUID
    slug: str
    time_zone: str
    questions: tuple[str, ...]
    rows: int

    def headings(self, locale: str) -> list[str]:
        """What the columns are called."""
        named = [
            f"{texts.get(locale, texts['en'])} ({self.time_zone})" if name in _AT else texts.get(locale, texts["en"])
            for name, texts in _HEADINGS.items()
        ]
        return [*named, *self.questions]


@dataclass(frozen=True)
class Page:
    """Some rows. `last`: where the next page goes on; None after the last row."""

    rows: list[list[Cell]]
    last: int | None


async def open_sheet(work: Work, slug: str, *, kind: str) -> Sheet:
    """Begin to export an event's registrations to a `kind` of file. Asks for `registrations.read`.

    The columns of sensitive questions are there for who holds `needs.read`, and for nobody else. InvalidInput past
    fifty thousand rows.
    """
    try:
        event = await work.find_by(Event, slug=check_slug(slug))
    except InvalidInput:
        raise NotFound("event") from None  # an address that leads nowhere, like any other
    work.actor.require(READ_REGISTRATIONS, event.association_id)
    which = col(Registration.event_id) == event.id
    rows = (await work.session.execute(work.select(func.count(), of=Registration).where(which))).scalar_one()
    if rows > MOST_EXPORTED_ROWS:
        raise InvalidInput(f"{MOST_EXPORTED_ROWS} registrations at the most", f"{rows}", path=("event",))
    questions = await _questions(work, event, sensitive=work.actor.may(READ_NEEDS, event.association_id))
    await work.record("registrations.exported", event, data={"rows": rows, "format": kind})
    persons = await work.session.scalars(work.select(col(Registration.person_id)).where(which).distinct())
    await record_reads(work, [Read(ReadKind.EXPORT, id, event.association_id) for id in persons])
    return Sheet(event.id, event.slug, event.time_zone, tuple(questions), rows)


async def read_page(work: Work, sheet: Sheet, after: int | None) -> Page:
    """The rows that follow a place, from the first where there is none; as far as the actor may see them."""
    found = await _registrations(work, sheet.event_id, after)
    ids = [row.id for row in found]
    guests, answers = await _guests(work, ids), await _answers(work, ids)
    zone = ZoneInfo(sheet.time_zone)
    rows: list[list[Cell]] = [
        [
            row.ticket_code,
            row.name,
            row.state.value,
            row.role.value,
            row.seats,
            None if row.format is None else row.format.value,
            *(_on_the_clock(row._mapping[name], zone) for name in _AT),  # noqa: SLF001 - public in spite of its name
            "; ".join(guests.get(row.id, ())) or None,
            row.place,
            *(answers.get(row.id, {}).get(key) for key in sheet.questions),
        ]
        for row in found
    ]
    return Page(rows, found[-1].arrival if len(found) == ROWS_PER_PAGE else None)


def _on_the_clock(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


async def _questions(work: Work, event: Event, *, sensitive: bool) -> list[str]:
    """The keys that are asked, or were and answered, by their rank: that of the current version, else of the last."""
    answered = work.select(col(Answer.question_id)).where(col(Answer.event_id) == event.id)
    query = (
        work.select(Question, col(Question.id).in_(answered))
        .where(col(Question.event_id) == event.id)
        .order_by(col(Question.version))
    )
    ranks: dict[str, int] = {}
    told, hidden = set(), set()
    for question, has_answers in await work.session.execute(query):
        ranks[question.key] = question.rank
        if question.retired_at is None or has_answers:
            told.add(question.key)
        if question.sensitive and not sensitive:
            hidden.add(question.key)
    return sorted(told - hidden, key=lambda key: (ranks[key], key))


async def _registrations(work: Work, event_id: UUID, after: int | None) -> Sequence[Any]:
    """Registrations by arrival, with their pool's format and their place in its queue."""
    # Who exports sees all of an event's registrations: what is ahead can be counted through their eyes.
    place = func.row_number().over(partition_by=col(Registration.pool_id), order_by=WAITING_LIST_ORDER)
    queue = (
        work.select(col(Registration.id).label("id"), place.label("place"), of=Registration)
        .where(
            col(Registration.event_id) == event_id,
            col(Registration.state) == RegistrationState.WAITLISTED,
        )
        .subquery()
    )
    # Columns, because thousands of objects would take most of the time.
    query = (
        work.select(*(col(getattr(Registration, name)) for name in _COLUMNS), col(SeatPool.format), queue.c.place)
        .outerjoin(SeatPool, matching(Registration.pool_id, SeatPool.id))
        .outerjoin(queue, queue.c.id == col(Registration.id))
        .where(col(Registration.event_id) == event_id)
        .order_by(col(Registration.arrival))
        .limit(ROWS_PER_PAGE)
    )
    if after is not None:
        query = query.where(col(Registration.arrival) > after)
    rows: Sequence[Any] = (await work.session.execute(query)).all()
    return rows


async def _guests(work: Work, registration_ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    query = (
        work.select(col(RegistrationGuest.registration_id), col(RegistrationGuest.name))
        .where(
            col(RegistrationGuest.registration_id) == any_(literal(registration_ids, _IDS)),
        )
        .order_by(col(RegistrationGuest.rank), col(RegistrationGuest.id))
    )
    names: dict[UUID, list[str]] = {}
    for registration_id, name in await work.session.execute(query):
        names.setdefault(registration_id, []).append(name)
    return names


async def _answers(work: Work, registration_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Cell]]:
    """By registration and key: of several versions that somebody answered, what they answered to the last."""
    query = (
        work.select(col(Answer.registration_id), col(Question.key), col(Question.kind), col(Answer.value))
        .join(Question, matching(Answer.question_id, Question.id))
        .where(
            col(Answer.registration_id) == any_(literal(registration_ids, _IDS)),
        )
        .order_by(col(Question.version))
    )
    answers: dict[UUID, dict[str, Cell]] = {}
    for registration_id, key, kind, value in await work.session.execute(query):
        answers.setdefault(registration_id, {})[key] = _cell(kind, value)
    return answers


def _cell(kind: QuestionKind, value: Any) -> Cell:
    match kind:
        case QuestionKind.NUMBER:
            return Decimal(value)
        case QuestionKind.DATE:
            return date.fromisoformat(value)
        case QuestionKind.CHOICES:
            return ", ".join(value)
        case _:
            return value  # type: ignore[no-any-return]
