"""Whether the audit log is whole: what the last check said, and another one in the background."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.i18n import _, ngettext
from operator_app.services.audit_check import AuditCheck, ChainState, Verdict, Walk
from operator_app.ui.audit_wording import verdict_words
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, text
from operator_app.ui.widgets.work_bar import WorkBar
from operator_app.ui.wording import day_and_time, inside


class ChainPart(Card):
    """The check goes in steps, so that a call is saved between two of them."""

    def __init__(self, check: AuditCheck, actor: Actor, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self._check = check
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._working = self._stopped = False
        self.body.setContentsMargins(12, GRID, 12, GRID)
        self.state = text("", wrap=True)
        self.check_button = button(_("Check now"), key="F8")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.state, 1)
        line.addWidget(self.check_button)
        self.body.addLayout(line)
        self.work = WorkBar()
        self.good = Notice()
        self.bad = Notice("danger")
        for part in (self.work, self.good, self.bad):
            self.body.addWidget(part)
        self.check_button.clicked.connect(self._on_check)
        self.work.stop_asked.connect(self._on_stop)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read how the last check ended."""
        self._tasks.database(
            self, lambda: self._check.state(self._actor), self._on_state, self._on_failed
        )

    def _on_state(self, state: ChainState) -> None:
        today = local_day(to_ms(self._clock()))
        rows = ngettext("{n} row", "{n} rows", state.rows).format(n=state.rows)
        if state.checked_at is None:
            self.state.setText(_("{rows} · never checked").format(rows=rows))
            return
        when = inside(day_and_time(state.checked_at, today))
        if state.broken is not None:
            said = _("{rows} · not whole at row {n} when checked {when}")
            self.state.setText(said.format(rows=rows, n=state.broken, when=when))
        else:
            said = _("{rows} · whole when checked {when}")
            self.state.setText(said.format(rows=rows, when=when))

    def _on_check(self) -> None:
        self.good.show_text("")
        self.bad.show_text("")
        self.check_button.setEnabled(False)
        self._working, self._stopped = True, False
        self.work.start(_("The audit log is being checked."), may_stop=True)
        self.work.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tasks.database(
            self, lambda: self._check.begin(self._actor), self._next, self._on_failed
        )

    def _next(self, walk: Walk) -> None:
        self._tasks.database(
            self, lambda: self._check.step(self._actor, walk), self._on_step, self._on_failed
        )

    def _on_step(self, walk: Walk) -> None:
        self.work.show_progress(walk.seq, walk.rows)
        if walk.ended:
            self._tasks.database(
                self, lambda: self._check.finish(self._actor, walk), self._on_end, self._on_failed
            )
        elif self._stopped:
            self._end()
        else:
            # Whatever waits for the screen comes first.
            QTimer.singleShot(0, self, lambda: self._next(walk))

    def _on_end(self, verdict: Verdict) -> None:
        self._end()
        (self.good if verdict.whole else self.bad).show_text(verdict_words(verdict))
        self.refresh()

    def _on_stop(self) -> None:
        self._stopped = True

    def _end(self) -> None:
        self._working = False
        self.work.finish()
        self.check_button.setEnabled(True)
        if self.isVisible():
            self.check_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        if self._working:
            self._end()
        self.bad.show_text(sentence(error))
