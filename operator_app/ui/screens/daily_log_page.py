"""The daily log as the page it will be on paper, and its ways out of the program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.daily_log import DailyLog
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.shifts import Shift
from operator_app.domain.span import Choice, Span, Unit
from operator_app.errors import Cancelled
from operator_app.export.html import Page, daily_log_page
from operator_app.i18n import _
from operator_app.services.daily_figures import Progress
from operator_app.services.exports import Export, ExportFormat, Exports
from operator_app.services.reports import Reports, no_progress
from operator_app.services.shifts import Shifts
from operator_app.ui import problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.long_work import LongWork
from operator_app.ui.printing import PageView, PrintPage, print_page
from operator_app.ui.saving import ask_where, documents_folder
from operator_app.ui.screens.daily_log_panel import WIDTH, DailyLogPanel
from operator_app.ui.screens.handover_card import HandoverCard
from operator_app.ui.screens.schedule_view import ScheduleView
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.work_bar import WorkBar

TYPING_PAUSE_MS = 300
AT_ONCE = (Unit.DAY, Unit.SHIFT)
"""These are counted in a moment, and have words to the next shift."""


@dataclass(frozen=True)
class _Read:
    """What was read for a choice."""

    choice: Choice
    shifts: tuple[Shift, ...]
    log: DailyLog
    words: str


class DailyLogPage(QWidget):
    """The log of a day, a shift or several days. `print_page` asks for a printer and prints."""

    def __init__(
        self,
        *,
        reports: Reports,
        exports: Exports,
        shifts: Shifts,
        schedule: ScheduleView,
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
        self._shifts = shifts
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._clock = clock
        self._print_page = print_page
        self._log: DailyLog | None = None
        self._worded: Span | None = None
        today = self._today()
        self._choice = Choice(Unit.DAY, today, today)
        self._folder = documents_folder()
        self._reading, self._exporting = LongWork(tasks, self), LongWork(tasks, self)

        self.handover = HandoverCard(shifts, actor, tasks)
        may_export = actor.may(Right.EXPORT_FIGURES)
        self.panel = DailyLogPanel(self._choice, self.handover, may_export=may_export)
        self.view = PageView()
        self.view.setAccessibleName(_("Daily log as it will be printed"))
        self.work_bar = WorkBar()
        self._typed = QTimer(self, interval=TYPING_PAUSE_MS, singleShot=True)
        self._typed.timeout.connect(self._draw)
        self.schedule = schedule
        self.stack = QStackedWidget()
        self._lay_out()
        self.panel.span.chosen.connect(self.choose)
        self.panel.export_asked.connect(self._on_export_asked)
        self.panel.print_asked.connect(self._on_print_asked)
        self.panel.schedule_asked.connect(self._on_schedule_asked)
        schedule.left.connect(self._on_schedule_left)
        self.handover.changed.connect(self._typed.start)
        self.work_bar.stop_asked.connect(self.stop)
        self._reading.progressed.connect(self.work_bar.show_progress)
        self._exporting.progressed.connect(self.work_bar.show_progress)
        events.calls_changed.connect(self._on_calls_changed)

    def _lay_out(self) -> None:
        paper = QWidget()
        left = QVBoxLayout(paper)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GRID)
        left.addWidget(self.view, 1)
        left.addWidget(self.work_bar)
        self.stack.addWidget(paper)
        self.stack.addWidget(self.schedule)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.stack, 1)
        layout.addWidget(FittingScroll(self.panel, WIDTH + SCROLL_BAR))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.handover.keep()

    def keep_typed(self) -> None:
        """Put the handover note on the disk at once."""
        self.handover.keep_now()

    def stop(self) -> None:
        """End what is under way: the desk is being left."""
        self._reading.cancel()
        self._exporting.cancel()

    def refresh(self) -> None:
        """Read the figures again."""
        self.panel.span.show_choice(self._choice, self._today())
        if self._exporting.busy:
            return
        choice = self._choice
        if choice.unit in AT_ONCE:
            self._tasks.database(
                self, lambda: self._read(choice, no_progress), self._on_read, self._on_failed
            )
            return
        self.work_bar.start(_("Counting calls. Days:"), may_stop=True)
        self._reading.run(
            lambda progress: self._read(choice, progress), self._on_read, self._on_failed
        )

    def show_day(self, day: date) -> None:
        """Show another day, at most today."""
        self.choose(replace(self._choice, day=day, until=max(day, self._choice.until)))

    def choose(self, choice: Choice) -> None:
        """Show another day, shift or time, beginning at most today."""
        self.stop()
        self.stack.setCurrentIndex(0)
        self.handover.put_away(others_follow=choice.unit in AT_ONCE)
        today = self._today()
        self._choice = replace(choice, day=min(choice.day, today), until=min(choice.until, today))
        self._log = self._worded = None
        self.view.clear()
        self.work_bar.finish()
        self.panel.allow(False)
        self.panel.outcome.say()
        self.refresh()

    def _read(self, choice: Choice, progress: Progress) -> _Read:
        shifts = self._shifts.of(choice.day)
        span = choice.span(shifts)
        log = self._reports.daily_log(self._actor, span, progress)
        words = ""
        if not span.has_several_days:
            words = self._shifts.handover(self._actor, span.first, span.shift_code)
        return _Read(choice, shifts, log, words)

    def _on_calls_changed(self, _call_id: str) -> None:
        if self.isVisible() and self._choice.unit in AT_ONCE:
            self.refresh()

    def _on_read(self, read: _Read) -> None:
        if read.choice != self._choice:
            return
        self._log = read.log
        self.work_bar.finish()
        self.panel.span.show_shifts(read.shifts)
        if self._worded != read.log.span:
            self._worded = read.log.span
            self.handover.show_words(read.log.span, read.words)
        self.panel.allow(True)
        self._draw()

    def _draw(self) -> None:
        if self._log is not None:
            self.view.show_page(self._page(self._log))

    def _page(self, log: DailyLog) -> Page:
        return daily_log_page(log, self._reference, self.handover.words)

    def _on_export_asked(self, wanted: ExportFormat) -> None:
        log, file = self._log, self._ask_file(wanted)
        if log is None or file is None:
            return
        self.panel.outcome.say()
        self.panel.allow(False)
        self.panel.span.setEnabled(False)
        actor, words, exports = self._actor, self.handover.words, self._exports
        self.work_bar.start(_("Writing the file. Records:"), may_stop=True)
        self._exporting.run(
            lambda progress: exports.daily_log(actor, log.span, wanted, file, words, progress),
            self._on_exported,
            self._on_not_exported,
        )

    def _ask_file(self, wanted: ExportFormat) -> Path | None:
        if self._log is None:
            return None
        file_type = {
            ExportFormat.XLSX: _("Excel file (*.xlsx)"),
            ExportFormat.PDF: _("PDF file (*.pdf)"),
            ExportFormat.CSV: _("CSV file (*.csv)"),
        }[wanted]
        name = f"117_{self._log.office.code}_{self._log.span.code}.{wanted.value}"
        proposed = self._folder / name
        return ask_where(self._dialogs, self, _("Save the daily log"), proposed, file_type)

    def _on_schedule_asked(self) -> None:
        self.stack.setCurrentWidget(self.schedule)
        self.schedule.open()

    def _on_schedule_left(self) -> None:
        self.stack.setCurrentIndex(0)
        self.panel.schedule_button.setFocus()

    def _on_exported(self, export: Export) -> None:
        self._folder = export.file.parent
        self._end_work()
        self.panel.outcome.say_written(export.file)

    def _on_not_exported(self, error: Exception) -> None:
        self._on_failed(error)
        if isinstance(error, Cancelled):
            self.panel.outcome.say(done=_("Stopped. No file was written."))

    def _on_print_asked(self) -> None:
        if self._log is None or not self._print_page(self, self._page(self._log)):
            return
        actor, span, exports = self._actor, self._log.span, self._exports
        self._tasks.database(
            self,
            lambda: exports.printed(actor, span),
            lambda _nothing: self.panel.outcome.say(done=_("Sent to the printer.")),
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self._end_work()
        if isinstance(error, Cancelled):
            self.panel.outcome.say(done=_("Stopped. Choose a shorter time, or this one again."))
        else:
            self.panel.outcome.say(problem=problems.sentence(error))

    def _end_work(self) -> None:
        self.work_bar.finish()
        self.panel.span.setEnabled(True)
        self.panel.allow(self._log is not None)

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))
