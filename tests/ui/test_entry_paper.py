"""Articles and services on paper: as many sheets as it takes, each with its foot and number."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6 import QtPrintSupport
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.clock import local, to_ms
from operator_app.domain.feeds import ARTICLES
from operator_app.export.html import Page
from operator_app.services.knowledge import Knowledge
from operator_app.ui.article_paper import article_page
from operator_app.ui.printing import print_pages
from tests.conftest import TestOffice
from tests.ui.directory_office import BENEFIT, publish

LINES = 160


def paper(office: TestOffice, body: str) -> Page:
    publish(office, ARTICLES, replace(BENEFIT, body=body))
    view = Knowledge(office.database, office.clock).open(office.actor, "benefit", "en")
    return article_page(view, local(to_ms(office.clock())))


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system's print dialog, were it asked, would print to."""
    target = tmp_path / "printed.pdf"

    class PrintDialog:
        DialogCode = QtPrintSupport.QPrintDialog.DialogCode

        def __init__(self, printer: QtPrintSupport.QPrinter, _parent: QWidget) -> None:
            printer.setOutputFileName(str(target))

        def exec(self) -> QtPrintSupport.QPrintDialog.DialogCode:
            return self.DialogCode.Accepted

    monkeypatch.setattr(QtPrintSupport, "QPrintDialog", PrintDialog)
    return target


def test_a_long_article_takes_several_sheets(
    qtbot: QtBot, office: TestOffice, printed: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    body = "\n\n".join(f"Paragraph number {n}." for n in range(LINES))
    assert print_pages(parent, paper(office, body))
    sheets = [
        " ".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(printed.read_bytes())).pages
    ]
    assert len(sheets) > 2
    whole = "\n".join(sheets)
    for n in range(LINES):
        assert whole.count(f"Paragraph number {n}.") == 1
    for number, sheet in enumerate(sheets, start=1):
        assert f"{number} / {len(sheets)}" in sheet
        assert "Printed 24.11.2026 09:00" in sheet
    assert "Benefit for families" in sheets[0]
    assert "Valid from 1 January 2026 to 31 December 2026" in sheets[0]
    assert "To be confirmed by the ministry" in sheets[0]
    assert "Legal basis" in sheets[-1]


def test_a_short_one_is_one_sheet_without_a_number(
    qtbot: QtBot, office: TestOffice, printed: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    assert print_pages(
        parent, paper(office, "Short, with ң ө ү.\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    )
    (sheet,) = PdfReader(io.BytesIO(printed.read_bytes())).pages
    assert "Short, with ң ө ү." in " ".join(sheet.extract_text().split())
    assert "1 / 1" not in " ".join(sheet.extract_text().split())


def test_markup_in_an_article_stays_words(office: TestOffice, qapp: object) -> None:
    page = paper(office, "<img src='file:///etc/passwd'> & <b>x</b>\n")
    assert "<img src='file" not in page.body
    assert "&lt;b&gt;x&lt;/b&gt;" in page.body
