"""The screen, as the supervisor uses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Role
from operator_app.domain.shifts import SHOWN_HANDOVER, TypedShift
from operator_app.domain.span import Choice, Unit
from operator_app.errors import NotAllowed
from operator_app.export.html import Page
from operator_app.services.exports import Exports
from operator_app.services.reports import Reports
from operator_app.services.scheduled_export import ScheduledExport
from operator_app.services.shifts import Shifts
from operator_app.ui.events import Events
from operator_app.ui.export_driver import ExportDriver
from operator_app.ui.screens.daily_log_page import DailyLogPage
from operator_app.ui.screens.handover_card import KEEP_AFTER_MS
from operator_app.ui.screens.schedule_view import ScheduleView
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner, Tasks
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import DAY, words_of
from tests.reports.test_exports import audited


class Answers:
    """Stands for the system's dialogs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rename: Callable[[str], str | None] = lambda name: name
        self.yes = True
        self.proposed: list[Path] = []
        self.asked: list[str] = []

    def confirm(self, parent: QWidget, question: str, yes: str) -> bool:
        self.asked.append(question)
        return self.yes

    def ask_reason(self, parent: QWidget, question: str, yes: str) -> str | None:
        raise AssertionError("nobody asks for a reason here")

    def tell(self, parent: QWidget, message: str) -> None:
        raise AssertionError("nothing stops the supervisor here")

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        assert f"*{proposed.suffix}" in file_type
        self.proposed.append(proposed)
        name = self.rename(proposed.name)
        return self.folder / name if name else None


class Bench:
    """A shown screen with what surrounds it."""

    def __init__(self, qtbot: QtBot, office: TestOffice, exports: Exports, folder: Path) -> None:
        self.qtbot, self.office, self.exports = qtbot, office, exports
        self.answers = Answers(folder)
        self.events = Events()
        self.printed: list[Page] = []
        self.prints = True

    def screen(self, tasks: Tasks | None = None) -> DailyLogPage:
        office = self.office
        runner = tasks or InlineTaskRunner()
        scheduled = ScheduledExport(office.database, self.exports, office.clock)
        self.driver = ExportDriver(scheduled, runner, office.clock)
        screen = DailyLogPage(
            reports=Reports(self.office.database, self.office.reference, self.office.clock),
            exports=self.exports,
            shifts=Shifts(office.database, office.clock),
            schedule=ScheduleView(scheduled, self.driver, office.actor, runner, self.answers),
            reference=self.office.reference,
            actor=self.office.actor,
            tasks=runner,
            events=self.events,
            dialogs=self.answers,
            clock=self.office.clock,
            print_page=self._print,
        )
        self.qtbot.addWidget(screen)
        screen.resize(1282, 716)
        screen.show()
        self.qtbot.waitExposed(screen)
        return screen

    def _print(self, parent: QWidget, page: Page) -> bool:
        self.printed.append(page)
        return self.prints

    def call(self, **changes: object) -> None:
        form = information_call(self.office.calls.start(self.office.actor).form, **changes)
        saved = self.office.calls.save(self.office.actor, form)
        self.events.calls_changed.emit(saved.call_id)


@pytest.fixture
def bench(qtbot: QtBot, office: TestOffice, exports: Exports, tmp_path: Path) -> Bench:
    folder = tmp_path / "handed over"
    folder.mkdir()
    return Bench(qtbot, office, exports, folder)


def page_text(screen: DailyLogPage) -> str:
    sheet = screen.view.findChild(QLabel)
    assert sheet is not None
    return " ".join(sheet.accessibleDescription().split())


