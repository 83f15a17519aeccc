"""Records as CSV, the way Excel opens it here: UTF-8 with BOM, semicolons, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, time
from typing import Any, BinaryIO

from operator_app.domain.csv_table import DANGEROUS_STARTS
from operator_app.domain.daily_log import RecordRow
from operator_app.domain.reference import Reference
from operator_app.export.record_table import Cell, RecordCells, columns
from operator_app.export.stamp import stamp


def write_records_csv(stream: BinaryIO, records: Iterable[RecordRow], reference: Reference) -> None:
    """A header line and one line a record; days as 2026-11-24, times as 09:05:00.

    The records pass through one by one; `stream` stays open.
    """
    cells = RecordCells(reference)
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    _stamp(writer)
    writer.writerow(column.title for column in columns())
    writer.writerows([_as_text(cell) for cell in cells.cells(record)] for record in records)
    text.flush()
    text.detach()


def text_csv(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """A header line and one line a row of texts; none of them is run by a spreadsheet program."""
    return _written(headings, ((harmless(text) for text in row) for row in rows))


def harmless(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet could take it for a formula."""
    return "'" + text if text.startswith(DANGEROUS_STARTS) else text


def _written(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    _stamp(writer)
    writer.writerow(headings)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def _stamp(writer: Any) -> None:
    if said := stamp():
        writer.writerow([said])


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
