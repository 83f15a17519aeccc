"""Another key for the database, when somebody left who may have copied it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from operator_app.db.engine import PAGE_BYTES
from operator_app.db.keyring import RECOVERY_GROUPS, check_recovery_part, new_recovery_key
from operator_app.db.rekey import Stopped
from operator_app.domain.people import Actor, Role
from operator_app.errors import Fault, NotAllowed
from operator_app.i18n import _, ngettext
from operator_app.services.rekey import KeyChange, Rekey
from operator_app.ui.problems import sentence
from operator_app.ui.screens.recovery_key_pages import RecoveryPaper
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, Notice, button, labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.form import Form, FormField
from operator_app.ui.widgets.work_bar import WorkBar

KEEP, NEW = "keep", "new"
ASKED_GROUPS = 2
LOOK_MS = 200
WIDTH = 760


@dataclass
class _Watch:
    """What worker and screen tell each other while the key is changed."""

    done: int = 0
    total: int = 0
    stopped: bool = False

    def show(self, done: int, total: int) -> None:
        self.done, self.total = done, total


class KeyPart(QWidget):
    """Says what a change takes, asks about the paper in the safe, does it."""

    def __init__(self, rekey: Rekey, actor: Actor, tasks: Tasks) -> None:
        super().__init__()
        self._rekey = rekey
        self._actor = actor
        self._tasks = tasks
        self._watch = _Watch()
        self._recovery_key: str | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._on_look)
        self.plan = text("", wrap=True)
        self.left = Notice("warning")
        self.recovery = ChipGroup(
            [
                Chip(KEEP, _("The paper in the safe stays valid"), "1"),
                Chip(NEW, _("A new one: the paper may have been seen"), "2"),
            ],
            _("Recovery key"),
        )
        self.recovery.set_value(KEEP)
        self._makes_recovery_keys = actor.role is Role.SUPERVISOR
        self.recovery.setEnabled(self._makes_recovery_keys)
        self.written = button(_("I have written it down"))
        self.written.setAutoDefault(True)
        self.paper = QWidget()
        self._paper_layout = QVBoxLayout(self.paper)
        self._paper_layout.setContentsMargins(0, 0, 0, 0)
        self._paper_layout.addWidget(self.written, alignment=Qt.AlignmentFlag.AlignLeft)
        self._key_shown: RecoveryPaper | None = None
        self._check = QVBoxLayout()
        self.form: Form | None = None
        self.work = WorkBar()
        self.start = button(_("Change the key"), "primary")
        self.start.setAutoDefault(True)
        self.told = Notice()
        self.problem = Notice("danger")
        self._lay_out()
        self.recovery.picked.connect(self._on_recovery)
        self.recovery.passed.connect(self._begin)
        self.written.clicked.connect(self._ask_back)
        self.start.clicked.connect(self._begin)
        self.work.stop_asked.connect(self._on_stop)
        self.setFocusProxy(self.recovery if self._makes_recovery_keys else self.start)

    def refresh(self) -> None:
        """Look again at what a change takes."""
        if self._timer.isActive():
            return
        self._say()
        self._tasks.database(
            self, lambda: self._rekey.look(self._actor), self._on_plan, self._on_failed
        )

    def _lay_out(self) -> None:
        lead = _(
            "One key encrypts everything on this PC. Somebody who left may have copied the key file and a backup: with the old password these copies open, and nothing can undo that. After a change of the key nothing newer opens with them."
        )
        card = Card(_("Key of the database"))
        card.setMaximumWidth(WIDTH)
        card.body.addWidget(text(lead, wrap=True))
        card.body.addWidget(self.plan)
        card.body.addWidget(self.left)
        card.body.addWidget(labelled(_("Recovery key"), self.recovery))
        card.body.addWidget(self.paper)
        card.body.addLayout(self._check)
        for widget in (self.work, self.told, self.problem):
            card.body.addWidget(widget)
        card.body.addWidget(self.start, alignment=Qt.AlignmentFlag.AlignLeft)
        self.paper.hide()
        column = QVBoxLayout()
        column.addWidget(card)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(column, 1)
        layout.addStretch(0)

    def _on_plan(self, change: KeyChange) -> None:
        takes = ngettext(
            "It takes about {n} minute.", "It takes about {n} minutes.", change.minutes
        ).format(n=change.minutes)
        rest = _(
            "Nobody can save a call meanwhile, so wait for a quiet moment. All passwords stay as they are."
        )
        self.plan.setText(f"{takes} {rest}")
        self.left.show_text(
            _("These people need a new password after it: {logins}.").format(
                logins=", ".join(change.left_behind)
            )
            if change.left_behind
            else ""
        )
        if change.recovery_left_behind and not self._makes_recovery_keys:
            self._say(problem=sentence(NotAllowed("rights.supervisor_only")))
        elif change.recovery_left_behind and self.recovery.value == KEEP:
            self.recovery.set_value(NEW)
            self._on_recovery(NEW)
        self.recovery.buttons[KEEP].setVisible(not change.recovery_left_behind)
        self.start.setEnabled(self._may_start)

    @property
    def _may_start(self) -> bool:
        return self.recovery.value == KEEP or self.form is not None

    def _on_recovery(self, choice: str) -> None:
        """A new recovery key is shown first, then asked back: it must be on paper before."""
        self._forget_recovery()
        if choice == NEW:
            self._recovery_key = new_recovery_key()
            self._key_shown = RecoveryPaper(self._recovery_key)
            self._paper_layout.insertWidget(0, self._key_shown)
            self.paper.show()
            self.written.setFocus(Qt.FocusReason.OtherFocusReason)
        self.start.setEnabled(self._may_start)

    def _ask_back(self) -> None:
        self.paper.hide()
        self.form = Form()
        groups = sorted(secrets.SystemRandom().sample(range(RECOVERY_GROUPS), ASKED_GROUPS))
        self.form.add(
            *(
                FormField(
                    f"recovery.{group}", _("Group {number}").format(number=group + 1), QLineEdit()
                )
                for group in groups
            )
        )
        self.form.completed.connect(self._begin)
        self._check.addWidget(text(_("Type these two groups from the paper."), "hint", wrap=True))
        self._check.addWidget(self.form)
        self.start.setEnabled(True)
        self.form.focus_first()

    def _begin(self) -> None:
        if not self.start.isEnabled():
            return
        if self.form is not None and (faults := self._typed_faults(self.form)):
            self.form.show_faults(faults)
            return
        self._say()
        self._set_busy(True)
        self._watch = watch = _Watch()
        recovery_key = self._recovery_key
        self.work.start(_("Megabytes copied:"), may_stop=True)
        self.work.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._timer.start()
        self._tasks.database(
            self,
            lambda: self._rekey.change(
                self._actor, recovery_key, watch.show, lambda: watch.stopped
            ),
            lambda _none: self._on_changed(),
            self._on_failed,
        )

    def _typed_faults(self, form: Form) -> list[Fault]:
        faults = []
        for where in form.fields:
            position = int(where.removeprefix("recovery."))
            wrong = check_recovery_part(self._recovery_key or "", (position,), form.value(where))
            faults += [Fault(where, fault.code) for fault in wrong]
        return faults

    def _on_look(self) -> None:
        done, total = self._watch.done, self._watch.total
        if not total or self._watch.stopped:
            return
        if done < total:
            self.work.show_progress(done * PAGE_BYTES // 2**20, total * PAGE_BYTES // 2**20)
        else:
            self.work.start(_("The copy is being checked."), may_stop=False)

    def _on_stop(self) -> None:
        self._watch.stopped = True

    def _on_changed(self) -> None:
        self._end()
        self.recovery.set_value(KEEP)
        self._forget_recovery()
        self._say(
            _(
                "The key is changed. Earlier backups still open with the old one: make a backup now and put the older ones away."
            )
        )

    def _on_failed(self, error: Exception) -> None:
        self._end()
        if isinstance(error, Stopped):
            self._say(_("Stopped. The key is as it was."))
        else:
            self._say(problem=sentence(error))

    def _end(self) -> None:
        self._timer.stop()
        self.work.finish()
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        self.recovery.setEnabled(not busy and self._makes_recovery_keys)
        self.start.setEnabled(not busy and self._may_start)
        if self.form is not None:
            self.form.setEnabled(not busy)

    def _forget_recovery(self) -> None:
        self._recovery_key = None
        self.paper.hide()
        if self._key_shown is not None:
            self._key_shown.deleteLater()
            self._key_shown = None
        while (item := self._check.takeAt(0)) is not None:
            if (asked := item.widget()) is not None:
                asked.deleteLater()
        self.form = None

    def _say(self, told: str = "", problem: str = "") -> None:
        self.told.show_text(told)
        self.problem.show_text(problem)
