"""Beside the overview: what a figure counts, the records behind it, what came of saving."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.figures import FigureBook
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.widgets.outcome import Outcome
from operator_app.ui.widgets.records_behind import RecordsBehind

WIDTH = 364


class OverviewSide(QWidget):
    """Hidden until something is asked for. `closed()`: the person is done with it."""

    closed = Signal()

    def __init__(
        self, book: FigureBook, reference: Reference, actor: Actor, tasks: Tasks, clock: Clock
    ) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.records = RecordsBehind(book, reference, actor, tasks, clock)
        self.records.closed.connect(self.closed)
        self.outcome = Outcome(WIDTH - 4 * GRID)
        self._title, self._told = text("", "strong", wrap=True), text("", wrap=True)
        self.definition, self.close_button = self._card(
            _("What is counted"), self._title, self._told
        )
        self._written, self.written_button = self._card(_("Save"), self.outcome)
        self._stack = QStackedWidget()
        for page in (self.records, self.definition, self._written):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.hide()

    @property
    def definition_text(self) -> str:
        """What is told of a figure now."""
        return f"{self._title.text()}\n{self._told.text()}"

    def show_records(self) -> None:
        """The list, with the keyboard on it."""
        self._show(self.records)
        self.records.focus_list()

    def show_definition(self, title: str, told: str) -> None:
        """What a figure counts; the keyboard goes to the way out."""
        self._title.setText(title)
        self._told.setText(told)
        self.definition.setAccessibleName(f"{title}. {told}")
        self._show(self.definition)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_outcome(self) -> None:
        """What came of saving a file; the keyboard stays where it is."""
        self._show(self._written)

    def _show(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        self.show()

    def _card(self, title: str, *parts: QWidget) -> tuple[Card, QWidget]:
        card = Card()
        close = button(_("Close"), "link", "Esc")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(text(title, "cardTitle"), 1)
        head.addWidget(close)
        card.body.addLayout(head)
        for part in parts:
            card.body.addWidget(part)
        card.body.addStretch(1)
        return card, close
