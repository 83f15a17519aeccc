"""The right side of the daily log: of which time, ways out, the handover note, what came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from operator_app.domain.span import Choice
from operator_app.i18n import _
from operator_app.services.exports import ExportFormat
from operator_app.ui.screens.handover_card import HandoverCard
from operator_app.ui.screens.span_card import SpanCard
from operator_app.ui.widgets.basic import Card, button
from operator_app.ui.widgets.outcome import Outcome

WIDTH = 320


class DailyLogPanel(QWidget):
    """Tells what was asked for; knows nothing of figures and files."""

    export_asked = Signal(object)
    """An `ExportFormat`."""
    print_asked = Signal()
    schedule_asked = Signal()

    def __init__(self, choice: Choice, handover: HandoverCard, *, may_export: bool) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.span = SpanCard(choice)
        self.handover = handover
        self.outcome = Outcome(WIDTH)
        self.hand_over_card = self._hand_over_card()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.span)
        layout.addWidget(self.hand_over_card)
        self.hand_over_card.setVisible(may_export)
        layout.addWidget(self.handover)
        layout.addWidget(self.outcome)
        layout.addStretch(1)

    @property
    def ways_out(self) -> tuple[QPushButton, ...]:
        """The buttons by which the log leaves."""
        return (self.excel_button, self.pdf_button, self.print_button, self.csv_button)

    def allow(self, allowed: bool) -> None:
        """Whether the log can leave now."""
        for made in self.ways_out:
            made.setEnabled(allowed)

    def _hand_over_card(self) -> Card:
        card = Card(_("Hand over"))
        self.excel_button = button(_("Excel"), "primary", "Ctrl+E")
        self.pdf_button = button(_("PDF"), key="Ctrl+D")
        self.print_button = button(_("Print"), key="Ctrl+P")
        self.csv_button = button(_("CSV"), key="Ctrl+Shift+E")
        self.schedule_button = button(_("By itself every day…"), "link", "Ctrl+R")
        self.excel_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.XLSX))
        self.pdf_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.PDF))
        self.print_button.clicked.connect(self.print_asked)
        self.csv_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.CSV))
        self.schedule_button.clicked.connect(self.schedule_asked)
        for made in (*self.ways_out, self.schedule_button):
            card.body.addWidget(made)
        self.allow(False)
        return card
