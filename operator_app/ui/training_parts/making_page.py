"""The first start of the training: the sandbox is being made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from operator_app.i18n import _
from operator_app.ui.long_work import LongWork, Progress
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Notice, button, text
from operator_app.ui.widgets.door import DoorCard, DoorPage

CARD_WIDTH = 440


class MakingWindow(QWidget):
    """`made()`: the sandbox is whole."""

    made = Signal()

    def __init__(self, tasks: Tasks, make: Callable[[Progress], None]) -> None:
        """`make(progress)` runs off the main thread; what it cannot do it raises as an AppError."""
        super().__init__()
        self._make = make
        self._work = LongWork(tasks, self)
        self._work.progressed.connect(self._on_progress)
        card = DoorCard(CARD_WIDTH)
        card.body.addWidget(text(_("The training is being made"), "screenTitle"))
        said = _("An invented office with calls, cases and follow-ups. This takes a few seconds.")
        card.body.addWidget(text(said, "muted", wrap=True))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("How far it is"))
        card.body.addWidget(self.bar)
        self.problem = Notice("danger")
        card.body.addWidget(self.problem)
        self.again = button(_("Try again"), "primary")
        self.again.setAutoDefault(True)
        self.again.clicked.connect(self.start)
        self.again.hide()
        card.body.addWidget(self.again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(DoorPage(card, "", None))

    def start(self) -> None:
        """Begin, or once more after a problem."""
        self.again.hide()
        self.problem.show_text("")
        self._on_progress(0, 0)
        self._work.run(self._make, lambda _none: self.made.emit(), self._on_failed)

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _on_failed(self, error: Exception) -> None:
        self.bar.setRange(0, 1)
        self.problem.show_text(sentence(error))
        self.again.show()
        self.again.setFocus()
