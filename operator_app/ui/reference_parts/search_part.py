"""The search index: what is in it, what is wrong with it, making it anew."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.errors import EnvironmentProblem
from operator_app.i18n import _, ngettext
from operator_app.services.search_index import IndexState, SearchIndex
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.widgets.work_bar import WorkBar
from operator_app.ui.wording import day_and_time, inside, locale


class SearchPart(QWidget):
    """A card. The index is made anew in steps, so that a call is saved between two of them."""

    def __init__(self, index: SearchIndex, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self._index = index
        self._tasks = tasks
        self._clock = clock
        self._total = 0
        self._working = self._stopped = False
        self.state = text("", wrap=True)
        self.advice = Notice("warning")
        self.done = Notice()
        self.problem = Notice("danger")
        self.work = WorkBar()
        self.rebuild_button = button(_("Make it anew"), key="F8")
        title = QHBoxLayout()
        title.addWidget(text(_("Search"), "cardTitle"))
        title.addStretch(1)
        title.addWidget(self.rebuild_button)
        card = Card()
        card.body.addLayout(title)
        for part in (self.state, self.advice, self.work, self.done, self.problem):
            card.body.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(card)
        self.rebuild_button.clicked.connect(self._on_rebuild)
        self.work.stop_asked.connect(self._on_stop)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read how the index stands."""
        self._tasks.database(self, self._index.state, self._on_state, self._on_failed)

    def _on_state(self, state: IndexState) -> None:
        self.state.setText(self._words(state))
        wrong = state.problem is not None or state.behind < 0
        self.advice.show_text(
            _("The search index is damaged. Calls and cases are whole; make the index anew.")
            if wrong
            else ""
        )

    def _words(self, state: IndexState) -> str:
        if state.built_at is None:
            return _("There is no search index yet.")
        calls = ngettext("{n} call can be found", "{n} calls can be found", state.documents)
        parts = [calls.format(n=state.documents)]
        if state.behind > 0:
            behind = ngettext("{n} record waits", "{n} records wait", state.behind)
            parts.append(behind.format(n=state.behind))
        parts.append(_size(state.size_bytes))
        made = day_and_time(state.built_at, local_day(to_ms(self._clock())))
        parts.append(_("made {when}").format(when=inside(made)))
        return " · ".join(parts)

    def _on_rebuild(self) -> None:
        self.done.show_text("")
        self.problem.show_text("")
        self.rebuild_button.setEnabled(False)
        self._working, self._stopped = True, False
        self.work.start(_("The search index is being made."), may_stop=True)
        self.work.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tasks.database(self, self._begun, self._on_begun, self._on_failed)

    def _begun(self) -> int:
        self._index.begin_anew()
        return self._index.behind()

    def _on_begun(self, behind: int) -> None:
        self._total = behind
        self._next()

    def _next(self) -> None:
        self._tasks.database(self, self._step, self._on_step, self._on_failed)

    def _step(self) -> tuple[int, str | None]:
        return self._index.step(), self._index.problem

    def _on_step(self, outcome: tuple[int, str | None]) -> None:
        behind, problem = outcome
        self.work.show_progress(self._total - behind, self._total)
        if behind and not self._stopped:
            # Whatever waits for the screen comes first.
            QTimer.singleShot(0, self, self._next)
            return
        self._end()
        if problem is not None:
            self.problem.show_text(sentence(EnvironmentProblem(problem)))
        elif behind:
            self.done.show_text(_("Stopped. What is missing is taken in by and by."))
        else:
            self.done.show_text(_("The search index is made."))
        self.refresh()

    def _on_stop(self) -> None:
        self._stopped = True

    def _end(self) -> None:
        self._working = False
        self.work.finish()
        self.rebuild_button.setEnabled(True)
        if self.isVisible():
            self.rebuild_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        if self._working:
            self._end()
        self.problem.show_text(sentence(error))


def _size(size_bytes: int) -> str:
    kind = QLocale.DataSizeFormat.DataSizeTraditionalFormat
    return locale().formattedDataSize(size_bytes, 0 if size_bytes < 2**20 else 1, kind)