def press(qtbot: QtBot, widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    QTest.keyClick(QApplication.focusWidget() or widget, key, modifiers)


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


ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
TWO_SHIFTS = [
    TypedShift("day", {"en": "Day"}, "9:00", "18:00"),
    TypedShift("night", {"en": "Night"}, "18:00", "9:00"),
]


def test_shifts_weeks_and_years_are_chosen_by_keys(bench: Bench) -> None:
    office = bench.office
    office.clock.forward(hours=1)
    Shifts(office.database, office.clock).set_shifts(office.actor, TWO_SHIFTS)
    bench.call()
    screen = bench.screen()
    unit = screen.panel.span.unit_field
    assert [unit.itemText(n) for n in range(unit.count())] == [
        "Whole day",
        "Day 09:00–18:00",
        "Night 18:00–09:00",
        "Week",
        "Month",
        "Year",
        "From day to day",
    ]

    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "24.11.2026 · Day 09:00–18:00" in page_text(screen)
    assert "Uy-bulogo komok" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "24.11.2026 · Night 18:00–09:00" in page_text(screen)
    assert "No calls were recorded in this time." in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "23.11.2026 – 29.11.2026" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Left, ALT)
    assert "16.11.2026 – 22.11.2026" in page_text(screen)
    assert screen.panel.span.next_button.isEnabled()
    press(bench.qtbot, screen, Qt.Key.Key_T, CONTROL)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "01.11.2026 – 30.11.2026" in page_text(screen)
    assert not screen.panel.span.next_button.isEnabled()
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "01.01.2026 – 31.12.2026" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "01.01.2026 – 24.11.2026" in page_text(screen)
    screen.panel.span.until_field.setDate(screen.panel.span.until_field.date().addDays(-4))
    assert "01.01.2026 – 20.11.2026" in page_text(screen)

    screen.panel.csv_button.click()

    assert bench.answers.proposed[0].name == "117_0412_2026-01-01_2026-11-20.csv"


def test_the_words_of_a_day_and_of_its_shifts_are_kept_apart(bench: Bench) -> None:
    office = bench.office
    shifts = Shifts(office.database, office.clock)
    shifts.set_shifts(office.actor, TWO_SHIFTS)
    screen = bench.screen()
    screen.handover.note.setPlainText("of the day")
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert screen.handover.words == ""
    screen.handover.note.setPlainText("of the shift")
    for _ in range(2):
        press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert screen.handover.isHidden(), "several days are handed over to nobody"
    assert screen.handover.words == ""

    assert shifts.handover(office.actor, DAY) == "of the day"
    assert shifts.handover(office.actor, DAY, "day") == "of the shift"
    for _ in range(3):
        press(bench.qtbot, screen, Qt.Key.Key_Up, ALT)
    assert screen.handover.words == "of the day"


def test_words_are_on_the_disk_while_they_are_typed(bench: Bench) -> None:
    office = bench.office
    shifts = Shifts(office.database, office.clock)
    screen = bench.screen()
    assert KEEP_AFTER_MS < 3_000

    screen.handover.note.insertPlainText("Keys")
    timer = screen.handover._timer
    assert timer.isActive()
    left = timer.remainingTime()
    screen.handover.note.insertPlainText(" are with Bermet")
    assert timer.remainingTime() <= left, "going on typing does not put it off"
    timer.timeout.emit()
    assert shifts.handover(office.actor, DAY) == "Keys are with Bermet"
    assert not timer.isActive()

    screen.handover.note.insertPlainText(".")
    screen.keep_typed()
    assert shifts.handover(office.actor, DAY) == "Keys are with Bermet."
    screen.handover.note.insertPlainText("!")
    screen.hide()
    assert shifts.handover(office.actor, DAY) == "Keys are with Bermet.!"


def test_a_call_that_comes_in_leaves_the_words_alone(bench: Bench) -> None:
    screen = bench.screen()
    screen.handover.note.insertPlainText("half a sen")

    bench.call()

    assert screen.handover.words == "half a sen"
    assert "Uy-bulogo komok" in page_text(screen)


