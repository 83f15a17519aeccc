"""The daily log as an Excel file: the figures on the first sheet, the records on the second."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from operator_app.domain.clock import from_ms, local
from operator_app.domain.daily_log import DailyLog, RecordRow
from operator_app.domain.reference import Reference
from operator_app.export.daily_log_words import SPREADSHEET, sections
from operator_app.export.record_table import RecordCells, columns
from operator_app.i18n import _, language

ACCENT = "#0E7490"
LINE = "#E1E6EC"
DAY = "dd.mm.yyyy"
A4 = 9
"""Excel's number for the paper."""
SECONDS_OF_A_DAY = 86_400


def daily_log_xlsx(log: DailyLog, records: Iterable[RecordRow], reference: Reference) -> bytes:
    """The file's content. Numbers are numbers, days and times are Excel's own, text stays text.

    Built in memory: XlsxWriter's constant_memory mode would leave the rows in plain temporary
    files, and a day is small.
    """
    import xlsxwriter  # 38 ms: only when the first file is made

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": DAY,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        created = from_ms(log.made_at).replace(tzinfo=None)
        book.set_properties({"title": _("Daily log"), "created": created})
        _summary(book, log, reference)
        _records(book, records, reference)
    return stream.getvalue()


def _summary(book: Any, log: DailyLog, reference: Reference) -> None:
    sheet = _Figures(book, log)
    counts = [
        (_("All calls"), log.all_calls),
        (_("Asked for help"), log.substantive),
        (_("Did not ask for help"), log.not_substantive),
        (_("Silent and dropped"), log.silent_and_dropped),
        (_("Missed"), log.missed),
        (_("Violence"), log.violence),
        (_("In danger now"), log.danger_now),
        (_("In danger now: 102 or 103 called"), log.danger_with_emergency),
        (_("Complaints"), log.complaints),
        (_("Voided, in no other figure"), log.voided),
        (_("Records of this day waiting to be sent"), log.waiting_of_day),
        (_("Records waiting to be sent, all days"), log.waiting_in_all),
    ]
    for name, calls in counts:
        sheet.line(name, calls)
    if log.all_calls:
        name = _("Share of calls that asked for help")
        sheet.line(name, log.substantive / log.all_calls, number="0.0 %")
    lengths = (
        (_("Mean length of a call for help"), log.mean_seconds),
        (_("Longest call for help"), log.longest_seconds),
    )
    for name, seconds in lengths:
        if seconds is not None:
            sheet.line(name, seconds / SECONDS_OF_A_DAY, number="[m]:ss")
    response = log.cases.response
    sheet.heading(_("From danger known to help"), _("calls"))
    sheet.line(_("Calls with danger now or high risk"), response.alarms)
    for name, delay in (
        (_("102 or 103 called"), response.emergency),
        (_("First referral passed on"), response.referral),
        (_("Receipt of the ministry"), response.ministry),
    ):
        sheet.line(name, delay.calls)
        for part, seconds in (
            (_("median"), delay.median_seconds),
            (_("longest"), delay.longest_seconds),
        ):
            if seconds is not None:
                sheet.line(part, seconds / SECONDS_OF_A_DAY, number="[m]:ss", part=True)
    sheet.heading(_("On duty"))
    for person in log.on_duty:
        sheet.line(person.full_name, person.calls)
    for section in sections(log, reference, SPREADSHEET):
        sheet.heading(section.title, section.note)
        for row in section.rows:
            sheet.line(row.label, row.calls, part=row.part)


class _Figures:
    """The first sheet: labels on the left, numbers on the right, written from top to bottom."""

    def __init__(self, book: Any, log: DailyLog) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self._row = 4
        self._sheet = sheet = book.add_worksheet(_("Daily log")[:31])
        sheet.set_column(0, 0, 56)
        sheet.set_column(1, 1, 18)
        sheet.set_portrait()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(3, 0)
        sheet.hide_gridlines(2)
        title = self._format(bold=True, font_size=16, font_color=ACCENT)
        sheet.write_string(0, 0, _("Daily log of helpline 117"), title)
        sheet.write_datetime(0, 1, log.day, self._format(align="right", num_format=DAY))
        sheet.write_string(1, 0, log.office.name(language()))
        sheet.write_string(1, 1, log.office.code, self._format(align="right"))
        sheet.write_string(2, 0, _("Made at"))
        moment = local(log.made_at).replace(tzinfo=None, microsecond=0)
        form = self._format(align="right", num_format=f"{DAY} hh:mm")
        sheet.write_datetime(2, 1, moment, form)

    def heading(self, title: str, note: str = "") -> None:
        """Begin a section after an empty row."""
        self._row += 1
        form = self._format(bold=True, font_color=ACCENT, bottom=1, bottom_color=ACCENT)
        self._sheet.write_string(self._row, 0, title, form)
        self._sheet.write_string(self._row, 1, note, form)
        self._row += 1

    def line(self, label: str, value: float, *, number: str = "0", part: bool = False) -> None:
        """One figure, in Excel's number format `number`."""
        form = self._format(bottom=1, bottom_color=LINE, indent=2 if part else 0)
        self._sheet.write_string(self._row, 0, label, form)
        form = self._format(bottom=1, bottom_color=LINE, num_format=number)
        self._sheet.write_number(self._row, 1, value, form)
        self._row += 1

    def _format(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def _records(book: Any, records: Iterable[RecordRow], reference: Reference) -> None:
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
    sheet = book.add_worksheet(_("Records")[:31])
    shown = columns()
    for place, column in enumerate(shown):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.title, header)
    cells = RecordCells(reference)
    last = 0
    for last, record in enumerate(records, start=1):
        for place, cell in enumerate(cells.cells(record)):
            if isinstance(cell, str):
                sheet.write_string(last, place, cell)
            elif isinstance(cell, int):
                sheet.write_number(last, place, cell)
            elif isinstance(cell, date | time):
                sheet.write_datetime(last, place, cell, day if isinstance(cell, date) else clock)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(shown) - 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
