"""The daily log as an Excel file: the figures, charts of them, and the records."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from operator_app.domain.clock import from_ms, local
from operator_app.domain.daily_log import DailyLog, RecordRow
from operator_app.domain.reference import Reference
from operator_app.export.chart_sheet import add_chart_sheet
from operator_app.export.daily_log_words import SPREADSHEET, sections, span_text
from operator_app.export.record_sheet import add_record_sheets, put_rows_in, record_sheets
from operator_app.export.stamp import add_stamp_sheet, stamp_sheets
from operator_app.i18n import _, language

ACCENT = "#0E7490"
LINE = "#E1E6EC"
DAY = "dd.mm.yyyy"
A4 = 9
"""Excel's number for the paper."""
SECONDS_OF_A_DAY = 86_400


def write_daily_log_xlsx(
    stream: BinaryIO, log: DailyLog, records: Iterator[RecordRow], reference: Reference
) -> None:
    """Write the file. Numbers are numbers, days and times are Excel's own, text stays text.

    `records`: the rows that `log` counts, `log.records` of them. `stream` can seek. Figures and
    charts are made in memory; the records pass through.
    """
    import xlsxwriter  # 38 ms: only when the first file is made

    book_file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": DAY,
    }
    sheets = record_sheets(log.records)
    with xlsxwriter.Workbook(book_file, options) as book:
        created = from_ms(log.made_at).replace(tzinfo=None)
        book.set_properties({"title": _("Daily log"), "created": created})
        add_stamp_sheet(book)
        _summary(book, log, reference)
        add_chart_sheet(book, log, reference)
        before = len(book.worksheets())
        add_record_sheets(book, sheets)
        stamp_sheets(book)
    parts = {f"xl/worksheets/sheet{before + n}.xml": s for n, s in enumerate(sheets, start=1)}
    put_rows_in(book_file, stream, parts, records, reference)


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
        (_("Records of these calls waiting to be sent"), log.waiting_of_span),
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
        right = self._format(align="right")
        if log.span.shift or log.span.has_several_days:
            sheet.write_string(0, 1, span_text(log.span), right)
        else:
            sheet.write_datetime(0, 1, log.day, self._format(align="right", num_format=DAY))
        sheet.write_string(1, 0, log.office.name(language()))
        sheet.write_string(1, 1, log.office.code, right)
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
