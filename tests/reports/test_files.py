"""The files that leave: what is in them, and what never is."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from PySide6 import QtPrintSupport
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from operator_app import i18n
from operator_app.config import program_root
from operator_app.domain.clock import local
from operator_app.domain.csv_table import DANGEROUS_STARTS
from operator_app.domain.daily_log import RecordRow
from operator_app.domain.reference import Reference
from operator_app.domain.shifts import SHOWN_HANDOVER
from operator_app.domain.span import Span
from operator_app.export.csv_file import harmless
from operator_app.export.html import daily_log_page
from operator_app.services.exports import ExportFormat
from operator_app.services.reports import Reports
from operator_app.ui.printing import page_pdf, print_page
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import DAY, Busy, csv_of, exports_of, words_of, xlsx_of

Speak = Callable[[str, Path], None]


@pytest.fixture
def book(busy: Busy) -> openpyxl.Workbook:
    actor = busy.office.actor
    log = busy.reports.daily_log(actor, Span.of_day(DAY))
    records = busy.reports.records(actor, Span.of_day(DAY))
    return openpyxl.load_workbook(io.BytesIO(xlsx_of(log, records, busy.office.reference)))


def test_the_records_sheet_has_real_numbers_days_and_times(
    busy: Busy, book: openpyxl.Workbook
) -> None:
    sheet = book["Records"]
    titles = [cell.value for cell in sheet[1]]
    rows = [dict(zip(titles, row, strict=True)) for row in sheet.iter_rows(2, values_only=True)]
    wanted = sorted(busy.of(DAY), key=lambda c: (c.form.started_at, c.call_id))

    assert [row["Number"] for row in rows] == [c.number for c in wanted]
    assert {row["Date"] for row in rows} == {datetime(2026, 11, 24)}
    started = [local(c.form.started_at).time().replace(microsecond=0) for c in wanted]
    assert [row["Start"] for row in rows] == started
    assert started[0] == time(0, 0)
    assert started[-1] == time(23, 59, 59)
    assert [row["Length, seconds"] for row in rows] == [c.duration_seconds for c in wanted]
    assert sheet["B2"].number_format == "dd.mm.yyyy"
    assert sheet["C2"].number_format == "hh:mm:ss"
    labels = busy.office.reference
    assert [row["Main topic"] for row in rows] == [
        labels.label("topic_l2", c.form.topics[0], "en")
        if c.form.topics and not c.form.is_violence
        else None
        for c in wanted
    ]


def test_the_records_sheet_has_a_standing_header_and_a_filter(
    busy: Busy, book: openpyxl.Workbook
) -> None:
    sheet = book["Records"]

    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:T{len(busy.of(DAY)) + 1}"
    assert all(sheet.column_dimensions[c].width > 8 for c in "ABDKR")


def test_the_summary_sheet_says_the_figures(busy: Busy, book: openpyxl.Workbook) -> None:
    log = busy.reports.daily_log(busy.office.actor, Span.of_day(DAY))
    rows = {
        label: value
        for label, value in book["Daily log"].iter_rows(5, max_col=2, values_only=True)
        if label
    }

    assert rows["All calls"] == log.all_calls
    assert rows["Asked for help"] == log.substantive
    assert rows["Voided, in no other figure"] == log.voided
    assert rows["Share of calls that asked for help"] == pytest.approx(
        log.substantive / log.all_calls
    )
    assert rows["Aida Testova"] == next(p.calls for p in log.on_duty if "Aida" in p.full_name)
    assert rows["Longest call for help"].total_seconds() == log.longest_seconds
    assert book["Daily log"]["B1"].value == datetime(2026, 11, 24)
    for group in log.topics:
        label = busy.office.reference.label("topic_l1", group.code, "en")
        assert rows[label] == group.calls


def hostile(reference: Reference, start: str) -> Reference:
    """The code lists as somebody with bad intent would send them."""
    codes = [
        replace(code, labels={"en": f"{start}cmd|' /C calc'!A0; http://x.example"})
        for name in ("topic_l2", "action", "contact_kind", "language")
        for code in reference.codes(name)
    ]
    return Reference(codes, reference.divisions(1) + reference.divisions(2))


@pytest.mark.parametrize("start", DANGEROUS_STARTS)
def test_no_cell_is_a_formula_or_a_link(busy: Busy, start: str) -> None:
    actor = busy.office.actor
    reference = hostile(busy.office.reference, start)
    log = busy.reports.daily_log(actor, Span.of_day(DAY))
    records = list(busy.reports.records(actor, Span.of_day(DAY)))
    hostile_log = replace(log, on_duty=tuple(replace(p, full_name="=1+1") for p in log.on_duty))

    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(hostile_log, records, reference)))
    lines = list(
        csv.reader(
            io.StringIO(csv_of(records, reference).decode("utf-8-sig"), newline=""),
            delimiter=";",
        )
    )

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [c.coordinate for c in cells if c.data_type == "f" or c.hyperlink] == []
    assert any(cell.value == "=1+1" for cell in cells)
    assert len(lines) == len(records) + 1
    assert any("calc" in cell for line in lines for cell in line)
    assert not any(cell.startswith(DANGEROUS_STARTS) for line in lines for cell in line)


@given(st.text())
def test_harmless_text_never_starts_a_formula_and_keeps_every_letter(text: str) -> None:
    made = harmless(text)

    assert not made.startswith(DANGEROUS_STARTS)
    assert made in (text, "'" + text)


def test_csv_is_what_excel_opens_here(busy: Busy, speak: Speak) -> None:
    speak("en", Path())
    records = list(busy.reports.records(busy.office.actor, Span.of_day(DAY)))

    content = csv_of(iter(records), busy.office.reference)

    assert content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n") == len(records) + 1
    first, *rest = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert first[:4] == ["Number", "Date", "Start", "Length, seconds"]
    assert [line[0] for line in rest] == [r.number for r in records]
    assert {line[1] for line in rest} == {"2026-11-24"}
    assert rest[0][2] == "00:00:00"
    assert {len(line) for line in rest} == {len(first)}


def kyrgyz_sentences(folder: Path) -> None:
    """A made-up Kyrgyz: every sentence a third longer, with the letters ң ө ү."""
    catalog = Catalog(locale="ky")
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(program_root() / "operator_app" / "export")
    ):
        assert isinstance(message, str)
        longer = message + " " + ("ңөү" * 99)[: max(3, len(message) // 3)]
        catalog.add(message, longer)
    target = folder / "i18n" / "ky" / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / f"{i18n.DOMAIN}.mo").open("wb") as stream:
        write_mo(stream, catalog)


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_pdf_is_one_a4_page_with_text(
    busy: Busy,
    language: str,
    speak: Speak,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qapp: object,
) -> None:
    if language == "ky":
        kyrgyz_sentences(tmp_path)
        speak("ky", tmp_path)
    else:
        monkeypatch.setattr(i18n, "_language", language)
    log = busy.reports.daily_log(busy.office.actor, Span.of_day(DAY))
    reference = busy.office.reference

    pdf = page_pdf(daily_log_page(log, reference, "Түштө келет"))

    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    assert [round(float(x)) for x in reader.pages[0].mediabox[2:]] == [595, 842]
    words = words_of(pdf)
    assert log.office.name(language) in words
    assert "24.11.2026" in words
    assert "Түштө келет" in words
    for group in log.topics:
        assert reference.label("topic_l1", group.code, language) in words
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert all(
        "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for font in fonts.values()
    )
    if language == "ky":
        assert set("ңөү") <= set(words)


def test_the_fullest_day_still_is_one_page(
    busy: Busy, speak: Speak, tmp_path: Path, qapp: object
) -> None:
    """Every topic, place, action and kind at once, thirty people, and a note as long as allowed."""
    from operator_app.domain.daily_log import Line, OnDuty, falling, grouped

    kyrgyz_sentences(tmp_path)
    speak("ky", tmp_path)
    reference = busy.office.reference

    def all_of(name: str) -> tuple[Line, ...]:
        return falling(Line(code.code, 3) for code in reference.codes(name))

    log = replace(
        busy.reports.daily_log(busy.office.actor, Span.of_day(DAY)),
        topics=grouped(all_of("topic_l2")),
        actions=all_of("action"),
        kinds=all_of("contact_kind"),
        languages=all_of("language"),
        places=tuple(Line(d.code, 2) for d in reference.divisions(2)),
        on_duty=tuple(OnDuty(f"Бермет Үлгүлөва {n}", n) for n in range(30)),
    )

    pdf = page_pdf(daily_log_page(log, reference, "сөз\n" * SHOWN_HANDOVER))

    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    words = words_of(pdf)
    # The last line of the tables and the foot are both on the sheet.
    assert "24.11.2026" in words
    assert "Handed over" in words
    assert words.count("сөз") > 50


@pytest.mark.parametrize("accepted", [True, False])
def test_the_printer_gets_the_same_page_once_the_dialog_is_accepted(
    busy: Busy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, accepted: bool
) -> None:
    target = tmp_path / "printed.pdf"

    class PrintDialog:
        """Stands for the system's dialog: the person chooses to print into a file."""

        DialogCode = QtPrintSupport.QPrintDialog.DialogCode

        def __init__(self, printer: QtPrintSupport.QPrinter, _parent: QWidget) -> None:
            printer.setOutputFileName(str(target))

        def exec(self) -> QtPrintSupport.QPrintDialog.DialogCode:
            return self.DialogCode.Accepted if accepted else self.DialogCode.Rejected

    monkeypatch.setattr(QtPrintSupport, "QPrintDialog", PrintDialog)
    parent = QWidget()
    qtbot.addWidget(parent)
    log = busy.reports.daily_log(busy.office.actor, Span.of_day(DAY))
    page = daily_log_page(log, busy.office.reference, "Keys are with Bermet")

    assert print_page(parent, page) is accepted

    assert target.exists() is accepted
    if accepted:
        printed = target.read_bytes()
        assert len(PdfReader(io.BytesIO(printed)).pages) == 1
        assert words_of(printed) == words_of(page_pdf(page))


