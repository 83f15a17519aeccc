"""The person whose row is chosen: name, role, a new password, letting go."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from operator_app.domain.people import Actor, Person, Role
from operator_app.i18n import _
from operator_app.ui.models.people import role_name
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout, button, labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)


def role_chips(roles: list[Role]) -> ChipGroup:
    """The roles to choose from, by digits."""
    chips = [Chip(r.value, role_name(r), str(n)) for n, r in enumerate(roles, start=1)]
    return ChipGroup(chips, _("Role"))


def roles_given_by(actor: Actor) -> list[Role]:
    """IT staff keep accounts of IT staff only (services/accounts.py)."""
    return list(Role) if actor.role is Role.SUPERVISOR else [Role.ADMINISTRATOR]


class PersonCard(Card):
    """Offers what the actor may do with the person; says what was asked for."""

    change_asked = Signal()
    password_asked = Signal()
    remove_asked = Signal()

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self._actor = actor
        self.who = text("", "cardTitle", wrap=True)
        self.state = text("", "hint", wrap=True)
        self.form = Form()
        self.form.add(FormField("full_name", _("Full name"), QLineEdit()))
        self.role = role_chips(list(Role))
        self.save = button(_("Save"), "primary")
        self.password = PasswordEdit()
        self.password_form = Form()
        self.password_form.add(password_field("password", _("New password"), self.password))
        self.password_form.rows.addWidget(show_passwords_box(self.password))
        self.set_password = button(_("Set password"))
        self.remove = button(_("Remove…"))
        for made in (self.save, self.set_password, self.remove):
            made.setAutoDefault(True)
        self.body.addWidget(self.who)
        self.body.addWidget(self.state)
        self.body.addWidget(self.form)
        self.body.addWidget(labelled(_("Role"), self.role))
        self.body.addWidget(_line(self.save))
        self.body.addSpacing(2 * GRID)
        self.body.addWidget(self.password_form)
        # Long words of another language put the second button below the first.
        self.body.addWidget(_line(self.set_password, self.remove))
        self.form.edit("full_name").returnPressed.connect(self.change_asked)
        self.role.passed.connect(self.change_asked)
        self.save.clicked.connect(self.change_asked)
        self.password_form.completed.connect(self.password_asked)
        self.set_password.clicked.connect(self.password_asked)
        self.remove.clicked.connect(self.remove_asked)

    def show_person(self, person: Person | None) -> None:
        """Another person; what was typed for the one before is gone."""
        self.who.setText(person.full_name if person else "")
        self.password.clear()
        for form in (self.form, self.password_form):
            form.show_faults([])
        self.form.edit("full_name").setText(person.full_name if person else "")
        self.role.set_value(person.role.value if person else None)
        mine = person is not None and person.user_id == self._actor.user_id
        given = roles_given_by(self._actor)
        over = person is not None and person.active and person.role in given
        self.state.setText(_state(person, mine))
        self.form.setEnabled(over)
        self.save.setEnabled(over)
        self.role.setEnabled(over and not mine)
        for role, chip in self.role.buttons.items():
            chip.setVisible(Role(role) in given or (person is not None and role == person.role))
        active = person is not None and person.active
        self.password_form.setEnabled(active and (over or mine))
        self.set_password.setEnabled(active and (over or mine))
        self.remove.setEnabled(over and not mine)

    @property
    def chosen_role(self) -> Role:
        """The role as chosen now."""
        return Role(self.role.value or Role.OPERATOR.value)


def _state(person: Person | None, mine: bool) -> str:
    if person is None:
        return ""
    if not person.active:
        return _("Removed: cannot sign in on this PC any more. Recorded calls stay.")
    return _("This is you. Another supervisor changes your role.") if mine else person.login


def _line(*buttons: QWidget) -> QWidget:
    layout = FlowLayout(spacing=GRID)
    for made in buttons:
        layout.addWidget(made)
    row = QWidget()
    row.setLayout(layout)
    return row
