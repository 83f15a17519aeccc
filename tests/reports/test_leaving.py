"""What leaves, whatever was typed: no name, number, PIN or free text; formulas stay text, also in
LibreOffice."""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from operator_app.domain.calls import CallForm
from operator_app.domain.clock import to_ms
from operator_app.domain.reference import Reference
from operator_app.domain.span import Span
from operator_app.domain.violence import SafeContact, ViolenceForm
from operator_app.errors import Cancelled
from operator_app.export.chart_sheet import tables
from operator_app.export.record_sheet import record_sheets
from operator_app.services.exports import ExportFormat, Exports
from operator_app.services.reports import Reports
from operator_app.ui.printing import page_pdf
from tests.conftest import TestOffice
from tests.reports.conftest import DAY, Busy, csv_of, random_call, words_of, xlsx_of
from tests.reports.test_exports import audited

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1;1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://evil.example")',
)
SECRET = "ЗЗКАНАРЕЙКА"
"""Of one script: a PDF splits words where the script changes."""
SEVERAL = Span.of_days(DAY - timedelta(days=40), DAY)


def typed(rng: random.Random, number: int) -> dict[str, str]:
    """Everything free that a form takes, recognisable."""
    start = rng.choice(["", *FORMULAS])
    return {
        "caller_name": f"{start}{SECRET} имя {number}",
        "phone": f"055577{number:04}",
        "note": f"{start}{SECRET} слова {number} ИИН 2170619951{number:04}",
    }


def violent(rng: random.Random, form: CallForm, number: int) -> CallForm:
    return replace(
        form,
        topics=("VIO.DOM",),
        violence=ViolenceForm(
            affected_name=f"{SECRET} {number}",
            happened=f"{rng.choice(FORMULAS)}{SECRET}",
            contact=SafeContact(phone=f"055588{number:04}", what_to_say=f"{SECRET} скажите"),
        ),
    )


@pytest.fixture
def told(office: TestOffice, reference: Reference) -> TestOffice:
    """An office in which every free field holds something that must not leave."""
    rng = random.Random(2026)
    end = office.clock.now
    for number in range(60):
        office.clock.now = end - timedelta(days=rng.choice([0, 0, 1, 20, 40]), minutes=number)
        form = random_call(rng, reference, to_ms(office.clock.now))
        if form.contact_kind in ("SELF", "OTHER", "PROF", "FOLLOW"):
            form = replace(form, **typed(rng, number))
            if rng.random() < 0.3:
                form = violent(rng, form, number)
        saved = office.calls.save(office.actor, form)
        if rng.random() < 0.1:
            office.calls.void(office.actor, saved.call_id, f"{SECRET} причина")
    office.clock.now = end
    return office


def everything(content: bytes, wanted: ExportFormat) -> str:
    """All text of a file: also shared strings, what charts remember, and properties."""
    if wanted is ExportFormat.XLSX:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(name).decode() for name in parts.namelist())
    return words_of(content) if wanted is ExportFormat.PDF else content.decode("utf-8-sig")


@pytest.mark.parametrize("span", [Span.of_day(DAY), SEVERAL], ids=["day", "weeks"])
def test_nothing_typed_leaves_in_any_file(
    told: TestOffice, tmp_path: Path, span: Span, qapp: object
) -> None:
    reports = Reports(told.database, told.reference, told.clock)
    exports = Exports(told.database, reports, told.reference, told.clock, page_pdf)
    for wanted in ExportFormat:
        made = exports.daily_log(told.actor, span, wanted, tmp_path / f"log.{wanted.value}")
        shown = everything(made.file.read_bytes(), wanted)
        assert "117" in shown or "0412" in shown
        assert SECRET not in shown
        # The numbers of calls have six digits after a dash; what people type has more in a row.
        assert re.search(r"55577\d{4}|55588\d{4}|2170619951", shown) is None
        assert "cmd|" not in shown
        assert "HYPERLINK" not in shown


def with_labels(reference: Reference, labels: tuple[str, ...]) -> Reference:
    """Code lists whose labels are what a spreadsheet might run."""
    codes = []
    for name in ("topic_l1", "topic_l2", "action", "contact_kind", "language", "channel"):
        for number, code in enumerate(reference.codes(name)):
            codes.append(replace(code, labels={"en": f"{labels[number % len(labels)]} {number}"}))
    return Reference(codes, reference.divisions(1) + reference.divisions(2))


