"""An event's registrations as rows: what each says, who gets which columns, page by page."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from models import (
    Event,
    EventFormat,
    EventState,
    JournalEntry,
    Person,
    QuestionKind,
    Registration,
    RegistrationGuest,
    RegistrationState,
)
from services.core.actor import Actor
from services.core.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.events.files import exports
from services.events.files.exports import Sheet, open_sheet, read_page
from tests.making import Maker

TEXT, LONG_TEXT, NUMBER, BOOLEAN, DATE, CHOICE, CHOICES = QuestionKind
WAITLISTED, CANCELLED = RegistrationState.WAITLISTED, RegistrationState.CANCELLED


async def opened(make: Maker, who: Person | Actor | None, slug: str) -> Sheet:
    """Somebody begins to export."""
    async with make.acting_as(who) as work:
        return await open_sheet(work, slug, kind="csv")


async def exported(make: Maker, who: Person | Actor, event: Event) -> list[dict[str, Any]]:
    """What somebody exports, by column."""
    sheet = await opened(make, who, event.slug)
    rows, after = [], None
    while True:
        async with make.acting_as(who) as work:
            page = await read_page(work, sheet, after)
        rows += page.rows
        if (after := page.last) is None:
            return [dict(zip(sheet.headings("en"), row, strict=True)) for row in rows]


async def test_a_row_says_where_a_registration_stands_on_the_events_own_clock(
    make: Maker, registrar: Person, event: Event
) -> None:
    registration = await make.registration(
        event,
        await make.person(given_name="Ève", family_name="Côté"),
        RegistrationState.ATTENDED,
        seats=3,
        registered_at=datetime(2026, 7, 1, 3, 59, 59, 400, tzinfo=UTC),
        confirmed_at=datetime(2026, 12, 1, 5, 0, tzinfo=UTC),
        checked_in_at=datetime(2026, 12, 2, 14, 30, tzinfo=UTC),
    )
    for rank, name in enumerate(("Zoé", "Ali")):
        await make.add(
            RegistrationGuest,
            {},
            registration_id=registration.id,
            event_id=event.id,
            association_id=event.association_id,
            person_id=registration.person_id,
            name=name,
            rank=rank,
        )
    (row,) = await exported(make, registrar, event)
    assert row == {
        "Ticket": registration.ticket_code,
        "Name": "Ève Côté",
        "State": "ATTENDED",
        "Role": "PARTICIPANT",
        "Seats": 3,
        "Format": "IN_PERSON",
        "Registered (America/Toronto)": datetime(2026, 6, 30, 23, 59, 59),  # noqa: DTZ001 - on the event's clock
        "Confirmed (America/Toronto)": datetime(2026, 12, 1, 0, 0),  # noqa: DTZ001
        "Cancelled (America/Toronto)": None,
        "Checked in (America/Toronto)": datetime(2026, 12, 2, 9, 30),  # noqa: DTZ001
        "Guests": "Zoé; Ali",
        "Place in queue": None,
    }


async def test_rows_come_by_arrival_each_with_its_place_in_the_queue_of_its_pool(
    make: Maker, registrar: Person
) -> None:
    formats = [EventFormat.IN_PERSON, EventFormat.ONLINE]
    event = await make.event(formats=formats)
    made = [
        (WAITLISTED, formats[0], 1),
        (WAITLISTED, formats[1], 0),
        (CANCELLED, formats[0], 0),
        (WAITLISTED, formats[0], 0),
        (WAITLISTED, formats[1], 0),
        (RegistrationState.CONFIRMED, formats[1], 0),
    ]
    for state, format, priority in made:
        await make.registration(event, await make.person(), state, format=format, priority=priority)
    await make.registration(await make.event(), await make.person())  # somewhere else
    rows = await exported(make, registrar, event)
    assert [(row["State"], row["Format"]) for row in rows] == [(state.value, format.value) for state, format, _ in made]
    assert [row["Place in queue"] for row in rows] == [2, 1, None, 1, 2, None]


async def test_answers_are_columns_by_key_in_the_order_of_the_questions(
    make: Maker, registrar: Person, event: Event
) -> None:
    values: list[tuple[str, QuestionKind, Any, Any]] = [
        ("text", TEXT, "=1+1", "=1+1"),
        ("number", NUMBER, "-12.5", Decimal("-12.5")),
        ("yes", BOOLEAN, False, False),
        ("day", DATE, "2026-01-31", date(2026, 1, 31)),
        ("one", CHOICE, "b", "b"),
        ("several", CHOICES, ["a", "b"], "a, b"),
        ("open", LONG_TEXT, None, None),
    ]
    registration = await make.registration(event, await make.person())
    for rank, (key, kind, stored, _) in enumerate(values):
        options = ("a", "b") if kind in (CHOICE, CHOICES) else ()
        question = await make.question(event, key, kind, options=options, rank=-rank)
        if stored is not None:
            await make.answer(registration, question, stored)
    (row,) = await exported(make, registrar, event)
    assert list(row)[12:] == [key for key, *_ in reversed(values)]
    assert {key: row[key] for key, *_ in values} == {key: told for key, _, _, told in values}


async def test_the_versions_of_a_question_are_one_column_with_what_was_answered_last(
    make: Maker, registrar: Person, event: Event
) -> None:
    now = datetime.now(UTC)
    first = await make.question(event, "diet", retired_at=now)
    second = await make.question(event, "diet", BOOLEAN, version=2)
    gone = await make.question(event, "gone", retired_at=now, rank=-1)
    await make.question(event, "never", retired_at=now)
    one, two, three = [await make.registration(event, await make.person()) for _ in range(3)]
    await make.answer(one, first, "vegan")
    await make.answer(two, first, "vegan")
    await make.answer(two, second, True)
    await make.answer(three, gone, "x")
    rows = await exported(make, registrar, event)
    assert list(rows[0])[12:] == ["gone", "diet"]
    assert [(row["diet"], row["gone"]) for row in rows] == [("vegan", None), (True, None), (None, "x")]


async def test_sensitive_columns_are_for_who_sees_to_needs(make: Maker, registrar: Person, event: Event) -> None:
    registration = await make.registration(event, await make.person())
    now = datetime.now(UTC)
    for key, value, columns in (
        ("workshop", "a", {}),
        ("diet", "vegan", {"sensitive": True}),
        ("was-open", "x", {"retired_at": now}),  # and is sensitive by now
    ):
        await make.answer(registration, await make.question(event, key, **columns), value)
    await make.question(event, "was-open", sensitive=True, version=2)
    desk = await make.actor(registrar)
    without = replace(desk, holds={name: ids for name, ids in desk.holds.items() if name != "needs.read"})
    (row,) = await exported(make, desk, event)
    assert (row["workshop"], row["diet"], row["was-open"]) == ("a", "vegan", "x")
    (row,) = await exported(make, without, event)
    assert list(row)[12:] == ["workshop"]


async def test_pages_go_on_where_the_one_before_ended_whatever_arrives_meanwhile(
    make: Maker, registrar: Person, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_PER_PAGE", 2)
    made = [await make.registration(event, await make.person()) for _ in range(4)]
    sheet = await opened(make, registrar, event.slug)
    assert sheet.rows == 4
    codes, after, pages = [], None, 0
    while True:
        async with make.acting_as(registrar) as work:
            page = await read_page(work, sheet, after)
        codes += [row[0] for row in page.rows]
        pages += 1
        if pages == 1:
            made[0].state, made[0].cancelled_at = CANCELLED, datetime.now(UTC)
            await make.save(made[0])
            made.append(await make.registration(event, await make.person()))
        if (after := page.last) is None:
            break
    assert codes == [registration.ticket_code for registration in made]
    assert pages == 3


async def test_an_export_is_journaled_before_its_first_row(make: Maker, registrar: Person, event: Event) -> None:
    await make.registration(event, await make.person())
    await opened(make, registrar, event.slug)
    (entry,) = await make.all(JournalEntry)
    assert (entry.action, entry.subject_id, entry.association_id) == (
        "registrations.exported",
        event.id,
        event.association_id,
    )
    assert (entry.actor_person_id, entry.data) == (registrar.id, {"rows": 1, "format": "csv"})


async def test_registrations_are_exported_by_who_may_read_them(make: Maker, event: Event) -> None:
    draft = await make.event(state=EventState.DRAFT)
    await make.registration(event, member := await make.member())
    for who, problem in ((None, NotSignedIn), (member, NotAllowed)):
        with pytest.raises(problem):
            await opened(make, who, event.slug)
    for who in (None, member, await (await make.other()).staff()):
        for slug in (draft.slug, "no-such-event", "No such\x00event", ""):
            with pytest.raises(NotFound):
                await opened(make, who, slug)
    assert await make.count(JournalEntry) == 0


async def test_more_rows_than_a_file_takes_are_refused(
    make: Maker, registrar: Person, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_EXPORTED_ROWS", 1)
    for _ in range(2):
        await make.registration(event, await make.person())
    with pytest.raises(InvalidInput) as refused:
        await opened(make, registrar, event.slug)
    assert refused.value.found == "2"
    assert (await make.count(JournalEntry), await make.count(Registration)) == (0, 2)


def test_no_two_columns_are_called_the_same_whatever_a_key_is() -> None:
    fixed = Sheet(event_id=None, slug="", time_zone="UTC", questions=(), rows=0)  # type: ignore[arg-type]
    for locale in ("fr", "en", "de"):
        headings = fixed.headings(locale)
        assert len(set(headings)) == len(headings)
        assert all(heading[0].isupper() for heading in headings)
    assert fixed.headings("de") == fixed.headings("en") != fixed.headings("fr")
