"""A new password for a supervisor by the office's recovery key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from operator_app.config import Paths
from operator_app.db.keyring import RECOVERY_GROUPS, KdfCost, recovery_fingerprint
from operator_app.domain.clock import Clock
from operator_app.domain.people import check_password
from operator_app.errors import BadInput, Fault, NotAllowed, NotFound
from operator_app.i18n import _
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Notice, button, text
from operator_app.ui.widgets.door import MARGIN, DoorCard, DoorPage
from operator_app.ui.widgets.fitting_scroll import FittingScroll
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)

CARD_WIDTH = 560
KEY_SIGNS = 4 * RECOVERY_GROUPS


class RecoveryPage(QWidget):
    """`password_set(login)`: the supervisor can sign in with the new password."""

    went_back = Signal()
    password_set = Signal(str)

    def __init__(self, tasks: Tasks, paths: Paths, clock: Clock, cost: KdfCost | None) -> None:
        super().__init__()
        self._tasks = tasks
        self._paths = paths
        self._clock = clock
        self._cost = cost
        card = DoorCard(CARD_WIDTH)
        card.body.addWidget(text(_("New password by the recovery key"), "screenTitle"))
        card.body.addWidget(FittingScroll(self._form(), CARD_WIDTH - 2 * MARGIN), 1)
        self.back = button(_("Back"))
        self.button = button(_("Set the new password"), "primary")
        buttons = QHBoxLayout()
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.button)
        for made in (self.back, self.button):
            made.setAutoDefault(True)
        card.body.addLayout(buttons)
        self.back.clicked.connect(self.went_back)
        self.button.clicked.connect(self._submit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(DoorPage(card, "", None))

    def focus_first(self) -> None:
        """Go to the recovery key."""
        self.form.focus_first()

    def _form(self) -> Form:
        self.form = Form()
        self.notice = Notice("danger")
        self.form.rows.addWidget(self.notice)
        lead = _(
            "The recovery key was written down when this PC was set up. It gives a supervisor a new password; everybody else is helped by the supervisor."
        )
        self.form.rows.addWidget(text(lead, "muted", wrap=True))
        key = QLineEdit()
        self.typed = text("", "hint")
        key.textChanged.connect(self._on_key_typed)
        self._on_key_typed("")
        self.form.add(FormField("recovery_key", _("Recovery key"), key, self.typed))
        self.form.add(FormField("login", _("Login of the supervisor"), QLineEdit()))
        first, again = PasswordEdit(), PasswordEdit()
        self.form.add(
            password_field("password", _("New password"), first),
            password_field("password_again", _("New password again"), again),
        )
        self.form.rows.addWidget(show_passwords_box(first, again))
        self.form.completed.connect(self._submit)
        return self.form

    def _on_key_typed(self, typed: str) -> None:
        """How much is there, then the fingerprint to compare with the paper."""
        count = sum(c.isalnum() for c in typed)
        if count == KEY_SIGNS:
            said = _("Fingerprint: {fingerprint}").format(fingerprint=recovery_fingerprint(typed))
        else:
            said = _("{n} of {most} signs").format(n=count, most=KEY_SIGNS)
        self.typed.setText(said)

    def _submit(self) -> None:
        value = self.form.value
        login, password = value("login").strip().lower(), value("password")
        faults = check_password(password, login)
        if not faults and value("password_again") != password:
            faults = [Fault("password_again", "setup.passwords_differ")]
        self.form.show_faults(faults)
        self.notice.show_text("")
        if faults or not self.button.isEnabled():
            return
        if not value("recovery_key") or not login:
            self.form.focus_first()
            return
        key = value("recovery_key")
        self._set_busy(True)

        def work() -> None:
            # Not at the start: the sign-in window holds this page and must not wait for it.
            from operator_app.services.recovery import set_password_by_recovery

            set_password_by_recovery(
                self._paths,
                self._clock,
                recovery_key=key,
                login=login,
                password=password,
                cost=self._cost,
            )

        self._tasks.database(
            self,
            work,
            lambda _none: self._on_set(login),
            self._on_failed,
        )

    def _on_set(self, login: str) -> None:
        self.password_set.emit(login)

    def _on_failed(self, error: Exception) -> None:
        self._set_busy(False)
        self.notice.show_text(_said(error))
        if isinstance(error, BadInput):
            self.form.show_faults(error.faults)

    def _set_busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.back.setEnabled(not busy)
        self.button.setEnabled(not busy)


def _said(error: Exception) -> str:
    if isinstance(error, NotAllowed):
        return _("This recovery key does not open the office. Compare each group with the paper.")
    if isinstance(error, NotFound):
        return _("No supervisor of this PC has this login.")
    return sentence(error)