HOSTILE = (*FORMULAS, "_x0041_ & <b>", " blanks ", "ң ө ү", "\x00\x0b")


@pytest.fixture(scope="module")
def hostile_files(busy: Busy) -> tuple[bytes, bytes]:
    reference = with_labels(busy.office.reference, HOSTILE)
    actor = busy.office.actor
    with busy.reports.both(actor, Span.of_day(DAY)) as (log, records):
        book = xlsx_of(log, records, reference)
    table = csv_of(busy.reports.records(actor, Span.of_day(DAY)), reference)
    return book, table


def test_the_book_reads_back_as_it_was_written(
    busy: Busy, hostile_files: tuple[bytes, bytes]
) -> None:
    from operator_app.export.record_table import RecordCells

    reference = with_labels(busy.office.reference, HOSTILE)
    cells = RecordCells(reference)
    records = busy.reports.records(busy.office.actor, Span.of_day(DAY))
    wanted = [cells.cells(record) for record in records]

    sheet = openpyxl.load_workbook(io.BytesIO(hostile_files[0]))["Records"]

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(2)]
    assert len(rows) == len(wanted)
    assert any("\\x00" in repr(cell) for row in wanted for cell in row)
    for row, expected in zip(rows, wanted, strict=True):
        assert [plain(cell) for cell in row] == [as_excel_writes(cell) for cell in expected]
    kinds = {cell.data_type for row in sheet.iter_rows(2) for cell in row}
    assert kinds <= {"inlineStr", "s", "n", "d"}


def plain(cell: object) -> object:
    """One spelling for what two libraries tell differently."""
    return cell.date() if isinstance(cell, datetime) else cell


def as_excel_writes(cell: object) -> object:
    """XML cannot hold these signs: Excel has _x000D_ for them, and _x005F_ before its own likes."""
    if not isinstance(cell, str):
        return cell
    cell = re.sub("_(?=x[0-9A-F]{4}_)", "_x005F_", cell)
    return re.sub("[\x00-\x08\x0b-\x1f]", lambda found: f"_x{ord(found[0]):04X}_", cell)


def test_the_charts_are_excels_own_and_show_the_figures(busy: Busy) -> None:
    with busy.reports.both(busy.office.actor, SEVERAL) as (log, records):
        content = xlsx_of(log, records, busy.office.reference)
        shown = tables(log, busy.office.reference)

    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Charts"]
    titles = [
        "Calls by hour of the day",
        "Calls by day",
        "Topics",
        "Kinds of contact",
        "Languages",
    ]
    assert [table.title for table in shown] == titles
    assert len(sheet._charts) == len(titles)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        charts = [n for n in parts.namelist() if re.fullmatch(r"xl/charts/chart\d\.xml", n)]
        xml = [parts.read(name).decode() for name in sorted(charts)]
    for chart, table in zip(xml, shown, strict=True):
        references = re.findall(r"<c:f>(.*?)</c:f>", chart)
        cells = [sheet[r.split("!")[1].replace("$", "")] for r in references if ":" in r]
        read = [[row[0].value for row in block] for block in cells]
        labels = [label for label, _ in table.rows]
        for n, _name in enumerate(table.series):
            assert read[2 * n] == labels
            assert read[2 * n + 1] == [numbers[n] for _, numbers in table.rows]
    by_hour = dict(shown[0].rows)
    assert sum(calls for calls, _ in by_hour.values()) == log.all_calls


def test_without_calls_there_is_no_sheet_of_charts(office: TestOffice) -> None:
    reports = Reports(office.database, office.reference, office.clock)
    with reports.both(office.actor, Span.of_day(DAY)) as (log, records):
        book = openpyxl.load_workbook(io.BytesIO(xlsx_of(log, records, office.reference)))

    assert book.sheetnames == ["Daily log", "Records"]
    assert book["Records"].max_row == 1


