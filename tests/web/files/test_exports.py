"""An event's registrations as files: read back as they were written, and given to nobody else."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from models import Event, EventState, JournalEntry, Person, QuestionKind, Role, RoleGrant
from schema.web.files.sheets import csv_file
from services.core.database.connections import Database
from services.events.files import exports
from services.tenancy.roles import end_role
from tests.client import Answer, Client
from tests.making import Maker

BEHIND = {
    "Merci;=cmd|' /C calc'!A0": "Merci;'=cmd|' /C calc'!A0",
    "a,=1": "a,'=1",
    "a\t+1": "a\t'+1",
    'a;"=1': "a;\"'=1",
    "a\n=1": "a\n'=1",
    "1, 2; 3-4 = 5": "1, 2; 3-4 = 5",
}
"""What a reader with another separator would take for a formula, as it is written."""
NASTY = ("=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x","y")')
TEXTS = ('Ève « Côté », née "O\'Hara"', "deux\nlignes", "a,b;c", " 0012 ", "日本 🪑", "#N/A", "TRUE", "1e9")


class Office:
    """A registrar, and an event that asks one question in words."""

    def __init__(self, make: Maker, client: Client) -> None:
        self.make = make
        self.client = client
        self.event: Event
        self.registrar: Person

    async def open(self) -> None:
        """The rows."""
        self.event = await self.make.event(slug="colloque")
        self.registrar = await self.make.staff(Role.REGISTRAR)
        self.question = await self.make.question(self.event, "remark", QuestionKind.LONG_TEXT)

    async def registered(self, remark: str | None = None, **columns: Any) -> None:
        """Somebody is registered, and said something."""
        registration = await self.make.registration(self.event, await self.make.person(), **columns)
        if remark is not None:
            await self.make.answer(registration, self.question, remark)

    async def fetch(
        self, kind: str, person: Person | None = None, *, slug: str = "colloque", method: str = "GET", **headers: str
    ) -> Answer:
        """A file, as somebody; anybody without a person."""
        if person is not None:
            headers["authorization"] = await self.client.token(person)
        address = f"/{self.make.tenant.slug}/events/{slug}/registrations.{kind}"
        return await self.client.send(address, b"", headers, method=method)

    async def csv(self, **headers: str) -> list[dict[str, str]]:
        """The registrar's rows, by heading."""
        answer = await self.fetch("csv", self.registrar, **headers)
        assert answer.status == 200, answer.body
        return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))

    async def xlsx(self) -> list[dict[str, Any]]:
        """The same of the workbook."""
        answer = await self.fetch("xlsx", self.registrar, accept_language="en")
        assert answer.status == 200, answer.body
        book = load_workbook(io.BytesIO(answer.body))
        (sheet,) = book.worksheets
        headings, *rows = list(sheet.iter_rows())
        assert sheet.title == "Registrations"
        return [dict(zip((cell.value for cell in headings), row, strict=True)) for row in rows]


@pytest.fixture
async def office(make: Maker, client: Client) -> Office:
    """The office."""
    office = Office(make, client)
    await office.open()
    return office


async def test_csv_is_read_back_as_it_was_written_accents_quotes_and_lines(office: Office) -> None:
    for text in TEXTS:
        await office.registered(text)
    await office.registered(None, name="Zoé Bergeron-Ñúñez")
    rows = await office.csv(accept_language="fr")
    assert [row["remark"] for row in rows] == [*TEXTS, ""]
    assert (rows[-1]["Nom"], rows[-1]["État"], rows[-1]["Places"]) == ("Zoé Bergeron-Ñúñez", "CONFIRMED", "1")
    answer = await office.fetch("csv", office.registrar)
    assert answer.body.startswith(b"\xef\xbb\xbfBillet,Nom,")  # without the mark a spreadsheet doesn't know UTF-8
    assert answer.body.endswith(b"\r\n")


