"""Tables as files: CSV (RFC 4180) and XLSX. A cell such as `=1+1` is text in both, never a formula.

CSV is in UTF-8, with commas, and with a byte order mark, without which spreadsheets misread accents. A text that a
spreadsheet would take for a formula is prefixed by an apostrophe. XLSX cells have types, so texts stay as they are;
numbers of more than fifteen digits, which a spreadsheet would round, are stored as texts.
"""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import IllegalCharacterError

from services.events.files.exports import Cell

Rows = AsyncIterator[Sequence[Sequence[Cell]]]
"""Rows in chunks."""

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_BEHIND_A_SEPARATOR = re.compile(r"""([,;\t\r\n|]["'\s]*)(?=[=+\-@＝＋－＠])""")
_CHUNK = 64 * 1024
_DIGITS = 15


async def csv_file(headings: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    """Yield the CSV file in chunks of rows."""
    yield _lines([headings]).encode("utf-8-sig")
    async for some in rows:
        yield _lines(some).encode()


async def xlsx_file(title: str, headings: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    """Yield the XLSX file. Its rows are written to a temporary file, and nothing is sent before it is complete."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    try:
        with TemporaryFile() as file:
            await asyncio.to_thread(_append, sheet, [headings])
            async for some in rows:
                # In a thread: writing thousands of cells would hold up other requests.
                await asyncio.to_thread(_append, sheet, some)
            await asyncio.to_thread(book.save, file)
            file.seek(0)
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk
    finally:
        _clean_up(sheet)


def _clean_up(sheet: Any) -> None:
    """Remove the temporary file in which openpyxl keeps rows until a workbook is saved; an abandoned one would leave it
    behind.
    """
    writer = sheet._writer  # noqa: SLF001 - it has no public name
    if writer is not None and Path(writer.out).exists():
        sheet.close()
        writer.cleanup()


def _lines(rows: Sequence[Sequence[Cell]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_text(cell) for cell in row] for row in rows)
    return written.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            neutral = f"'{cell}" if cell.startswith(_FORMULA) else cell
            # Whoever reads the file with another separator has a cell begin where one stands within this text.
            return _BEHIND_A_SEPARATOR.sub(r"\1'", neutral)
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.isoformat(sep=" ")
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)


def _append(sheet: Any, rows: Sequence[Sequence[Cell]]) -> None:
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])


def _typed(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, Decimal) and len(cell.as_tuple().digits) > _DIGITS:
        cell = f"{cell:f}"
    if not isinstance(cell, str):
        return cell
    try:
        made = WriteOnlyCell(sheet, value=cell)
    except IllegalCharacterError:
        made = WriteOnlyCell(
            sheet, value="".join(letter for letter in cell if letter.isprintable() or letter in "\t\n\r")
        )
    made.data_type = "s"  # text, even if it begins like a formula
    return made
