"""Whatever the figures are: nothing small leaves, in no file, and what is shown is as counted."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from operator_app.config import paths
from operator_app.domain.figures import Figures, month_of
from operator_app.domain.ministry_report import ministry_report
from operator_app.domain.office import Office
from operator_app.domain.report_builder import Compared
from operator_app.domain.report_parts import Report, Unit
from operator_app.domain.review import ReviewFigures
from operator_app.domain.suppression import LEAST
from operator_app.export.report_files import report_csv, report_xlsx
from operator_app.export.report_words import ReportWords
from operator_app.services.reference import load_reference, load_report_lines

LINES = load_report_lines(paths().resources)
REFERENCE = load_reference(paths().resources)
OFFICE = Office("0412", {"en": "Alamudun", "ru": "Аламудун", "ky": "Аламүдүн"}, "41708203000000")
PERIOD = month_of(date(2026, 10, 15))
CELLS = [
    ("calls",), ("asked",), ("cases",), ("cases_told_apart",), ("violence",), ("danger_now",),
    ("kind", "SILENT"), ("kind", "PRANK"), ("age", "A"), ("age", "C"), ("age", ""),
    ("person", "MEN"), ("person", "WOMEN"), ("person", "GIRLS"), ("person", "NOT_KNOWN"),
    ("subject", "BEN.UBK"), ("subject", "BEN.BYR"), ("subject", "VIO.DOM"), ("subject", ""),
    ("subject", "PSY"), ("subject_child", "BEN.UBK"), ("subject_child", "PSY"),
    ("oblast", "41708000000000"), ("oblast", "UNKNOWN"), ("district", "41708203000000"),
    ("language", "ky"), ("language", "ru"), ("who", "SELF"), ("who", "OTHER"), ("anonymous",),
    ("result", "ADVICE"), ("result", "EMERGENCY"), ("benefit", "BEN.UBK", "HOW"),
    ("benefit", "BEN.BYR", "REF"), ("form", "PHY"), ("form", "PSY"), ("risk", "HIGH"),
    ("risk", "STD"), ("affected", "F", "A18_34"), ("affected", "F", "A35_49"),
    ("affected", "M", ""), ("relation", "HUSB"), ("report", "FIRST"), ("report", "REPEAT"),
    ("order", "ASKED"), ("order", "ISSUED"), ("shelter", "ASKED"), ("police_told",),
    ("referral", "SHE", "OFFERED"), ("referral", "SHE", "SENT"), ("referral", "POL", "OFFERED"),
    ("referral_days", "SHE", "3"), ("referral_days", "SHE", "9"), ("alarm",),
    ("alarm_seconds", "61"), ("acute",), ("acute_with_plan",), ("gap", "41708203000000", "SHE"),
    ("gap", "41708203000000", ""), ("answered",), ("saved_quickly",), ("unknown", "division"),
    ("follow_up_due",), ("follow_up_on_time",), ("complaint",), ("not_told_apart",),
    ("number", "a"), ("number", "b"),
]  # fmt: skip
figures = st.builds(
    lambda counts: Figures(Counter({cell: n for cell, n in counts.items() if n})),
    st.dictionaries(st.sampled_from(CELLS), st.integers(0, 30)),
)


def made(now: Figures, before: Figures, year_ago: Figures, *, leaves: bool) -> Report:
    compared = Compared(now, before, year_ago)
    return ministry_report(
        compared,
        PERIOD,
        OFFICE,
        LINES,
        ReviewFigures(3, 2, {"good": 7}),
        made_at=1_790_000_000_000,
        leaves=leaves,
    )


def counts(report: Report) -> list[tuple[object, ...]]:
    return [
        (section.key, line.name, which, value)
        for section in report.sections
        for line in section.lines
        if line.unit is Unit.COUNT
        for which, value in enumerate(
            (line.values.now, line.values.before, line.values.year_ago, line.inside)
        )
    ]


@settings(max_examples=30, deadline=None)
@given(figures, figures, figures)
def test_no_small_figure_leaves_and_no_shown_one_is_changed(now, before, year_ago) -> None:
    whole = made(now, before, year_ago, leaves=False)
    left = made(now, before, year_ago, leaves=True)
    assert len(counts(whole)) == len(counts(left))
    for real, shown in zip(counts(whole), counts(left), strict=True):
        value = shown[-1]
        assert shown[:-1] == real[:-1]
        assert value is None or value == real[-1]
        assert value is None or value == 0 or value >= LEAST, shown


@settings(max_examples=30, deadline=None)
@given(figures)
def test_parts_of_a_shown_sum_cannot_be_computed(now) -> None:
    """Of the codes of a group, and of the groups: one hidden alone would be sum less the rest."""
    left = made(now, Figures(), Figures(), leaves=True)
    (subjects,) = (s for s in left.sections if s.key == "subject")
    groups: list[list[int | None]] = []
    sums: list[int | None] = []
    for line in subjects.lines:
        if line.part:
            groups[-1].append(line.values.now)
        else:
            groups.append([])
            sums.append(line.values.now)
    for group, total in [*zip(groups, sums, strict=True), (sums, now.number("asked"))]:
        gone = group.count(None)
        shown = sum(number or 0 for number in group)
        if total is not None and gone and shown:
            assert gone > 1


@settings(max_examples=6, deadline=None)
@given(figures, figures)
def test_files_hold_what_the_report_shows_and_nothing_more(now, before) -> None:
    report = made(now, before, Figures(), leaves=True)
    shown = [row for row in ReportWords(REFERENCE, LINES).rows(report) if row.line is not None]
    read = csv.reader(
        io.StringIO(report_csv(report, REFERENCE, LINES).decode("utf-8-sig")), delimiter=";"
    )
    _heading, *rows = read
    assert [(row[1], *row[3:]) for row in rows] == [
        (row.label, row.now, row.share, row.before, row.year_ago) for row in shown
    ]
    book = load_workbook(io.BytesIO(report_xlsx(report, REFERENCE, LINES)))
    sheet = book.worksheets[0]
    cells = [row for row in sheet.iter_rows(min_row=5, values_only=True) if row[1] is not None]
    told = [row.line for row in shown if row.now != "–"]
    for row, line in zip(cells, told, strict=True):
        # A median of three days is no count of three people.
        if line is not None and line.unit is Unit.COUNT:
            figures_of = [value for value in (row[1], row[3], row[4]) if isinstance(value, int)]
            assert [n for n in figures_of if 0 < n < LEAST] == [], row[0]


def test_the_definitions_travel_with_the_file() -> None:
    report = made(Figures(Counter({("calls",): 12})), Figures(), Figures(), leaves=True)
    book = load_workbook(io.BytesIO(report_xlsx(report, REFERENCE, LINES)))
    told = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert told["All calls"].startswith("Every call that was recorded and not voided")


def test_a_report_that_is_not_made_to_leave_does_not(office, tmp_path) -> None:
    from operator_app.services.cases import Cases
    from operator_app.services.exports import ExportFormat
    from operator_app.services.ministry_reports import MinistryReports
    from operator_app.ui.printing import pages_pdf

    reports = MinistryReports(
        office.database,
        office.reference,
        LINES,
        office.clock,
        pages_pdf,
        Cases(office.database, office.reference, office.clock).files,
    )
    report = reports.make(office.actor, PERIOD, [Figures()] * 3, leaves=False)
    with pytest.raises(ValueError):
        reports.export(office.actor, report, ExportFormat.CSV, tmp_path / "report.csv")
    assert not list(tmp_path.glob("*.csv"))
