"""Reports: the daily log as the page it will be on paper, and its ways out of the program."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.daily_log import DailyLog
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.export.html import Page, daily_log_page
from operator_app.i18n import _
from operator_app.services.exports import Export, ExportFormat, Exports
from operator_app.services.reports import Reports
from operator_app.ui import problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.printing import PageView, PrintPage, print_page
from operator_app.ui.screens.reports_panel import WIDTH, ReportsPanel
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll

TYPING_PAUSE_MS = 300


class ReportsScreen(QWidget):
    """The log of one day. `print_page` asks for a printer and prints; tests pass their own."""

    def __init__(
        self,
        *,
        reports: Reports,
        exports: Exports,
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
        print_page: PrintPage = print_page,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._reports = reports
        self._exports = exports
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._clock = clock
        self._print_page = print_page
        self._log: DailyLog | None = None
        self._notes: dict[date, str] = {}
        self._day = self._today()
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        self._folder = Path(QStandardPaths.writableLocation(documents))

        self.panel = ReportsPanel()
        self.view = PageView()
        self.view.setAccessibleName(_("Daily log as it will be printed"))
        self._typed = QTimer(self, interval=TYPING_PAUSE_MS, singleShot=True)
        self._typed.timeout.connect(self._draw)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.view, 1)
        layout.addWidget(FittingScroll(self.panel, WIDTH + SCROLL_BAR))

        self.panel.day_chosen.connect(self.show_day)
        self.panel.today_chosen.connect(lambda: self.show_day(self._today()))
        self.panel.export_asked.connect(self._on_export_asked)
        self.panel.print_asked.connect(self._on_print_asked)
        self.panel.note_changed.connect(self._typed.start)
        events.calls_changed.connect(self._on_calls_changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read the figures of the day again."""
        self.panel.show_day(self._day, self._today())
        actor, day, reports = self._actor, self._day, self._reports
        self._tasks.database(
            self, lambda: reports.daily_log(actor, day), self._on_read, self._on_failed
        )

    def show_day(self, day: date) -> None:
        """Show another day, at most today; the note of each day is kept while the screen lives."""
        self._notes[self._day] = self.panel.note_text
        self._day = min(day, self._today())
        self._log = None
        self.view.clear()
        self.panel.allow(False)
        self.panel.outcome.say()
        self.panel.show_note(self._notes.get(self._day, ""))
        self.refresh()

    def _on_calls_changed(self, _call_id: str) -> None:
        if self.isVisible():
            self.refresh()

    def _on_read(self, log: DailyLog) -> None:
        if log.day != self._day:
            return
        self._log = log
        self.panel.allow(True)
        self._draw()

    def _draw(self) -> None:
        if self._log is not None:
            self.view.show_page(self._page(self._log))

    def _page(self, log: DailyLog) -> Page:
        return daily_log_page(log, self._reference, self.panel.note_text)

    def _on_export_asked(self, wanted: ExportFormat) -> None:
        file = self._ask_file(wanted)
        if file is None:
            return
        self.panel.outcome.say()
        self.panel.allow(False)
        actor, day, note, exports = self._actor, self._day, self.panel.note_text, self._exports
        self._tasks.database(
            self,
            lambda: exports.daily_log(actor, day, wanted, file, note),
            self._on_exported,
            self._on_failed,
        )

    def _ask_file(self, wanted: ExportFormat) -> Path | None:
        if self._log is None:
            return None
        file_type = {
            ExportFormat.XLSX: _("Excel file (*.xlsx)"),
            ExportFormat.PDF: _("PDF file (*.pdf)"),
            ExportFormat.CSV: _("CSV file (*.csv)"),
        }[wanted]
        name = f"117_{self._log.office.code}_{self._day.isoformat()}.{wanted.value}"
        proposed = self._folder / name
        file = self._dialogs.ask_save_path(self, _("Save the daily log"), proposed, file_type)
        if file is None or file.suffix.lower() == proposed.suffix:
            return file
        # The dialog asked about the name as typed, without its ending.
        file = file.with_name(file.name + proposed.suffix)
        question = _("This file exists already. Replace it?")
        if file.exists() and not self._dialogs.confirm(self, question, _("Replace")):
            return None
        return file

    def _on_exported(self, export: Export) -> None:
        self._folder = export.file.parent
        self.panel.allow(self._log is not None)
        self.panel.outcome.say_written(export.file)

    def _on_print_asked(self) -> None:
        if self._log is None or not self._print_page(self, self._page(self._log)):
            return
        actor, day, exports = self._actor, self._day, self._exports
        self._tasks.database(
            self,
            lambda: exports.printed(actor, day),
            lambda _nothing: self.panel.outcome.say(done=_("Sent to the printer.")),
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self.panel.allow(self._log is not None)
        self.panel.outcome.say(problem=problems.sentence(error))

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))