CANARIES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30
)


@given(CANARIES, st.from_regex(r"\+9965[0-9]{8}", fullmatch=True), CANARIES)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_name_no_phone_and_no_text_ever_leaves(
    office: TestOffice, tmp_path: Path, qapp: object, name: str, phone: str, note: str
) -> None:
    name, note = f"ЖашыруунАты{name}", f"ЖашыруунСөз{note}"
    form = information_call(
        office.calls.start(office.actor).form, caller_name=name, phone=phone, note=note
    )
    saved = office.calls.save(office.actor, form)
    office.calls.void(office.actor, saved.call_id, f"ЖашыруунСебеп{note}")
    office.calls.save(office.actor, form)

    seen = ""
    for wanted in ExportFormat:
        made = exports_of(office).daily_log(
            office.actor, Span.of_day(DAY), wanted, tmp_path / "log"
        )
        content = made.file.read_bytes()
        if wanted is ExportFormat.XLSX:
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                seen += "".join(parts.read(n).decode() for n in parts.namelist())
        elif wanted is ExportFormat.PDF:
            seen += words_of(content) + str(PdfReader(io.BytesIO(content)).metadata)
        else:
            seen += content.decode("utf-8-sig")

    assert saved.number in seen
    assert "Жашыруун" not in seen
    digits = re.sub(r"\D", "", phone)
    assert digits not in seen
    assert digits[3:] not in seen


def test_a_row_has_no_place_for_a_person() -> None:
    assert not {"caller_name", "phone", "note", "void_reason", "operator_id"} & set(
        RecordRow.__dataclass_fields__
    )


def test_unknown_codes_of_a_newer_list_are_shown_as_they_are(office: TestOffice) -> None:
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    reports = Reports(office.database, office.reference, office.clock)
    bare = Reference([], [])

    text = csv_of(reports.records(office.actor, Span.of_day(DAY)), bare).decode("utf-8-sig")

    assert "BEN.UBK" in text
