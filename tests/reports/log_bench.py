"""The page of the daily log, shown, with what surrounds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from operator_app.export.html import Page
from operator_app.services.exports import Exports
from operator_app.services.reports import Reports
from operator_app.services.scheduled_export import ScheduledExport
from operator_app.services.shifts import Shifts
from operator_app.ui.events import Events
from operator_app.ui.export_driver import ExportDriver
from operator_app.ui.screens.daily_log_page import DailyLogPage
from operator_app.ui.screens.schedule_view import ScheduleView
from operator_app.ui.tasks import InlineTaskRunner, Tasks
from tests.conftest import TestOffice, information_call


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


def page_text(screen: DailyLogPage) -> str:
    sheet = screen.view.findChild(QLabel)
    assert sheet is not None
    return " ".join(sheet.accessibleDescription().split())


def press(qtbot: QtBot, widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    QTest.keyClick(QApplication.focusWidget() or widget, key, modifiers)
