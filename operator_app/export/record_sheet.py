"""The sheets of records of an Excel file, written row by row into the finished file.

XlsxWriter makes the empty sheets with their header and all that surrounds the rows; the rows are
put in while the file is written. Its own mode of constant memory would leave them, in plain, in
the temporary folder of the system.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from itertools import islice
from typing import IO, Any, BinaryIO

from operator_app.domain.daily_log import RecordRow
from operator_app.domain.reference import Reference
from operator_app.export.record_table import Cell, RecordCells, columns
from operator_app.i18n import _

ACCENT = "#0E7490"
DAY = "dd.mm.yyyy"
A4 = 9
"""Excel's number for the paper."""
MOST_ROWS = 500_000
"""Of one sheet; Excel itself ends at 1,048,576, and a part of 2 GB in the file."""
ROWS_AT_ONCE = 500
MADE_AT = (1980, 1, 1, 0, 0, 0)
"""The time that XlsxWriter gives to every part."""
_FIRST_EXCEL_DAY = date(1899, 12, 30)
_SAMPLE = re.compile(rb'<row r="2".*?</row>')
_STYLE = re.compile(rb'<c r="([BC])2" s="(\d+)"')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Signs that XML cannot hold, and what Excel would read as one of them."""


@dataclass(frozen=True)
class RecordSheet:
    """One sheet of records in the file: how many rows it will have, below the header."""

    title: str
    rows: int


def record_sheets(records: int) -> list[RecordSheet]:
    """One sheet, or as many as that many records need."""
    counts = [MOST_ROWS] * (records // MOST_ROWS)
    counts.append(records % MOST_ROWS)
    if len(counts) > 1 and not counts[-1]:
        counts.pop()
    title = _("Records")
    return [
        RecordSheet(f"{title[:27]} {n}" if n > 1 else title[:31], rows)
        for n, rows in enumerate(counts, start=1)
    ]


def add_record_sheets(book: Any, sheets: Sequence[RecordSheet]) -> None:
    """The sheets with their header; row 2 only tells the styles of days and times."""
    header = book.add_format(
        {
            "bold": True,
            "font_color": "#FFFFFF",
            "bg_color": ACCENT,
            "text_wrap": True,
            "valign": "top",
        }
    )
    day = book.add_format({"num_format": DAY})
    clock = book.add_format({"num_format": "hh:mm:ss"})
    shown = columns()
    for made in sheets:
        sheet = book.add_worksheet(made.title)
        for place, column in enumerate(shown):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, header)
        sheet.write_blank(1, 1, None, day)
        sheet.write_blank(1, 2, None, clock)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, made.rows, len(shown) - 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)


def put_rows_in(
    book: IO[bytes],
    stream: BinaryIO,
    sheets: dict[str, RecordSheet],
    records: Iterator[RecordRow],
    reference: Reference,
) -> None:
    """Copy the parts of the file `book` into `stream`, with the records in the parts of `sheets`."""
    cells = RecordCells(reference)
    with (
        zipfile.ZipFile(book) as empty,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as full,
    ):
        for name in empty.namelist():
            part = zipfile.ZipInfo(name, MADE_AT)
            part.compress_type = zipfile.ZIP_DEFLATED
            content = empty.read(name)
            if name not in sheets:
                full.writestr(part, content)
                continue
            wanted = sheets[name]
            with full.open(part, "w") as target:
                _write_sheet(target, content, wanted.rows, islice(records, wanted.rows), cells)


def _write_sheet(
    target: IO[bytes],
    empty: bytes,
    rows: int,
    records: Iterator[RecordRow],
    cells: RecordCells,
) -> None:
    styles = dict(_STYLE.findall(empty))
    sample = _SAMPLE.search(empty)
    if sample is None:
        raise RuntimeError("the sheet has no second row")
    dimension = f'<dimension ref="A1:{_letters(len(columns()))}{rows + 1}"/>'
    target.write(_DIMENSION.sub(dimension.encode(), empty[: sample.start()]))
    form = _RowForm(styles[b"B"].decode(), styles[b"C"].decode())
    number = 2
    while some := list(islice(records, ROWS_AT_ONCE)):
        lines = [form.row(n, cells.cells(record)) for n, record in enumerate(some, number)]
        target.write("".join(lines).encode())
        number += len(some)
    target.write(empty[sample.end() :])


class _RowForm:
    """Writes a row as the XML of a sheet; text is always text, whatever it begins with."""

    def __init__(self, day_style: str, time_style: str) -> None:
        self._day, self._time = day_style, time_style
        self._letters = [_letters(n) for n in range(1, len(columns()) + 1)]

    def row(self, number: int, cells: Sequence[Cell]) -> str:
        """The row with this number, from 1."""
        made = [f'<row r="{number}">']
        for letters, cell in zip(self._letters, cells, strict=True):
            if isinstance(cell, str):
                made.append(f'<c r="{letters}{number}" t="inlineStr">{_text(cell)}</c>')
            elif isinstance(cell, int):
                made.append(f'<c r="{letters}{number}"><v>{cell}</v></c>')
            elif isinstance(cell, date):
                made.append(
                    f'<c r="{letters}{number}" s="{self._day}"><v>{_day_number(cell)}</v></c>'
                )
            elif isinstance(cell, time):
                made.append(
                    f'<c r="{letters}{number}" s="{self._time}"><v>{_part_of_day(cell)}</v></c>'
                )
        made.append("</row>")
        return "".join(made)


@lru_cache(maxsize=4096)
def _text(content: str) -> str:
    """Labels come again and again; the number of the call does not, and is short."""
    escaped = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", content)
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ' xml:space="preserve"' if content != content.strip() else ""
    return f"<is><t{kept}>{escaped}</t></is>"


@lru_cache(maxsize=1024)
def _day_number(day: date) -> int:
    return (day - _FIRST_EXCEL_DAY).days


def _part_of_day(clock: time) -> str:
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return repr(seconds / 86_400)


def _letters(column: int) -> str:
    """ "A" for 1; the table has fewer than 26 columns."""
    return chr(ord("A") + column - 1)
