"""The right side of the reports screen: which day, ways out, the handover note, what came of it."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDateEdit,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from operator_app.export.html import LONGEST_NOTE
from operator_app.i18n import _
from operator_app.services.exports import ExportFormat
from operator_app.ui import theme
from operator_app.ui.icons import icon
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.widgets.outcome import Outcome

WIDTH = 320


class ReportsPanel(QWidget):
    """Tells what was asked for; knows nothing of figures and files."""

    day_chosen = Signal(object)
    """A `date`, which may lie after today."""
    today_chosen = Signal()
    export_asked = Signal(object)
    """An `ExportFormat`."""
    print_asked = Signal()
    note_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.outcome = Outcome(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(text(_("Daily log"), "screenTitle"))
        layout.addWidget(self._day_card())
        layout.addWidget(self._hand_over_card())
        layout.addWidget(self._note_card())
        layout.addWidget(self.outcome)
        layout.addStretch(1)

    @property
    def note_text(self) -> str:
        """The handover note as typed."""
        return self.note.toPlainText()

    def show_day(self, day: date, today: date) -> None:
        """The day shown on the page; none after today can be chosen."""
        with QSignalBlocker(self.day_field):
            self.day_field.setMaximumDate(QDate(today.year, today.month, today.day))
            self.day_field.setDate(QDate(day.year, day.month, day.day))
        self.next_button.setEnabled(day < today)

    def show_note(self, note: str) -> None:
        """Put the note of another day into the field."""
        self.note.setPlainText(note)

    def allow(self, allowed: bool) -> None:
        """Whether the log can leave now."""
        for made in (self.excel_button, self.pdf_button, self.print_button, self.csv_button):
            made.setEnabled(allowed)

    def _day_card(self) -> Card:
        card = Card(_("Day"))
        self.day_field = QDateEdit()
        self.day_field.setCalendarPopup(True)
        self.day_field.setDisplayFormat("dd.MM.yyyy")
        self.day_field.setAccessibleName(_("Day"))
        self.day_field.dateChanged.connect(lambda chosen: self.day_chosen.emit(_date(chosen)))
        self.previous_button = _arrow("previous", _("Previous day"), "Alt+Left")
        self.next_button = _arrow("next", _("Next day"), "Alt+Right")
        self.today_button = button(_("Today"), key="Ctrl+T")
        self.previous_button.clicked.connect(lambda: self._step(-1))
        self.next_button.clicked.connect(lambda: self._step(1))
        self.today_button.clicked.connect(self.today_chosen)
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
        self.print_button = button(_("Print"), key="Ctrl+P")
        self.csv_button = button(_("CSV"), key="Ctrl+Shift+E")
        self.excel_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.XLSX))
        self.pdf_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.PDF))
        self.print_button.clicked.connect(self.print_asked)
        self.csv_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.CSV))
        for made in (self.excel_button, self.pdf_button, self.print_button, self.csv_button):
            card.body.addWidget(made)
        self.allow(False)
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

    def _step(self, days: int) -> None:
        self.day_chosen.emit(_date(self.day_field.date()) + timedelta(days=days))

    def _on_note_changed(self) -> None:
        too_long = len(self.note_text.strip()) > LONGEST_NOTE
        self.note_hint.setText(
            _("Only the first {most} characters have room on the page.").format(most=LONGEST_NOTE)
            if too_long
            else _("Printed on the page and in the PDF, kept nowhere. No names, no numbers.")
        )
        self.note_changed.emit()


def _arrow(name: str, label: str, key: str) -> QPushButton:
    made = QPushButton(icon(name, theme.current().text, 16), "")
    QShortcut(QKeySequence(key), made).activated.connect(made.click)
    made.setAccessibleName(label)
    made.setToolTip(f"{label} ({key})")
    made.setAutoDefault(False)
    made.setFixedWidth(40)
    return made


def _date(chosen: QDate) -> date:
    return date(chosen.year(), chosen.month(), chosen.day())
