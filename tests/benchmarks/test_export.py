"""Exports against the libraries alone, and the daily log of a full day on screen and paper."""

from __future__ import annotations

import io
import json
import statistics
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSizeF
from PySide6.QtGui import QPdfWriter, QTextDocument

from operator_app.domain.clock import to_ms
from operator_app.domain.reference import Reference
from operator_app.domain.span import Span
from operator_app.export.html import daily_log_page
from operator_app.services.reports import Reports
from operator_app.ui.printing import PageView, page_pdf
from tests.benchmarks import many_calls
from tests.benchmarks.measure import ROOT, Result, by_turns, medians, seconds, settle
from tests.conftest import TestOffice
from tests.reports.conftest import DAY, random_call, xlsx_of

CALLS = 100_000
ROUNDS = 3
DAYS_ROUNDS = 15
CALLS_OF_A_DAY = 200
MOST_MEMORY_MB = 150
ON_SCREEN_MS = 100


def _worker(who: str, ending: str, calls: int, file: Path) -> tuple[float, int]:
    """(seconds of the export, most resident memory of the process in KB)."""
    timed = str(ROOT / "tests" / "benchmarks" / "timed.py")
    worker = str(ROOT / "tests" / "benchmarks" / "export_worker.py")
    command = [sys.executable, "-S", timed, sys.executable, worker, who, ending, str(calls)]
    done = subprocess.run(
        [*command, str(file)],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    took, (_whole, memory, code) = (json.loads(x) for x in done.stdout.splitlines()[-2:])
    assert code == 0
    return took, memory


@pytest.mark.bench
@pytest.mark.parametrize(("ending", "goal"), [("xlsx", 1.15), ("csv", None)])
def test_many_records(
    tmp_path: Path,
    reference: Reference,
    results: list[Result],
    ending: str,
    goal: float | None,
) -> None:
    memory: dict[str, list[int]] = {"ours": [], "bare": []}

    def run(who: str) -> float:
        took, most = _worker(who, ending, CALLS, tmp_path / f"{who}.{ending}")
        memory[who].append(most)
        return took

    one, other = medians(by_turns(lambda: run("ours"), lambda: run("bare"), rounds=ROUNDS))
    name = f"{CALLS:,} records to {ending.upper()}"
    results.append(Result(name, "s", one, other, goal))
    most = statistics.median(memory["ours"]) / 1024
    results.append(Result(f"memory of it, of {MOST_MEMORY_MB} MB", "MB", most, MOST_MEMORY_MB, 1.0))


@pytest.fixture
def full_day(office: TestOffice, reference: Reference) -> tuple[Reports, Span]:
    import random

    rng = random.Random(117)
    begin = office.clock.now
    for number in range(CALLS_OF_A_DAY):
        office.clock.now = begin + timedelta(minutes=2 * number)
        form = random_call(rng, reference, to_ms(office.clock.now))
        office.calls.save(office.actor, form)
    return Reports(office.database, reference, office.clock), Span.of_day(DAY)


@pytest.mark.bench
def test_a_full_day(
    office: TestOffice,
    reference: Reference,
    full_day: tuple[Reports, Span],
    results: list[Result],
    qapp: object,
) -> None:
    reports, span = full_day
    view = PageView()
    view.resize(900, 700)
    page = daily_log_page(reports.daily_log(office.actor, span), reference)
    book = _cells(reports, office, span, reference)
    settle()

    def on_screen() -> None:
        log = reports.daily_log(office.actor, span)
        view.show_page(daily_log_page(log, reference))

    def xlsx() -> None:
        with reports.both(office.actor, span) as (log, records):
            xlsx_of(log, records, reference)

    shown = statistics.median(seconds(on_screen) for _ in range(DAYS_ROUNDS))
    results.append(
        Result(f"daily log of {CALLS_OF_A_DAY} calls on screen", "ms", shown * 1e3, ON_SCREEN_MS, 1)
    )
    one, other = medians(
        by_turns(
            lambda: seconds(lambda: page_pdf(page)),
            lambda: seconds(lambda: _bare_pdf(page.body, page.foot)),
            rounds=DAYS_ROUNDS,
        )
    )
    results.append(Result("its PDF", "ms", one * 1e3, other * 1e3, 1.3))
    one, other = medians(
        by_turns(
            lambda: seconds(xlsx), lambda: seconds(lambda: _bare_book(book)), rounds=DAYS_ROUNDS
        )
    )
    results.append(Result("its XLSX", "ms", one * 1e3, other * 1e3, 1.2))


def _bare_pdf(body: str, foot: str) -> None:
    """Qt alone: the same HTML laid out once and drawn."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    document = QTextDocument()
    document.setHtml(body + foot)
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.print_(writer)


def _cells(
    reports: Reports, office: TestOffice, span: Span, reference: Reference
) -> openpyxl.Workbook:
    with reports.both(office.actor, span) as (log, records):
        return openpyxl.load_workbook(io.BytesIO(xlsx_of(log, records, reference)))


def _bare_book(book: openpyxl.Workbook) -> None:
    """XlsxWriter alone: the same cells, and as many charts."""
    import xlsxwriter

    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as made:
        day = made.add_format({"num_format": "dd.mm.yyyy"})
        for sheet in book:
            target = made.add_worksheet(sheet.title)
            for row in sheet.iter_rows():
                for cell in row:
                    place = (cell.row - 1, cell.column - 1)
                    if isinstance(cell.value, str):
                        target.write_string(*place, cell.value)
                    elif isinstance(cell.value, int | float):
                        target.write_number(*place, cell.value)
                    elif cell.value is not None:
                        target.write_datetime(*place, cell.value, day)
            for number in range(len(sheet._charts)):
                chart = made.add_chart({"type": "bar"})
                chart.add_series({"values": [sheet.title, 3, 1, 12, 1]})
                target.insert_chart(number * 20, 4, chart)


def test_the_worker_measures_what_it_says(
    office: TestOffice, reference: Reference, tmp_path: Path
) -> None:
    """A small sample: both ends write the same header and as many rows of the same cells."""
    from tests.benchmarks import export_worker

    many_calls.fill(office.database, reference, office.actor, 300)
    reports = Reports(office.database, reference, office.clock)
    cells = export_worker.RecordCells(reference)
    rows = export_worker.rows_again_and_again(reports, office.actor, cells)
    assert len(rows) == 300
    export_worker.bare_xlsx(tmp_path / "bare.xlsx", iter(rows))
    with reports.both(office.actor, export_worker.WHOLE) as (log, records):
        ours = openpyxl.load_workbook(io.BytesIO(xlsx_of(log, records, reference)))["Records"]
    bare = openpyxl.load_workbook(tmp_path / "bare.xlsx")["Records"]
    values = [[[cell.value for cell in row] for row in sheet] for sheet in (ours, bare)]
    assert values[0] == values[1]
