"""The ministry's report as CSV and as an Excel file; both carry the definitions of their figures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from operator_app.domain.clock import from_ms
from operator_app.domain.reference import Reference
from operator_app.domain.report_lines import ReportLines
from operator_app.domain.report_parts import Report, Unit
from operator_app.export.csv_file import text_csv
from operator_app.export.definitions import Definition
from operator_app.export.report_words import (
    HIDDEN,
    ReportRow,
    ReportWords,
    RowKind,
    period_text,
    title,
)
from operator_app.export.stamp import add_stamp_sheet, stamp_sheets
from operator_app.i18n import _, language

ACCENT = "#0E7490"
LINE = "#E1E6EC"
A4 = 9
"""Excel's number for the paper."""
SECONDS_OF_A_DAY = 86_400


def report_csv(report: Report, reference: Reference, lines: ReportLines) -> bytes:
    """One line a figure: part, name, codes, the three periods, share; hidden ones as a mark."""
    words = ReportWords(reference, lines)
    headings = (
        _("Part"),
        _("Figure"),
        _("Code"),
        period_text(report.period),
        _("Share"),
        period_text(report.before),
        period_text(report.year_ago),
    )
    return text_csv(headings, _csv_rows(words.rows(report)))


def _csv_rows(rows: Iterator[ReportRow]) -> Iterator[tuple[str, ...]]:
    part = ""
    for row in rows:
        if row.kind is RowKind.SECTION:
            part = row.label
        if row.line is None:
            continue
        code = "/".join(row.line.name)
        yield (part, row.label, code, row.now, row.share, row.before, row.year_ago)


def report_xlsx(report: Report, reference: Reference, lines: ReportLines) -> bytes:
    """The figures on the first sheet, what each of them counts on the second."""
    import xlsxwriter  # 38 ms: only when the first file is made

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        created = from_ms(report.made_at).replace(tzinfo=None)
        book.set_properties({"title": title(report), "created": created})
        words = ReportWords(reference, lines)
        rows = list(words.rows(report))
        add_stamp_sheet(book)
        _Sheet(book, report).write(rows)
        _definitions(book, rows, words)
        stamp_sheets(book)
    return stream.getvalue()


class _Sheet:
    """The report from top to bottom: label, number, share, the period before, a year ago."""

    def __init__(self, book: Any, report: Report) -> None:
        self._book = book
        self._report = report
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self._sheet = sheet = book.add_worksheet(_("Report")[:31])
        sheet.set_column(0, 0, 62)
        sheet.set_column(1, 4, 15)
        sheet.set_portrait()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(4, 0)
        big = self._format(bold=True, font_size=16, font_color=ACCENT)
        sheet.write_string(0, 0, title(report), big)
        sheet.write_string(1, 0, report.office.name(language()))
        sheet.write_string(1, 1, report.office.code, self._format(align="right"))
        head = self._format(
            bold=True, font_color="#FFFFFF", bg_color=ACCENT, text_wrap=True, align="right"
        )
        columns = (
            "",
            period_text(report.period),
            _("Share"),
            period_text(report.before),
            period_text(report.year_ago),
        )
        for place, column in enumerate(columns):
            sheet.write_string(3, place, column, head)
        sheet.repeat_rows(3)

    def write(self, rows: list[ReportRow]) -> None:
        """All rows."""
        for at, row in enumerate(rows, start=4):
            if row.kind is RowKind.SECTION:
                form = self._format(bold=True, font_color=ACCENT, bottom=1, bottom_color=ACCENT)
                self._sheet.write_string(at, 0, row.label, form)
            elif row.line is None:
                self._sheet.write_string(at, 0, row.label, self._format(bold=True))
            else:
                self._line(at, row)

    def _line(self, at: int, row: ReportRow) -> None:
        line = row.line
        assert line is not None  # noqa: S101 - a heading has none
        border = {"bottom": 1, "bottom_color": LINE}
        indent = 2 if row.kind is RowKind.PART else 0
        self._sheet.write_string(at, 0, row.label, self._format(indent=indent, **border))
        values = line.values
        for place, value in ((1, values.now), (3, values.before), (4, values.year_ago)):
            if value is None and line.small:
                form = self._format(align="right", **border)
                self._sheet.write_string(at, place, HIDDEN, form)
            elif value is None:
                self._sheet.write_blank(at, place, None, self._format(**border))
            elif line.unit is Unit.SECONDS:
                form = self._format(num_format="[m]:ss", **border)
                self._sheet.write_number(at, place, value / SECONDS_OF_A_DAY, form)
            else:
                number = "0.0" if line.unit is Unit.PER_DAY else "0"
                form = self._format(num_format=number, **border)
                self._sheet.write_number(at, place, value, form)
        if row.share:
            assert line.whole and values.now is not None  # noqa: S101 - else there is no share
            form = self._format(num_format="0.0 %", **border)
            self._sheet.write_number(at, 2, values.now / line.whole, form)
        else:
            self._sheet.write_blank(at, 2, None, self._format(**border))

    def _format(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def _definitions(book: Any, rows: list[ReportRow], words: ReportWords) -> None:
    sheet = book.add_worksheet(_("What is counted")[:31])
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 100)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    told: dict[str, Definition] = {}
    for row in rows:
        if row.line is not None:
            found = words.definition(row.line)
            told.setdefault(found.title, found)
    for at, definition in enumerate(told.values()):
        sheet.write_string(at, 0, definition.shown_title, bold)
        sheet.write_string(at, 1, definition.shown_text, wrap)
