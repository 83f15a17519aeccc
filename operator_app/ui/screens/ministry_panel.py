"""The right side of the ministry's report: which period, ways out, what a figure counts."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.figures import Period
from operator_app.domain.suppression import LEAST
from operator_app.export.report_words import period_text
from operator_app.i18n import _
from operator_app.services.exports import ExportFormat
from operator_app.ui.widgets.arrow_button import arrow_button
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.outcome import Outcome

WIDTH = 372
MONTH, WEEK = "month", "week"


class MinistryPanel(QWidget):
    """Tells what was asked for; knows nothing of figures and files."""

    length_chosen = Signal(str)
    """MONTH or WEEK."""
    stepped = Signal(int)
    """So many periods on, or back."""
    export_asked = Signal(object)
    """A `ExportFormat`."""
    print_asked = Signal()
    hidden_changed = Signal()
    records_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.outcome = Outcome(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._period_card())
        layout.addWidget(self._hand_over_card())
        layout.addWidget(self._definition_card())
        layout.addWidget(self.outcome)
        layout.addStretch(1)

    def show_period(self, period: Period, *, has_next: bool) -> None:
        """The period that is shown."""
        self.period_label.setText(period_text(period))
        self.next_button.setEnabled(has_next)

    def show_definition(self, title: str, words: str, *, has_records: bool) -> None:
        """What the chosen figure counts; empty for none."""
        self.definition_title.setText(title or _("What is counted"))
        self.definition.setText(words or _("Choose a figure to read what it counts."))
        self.records_button.setEnabled(has_records)

    def allow(self, allowed: bool) -> None:
        """Whether the report can leave now."""
        for made in (self.excel_button, self.pdf_button, self.print_button, self.csv_button):
            made.setEnabled(allowed)

    def _period_card(self) -> Card:
        card = Card(_("Period"))
        self.length = ChipGroup(
            [Chip(MONTH, _("Month"), "1"), Chip(WEEK, _("Week"), "2")], _("Length of the period")
        )
        self.length.set_value(MONTH)
        self.length.picked.connect(self.length_chosen)
        self.previous_button = arrow_button("previous", _("Previous period"), "Alt+Left")
        self.next_button = arrow_button("next", _("Next period"), "Alt+Right")
        self.previous_button.clicked.connect(lambda: self.stepped.emit(-1))
        self.next_button.clicked.connect(lambda: self.stepped.emit(1))
        self.period_label = text("", "cardTitle")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.previous_button)
        line.addWidget(self.period_label, 1)
        line.addWidget(self.next_button)
        card.body.addWidget(self.length)
        card.body.addLayout(line)
        return card

    def _hand_over_card(self) -> Card:
        card = Card(_("Hand over the report"))
        self.excel_button = button(_("Excel"), "primary", "Ctrl+E")
        self.pdf_button = button(_("PDF"), key="Ctrl+D")
        self.print_button = button(_("Print"), key="Ctrl+P")
        self.csv_button = button(_("CSV"), key="Ctrl+Shift+E")
        self.excel_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.XLSX))
        self.pdf_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.PDF))
        self.print_button.clicked.connect(self.print_asked)
        self.csv_button.clicked.connect(lambda: self.export_asked.emit(ExportFormat.CSV))
        for pair in (
            (self.excel_button, self.pdf_button),
            (self.print_button, self.csv_button),
        ):
            line = QHBoxLayout()
            line.setSpacing(GRID)
            for made in pair:
                line.addWidget(made, 1)
            card.body.addLayout(line)
        self.hide_box = QCheckBox(_("Show it as it leaves"))
        self.hide_box.toggled.connect(self.hidden_changed)
        card.body.addWidget(self.hide_box)
        hint = _("In files and on paper figures under {least} are hidden, here they are shown.")
        card.body.addWidget(text(hint.format(least=LEAST), "hint", wrap=True))
        self.allow(False)
        return card

    def _definition_card(self) -> Card:
        card = Card()
        self.definition_title = text("", "cardTitle", wrap=True)
        self.definition = text("", wrap=True)
        self.records_button = button(_("Records behind it"), key="Ctrl+R")
        self.records_button.clicked.connect(self.records_asked)
        card.body.addWidget(self.definition_title)
        card.body.addWidget(self.definition)
        card.body.addWidget(self.records_button)
        self.show_definition("", "", has_records=False)
        return card
