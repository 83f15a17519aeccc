"""The screen, as the supervisor uses it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QShortcut
from PySide6.QtWidgets import QLabel, QPushButton

from operator_app.domain.shifts import SHOWN_HANDOVER
from operator_app.errors import NotAllowed
from operator_app.services.reports import Reports
from operator_app.ui.tasks import TaskRunner
from tests.reports.conftest import DAY, words_of
from tests.reports.log_bench import Bench, page_text, press
from tests.reports.test_exports import audited


def test_excel_and_save_are_all_it_takes(bench: Bench) -> None:
    bench.call()
    screen = bench.screen()

    screen.panel.excel_button.click()

    file = bench.answers.folder / "117_0412_2026-11-24.xlsx"
    assert openpyxl.load_workbook(file)["Records"].max_row == 2
    assert bench.answers.proposed[0].name == file.name
    assert "117_0412_2026-11-24.xlsx" in screen.panel.outcome.done.label.text()
    assert screen.panel.outcome.done.toolTip() == str(file)
    assert not screen.panel.outcome.folder_button.isHidden()
    assert bench.answers.asked == []


def test_the_next_file_is_proposed_where_the_last_one_went(bench: Bench) -> None:
    screen = bench.screen()

    screen.panel.excel_button.click()
    screen.panel.csv_button.click()

    assert bench.answers.proposed[1] == bench.answers.folder / "117_0412_2026-11-24.csv"


def test_a_cancelled_dialog_writes_nothing(bench: Bench) -> None:
    bench.answers.rename = lambda _name: None
    screen = bench.screen()

    screen.panel.excel_button.click()

    assert list(bench.answers.folder.iterdir()) == []
    assert screen.panel.outcome.done.isHidden()
    assert audited(bench.office) == []


@pytest.mark.parametrize("yes", [True, False])
def test_a_name_without_its_ending_gets_it_but_replaces_nothing_unasked(
    bench: Bench, yes: bool
) -> None:
    bench.answers.rename = lambda _name: "monday"
    bench.answers.yes = yes
    old = bench.answers.folder / "monday.csv"
    old.write_bytes(b"old")
    screen = bench.screen()

    screen.panel.csv_button.click()

    assert len(bench.answers.asked) == 1
    assert (old.read_bytes() == b"old") is not yes


def test_the_note_is_on_the_paper_and_nowhere_else(bench: Bench) -> None:
    bench.call()
    screen = bench.screen()
    screen.handover.note.setPlainText("Keys are with Bermet")

    for made in ("excel_button", "csv_button", "pdf_button", "print_button"):
        getattr(screen.panel, made).click()

    files = {p.suffix: p.read_bytes() for p in bench.answers.folder.iterdir()}
    assert "Keys are with Bermet" in words_of(files[".pdf"])
    assert "Keys are with Bermet" in bench.printed[0].foot
    assert b"Bermet" not in files[".csv"]
    cells = [
        str(c.value)
        for sheet in openpyxl.load_workbook(bench.answers.folder / "117_0412_2026-11-24.xlsx")
        for row in sheet.iter_rows()
        for c in row
    ]
    assert not any("Bermet" in cell for cell in cells)
    assert "Bermet" not in str(audited(bench.office))
    assert [action for action, _ in audited(bench.office)][-1] == "daily_log.printed"


def test_a_note_that_is_too_long_is_said_to_be(bench: Bench) -> None:
    screen = bench.screen()
    before = screen.handover.hint.text()

    screen.handover.note.setPlainText("a" * (SHOWN_HANDOVER + 1))

    assert str(SHOWN_HANDOVER) in screen.handover.hint.text() != before


def test_a_pdf_is_made_on_the_worker_while_the_window_lives(bench: Bench) -> None:
    bench.call()
    tasks = TaskRunner()
    screen = bench.screen(tasks)
    bench.qtbot.waitUntil(screen.panel.pdf_button.isEnabled)

    screen.panel.pdf_button.click()
    assert not screen.panel.pdf_button.isEnabled()
    bench.qtbot.waitUntil(lambda: not screen.panel.outcome.done.isHidden())

    tasks.shut_down()
    pdf = (bench.answers.folder / "117_0412_2026-11-24.pdf").read_bytes()
    assert "Uy-bulogo komok" in words_of(pdf)
    assert screen.panel.pdf_button.isEnabled()


def test_a_print_that_was_called_off_is_not_audited(bench: Bench) -> None:
    bench.prints = False
    screen = bench.screen()

    screen.panel.print_button.click()

    assert len(bench.printed) == 1
    assert audited(bench.office) == []
    assert screen.panel.outcome.done.isHidden()


def test_days_are_walked_by_buttons_and_keys_up_to_today(bench: Bench) -> None:
    bench.call()
    screen = bench.screen()
    panel = screen.panel
    assert "24.11.2026" in page_text(screen)
    assert not panel.span.next_button.isEnabled()

    panel.span.previous_button.click()
    assert "23.11.2026" in page_text(screen)
    assert "No calls were recorded on this day." in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert "22.11.2026" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert "23.11.2026" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert "24.11.2026" in page_text(screen)
    assert "No calls" not in page_text(screen)
    screen.show_day(DAY + timedelta(days=9))
    assert "24.11.2026" in page_text(screen)
    panel.span.day_field.setDate(panel.span.day_field.date().addDays(-1))
    assert "23.11.2026" in page_text(screen)


def test_the_keys_work_while_the_note_is_typed(bench: Bench) -> None:
    screen = bench.screen()
    screen.handover.note.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

    press(bench.qtbot, screen, Qt.Key.Key_E, control)
    press(bench.qtbot, screen, Qt.Key.Key_D, control)
    press(bench.qtbot, screen, Qt.Key.Key_E, control | shift)
    press(bench.qtbot, screen, Qt.Key.Key_P, control)

    endings = {p.suffix for p in bench.answers.folder.iterdir()}
    assert endings == {".xlsx", ".pdf", ".csv"}
    assert len(bench.printed) == 1


def test_each_day_keeps_its_note(bench: Bench) -> None:
    screen = bench.screen()
    screen.handover.note.setPlainText("for today")

    screen.panel.span.previous_button.click()
    assert screen.handover.words == ""
    screen.panel.span.next_button.click()

    assert screen.handover.words == "for today"


def test_a_new_call_is_counted_at_once(bench: Bench) -> None:
    screen = bench.screen()
    assert "No calls were recorded on this day." in page_text(screen)

    bench.call()

    assert "Uy-bulogo komok" in page_text(screen)


def test_midnight_opens_the_next_day(bench: Bench) -> None:
    screen = bench.screen()
    bench.office.clock.forward(days=1)

    screen.refresh()
    assert screen.panel.span.next_button.isEnabled()
    screen.panel.span.today_button.click()

    assert "25.11.2026" in page_text(screen)


def test_trouble_is_a_sentence_and_the_next_try_is_possible(bench: Bench) -> None:
    screen = bench.screen()
    there = bench.answers.folder
    bench.answers.folder = there / "gone"

    screen.panel.excel_button.click()
    assert "The folder is not there any more" in screen.panel.outcome.problem.label.text()
    assert screen.panel.outcome.folder_button.isHidden()
    bench.answers.folder = there
    screen.panel.excel_button.click()

    assert screen.panel.outcome.problem.isHidden()
    assert len(list(there.iterdir())) == 1


def test_figures_that_may_not_be_seen_are_not_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_self: Reports, *_asked: object) -> None:
        raise NotAllowed("rights.missing", right="see_figures", role="operator")

    monkeypatch.setattr(Reports, "daily_log", refused)
    screen = bench.screen()

    assert "Your role does not allow this." in screen.panel.outcome.problem.label.text()
    assert page_text(screen) == ""
    assert not screen.panel.excel_button.isEnabled()


class Opener(QObject):
    """Stands for the file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url)


