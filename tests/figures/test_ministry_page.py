"""The report for the ministry as a supervisor works with it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from operator_app.config import paths
from operator_app.domain.people import Actor, Role
from operator_app.export.html import Page
from operator_app.services.cases import Cases
from operator_app.services.figures import FigureBook
from operator_app.services.ministry_reports import MinistryReports
from operator_app.services.reference import load_report_lines
from operator_app.ui.events import Events
from operator_app.ui.printing import pages_pdf
from operator_app.ui.screens.ministry_page import MinistryPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice

CONTROL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class SavesTo:
    """Answers the file dialog."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        return self.folder / proposed.name

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


class Bench:
    """The page, shown, and what it told."""

    def __init__(self, qtbot: QtBot, office: TestOffice, folder: Path, role: Role) -> None:
        self.events = Events()
        self.opened: list[str] = []
        self.printed: list[Page] = []
        self.events.open_call_asked.connect(self.opened.append)
        self.events.open_case_asked.connect(self.opened.append)
        lines = load_report_lines(paths().resources)
        database, clock = office.database, office.clock
        actor = Actor(office.actor.user_id, office.actor.login, office.actor.full_name, role)
        self.page = MinistryPage(
            book=FigureBook(database, clock),
            reports=MinistryReports(
                database,
                office.reference,
                lines,
                clock,
                pages_pdf,
                Cases(database, office.reference, clock).files,
            ),
            reference=office.reference,
            lines=lines,
            actor=actor,
            tasks=InlineTaskRunner(),
            events=self.events,
            dialogs=SavesTo(folder),  # type: ignore[arg-type]
            clock=clock,
            print_page=self._print,
        )
        qtbot.addWidget(self.page)
        self.page.resize(1240, 640)
        with qtbot.waitActive(self.page):
            self.page.show()
            self.page.activateWindow()

    def value(self, label: str, column: int = 1) -> str:
        model = self.page.model
        return str(model.index(self.row(label), column).data())

    def row(self, label: str) -> int:
        model = self.page.model
        labels = [str(model.index(n, 0).data()).strip() for n in range(model.rowCount())]
        return labels.index(label)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.keyClick(self.page.window().focusWidget() or self.page, key, modifiers)

    def _print(self, parent: QWidget, page: Page) -> bool:
        self.printed.append(page)
        return True


@pytest.fixture
def bench(qtbot: QtBot, october: TestOffice, tmp_path: Path) -> Bench:
    return Bench(qtbot, october, tmp_path, Role.SUPERVISOR)


def test_it_opens_with_the_last_whole_month_and_goes_on_by_keys(bench: Bench) -> None:
    assert bench.page.panel.period_label.text() == "01.10.2026 – 31.10.2026"
    assert bench.value("All calls") == "120"
    assert bench.value("All calls", 3) == "0"
    bench.page.table.setFocus()
    bench.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert bench.page.panel.period_label.text() == "01.09.2026 – 30.09.2026"
    assert bench.value("All calls") == "0"
    bench.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    bench.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert bench.page.panel.period_label.text() == "01.11.2026 – 30.11.2026"
    assert not bench.page.panel.next_button.isEnabled()
    assert bench.value("All calls", 3) == "120"
    bench.page.panel.length.setFocus()
    bench.press(Qt.Key.Key_2)
    assert bench.page.panel.period_label.text() == "09.11.2026 – 15.11.2026"


def test_a_figure_tells_what_it_counts_and_its_records(bench: Bench) -> None:
    table, panel = bench.page.table, bench.page.panel
    table.setFocus()
    table.go_to(bench.row("Calls about violence"))
    assert panel.definition_title.text() == "Calls about violence"
    assert "danger now" in panel.definition.text()
    bench.press(Qt.Key.Key_Return)
    records = bench.page.records
    assert records.isVisible()
    assert records.model.rowCount() == int(bench.value("Calls about violence"))
    bench.press(Qt.Key.Key_Return)
    assert len(bench.opened) == 1
    bench.press(Qt.Key.Key_Escape)
    assert panel.isVisible() and table.hasFocus()


def test_what_leaves_hides_small_figures_and_the_screen_does_not(
    bench: Bench, tmp_path: Path
) -> None:
    cases = bench.value("Cases")
    told = bench.value("Cases told apart")
    assert 0 < int(told) < 5 < int(cases)
    bench.page.table.setFocus()
    bench.press(Qt.Key.Key_E, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    (file,) = tmp_path.glob("117_*.csv")
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig")), delimiter=";"))
    exported = {row["Code"]: row["01.10.2026 – 31.10.2026"] for row in rows}
    assert exported["cases"] == cases
    assert exported["cases_told_apart"] == "•"
    assert not [code for code, n in exported.items() if n.isdigit() and 0 < int(n) < 5]
    bench.page.panel.hide_box.setChecked(True)
    assert bench.value("Cases told apart") == "•"


@pytest.mark.parametrize(("key", "ending"), [(Qt.Key.Key_E, "xlsx"), (Qt.Key.Key_D, "pdf")])
def test_it_is_handed_over_by_one_key(bench: Bench, tmp_path: Path, key, ending) -> None:
    bench.page.table.setFocus()
    bench.press(key, CONTROL)
    (file,) = tmp_path.glob(f"117_*.{ending}")
    assert file.stat().st_size > 5_000
    assert file.name in bench.page.panel.outcome.done.toolTip()


def test_it_is_printed_with_small_figures_hidden(bench: Bench) -> None:
    bench.page.table.setFocus()
    bench.press(Qt.Key.Key_P, CONTROL)
    (page,) = bench.printed
    assert "•" in page.body


def test_an_analyst_sees_figures_and_no_records(
    qtbot: QtBot, october: TestOffice, tmp_path: Path
) -> None:
    bench = Bench(qtbot, october, tmp_path, Role.ANALYST)
    bench.page.table.go_to(bench.row("Calls about violence"))
    assert not bench.page.panel.records_button.isEnabled()
    bench.page.table.setFocus()
    bench.press(Qt.Key.Key_Return)
    assert bench.page.records.model.rowCount() == 0
    assert "figures" in bench.page.records.notice.findChild(type(bench.page.state)).text()


def test_an_empty_office_has_a_report_too(qtbot: QtBot, office: TestOffice, tmp_path: Path) -> None:
    bench = Bench(qtbot, office, tmp_path, Role.SUPERVISOR)
    assert bench.value("All calls") == "0"
    bench.page.table.setFocus()
    bench.press(Qt.Key.Key_D, CONTROL)
    assert list(tmp_path.glob("117_*.pdf"))
