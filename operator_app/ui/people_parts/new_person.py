"""A new person of this PC: login, name, first password, role."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from operator_app.domain.people import Actor, Role
from operator_app.i18n import _
from operator_app.ui.people_parts.person_card import role_chips, roles_given_by
from operator_app.ui.widgets.basic import Card, button, labelled, text
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)

WIDTH = 560


class NewPerson(QWidget):
    """`add_asked()`: the form is filled as the person wants it."""

    add_asked = Signal()

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        roles = roles_given_by(actor)
        self.role = role_chips(roles)
        self.role.set_value(roles[0].value)
        self.role.passed.connect(self.add_asked)
        password = PasswordEdit()
        self.form = Form()
        self.form.add(FormField("login", _("Login"), QLineEdit()))
        self.form.add(FormField("full_name", _("Full name"), QLineEdit()))
        self.form.add(password_field("password", _("First password"), password))
        self.form.rows.addWidget(show_passwords_box(password))
        self.form.rows.addWidget(labelled(_("Role"), self.role))
        self.form.completed.connect(lambda: self.role.setFocus(Qt.FocusReason.TabFocusReason))
        self.add = button(_("Add"), "primary")
        self.add.setAutoDefault(True)
        self.add.clicked.connect(self.add_asked)
        card = Card(_("Add a person"))
        card.setMaximumWidth(WIDTH)
        hint = _("Tell the password by word of mouth. It can be changed under “My password”.")
        card.body.addWidget(text(hint, "hint", wrap=True))
        card.body.addWidget(self.form)
        card.body.addWidget(self.add, alignment=Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout()
        column.addWidget(card)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(column, 1)
        layout.addStretch(0)
        self.setFocusProxy(self.form.edit("login"))

    @property
    def chosen_role(self) -> Role:
        """The role as chosen now."""
        return Role(self.role.value or Role.OPERATOR.value)
