"""The people of this PC: who they are, what they may do; adding, new passwords, letting go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.people import Actor, Person, Role
from operator_app.errors import BadInput, Fault
from operator_app.i18n import _
from operator_app.services.accounts import Accounts
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.models.people import PeopleModel, RightsModel, role_name
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, FlowLayout, Notice, button, labelled, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.fitting_scroll import FittingScroll
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)

SIDE_WIDTH = 340


class PeoplePage(QWidget):
    """A tab of the administration screen. It only offers what the person may do."""

    def __init__(self, accounts: Accounts, actor: Actor, tasks: Tasks, dialogs: Dialogs) -> None:
        super().__init__()
        self._accounts = accounts
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._model = PeopleModel([])
        self.notice = Notice("danger")
        self.told = Notice()
        self.people = _table(_("People"))
        self.rights = _table(_("What each role may do"))
        self.rights.setModel(RightsModel())
        self.rights.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        _fit(self.rights)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.people, 3)
        left.addWidget(text(_("What each role may do"), "cardTitle"))
        left.addWidget(self.rights, 4)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self._selected_card())
        column.addWidget(self._add_card())
        column.addStretch(1)
        scroll = FittingScroll(side, SIDE_WIDTH)
        scroll.setFixedWidth(SIDE_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.notice)
        layout.addWidget(self.told)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addLayout(left, 1)
        row.addWidget(scroll)
        layout.addLayout(row, 1)
        self.reload()

    def reload(self) -> None:
        """Read the people again."""
        self._tasks.database(
            self, lambda: self._accounts.people(self._actor), self._on_people, self._on_failed
        )

    @property
    def selected(self) -> Person | None:
        """The person whose row is selected."""
        row = self.people.currentIndex().row()
        return self._model.people[row] if 0 <= row < len(self._model.people) else None

    def _selected_card(self) -> QWidget:
        card = Card()
        self.who = text("", "cardTitle", wrap=True)
        self.password = PasswordEdit()
        self.password_form = Form()
        self.password_form.add(password_field("password", _("New password"), self.password))
        self.password_form.rows.addWidget(show_passwords_box(self.password))
        self.password_form.completed.connect(self._set_password)
        self.set_password = button(_("Set password"))
        self.remove = button(_("Remove…"))
        self.set_password.clicked.connect(self._set_password)
        self.remove.clicked.connect(self._remove)
        # Long words of another language put the second button below the first.
        buttons = FlowLayout(spacing=GRID)
        for made in (self.set_password, self.remove):
            made.setAutoDefault(True)
            buttons.addWidget(made)
        card.body.addWidget(self.who)
        card.body.addWidget(self.password_form)
        row = QWidget()
        row.setLayout(buttons)
        card.body.addWidget(row)
        return card

    def _add_card(self) -> QWidget:
        card = Card(_("Add a person"))
        supervisor = self._actor.role is Role.SUPERVISOR
        # IT staff keep accounts of IT staff only (services/accounts.py).
        roles = list(Role) if supervisor else [Role.ADMINISTRATOR]
        self.role = ChipGroup(
            [Chip(role.value, role_name(role), str(n)) for n, role in enumerate(roles, start=1)],
            _("Role"),
        )
        self.role.set_value(roles[0].value)
        self.role.passed.connect(self._add)
        self.first_password = PasswordEdit()
        self.form = Form()
        self.form.add(FormField("login", _("Login"), QLineEdit()))
        self.form.add(FormField("full_name", _("Full name"), QLineEdit()))
        first = password_field("password", _("First password"), self.first_password)
        self.form.add(first)
        self.form.rows.addWidget(show_passwords_box(self.first_password))
        self.form.rows.addWidget(labelled(_("Role"), self.role))
        self.form.completed.connect(lambda: self.role.setFocus(Qt.FocusReason.TabFocusReason))
        self.add = button(_("Add"), "primary")
        self.add.setAutoDefault(True)
        self.add.clicked.connect(self._add)
        card.body.addWidget(self.form)
        card.body.addWidget(self.add, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

    def _on_people(self, people: list[Person]) -> None:
        chosen = self.selected
        self._model = PeopleModel(people)
        self.people.setModel(self._model)
        self.people.selectionModel().currentRowChanged.connect(lambda _now, _old: self._on_row())
        _fit(self.people)
        ids = [person.user_id for person in people]
        at = ids.index(chosen.user_id) if chosen and chosen.user_id in ids else 0
        self.people.selectRow(at)
        self._on_row()

    def _on_row(self) -> None:
        person = self.selected
        self.who.setText(person.full_name if person else "")
        self.password.clear()
        self.password_form.show_faults([])
        mine = person is not None and person.user_id == self._actor.user_id
        over = person is not None and (
            self._actor.role is Role.SUPERVISOR or person.role is Role.ADMINISTRATOR
        )
        active = person is not None and person.active
        self.password_form.setEnabled(active and (over or mine))
        self.set_password.setEnabled(active and (over or mine))
        self.remove.setEnabled(active and over and not mine)

    def _set_password(self) -> None:
        person, password = self.selected, self.password.text()
        if person is None:
            return
        self._run(
            lambda: self._accounts.set_password(self._actor, person.user_id, password),
            _("The new password of {name} is set.").format(name=person.full_name),
            self.password_form,
        )

    def _remove(self) -> None:
        person = self.selected
        if person is None:
            return
        question = _(
            "Remove {name}? The person cannot sign in on this PC any more. Recorded calls stay."
        ).format(name=person.full_name)
        if self._dialogs.confirm(self, question, _("Remove")):
            self._run(
                lambda: self._accounts.remove(self._actor, person.user_id),
                _("{name} was removed.").format(name=person.full_name),
                self.password_form,
            )

    def _add(self) -> None:
        value = self.form.value
        login, name, password = value("login").strip(), value("full_name"), value("password")
        role = Role(self.role.value or Role.OPERATOR.value)
        self._run(
            lambda: self._accounts.add(self._actor, login, name, role, password),
            _("{name} was added.").format(name=name.strip()),
            self.form,
        )

    def _run(self, work: Callable[[], object], said: str, form: Form) -> None:
        self.notice.show_text("")
        self.told.show_text("")
        self.setEnabled(False)

        def done(_result: object) -> None:
            self.setEnabled(True)
            self.told.show_text(said)
            for field in form.fields.values():
                field.edit.clear()
            form.show_faults([])
            self.reload()

        def failed(error: Exception) -> None:
            self.setEnabled(True)
            rest: list[Fault] = []
            if isinstance(error, BadInput):
                rest = form.show_faults(error.faults)
            if rest or not isinstance(error, BadInput):
                self._on_failed(error)

        self._tasks.database(self, work, done, failed)

    def _on_failed(self, error: Exception) -> None:
        self.notice.show_text(sentence(error))


def _table(name: str) -> QTableView:
    view = QTableView()
    view.setAccessibleName(name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    view.setShowGrid(False)
    view.setAlternatingRowColors(True)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(28)
    view.horizontalHeader().setHighlightSections(False)
    return view


def _fit(view: QTableView) -> None:
    header = view.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
