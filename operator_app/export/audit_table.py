"""The audit log as CSV and as an Excel file: rows of texts with their hashes, nothing that runs.

With time, user id, action, entity, entity id and details as they are stored, anybody can compute
the chain of hashes again; only a stated reason is left out of the details for those who may not
read it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from operator_app.export.csv_file import text_csv
from operator_app.export.stamp import add_stamp_sheet, stamp_sheets
from operator_app.i18n import _

ACCENT = "#0E7490"
A4 = 9
"""Excel's number for the paper."""


class AuditCells(NamedTuple):
    """One row of the file, all of it text; `done` is the action in words."""

    number: str
    time: str
    person: str
    done: str
    about: str
    told: str
    at: str
    user_id: str
    action: str
    entity: str
    entity_id: str
    details: str
    prev_hash: str
    hash: str


_WIDTHS = (9, 20, 26, 42, 20, 40, 15, 38, 24, 14, 38, 40, 66, 66)


def audit_csv(rows: Iterable[AuditCells]) -> bytes:
    """A header line and one line a row, as Excel opens it here."""
    return text_csv(_headings(), rows)


def audit_xlsx(rows: Sequence[AuditCells]) -> bytes:
    """One sheet with a filter on every column. Built in memory: no plain rows in a temp folder."""
    import xlsxwriter  # 38 ms: only when a file is made

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": _("Audit log")})
        add_stamp_sheet(book)
        _sheet(book, rows)
        stamp_sheets(book)
    return stream.getvalue()


def _sheet(book: Any, rows: Sequence[AuditCells]) -> None:
    header = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT})
    sheet = book.add_worksheet(_("Audit log")[:31])
    for place, (title, width) in enumerate(zip(_headings(), _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, header)
    for line, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            sheet.write_string(line, place, cell)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(_WIDTHS) - 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _headings() -> tuple[str, ...]:
    return (
        _("No."),
        _("Time in Bishkek"),
        _("Who"),
        _("What was done"),
        _("Number"),
        _("More"),
        _("Time, ms since 1970 UTC"),
        _("User id"),
        _("Action"),
        _("Entity"),
        _("Entity id"),
        _("Details"),
        _("Hash of the row before"),
        _("Hash"),
    )
