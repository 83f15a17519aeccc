"""Everybody changes their own password; the first one was chosen by somebody else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.people import Actor
from operator_app.errors import BadInput, Fault
from operator_app.i18n import _
from operator_app.services.accounts import Accounts
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Card, Notice, button, text
from operator_app.ui.widgets.form import Form, PasswordEdit, password_field

CARD_WIDTH = 440


class PasswordPage(QWidget):
    """The password in use, then the new one twice."""

    def __init__(self, accounts: Accounts, actor: Actor, tasks: Tasks) -> None:
        super().__init__()
        self._accounts = accounts
        self._actor = actor
        self._tasks = tasks
        self.form = Form()
        for where, label in (
            ("current", _("Password in use")),
            ("password", _("New password")),
            ("again", _("New password again")),
        ):
            self.form.add(password_field(where, label, PasswordEdit()))
        self.change_button = button(_("Change password"), "primary")
        self.change_button.setAutoDefault(True)
        self.done = Notice()
        self.problem = Notice("danger")
        card = Card(_("My password"))
        card.setMaximumWidth(CARD_WIDTH)
        hint = _("A few words together are easy to remember and hard to guess.")
        card.body.addWidget(text(hint, "muted", wrap=True))
        card.body.addWidget(self.form)
        card.body.addWidget(self.change_button)
        card.body.addWidget(self.done)
        card.body.addWidget(self.problem)
        line = QHBoxLayout()
        line.addWidget(card, 1)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addLayout(line)
        layout.addStretch(1)
        self.form.completed.connect(self._on_change)
        self.change_button.clicked.connect(self._on_change)

    def _on_change(self) -> None:
        current, new = self.form.value("current"), self.form.value("password")
        self.done.show_text("")
        self.problem.show_text("")
        if new != self.form.value("again"):
            self.form.show_faults([Fault("again", "setup.passwords_differ")])
            return
        self.change_button.setEnabled(False)
        self._tasks.database(
            self,
            lambda: self._accounts.change_own_password(self._actor, current, new),
            self._on_changed,
            self._on_failed,
        )

    def _on_changed(self, _nothing: None) -> None:
        self.change_button.setEnabled(True)
        self.form.show_faults([])
        for field in self.form.fields.values():
            field.edit.clear()
        self.done.show_text(_("Your password is changed. Use it from the next sign-in on."))
        self.change_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        self.change_button.setEnabled(True)
        faults = error.faults if isinstance(error, BadInput) else []
        rest = self.form.show_faults(faults)
        if rest or not faults:
            self.problem.show_text(sentence(error))
