"""The exercises beside the screens: what to do, ticked when the records show that it was done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from operator_app.domain.exercises import Exercise
from operator_app.domain.people import Actor
from operator_app.i18n import _, language
from operator_app.services.practice import Practice
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice, text

WIDTH = 240
PADDING = 16
LOOK_EVERY_MS = 1_500
DONE, OPEN = "✓", "○"


class ExerciseCard(QFrame):
    """A list of titles, and below it what to do in the one that is chosen."""

    def __init__(
        self, practice: Practice, exercises: Sequence[Exercise], actor: Actor, tasks: Tasks
    ) -> None:
        super().__init__()
        self.setObjectName("practice")
        self.setFixedWidth(WIDTH)
        self._practice = practice
        self._exercises = tuple(exercises)
        self._actor = actor
        self._tasks = tasks
        self._looking = False
        self.done: frozenset[str] = frozenset()
        self.head = text("", "cardTitle")
        self.list = QListWidget()
        self.list.setObjectName("exercises")
        self.list.setAccessibleName(_("Exercises"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.todo = Notice()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.head)
        layout.addWidget(self.list)
        layout.addWidget(self.todo)
        layout.addStretch(1)
        for exercise in self._exercises:
            QListWidgetItem(exercise.title(language()), self.list)
        self.list.currentRowChanged.connect(self._on_chosen)
        self._show(self.done)
        self.list.setCurrentRow(0)
        self._look = QTimer(self, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self.look)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start()
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look.stop()

    def look(self) -> None:
        """See what is done by now."""
        if self._looking:
            return
        self._looking = True
        self._tasks.database(
            self,
            lambda: self._practice.done(self._actor, self._exercises),
            self._on_seen,
            self._on_failed,
        )

    def _on_seen(self, done: frozenset[str]) -> None:
        self._looking = False
        if done == self.done:
            return
        chosen = self._exercises[self.list.currentRow()]
        self._show(done)
        if chosen.name in done:
            row = next((n for n, e in enumerate(self._exercises) if e.name not in done), None)
            if row is not None:
                self.list.setCurrentRow(row)

    def _on_failed(self, _error: Exception) -> None:
        # What stands in the way of reading is told by the screen that the person works on.
        self._looking = False

    def _show(self, done: frozenset[str]) -> None:
        self.done = done
        said = _("Exercises: {done} of {all}")
        self.head.setText(said.format(done=len(done), all=len(self._exercises)))
        for row, exercise in enumerate(self._exercises):
            item, is_done = self.list.item(row), exercise.name in done
            title = exercise.title(language())
            item.setText(f"{DONE if is_done else OPEN}  {title}")
            spoken = _("Done: {exercise}") if is_done else _("To do: {exercise}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken.format(exercise=title))
        self._fit()

    def _fit(self) -> None:
        """The list is as high as its lines: what to do stands right below them."""
        metrics, wide = self.list.fontMetrics(), WIDTH - 4 * GRID - PADDING
        whole = 0
        for item in (self.list.item(row) for row in range(self.list.count())):
            # Not left to the list: it forgets the padding of the style sheet, and cuts words off.
            lines = metrics.boundingRect(0, 0, wide, 0, Qt.TextFlag.TextWordWrap, item.text())
            item.setSizeHint(QSize(0, lines.height() + PADDING))
            whole += lines.height() + PADDING
        self.list.setFixedHeight(whole + 2 * self.list.frameWidth())

    def _on_chosen(self, row: int) -> None:
        self.todo.show_text(self._exercises[max(0, row)].text(language()))
