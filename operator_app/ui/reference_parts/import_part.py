"""Taking reference data in from a file: checked, shown, and only then taken over."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.db.feeds import Taken
from operator_app.domain.feeds import CODES, DIVISIONS
from operator_app.domain.people import Actor
from operator_app.errors import BadInput
from operator_app.i18n import _
from operator_app.services.reference_import import ImportPlan, ReferenceImport
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.problems import sentence
from operator_app.ui.reference_parts.fault_card import FaultCard
from operator_app.ui.reference_parts.plan_card import PlanCard
from operator_app.ui.reference_wording import counted
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, Notice, button, text
from operator_app.ui.widgets.work_bar import WorkBar


class ImportPart(QWidget):
    """Nothing changes before "Take over". `changed(names)`: these feeds have other entries.

    `occupied(bool)`: a list of faults is there and needs the room, or is gone again.
    """

    changed = Signal(object)
    occupied = Signal(bool)

    def __init__(
        self, imports: ReferenceImport, actor: Actor, tasks: Tasks, dialogs: Dialogs
    ) -> None:
        super().__init__()
        self._imports = imports
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._plan: ImportPlan | None = None
        self.choose_button = button(_("Choose a file…"), "primary", "Ctrl+I")
        self.hint = text(
            _(
                "The service directory (HSDS: JSON, zip or a table in CSV), the official list "
                "of places (SOATE, CSV), or a package of the ministry (.117feeds). The file is "
                "checked and shown first."
            ),
            "muted",
            wrap=True,
        )
        self.work = WorkBar()
        self.done = Notice()
        self.problem = Notice("danger")
        self.plan = PlanCard()
        self.faults = FaultCard(tasks, dialogs)
        self._lay_out()
        self.choose_button.clicked.connect(self._on_choose)
        self.plan.taken.connect(self._on_take)
        self.plan.left.connect(self._leave)
        self.faults.left.connect(self._leave)

    def _on_choose(self) -> None:
        file_type = _("Reference data") + " (*.json *.zip *.csv *.117feeds)"
        file = self._dialogs.ask_open_path(self, _("Choose a file"), file_type)
        if file is None:
            return
        self._clear()
        self._begin(_("The file is checked."))
        self._tasks.database(
            self,
            lambda: self._imports.check(self._actor, file),
            partial(self._on_checked, file),
            partial(self._on_faulty, file),
        )

    def _on_checked(self, file: Path, plan: ImportPlan) -> None:
        self._end()
        self._plan = plan
        self.hint.hide()
        self.plan.show_plan(file.name, plan)

    def _on_faulty(self, file: Path, error: Exception) -> None:
        self._end()
        self._back()
        if isinstance(error, BadInput):
            self.hint.hide()
            self.occupied.emit(True)
            self.faults.show_faults(file, error.faults)
        else:
            self.problem.show_text(sentence(error))

    def _on_take(self) -> None:
        plan = self._plan
        if plan is None:
            return
        self._clear()
        self._begin(_("The file is taken over."))
        self._tasks.database(
            self,
            lambda: self._imports.carry_out(self._actor, plan),
            partial(self._on_taken, plan),
            self._on_not_taken,
        )

    def _on_taken(self, plan: ImportPlan, taken: Taken) -> None:
        self._end()
        self._back()
        counts = counted(taken.new, taken.changed, taken.removed)
        said = _("Taken over: {counts}.").format(counts=counts)
        names = _feeds(plan)
        if DIVISIONS in names or CODES in names:
            said += " " + _("Places and code lists are offered from the next sign-in on.")
        self.done.show_text(said)
        self.changed.emit(names)

    def _on_not_taken(self, error: Exception) -> None:
        self._end()
        self._back()
        self.problem.show_text(sentence(error))

    def _leave(self) -> None:
        self._clear()
        self._back()

    def _clear(self) -> None:
        self._plan = None
        self.hint.show()
        self.occupied.emit(False)
        for part in (self.plan, self.faults):
            part.hide()
        for notice in (self.done, self.problem):
            notice.show_text("")

    def _begin(self, words: str) -> None:
        self.choose_button.setEnabled(False)
        self.work.start(words, may_stop=False)

    def _end(self) -> None:
        self.choose_button.setEnabled(True)
        self.work.finish()

    def _back(self) -> None:
        if self.isVisible():
            self.choose_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        card = Card(_("Take in a file"))
        card.body.addWidget(self.hint)
        card.body.addWidget(self.choose_button, alignment=Qt.AlignmentFlag.AlignLeft)
        for part in (self.work, self.done, self.problem):
            card.body.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(card)
        layout.addWidget(self.plan)
        layout.addWidget(self.faults, 1)
        layout.addStretch(0)


def _feeds(plan: ImportPlan) -> tuple[str, ...]:
    if plan.package is not None:
        return tuple(changes.feed for changes in plan.package.changes)
    return tuple(plan.entries or ())