def test_words_that_cannot_be_kept_are_said_to_be(bench: Bench) -> None:
    screen = bench.screen()
    screen.handover.note.setPlainText("a" * 10_001)

    screen.handover.keep()

    assert "longer than 10000" in screen.handover.hint.text()
    screen.handover.note.setPlainText("short")
    screen.handover.keep()
    shifts = Shifts(bench.office.database, bench.office.clock)
    assert shifts.handover(bench.office.actor, DAY) == "short"


class HeldTasks(InlineTaskRunner):
    """Long work waits until the test lets it go."""

    def __init__(self) -> None:
        self.held: list[Callable[[], None]] = []

    def background(self, *job: object) -> None:
        self.held.append(lambda: self.database(*job))

    def let_go(self) -> None:
        while self.held:
            self.held.pop(0)()


def test_an_export_shows_how_far_it_is_and_esc_ends_it(bench: Bench) -> None:
    bench.call()
    tasks = HeldTasks()
    screen = bench.screen(tasks)

    screen.panel.excel_button.click()
    assert screen.work_bar.isVisible()
    assert not screen.panel.excel_button.isEnabled()
    assert not screen.panel.span.isEnabled()
    screen._exporting._state.progress(500, 2_000)
    bench.qtbot.waitUntil(lambda: "500" in screen.work_bar.label.text())
    assert "2000" in screen.work_bar.label.text()
    press(bench.qtbot, screen, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    tasks.let_go()

    assert screen.panel.outcome.done.label.text() == "Stopped. No file was written."
    assert list(bench.answers.folder.iterdir()) == []
    assert screen.work_bar.isHidden()
    assert screen.panel.excel_button.isEnabled()
    assert screen.panel.span.isEnabled()
    screen.panel.excel_button.click()
    tasks.let_go()
    assert len(list(bench.answers.folder.iterdir())) == 1


def test_a_long_time_is_counted_beside_the_work_and_a_newer_choice_wins(bench: Bench) -> None:
    bench.call()
    tasks = HeldTasks()
    screen = bench.screen(tasks)

    screen.choose(Choice(Unit.YEAR, DAY, DAY))
    assert screen.work_bar.isVisible()
    assert page_text(screen) == ""
    screen.choose(Choice(Unit.MONTH, DAY, DAY))
    tasks.let_go()

    assert "01.11.2026 – 30.11.2026" in page_text(screen)
    assert screen.work_bar.isHidden()
    screen.choose(Choice(Unit.YEAR, DAY, DAY))
    screen.work_bar.stop_button.click()
    tasks.let_go()
    assert "Stopped. Choose a shorter time" in screen.panel.outcome.done.label.text()
    assert not screen.panel.excel_button.isEnabled()


def test_the_schedule_is_a_key_away_and_back(bench: Bench) -> None:
    screen = bench.screen()

    press(bench.qtbot, screen, Qt.Key.Key_R, CONTROL)
    assert screen.schedule.isVisible()
    press(bench.qtbot, screen, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)

    assert not screen.schedule.isVisible()
    assert screen.view.isVisible()


def test_an_analyst_has_figures_without_names_and_words(bench: Bench) -> None:
    bench.call()
    Shifts(bench.office.database, bench.office.clock).keep_handover(
        bench.office.actor, DAY, "", "Keys are with Bermet"
    )
    bench.office.actor = bench.office.person(Role.ANALYST, "ana")

    screen = bench.screen()

    assert "Uy-bulogo komok" in page_text(screen)
    assert "Aida" not in page_text(screen)
    assert screen.handover.isHidden()
    screen.panel.pdf_button.click()
    (file,) = bench.answers.folder.iterdir()
    assert "Bermet" not in words_of(file.read_bytes())


def test_every_field_of_the_schedule_has_a_name(bench: Bench) -> None:
    screen = bench.screen()
    schedule = screen.schedule
    fields = [schedule.folder.edit, schedule.at.edit, schedule.of, *schedule.formats.values()]

    assert all(f.accessibleName() or f.text() for f in fields)
    assert all(b.accessibleName() for b in schedule.findChildren(QPushButton))
