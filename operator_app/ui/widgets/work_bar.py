"""Long work on the worker, as people see it: what is done, how far it is, a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.widgets.basic import GRID, button, text


class WorkBar(QWidget):
    """Hidden until `start`. `stop_asked()`: the person wants it to end early."""

    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.label = text("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop_button = button(_("Stop"), key="Esc")
        self.stop_button.clicked.connect(self.stop_asked)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.label)
        column.addWidget(self.bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(column, 1)
        layout.addWidget(self.stop_button)
        self.hide()

    def start(self, words: str, *, may_stop: bool) -> None:
        """Show that the work goes on; how far it is is not known yet."""
        self._words = words
        self.label.setText(words)
        self.bar.setAccessibleName(words)
        self.bar.setRange(0, 0)
        self.stop_button.setVisible(may_stop)
        self.show()

    def show_progress(self, done: int, total: int) -> None:
        """So many of so many are done."""
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        self.label.setText(
            _("{work} {done} of {total}").format(work=self._words, done=done, total=total)
        )

    def show_share(self, words: str, done: int, total: int) -> None:
        """What is being done, and which share of it is, where the amounts say nothing to people."""
        self.label.setText(words)
        self.bar.setRange(0, 1000)
        self.bar.setValue(1000 * done // max(total, 1))

    def finish(self) -> None:
        """The work has ended."""
        self.hide()
