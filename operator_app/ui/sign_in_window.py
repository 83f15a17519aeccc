"""The first window of every day: login, password, and the way in when they are forgotten.

It must be painted fast: nothing is imported here that the first picture does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from operator_app.config import Paths
from operator_app.db.keyring import KdfCost, read_keyring
from operator_app.domain.clock import Clock
from operator_app.domain.people import Actor
from operator_app.errors import AppError
from operator_app.i18n import _, use_language
from operator_app.services.sign_in import SignIn
from operator_app.ui.preferences import Preferences
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import Notice, button, text
from operator_app.ui.widgets.door import DoorCard, DoorPage, language_switch
from operator_app.ui.widgets.sign_in_form import SignInForm

if TYPE_CHECKING:
    from operator_app.db.engine import Database

CARD_WIDTH = 440


class SignInWindow(QWidget):
    """`signed_in(Database, Actor)`: the office is open, and who opened it. `restore_asked()`: the
    person wants an office out of a backup instead. `training_asked()`: the sandbox beside the office;
    `begin_again_asked()`: in the sandbox, another one."""

    signed_in = Signal(object, object)
    restore_asked = Signal()
    training_asked = Signal()
    begin_again_asked = Signal()
    language_chosen = Signal(str)

    def __init__(
        self,
        sign_in: SignIn,
        tasks: Tasks,
        preferences: Preferences,
        paths: Paths,
        clock: Clock,
        *,
        office_name: str = "",
        cost: KdfCost | None = None,
        training: bool = False,
    ) -> None:
        """`office_name` stands beside the brand; empty while the PC does not remember it.
        `cost`: of the slot that the recovery key makes; calibrated unless given.
        `training`: this is the door of the sandbox."""
        super().__init__()
        self.setWindowTitle(_("117 Operator"))
        self._sign_in = sign_in
        self._tasks = tasks
        self._preferences = preferences
        self._paths = paths
        self._clock = clock
        self._office_name = office_name
        self._cost = cost
        self._training = training
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        self._build()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.form.focus_first()

    def _build(self) -> None:
        """Everything in the language in use."""
        stack = QStackedWidget()
        self.form = SignInForm(
            self._sign_in, self._sign_in.open, self._tasks, self._preferences, _("Sign in")
        )
        self.form.succeeded.connect(self._on_opened)
        stack.addWidget(self._front_page())
        self._stack.hide()
        self._stack.deleteLater()
        self._layout.addWidget(stack)
        # At once, for the focus; a layout would show it only after the next events.
        stack.show()
        self._stack = stack

    def _front_page(self) -> QWidget:
        card = DoorCard(CARD_WIDTH)
        card.body.addWidget(text(_("Sign in"), "screenTitle"))
        self.told = Notice()
        card.body.addWidget(self.told)
        self.key_problem = Notice("danger")
        self.key_problem.show_text(self._keyring_problem())
        card.body.addWidget(self.key_problem)
        card.body.addWidget(self.form)
        self._add_ways(card)
        self.languages = language_switch()
        self.languages.setEnabled(not self._preferences.held_language)
        self.languages.picked.connect(self._on_language)
        return DoorPage(card, self._office_name, self.languages)

    def _add_ways(self, card: DoorCard) -> None:
        """What else can be done here than typing a password."""
        if self._training:
            from operator_app.ui.training_parts.sandbox_card import SandboxCard

            self.sandbox = SandboxCard(self._paths.resources)
            self.sandbox.picked.connect(self._on_trainee)
            self.sandbox.begin_again_asked.connect(self.begin_again_asked)
            card.body.addWidget(self.sandbox)
            return
        self.forgot = button(_("Forgot the password?"), "link")
        self.forgot.setAutoDefault(True)
        self.forgot.clicked.connect(self._show_recovery)
        card.body.addWidget(self.forgot)
        self.restore = button(_("Restore from a backup…"), "link")
        self.restore.setAutoDefault(True)
        self.restore.clicked.connect(self.restore_asked)
        card.body.addWidget(self.restore)
        self.training = button(_("Training: practise on invented records"), "link")
        self.training.setAutoDefault(True)
        self.training.clicked.connect(self.training_asked)
        card.body.addWidget(self.training)

    def _on_trainee(self, login: str, password: str) -> None:
        self.form.edit("login").setText(login)
        self.form.password.setText(password)
        self.form.button.click()

    def _keyring_problem(self) -> str:
        """Told before anybody types a password in vain."""
        try:
            read_keyring(self._paths.keyring)
        except AppError as error:
            return sentence(error)
        return ""

    def _show_front(self) -> None:
        self._stack.setCurrentIndex(0)
        # With it goes every secret that was typed there.
        self._stack.removeWidget(self.recovery)
        self.recovery.deleteLater()
        self.form.start_anew()

    def _show_recovery(self) -> None:
        from operator_app.ui.screens.recovery_page import RecoveryPage

        self.recovery = RecoveryPage(self._tasks, self._paths, self._clock, self._cost)
        self.recovery.went_back.connect(self._show_front)
        self.recovery.password_set.connect(self._on_password_set)
        self.recovery.form.edit("login").setText(self.form.value("login"))
        self._stack.addWidget(self.recovery)
        self._stack.setCurrentWidget(self.recovery)
        self.recovery.focus_first()

    def _on_password_set(self, login: str) -> None:
        self._preferences.last_login = login
        self._show_front()
        self.told.show_text(_("The new password is set. Sign in with it."))

    def _on_opened(self, result: tuple[Database, Actor]) -> None:
        self.signed_in.emit(*result)

    def _on_language(self, language: str) -> None:
        typed = self.form.value("login")
        self._preferences.language = language
        use_language(self._preferences.language, self._paths.resources)
        self._build()
        self.form.edit("login").setText(typed)
        self.form.focus_first()
        self.language_chosen.emit(language)
