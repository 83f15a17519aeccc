"""The lock: covers everything until somebody of this PC signs in; work behind it goes on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from operator_app.db.engine import Database
from operator_app.i18n import _
from operator_app.services.sign_in import SignIn
from operator_app.ui.preferences import Preferences
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import button, text
from operator_app.ui.widgets.door import DoorCard, DoorPage
from operator_app.ui.widgets.sign_in_form import SignInForm

CARD_WIDTH = 440


class LockScreen(QWidget):
    """A page for the whole window; the window shows it instead of its content.

    `unlocked(Actor)`: the same person or another one. `sign_out_asked()`: close the office.
    """

    unlocked = Signal(object)
    sign_out_asked = Signal()

    def __init__(
        self, sign_in: SignIn, database: Database, tasks: Tasks, preferences: Preferences
    ) -> None:
        super().__init__()
        card = DoorCard(CARD_WIDTH)
        card.body.addWidget(text(_("Locked"), "screenTitle"))
        lead = _("Your work is kept as you left it. You or a colleague can go on.")
        card.body.addWidget(text(lead, "muted", wrap=True))
        self.form = SignInForm(
            sign_in,
            lambda login, password: sign_in.unlock(database, login, password),
            tasks,
            preferences,
            _("Unlock"),
        )
        self.form.succeeded.connect(self.unlocked)
        card.body.addWidget(self.form)
        self.sign_out = button(_("Sign out"), "link")
        self.sign_out.setAutoDefault(True)
        self.sign_out.clicked.connect(self.sign_out_asked)
        card.body.addWidget(self.sign_out)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(DoorPage(card, "", None))

    def lock(self) -> None:
        """Call when it is shown: nothing typed before is left, the password has the focus."""
        self.form.start_anew()
