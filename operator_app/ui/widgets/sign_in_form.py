"""Login and password, the waiting after wrong ones; shared by the sign-in and the lock."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit

from operator_app.errors import NotAllowed
from operator_app.i18n import _
from operator_app.services.sign_in import SignIn
from operator_app.ui.preferences import Preferences
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Notice, button
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)

TICK_MS = 250


class SignInForm(Form):
    """`succeeded(result)`: what `attempt(login, password)` returned, off the main thread."""

    succeeded = Signal(object)

    def __init__(
        self,
        sign_in: SignIn,
        attempt: Callable[[str, str], object],
        tasks: Tasks,
        preferences: Preferences,
        action: str,
    ) -> None:
        """`action` is the word on the button."""
        super().__init__()
        self._sign_in = sign_in
        self._attempt = attempt
        self._tasks = tasks
        self._preferences = preferences
        self._action = action
        self._busy = False
        self.notice = Notice("danger")
        self.rows.addWidget(self.notice)
        self.add(FormField("login", _("Login"), QLineEdit(preferences.last_login)))
        self.password = PasswordEdit()
        self.add(password_field("password", _("Password"), self.password))
        self.show_box = show_passwords_box(self.password)
        self.rows.addWidget(self.show_box)
        self.button = button(action, "primary")
        self.button.clicked.connect(self._submit)
        self.button.setAutoDefault(True)
        self.rows.addWidget(self.button)
        self.completed.connect(self._submit)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._count_down)
        self._count_down()

    def start_anew(self) -> None:
        """Forget what was typed; who used this PC last only types the password."""
        self.password.clear()
        self.show_box.setChecked(False)
        self.edit("login").setText(self._preferences.last_login)
        self.show_faults([])
        self.notice.show_text("")
        self._count_down()
        self.focus_first()

    def _submit(self) -> None:
        login, password = self.value("login").strip().lower(), self.password.text()
        if self._busy or self._sign_in.seconds_to_wait():
            return
        if not login or not password:
            self.focus_first()
            return
        self._set_busy(True)
        self.notice.show_text("")
        self._tasks.database(
            self, lambda: self._attempt(login, password), self._on_opened, self._on_failed
        )

    def _on_opened(self, result: object) -> None:
        self._preferences.last_login = self.value("login").strip().lower()
        self.password.clear()
        self.show_box.setChecked(False)
        self._set_busy(False)
        self.succeeded.emit(result)

    def _on_failed(self, error: Exception) -> None:
        self._set_busy(False)
        self.notice.show_text(sentence(error))
        self.password.selectAll()
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)
        self._count_down()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for widget in (*(f.edit for f in self.fields.values()), self.show_box, self.button):
            widget.setEnabled(not busy)
        self.button.setText(_("Opening…") if busy else self._action)

    def _count_down(self) -> None:
        seconds = self._sign_in.seconds_to_wait()
        if seconds:
            self.notice.show_text(sentence(NotAllowed("sign_in.wait", seconds=seconds)))
            self._tick.start()
        elif self._tick.isActive():
            self._tick.stop()
            self.notice.show_text("")
        self.button.setEnabled(not seconds and not self._busy)