async def test_no_text_is_a_formula_in_a_file(office: Office) -> None:
    for text in NASTY:
        await office.registered(text, name=f"={text}")
    await office.registered("'=1")
    rows = await office.csv(accept_language="en")
    # Behind a tab or a line's end, where a reader with another separator begins a cell, once more.
    neutral = [f"'{text[0]}'{text[1:]}" if text[0] in "\t\r\n" else f"'{text}" for text in NASTY]
    assert [row["remark"] for row in rows] == [*neutral, "'=1"]
    assert all(row["Name"][:1] not in "=+-@\t\r\n" for row in rows)
    cells = [row["remark"] for row in await office.xlsx()]
    # Typed as text, they need nothing before them. XML has no other end of line than the one.
    assert [cell.value for cell in cells] == [*(text.replace("\r", "\n") for text in NASTY), "'=1"]
    assert {cell.data_type for cell in cells} == {"s"}


async def test_a_workbook_has_typed_cells(office: Office) -> None:
    kinds = QuestionKind
    at = datetime(2026, 7, 1, 3, 59, 59, 400, tzinfo=UTC)
    registration = await office.make.registration(office.event, await office.make.person(), registered_at=at)
    for key, kind, value in (
        ("amount", kinds.NUMBER, "-12.5"),
        ("huge", kinds.NUMBER, "999999999999.123456"),
        ("yes", kinds.BOOLEAN, True),
        ("day", kinds.DATE, "2026-01-31"),
    ):
        await office.make.answer(registration, await office.make.question(office.event, key, kind), value)
    for text in TEXTS:
        await office.registered(text)
    first, *others = await office.xlsx()
    assert [row["remark"].value for row in others] == list(TEXTS)
    assert (first["amount"].value, first["yes"].value, first["Seats"].value) == (-12.5, True, 1)
    assert first["huge"].value == "999999999999.123456"  # a spreadsheet would round it
    assert first["day"].value.date() == date(2026, 1, 31)
    assert first["Registered (America/Toronto)"].value == datetime(2026, 6, 30, 23, 59, 59)  # noqa: DTZ001
    (row, *_) = await office.csv(accept_language="en")
    assert (row["amount"], row["huge"], row["yes"], row["day"]) == (
        "-12.5",
        "999999999999.123456",
        "true",
        "2026-01-31",
    )
    assert row["Registered (America/Toronto)"] == "2026-06-30 23:59:59"


async def test_a_file_of_many_pages_has_every_row_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROWS_PER_PAGE", 2)
    for number in range(5):
        await office.registered(str(number))
    assert [row["remark"] for row in await office.csv()] == ["0", "1", "2", "3", "4"]
    assert [row["remark"].value for row in await office.xlsx()] == ["0", "1", "2", "3", "4"]
    entries = await office.make.all(JournalEntry, action="registrations.exported")
    assert [entry.data for entry in entries] == [{"rows": 5, "format": "csv"}, {"rows": 5, "format": "xlsx"}]


async def test_an_event_without_registrations_is_a_file_of_headings(office: Office) -> None:
    assert await office.csv() == []
    assert await office.xlsx() == []


@pytest.mark.parametrize(("kind", "media_type"), [("csv", "text/csv; charset=utf-8"), ("xlsx", None)])
async def test_a_file_is_called_after_its_event_and_kept_by_no_cache(
    office: Office, kind: str, media_type: str | None
) -> None:
    answer = await office.fetch(kind, office.registrar)
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["content-type"] == (media_type or spreadsheet)
    assert answer.headers["content-disposition"] == f'attachment; filename="colloque.{kind}"'
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_who_sees_the_event_and_may_not_read_its_registrations_is_told_so(office: Office, kind: str) -> None:
    await office.registered("secret")
    for person, status, code in (
        (None, 401, "NOT_SIGNED_IN"),
        (await office.make.member(), 403, "NOT_ALLOWED"),
        (await office.make.staff(Role.MEMBERSHIP_OFFICER), 403, "NOT_ALLOWED"),
    ):
        answer = await office.fetch(kind, person)
        assert (answer.status, answer.json["errors"][0]["extensions"]["code"]) == (status, code)
        assert b"secret" not in answer.body
    assert await office.make.count(JournalEntry) == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_event_that_is_not_there_and_one_that_is_not_seen_are_the_same_bytes(
    office: Office, kind: str
) -> None:
    await office.make.event(slug="draft", state=EventState.DRAFT)
    await (await office.make.other()).event(slug="foreign")
    for person in (None, await office.make.member()):
        answers = [
            await office.fetch(kind, person, slug=slug) for slug in ("absent", "draft", "foreign", "a\x00b", "A B", "é")
        ]
        assert {answer.status for answer in answers} == {404}
        assert len({(answer.body, tuple(sorted(answer.headers.items()))) for answer in answers}) == 1
    assert (await office.fetch(kind, office.registrar, slug="draft")).status == 200