def test_open_folder_opens_the_folder_of_the_file(bench: Bench) -> None:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")
    try:
        screen = bench.screen()
        screen.panel.excel_button.click()
        screen.panel.outcome.folder_button.click()
    finally:
        QDesktopServices.unsetUrlHandler("file")

    assert [Path(url.toLocalFile()) for url in opener.opened] == [bench.answers.folder]


def test_every_button_has_a_key_of_its_own_and_a_name(bench: Bench) -> None:
    screen = bench.screen()
    buttons = [b for b in screen.panel.findChildren(QPushButton) if b.parent() is not None]

    keys = [s.key().toString() for b in buttons for s in b.findChildren(QShortcut)]

    assert len(buttons) == 9
    assert len(set(keys)) == len(keys) == len(buttons)
    assert all(b.accessibleName() for b in buttons)


def test_the_page_follows_the_width_of_the_window(bench: Bench) -> None:
    bench.call()
    screen = bench.screen()
    sheet = screen.view.findChild(QLabel)
    assert sheet is not None
    wide = sheet.pixmap().deviceIndependentSize()

    screen.resize(900, 716)
    bench.qtbot.waitUntil(lambda: sheet.pixmap().deviceIndependentSize() != wide)

    narrow = sheet.pixmap().deviceIndependentSize()
    assert narrow.width() <= screen.view.viewport().width() < wide.width()
    assert narrow.height() / narrow.width() == pytest.approx(297 / 210, rel=0.01)
