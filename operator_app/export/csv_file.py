"""The records of a day as CSV, the way Excel opens it here: UTF-8 with BOM, semicolons, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, time

from operator_app.domain.daily_log import RecordRow
from operator_app.domain.reference import Reference
from operator_app.export.record_table import Cell, RecordCells, columns

DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so may be run as a formula by a spreadsheet program."""


def records_csv(records: Iterable[RecordRow], reference: Reference) -> bytes:
    """A header line and one line a record; days as 2026-11-24, times as 09:05:00."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(column.title for column in columns())
    cells = RecordCells(reference)
    for record in records:
        writer.writerow(_as_text(cell) for cell in cells.cells(record))
    return stream.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet could take it for a formula."""
    return "'" + text if text.startswith(DANGEROUS_STARTS) else text


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
