"""Reports: the daily log as the page it will be on paper, and its ways out of the program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QDate, QSignalBlocker, QStandardPaths, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.daily_log import DailyLog
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.export.html import LONGEST_NOTE, Page, daily_log_page
from operator_app.i18n import _
from operator_app.services.exports import Export, ExportFormat, Exports
from operator_app.services.reports import Reports
from operator_app.ui import problems, theme
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.events import Events
from operator_app.ui.icons import icon
from operator_app.ui.printing import PageView, PrintPage, print_page
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text

PANEL_WIDTH = 320
TYPING_PAUSE_MS = 300


class ReportsScreen(QWidget):
    """The log of one day. `print_page` asks for a printer and prints; tests pass their own."""

    def __init__(
        self,
        actor: Actor,
        reports: Reports,
        exports: Exports,
        reference: Reference,
        clock: Clock,
        tasks: Tasks,
        events: Events,
        dialogs: Dialogs,
        print_page: PrintPage = print_page,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._actor = actor
        self._reports = reports
        self._exports = exports
        self._reference = reference
        self._clock = clock
        self._tasks = tasks
        self._dialogs = dialogs
        self._print_page = print_page
        self._log: DailyLog | None = None
        self._notes: dict[date, str] = {}
        self._written: Path | None = None
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        self._folder = Path(QStandardPaths.writableLocation(documents))
        self._day = self._today()

        self.view = PageView()
        self.view.setAccessibleName(_("Daily log as it will be printed"))
        self._typed = QTimer(self, interval=TYPING_PAUSE_MS, singleShot=True)
        self._typed.timeout.connect(self._draw)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(2 * GRID)
        # Made first, so that Tab begins with the day; shown on the right like all help panels.
        panel = self._panel()
        layout.addWidget(self.view, 1)
        layout.addWidget(panel)
        events.calls_changed.connect(self._on_calls_changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read the figures of the day again."""
        today = self._today()
        with QSignalBlocker(self.day_field):
            self.day_field.setMaximumDate(QDate(today.year, today.month, today.day))
            self.day_field.setDate(QDate(self._day.year, self._day.month, self._day.day))
        self.next_button.setEnabled(self._day < today)
        actor, day, reports = self._actor, self._day, self._reports
        self._tasks.database(
            self, lambda: reports.daily_log(actor, day), self._on_read, self._on_failed
        )

    def show_day(self, day: date) -> None:
        """Show another day, at most today; the note of each day is kept while the screen lives."""
        self._notes[self._day] = self.note.toPlainText()
        self._day = min(day, self._today())
        self._log = None
        self._allow(False)
        self.view.clear()
        with QSignalBlocker(self.note):
            self.note.setPlainText(self._notes.get(self._day, ""))
        self._say()
        self.refresh()

    def _panel(self) -> QWidget:
        panel = QWidget()
        panel.setFixedWidth(PANEL_WIDTH)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(text(_("Daily log"), "screenTitle"))
        layout.addWidget(self._day_card())
        layout.addWidget(self._hand_over_card())
        layout.addWidget(self._note_card())
        self.done = Notice()
        self.problem = Notice("danger")
        self.folder_button = button(_("Open folder"), "link", "Ctrl+O")
        self.folder_button.clicked.connect(self._on_open_folder)
        self.folder_button.hide()
        layout.addWidget(self.done)
        layout.addWidget(self.problem)
        layout.addWidget(self.folder_button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        return panel

    def _day_card(self) -> Card:
        card = Card(_("Day"))
        self.day_field = QDateEdit(calendarPopup=True, displayFormat="dd.MM.yyyy")
        self.day_field.setAccessibleName(_("Day"))
        self.day_field.dateChanged.connect(lambda chosen: self.show_day(_as_date(chosen)))
        self.previous_button = _arrow("previous", _("Previous day"), "Alt+Left")
        self.next_button = _arrow("next", _("Next day"), "Alt+Right")
        self.today_button = button(_("Today"), key="Ctrl+T")
        self.previous_button.clicked.connect(lambda: self.show_day(self._day - timedelta(days=1)))
        self.next_button.clicked.connect(lambda: self.show_day(self._day + timedelta(days=1)))
        self.today_button.clicked.connect(lambda: self.show_day(self._today()))
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.previous_button)
        line.addWidget(self.day_field, 1)
        line.addWidget(self.next_button)
        card.body.addLayout(line)
        card.body.addWidget(self.today_button)
        return card

    def _hand_over_card(self) -> Card:
        card = Card(_("Hand over"))
        self.excel_button = button(_("Excel"), "primary", "Ctrl+E")
        self.pdf_button = button(_("PDF"), key="Ctrl+D")
        self.csv_button = button(_("CSV"), key="Ctrl+Shift+E")
        self.print_button = button(_("Print"), key="Ctrl+P")
        actions: list[tuple[QPushButton, Callable[[], None]]] = [
            (self.excel_button, lambda: self._export(ExportFormat.XLSX)),
            (self.pdf_button, lambda: self._export(ExportFormat.PDF)),
            (self.print_button, self._on_print),
            (self.csv_button, lambda: self._export(ExportFormat.CSV)),
        ]
        for made, act in actions:
            made.clicked.connect(act)
            card.body.addWidget(made)
        self._ways_out = [made for made, _act in actions]
        self._allow(False)
        return card

    def _note_card(self) -> Card:
        card = Card(_("Handover note"))
        self.note = QPlainTextEdit()
        self.note.setAccessibleName(_("Handover note"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(96)
        self.note.textChanged.connect(self._on_note_changed)
        self.note_hint = text("", "hint", wrap=True)
        card.body.addWidget(self.note)
        card.body.addWidget(self.note_hint)
        self._on_note_changed()
        return card

    def _on_calls_changed(self, _call_id: str) -> None:
        if self.isVisible():
            self.refresh()

    def _on_read(self, log: DailyLog) -> None:
        if log.day != self._day:
            return
        self._log = log
        self._allow(True)
        self._draw()

    def _on_note_changed(self) -> None:
        too_long = len(self.note.toPlainText().strip()) > LONGEST_NOTE
        self.note_hint.setText(
            _("Only the first {most} characters have room on the page.").format(most=LONGEST_NOTE)
            if too_long
            else _("Printed on the page and in the PDF, kept nowhere. No names, no numbers.")
        )
        self._typed.start()

    def _draw(self) -> None:
        if self._log is not None:
            self.view.show_page(self._page(self._log))

    def _page(self, log: DailyLog) -> Page:
        return daily_log_page(log, self._reference, self.note.toPlainText())

    def _export(self, wanted: ExportFormat) -> None:
        if self._log is None:
            return
        file_type = {
            ExportFormat.XLSX: _("Excel file (*.xlsx)"),
            ExportFormat.PDF: _("PDF file (*.pdf)"),
            ExportFormat.CSV: _("CSV file (*.csv)"),
        }[wanted]
        name = f"117_{self._log.office.code}_{self._day.isoformat()}.{wanted.value}"
        file = self._dialogs.ask_save_path(
            self, _("Save the daily log"), self._folder / name, file_type
        )
        if file is not None and file.suffix.lower() != f".{wanted.value}":
            file = file.with_name(f"{file.name}.{wanted.value}")
            # The system's dialog asked about the name without its ending.
            question = _("This file exists already. Replace it?")
            if file.exists() and not self._dialogs.confirm(self, question, _("Replace")):
                return
        if file is None:
            return
        self._say()
        self._allow(False)
        actor, day, note, exports = self._actor, self._day, self.note.toPlainText(), self._exports
        self._tasks.database(
            self,
            lambda: exports.daily_log(actor, day, wanted, file, note),
            self._on_exported,
            self._on_failed,
        )

    def _on_exported(self, export: Export) -> None:
        self._folder = export.file.parent
        self._allow(True)
        self._say(
            done=_("Saved: {file}").format(file=self._shortened(export.file.name))
            + f"\n{self._shortened(str(export.file.parent))}"
        )
        self.done.setToolTip(str(export.file))
        self._written = export.file
        self.folder_button.show()

    def _on_print(self) -> None:
        if self._log is None or not self._print_page(self, self._page(self._log)):
            return
        actor, day, exports = self._actor, self._day, self._exports
        self._tasks.database(
            self,
            lambda: exports.printed(actor, day),
            lambda _nothing: self._say(done=_("Sent to the printer.")),
            self._on_failed,
        )

    def _on_open_folder(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.parent)))

    def _on_failed(self, error: Exception) -> None:
        self._allow(self._log is not None)
        self._say(problem=problems.sentence(error))

    def _say(self, *, done: str = "", problem: str = "") -> None:
        self.done.show_text(done)
        self.problem.show_text(problem)
        self.folder_button.hide()

    def _shortened(self, path: str) -> str:
        # A path has no blanks to break a line at.
        room = PANEL_WIDTH - 6 * GRID
        return self.fontMetrics().elidedText(path, Qt.TextElideMode.ElideMiddle, room)

    def _allow(self, allowed: bool) -> None:
        for made in self._ways_out:
            made.setEnabled(allowed)

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))


def _arrow(name: str, label: str, key: str) -> QPushButton:
    made = QPushButton(icon(name, theme.current().text, 16), "")
    made.setShortcut(key)
    made.setAccessibleName(label)
    made.setToolTip(f"{label} ({key})")
    made.setAutoDefault(False)
    made.setFixedWidth(40)
    return made


def _as_date(chosen: QDate) -> date:
    return date(chosen.year(), chosen.month(), chosen.day())
