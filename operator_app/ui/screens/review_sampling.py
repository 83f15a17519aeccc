"""How many calls of each operator and week are picked by lot: said in a line, set behind it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.domain.people import Actor
from operator_app.domain.review import Sampling
from operator_app.i18n import _
from operator_app.services.reviews import Reviews
from operator_app.ui import problems
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, button, labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup

KEY = "Ctrl+T"
_CALLS = (0, 1, 3, 5, 10)
_PERCENTS = (0, 5, 10, 20)


class SamplingLine(QWidget):
    """`changed()`: other calls are picked now."""

    changed = Signal()

    def __init__(self, reviews: Reviews, actor: Actor, tasks: Tasks) -> None:
        super().__init__()
        self._reviews = reviews
        self._actor = actor
        self._tasks = tasks
        self._sampling = Sampling()
        self.button = button("", "link", KEY)
        self.calls = ChipGroup(_chips(_CALLS), _("Calls of each operator and week"))
        self.percent = ChipGroup(_chips(_PERCENTS), _("At least so many of a hundred"))
        self.problem = text("", "problem", wrap=True)
        self.problem.hide()
        self._box = QWidget()
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GRID)
        inside.addWidget(labelled(_("Calls of each operator and week"), self.calls))
        inside.addWidget(labelled(_("At least so many of a hundred"), self.percent))
        inside.addWidget(self.problem)
        self._box.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._box)
        self.button.clicked.connect(self._on_button)
        self.calls.picked.connect(self._on_picked)
        self.percent.picked.connect(self._on_picked)
        self.calls.passed.connect(self.percent.setFocus)
        self.percent.passed.connect(self._on_button)
        self._show(self._sampling)

    def refresh(self) -> None:
        """Read what is set."""
        self._tasks.database(
            self, lambda: self._reviews.sampling(self._actor), self._show, self._on_failed
        )

    def _show(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self.calls.set_value(str(sampling.calls))
        self.percent.set_value(str(sampling.percent))
        words = _("Picked a week: {n} calls each, or {percent} %").format(
            n=sampling.calls, percent=sampling.percent
        )
        self.button.setText(words)
        self.button.setToolTip(KEY)
        self.button.setAccessibleName(words)
        self.problem.hide()

    def _on_button(self) -> None:
        shown = self._box.isHidden()
        self._box.setVisible(shown)
        (self.calls if shown else self.button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_picked(self, _code: str) -> None:
        wanted = replace(
            self._sampling,
            calls=int(self.calls.value or self._sampling.calls),
            percent=int(self.percent.value or self._sampling.percent),
        )

        def done(_nothing: None) -> None:
            self._show(wanted)
            self.changed.emit()

        self._tasks.database(
            self, lambda: self._reviews.set_sampling(self._actor, wanted), done, self._on_failed
        )

    def _on_failed(self, error: Exception) -> None:
        self.problem.setText(problems.sentence(error))
        self.problem.show()


def _chips(numbers: tuple[int, ...]) -> list[Chip]:
    # Keys would look like the numbers themselves: arrows and Space pick.
    return [Chip(str(number), str(number)) for number in numbers]