def test_more_records_than_a_sheet_holds_go_on_on_the_next(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from operator_app.export import record_sheet

    assert [s.rows for s in record_sheets(1_200_000)] == [500_000, 500_000, 200_000]
    assert [s.rows for s in record_sheets(500_000)] == [500_000]
    monkeypatch.setattr(record_sheet, "MOST_ROWS", 40)
    with busy.reports.both(busy.office.actor, Span.of_day(DAY)) as (log, records):
        book = openpyxl.load_workbook(io.BytesIO(xlsx_of(log, records, busy.office.reference)))

    numbers = [
        row[0]
        for name in book.sheetnames
        if name.startswith("Records")
        for row in book[name].iter_rows(2, max_col=1, values_only=True)
    ]
    wanted = sorted(busy.of(DAY), key=lambda c: (c.form.started_at, c.call_id))
    assert numbers == [c.number for c in wanted]
    assert "Records 2" in book.sheetnames


@pytest.mark.parametrize("wanted", [ExportFormat.XLSX, ExportFormat.CSV])
def test_a_cancelled_export_leaves_no_file(
    told: TestOffice, exports: Exports, tmp_path: Path, wanted: ExportFormat
) -> None:
    file = tmp_path / "handed" / "log"
    file.parent.mkdir()
    file.write_bytes(b"older")

    def stop(_done: int, total: int) -> None:
        if total:
            raise Cancelled("work.cancelled")

    with pytest.raises(Cancelled):
        exports.daily_log(told.actor, SEVERAL, wanted, file, progress=stop)

    assert [p.name for p in file.parent.iterdir()] == ["log"]
    assert file.read_bytes() == b"older"
    assert [action for action, _ in audited(told)] == [
        "daily_log.export_begun",
        "daily_log.export_cancelled",
    ]


def test_progress_counts_the_records(busy: Busy, tmp_path: Path) -> None:
    office = busy.office
    exports = Exports(office.database, busy.reports, office.reference, office.clock, page_pdf)
    told: list[tuple[int, int]] = []

    made = exports.daily_log(
        office.actor,
        SEVERAL,
        ExportFormat.CSV,
        tmp_path / "log.csv",
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(0, made.records)]
    assert made.records == len([c for day in SEVERAL.days() for c in busy.of(day)])


OFFICE_PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(
    OFFICE_PROGRAM is None, reason="LibreOffice is not installed (apt install libreoffice-calc)"
)


def as_table(file: Path, profile: Path, options: str) -> Iterator[list[str]]:
    """The records as LibreOffice shows them after opening the file."""
    seen = file.parent / "seen"
    # All sheets, each into a file of its own; UTF-8, commas, every cell as it is shown.
    export = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        [
            str(OFFICE_PROGRAM),
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            *([f"--infilter={options}"] if options else []),
            *("--convert-to", export, "--outdir", str(seen), str(file)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    found = list(seen.iterdir())
    (table,) = [p for p in found if p.stem.endswith("Records")] or found
    yield from csv.reader(io.StringIO(table.read_text("utf-8"), newline=""))


@needs_office
def test_libreoffice_reads_the_same_cells_and_runs_nothing(
    busy: Busy, hostile_files: tuple[bytes, bytes], tmp_path: Path
) -> None:
    book, table = hostile_files
    for name, content, options in (
        ("log.xlsx", book, ""),
        ("log.csv", table, "Text - txt - csv (StarCalc):59,34,76,1"),
    ):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        (folder / name).write_bytes(content)
        rows = list(as_table(folder / name, tmp_path / "profile", options))
        calls = sorted(busy.of(DAY), key=lambda c: (c.form.started_at, c.call_id))
        assert [row[0] for row in rows[1:]] == [c.number for c in calls]
        assert [row[3] for row in rows[1:]] == [str(c.duration_seconds) for c in calls]
        kinds = {code.code: n for n, code in enumerate(busy.office.reference.codes("contact_kind"))}
        for row, call in zip(rows[1:], calls, strict=True):
            label = HOSTILE[kinds[call.form.contact_kind] % len(HOSTILE)]
            seen = row[4].lstrip("'") if name == "log.csv" else row[4]
            for part in re.findall(r"[\w|!:;()+@=/.-]{3,}", label):
                assert part in seen, (name, label, seen)
        assert not any(re.match(r"#(NAME|REF|VALUE)|Err:", cell) for row in rows for cell in row)
