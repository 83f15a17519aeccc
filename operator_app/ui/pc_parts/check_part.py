"""The check of this PC as a table: how each thing stands, what was found, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.findings import Check, Finding, Grade
from operator_app.domain.people import Actor
from operator_app.errors import Cancelled
from operator_app.i18n import _, ngettext
from operator_app.services.pc_check.runner import run_checks
from operator_app.services.support_file import SupportFiles
from operator_app.ui.check_wording import check_name, found_words, grade_words, to_do_words
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.long_work import LongWork
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.problems import sentence
from operator_app.ui.saving import ask_where, documents_folder
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout, Notice, button, text
from operator_app.ui.widgets.work_bar import WorkBar

_ORDER = (Grade.PROBLEM, Grade.WARNING, Grade.OK, Grade.ABSENT)


class CheckPart(QWidget):
    """The checks run beside the work; leaving the page ends them."""

    def __init__(
        self,
        checks: Callable[[], Sequence[Check]],
        support: SupportFiles,
        actor: Actor,
        tasks: Tasks,
        dialogs: Dialogs,
        clock: Clock,
    ) -> None:
        """`checks` is called on the main thread, before they run on a worker."""
        super().__init__()
        self._checks = checks
        self._support = support
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._clock = clock
        self._found: list[Finding] = []
        self._long = LongWork(tasks, self)
        self.problem = Notice("danger")
        self.done = Notice()
        self.summary = text(_("Nothing was looked at yet."), "muted", wrap=True)
        self.work = WorkBar()
        headings = (_("State"), _("What was checked"), _("Found"), _("What to do"))
        self.model = PlainTable(headings)
        self.view = plain_view(self.model, _("Check of this PC"))
        self.start_button = button(_("Check this PC"), "primary", "F8")
        self.support_button = button(_("Support file…"), key="Ctrl+S")
        self.support_button.setEnabled(False)
        self._lay_out()
        self.setFocusProxy(self.start_button)
        self.start_button.clicked.connect(self.start)
        self.support_button.clicked.connect(self._on_support)
        self.work.stop_asked.connect(self._long.cancel)
        self._long.progressed.connect(self.work.show_progress)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._long.cancel()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def start(self) -> None:
        """Look at everything."""
        self.problem.show_text("")
        self.done.show_text("")
        self._set_busy(True)
        checks = self._checks()
        self._long.run(
            lambda progress: run_checks(checks, progress), self._on_found, self._on_failed
        )

    def _on_found(self, found: list[Finding]) -> None:
        self._set_busy(False)
        # What is wrong stands first; the rest in the order in which it was looked at.
        self._found = sorted(found, key=lambda finding: _ORDER.index(finding.grade))
        self.model.show_rows(
            (grade_words(f.grade), check_name(f), found_words(f), to_do_words(f))
            for f in self._found
        )
        self.support_button.setEnabled(True)
        self.summary.setText(self._summary())
        self.view.selectRow(0)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fit()

    def _summary(self) -> str:
        counted = {grade: sum(f.grade is grade for f in self._found) for grade in Grade}
        parts = []
        if n := counted[Grade.PROBLEM]:
            parts.append(ngettext("{n} problem", "{n} problems", n).format(n=n))
        if n := counted[Grade.WARNING]:
            parts.append(ngettext("{n} warning", "{n} warnings", n).format(n=n))
        return " · ".join(parts) if parts else _("All that was looked at is in order.")

    def _on_failed(self, error: Exception) -> None:
        self._set_busy(False)
        if isinstance(error, Cancelled):
            self.done.show_text(_("Stopped. Nothing was changed."))
        else:
            self.problem.show_text(sentence(error))

    def _on_support(self) -> None:
        day = local_day(to_ms(self._clock())).isoformat()
        proposed = documents_folder() / f"117-support-{day}.zip"
        kind = _("Support file (*.zip)")
        file = ask_where(self._dialogs, self, _("Save the support file"), proposed, kind)
        if file is None:
            return
        found = list(self._found)
        said = _(
            "Written. It holds what was found, versions and the end of the log: no names, no telephone numbers, no words of calls."
        )
        self._tasks.background(
            self,
            lambda: self._support.write(self._actor, file, found),
            lambda _none: self.done.show_text(said),
            self._on_failed,
        )

    def _set_busy(self, busy: bool) -> None:
        self.start_button.setEnabled(not busy)
        self.support_button.setEnabled(not busy and bool(self._found))
        if busy:
            self.work.start(_("This PC is being looked at."), may_stop=True)
            if self.isVisible():
                self.work.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.work.finish()
            if self.isVisible():
                self.start_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        QTimer.singleShot(0, self.view, self.view.resizeRowsToContents)

    def _lay_out(self) -> None:
        self.view.setWordWrap(True)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        card = Card(_("Is this PC well?"))
        lead = _(
            "Database, keys, backups, disk, clock, the way to the ministry and more. It only looks; nothing is changed and no record is read."
        )
        card.body.addWidget(text(lead, "muted", wrap=True))
        card.body.addWidget(self.summary)
        card.body.addWidget(self.view, 1)
        card.body.addWidget(self.work)
        buttons = FlowLayout(spacing=GRID)
        buttons.addWidget(self.start_button)
        buttons.addWidget(self.support_button)
        card.body.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.problem)
        layout.addWidget(self.done)
        layout.addWidget(card, 1)
