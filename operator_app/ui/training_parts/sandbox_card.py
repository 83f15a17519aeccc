"""Who can sign in to the sandbox, with their passwords; and the way to begin again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from operator_app.domain.people import Role
from operator_app.i18n import _
from operator_app.training.trainees import Trainee, read_trainees
from operator_app.ui.widgets.basic import GRID, button, text


class SandboxCard(QWidget):
    """`picked(login, password)`: sign in as this trainee. `begin_again_asked()`."""

    picked = Signal(str, str)
    begin_again_asked = Signal()

    def __init__(self, resources: Path) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(text(_("Practise as"), "strong"))
        rows = QGridLayout()
        rows.setHorizontalSpacing(2 * GRID)
        self.buttons: dict[str, QPushButton] = {}
        people = read_trainees(resources)
        for row, role in enumerate((Role.OPERATOR, Role.SUPERVISOR)):
            self._add(rows, row, next(person for person in people if person.role is role))
        rows.setColumnStretch(2, 1)
        layout.addLayout(rows)
        again = button(_("Begin again with a new sandbox…"), "link")
        again.setAutoDefault(True)
        again.clicked.connect(self.begin_again_asked)
        layout.addWidget(again)
        self.again = again

    def _add(self, rows: QGridLayout, row: int, trainee: Trainee) -> None:
        title = {Role.OPERATOR: _("Operator"), Role.SUPERVISOR: _("Supervisor")}[trainee.role]
        made = button(title)
        made.setAutoDefault(True)
        made.clicked.connect(partial(self.picked.emit, trainee.login, trainee.password))
        self.buttons[trainee.login] = made
        rows.addWidget(made, row, 0)
        rows.addWidget(text(trainee.login), row, 1)
        rows.addWidget(text(trainee.password), row, 2)
