"""The weekly and monthly report for the ministry: figures, what they count, the records behind."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.figures import Figures, Period, month_of, week_of
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.report_lines import ReportLines
from operator_app.domain.report_parts import Report
from operator_app.export.report_words import ReportWords, title
from operator_app.i18n import _
from operator_app.services.exports import ExportFormat
from operator_app.services.figures import Behind, FigureBook
from operator_app.services.ministry_reports import MinistryReports
from operator_app.ui import problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.figure_asking import FigureAsking
from operator_app.ui.models.report_model import ReportModel
from operator_app.ui.printing import PrintPage, print_pages
from operator_app.ui.saving import documents_folder
from operator_app.ui.screens.ministry_panel import MONTH, WIDTH, MinistryPanel
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, text
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.records_behind import RecordsBehind
from operator_app.ui.widgets.report_table import ReportTable


class MinistryPage(QWidget):
    """One period at a time; the last whole month at first."""

    def __init__(
        self,
        *,
        book: FigureBook,
        reports: MinistryReports,
        reference: Reference,
        lines: ReportLines,
        actor: Actor,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        clock: Clock,
        print_page: PrintPage = print_pages,
    ) -> None:
        super().__init__()
        self._reports = reports
        self._words = ReportWords(reference, lines)
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._clock = clock
        self._print_page = print_page
        self._asking = FigureAsking(book, actor, tasks, self)
        self._figures: list[Figures] = []
        self._length = MONTH
        self._period = month_of(self._today().replace(day=1) - timedelta(days=1))
        self._folder = documents_folder()
        self.model = ReportModel()
        self.table = ReportTable(self.model)
        self.state = text("", "muted")
        self.panel = MinistryPanel()
        self.records = RecordsBehind(book, reference, actor, tasks, clock)
        self._build()
        self._wire(events)

    @property
    def period(self) -> Period:
        """What is shown."""
        return self._period

    def show_period(self, period: Period) -> None:
        """Show another period; it begins before today ends."""
        self._period = period
        self._figures = []
        self.panel.allow(False)
        self.panel.outcome.say()
        self.model.show_rows(None, [])
        self.side.setCurrentIndex(0)
        self.refresh()

    def refresh(self) -> None:
        """Count again."""
        today = self._today()
        self.panel.show_period(self._period, has_next=self._period.last < today)
        self._tell(_("Counting…"))
        self._asking.ask(self._reports.periods(self._period), self._on_counted, self._on_failed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _build(self) -> None:
        self.side = QStackedWidget()
        self.side.addWidget(FittingScroll(self.panel, WIDTH + SCROLL_BAR))
        self.side.addWidget(self.records)
        self.side.setFixedWidth(WIDTH + SCROLL_BAR)
        report = QVBoxLayout()
        report.addWidget(self.state)
        report.addWidget(self.table, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(report, 1)
        layout.addWidget(self.side)
        self.setFocusProxy(self.table)

    def _wire(self, events: Events) -> None:
        self._events = events
        self._asking.progressed.connect(self._on_progress)
        self.panel.length_chosen.connect(self._on_length)
        self.panel.stepped.connect(self._on_step)
        self.panel.export_asked.connect(self._on_export_asked)
        self.panel.print_asked.connect(self._on_print_asked)
        self.panel.hidden_changed.connect(self._show)
        self.panel.records_asked.connect(self._show_records)
        self.table.entered_on.connect(self._show_records)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._explain())
        self.model.modelReset.connect(self._explain)
        self.records.closed.connect(self._on_records_closed)
        self.records.open_asked.connect(self._open)
        events.calls_changed.connect(self._on_calls_changed)

    def _on_calls_changed(self, _call_id: str) -> None:
        if self.isVisible():
            self.refresh()

    def _on_progress(self, done: int, every: int) -> None:
        self._tell(_("Counting: {done} of {all} days").format(done=done, all=every))

    def _on_counted(self, figures: list[Figures]) -> None:
        self._figures = figures
        self._tell("")
        self.panel.allow(self._actor.may(Right.EXPORT_FIGURES))
        self._show()

    def _show(self) -> None:
        if not self._figures:
            return
        at = self.table.currentIndex().row()
        report = self._report(leaves=self.panel.hide_box.isChecked())
        self.model.show_rows(report, list(self._words.rows(report)))
        self.table.dress()
        self.table.go_to(at)

    def _report(self, *, leaves: bool) -> Report:
        return self._reports.make(self._actor, self._period, self._figures, leaves=leaves)

    def _explain(self) -> None:
        line = self.model.line(self.table.currentIndex().row())
        if line is None:
            self.panel.show_definition("", "", has_records=False)
            return
        told = self._words.definition(line)
        listed = bool(line.cells) and self._actor.may(Right.SEE_CALLS)
        self.panel.show_definition(told.shown_title, told.shown_text, has_records=listed)

    def _show_records(self) -> None:
        line = self.model.line(self.table.currentIndex().row())
        if line is None or not line.cells:
            return
        self.side.setCurrentWidget(self.records)
        cells = (("number",),) if line.name == ("repeat",) else line.cells
        self.records.show_behind(self._words.label(line), self._period, *cells)
        self.records.focus_list()

    def _open(self, kind: str, record_id: str) -> None:
        case = kind == Behind.CASE
        opened = self._events.open_case_asked if case else self._events.open_call_asked
        opened.emit(record_id)

    def _on_records_closed(self) -> None:
        self.side.setCurrentIndex(0)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_length(self, length: str) -> None:
        self._length = length
        last = min(self._period.last, self._today())
        self.show_period(self._around(last))

    def _on_step(self, periods: int) -> None:
        day = self._period.last + timedelta(days=1)
        if periods < 0:
            day = self._period.first - timedelta(days=1)
        if day <= self._today():
            self.show_period(self._around(day))

    def _around(self, day: date) -> Period:
        return month_of(day) if self._length == MONTH else week_of(day)

    def _on_export_asked(self, wanted: ExportFormat) -> None:
        report = self._report(leaves=True)
        file = self._ask_file(report, wanted)
        if file is None:
            return
        self.panel.outcome.say()
        self.panel.allow(False)
        actor, reports = self._actor, self._reports
        self._tasks.database(
            self,
            lambda: reports.export(actor, report, wanted, file),
            lambda _sha256: self._on_exported(file),
            self._on_failed,
        )

    def _ask_file(self, report: Report, wanted: ExportFormat) -> Path | None:
        file_type = {
            ExportFormat.XLSX: _("Excel file (*.xlsx)"),
            ExportFormat.PDF: _("PDF file (*.pdf)"),
            ExportFormat.CSV: _("CSV file (*.csv)"),
        }[wanted]
        first, last = self._period.first.isoformat(), self._period.last.isoformat()
        name = f"117_{report.office.code}_{first}_{last}.{wanted.value}"
        return self._dialogs.ask_save_path(self, title(report), self._folder / name, file_type)

    def _on_exported(self, file: Path) -> None:
        self._folder = file.parent
        self.panel.allow(True)
        self.panel.outcome.say_written(file)

    def _on_print_asked(self) -> None:
        report = self._report(leaves=True)
        if not self._print_page(self, self._reports.page(report)):
            return
        actor, reports = self._actor, self._reports
        self._tasks.database(
            self,
            lambda: reports.printed(actor, report),
            lambda _nothing: self.panel.outcome.say(done=_("Sent to the printer.")),
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self._tell("")
        self.panel.allow(bool(self._figures) and self._actor.may(Right.EXPORT_FIGURES))
        self.panel.outcome.say(problem=problems.sentence(error))

    def _tell(self, state: str) -> None:
        self.state.setText(state)
        self.state.setVisible(bool(state))

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))