async def test_credentials_are_those_of_this_confederation(office: Office, make: Maker, client: Client) -> None:
    foreign = await make.other()
    token = await Client(client._app, foreign).token(await foreign.staff(Role.ADMINISTRATOR))
    for authorization in (token, "Bearer demo:x:y", "Basic eDp5"):
        answer = await office.fetch("csv", authorization=authorization)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    address = "/no-such-confederation/events/colloque/registrations.csv"
    assert (await client.send(address, method="GET")).status == 404


async def test_rights_that_were_withdrawn_export_nothing_more(office: Office) -> None:
    assert (await office.fetch("csv", office.registrar)).status == 200
    (grant,) = await office.make.all(RoleGrant, person_id=office.registrar.id)
    async with office.make.acting_as(await office.make.staff()) as work:
        await end_role(work, grant.id, ends_on=date(2026, 1, 1))
    assert (await office.fetch("csv", office.registrar)).status == 403


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
async def test_a_file_is_asked_for_by_get(office: Office, method: str) -> None:
    answer = await office.fetch("csv", office.registrar, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert await office.make.count(JournalEntry) == 0


async def test_an_export_that_fails_half_way_is_not_taken_for_whole_and_its_log_says_no_name(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = "Zoé Bergeron"
    await office.registered(name=name)

    async def fail(*_: Any) -> Any:
        raise ValueError(name)

    monkeypatch.setattr(exports, "read_page", fail)
    with pytest.raises(ConnectionError, match="an export failed, see ") as broken:
        await office.fetch("csv", office.registrar)
    assert broken.value.__suppress_context__
    assert "an export failed" in caplog.text
    assert name not in f"{broken.value} {caplog.text}"


async def test_a_workbook_that_is_given_up_leaves_no_rows_on_the_disk(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(exports, "ROWS_PER_PAGE", 1)
    for _ in range(2):
        await office.registered()
    read_page, seen = exports.read_page, list[int]()

    async def read_then_fail(*given: Any) -> Any:
        seen.append(len(list(tmp_path.iterdir())))
        if len(seen) == 2:
            raise ValueError
        return await read_page(*given)

    monkeypatch.setattr(exports, "read_page", read_then_fail)
    with pytest.raises(ConnectionError):
        await office.fetch("xlsx", office.registrar)
    assert seen[1] > 0
    assert list(tmp_path.iterdir()) == []


async def test_without_a_database_an_export_is_asked_for_again_later(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(exports, "open_sheet", lose)
    answer = await office.fetch("csv", office.registrar)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


async def test_what_nobody_expected_is_told_by_the_identifier_of_its_entry_in_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise ValueError("secret")

    monkeypatch.setattr(exports, "open_sheet", fail)
    answer = await office.fetch("csv", office.registrar)
    assert (answer.status, answer.json["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")
    assert b"secret" not in answer.body


@pytest.mark.parametrize("separator", [",", ";", "\t"])
async def test_no_part_of_a_text_is_a_formula_whatever_the_separator(separator: str) -> None:
    async def rows() -> AsyncIterator[list[list[str]]]:
        yield [["first", text] for text in BEHIND]

    file = b"".join([part async for part in csv_file(["a", "b"], rows())]).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(file), delimiter=separator) for cell in line]
    assert [cell for cell in cells if cell.lstrip("\"' ").startswith(("=", "+", "@")) and "'" not in cell[:3]] == []
    assert [line[1] for line in list(csv.reader(io.StringIO(file)))[1:]] == list(BEHIND.values())
