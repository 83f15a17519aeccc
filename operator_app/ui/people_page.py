"""The people of this PC: who they are, what they may do; adding, changing, letting go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.people import Actor, Person
from operator_app.errors import BadInput, Fault
from operator_app.i18n import _
from operator_app.services.accounts import Accounts
from operator_app.services.rekey import Rekey
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.models.people import PeopleModel, RightsModel
from operator_app.ui.models.plain_table import dress_table
from operator_app.ui.people_parts.key_part import KeyPart
from operator_app.ui.people_parts.new_person import NewPerson
from operator_app.ui.people_parts.person_card import PersonCard
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Notice, button
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.form import Form
from operator_app.ui.widgets.parts import Parts

SIDE_WIDTH = 340
LIST, NEW, RIGHTS, KEY = "list", "new", "rights", "key"
RIGHT_ROW = 19
"""So high that all rights are in sight at 1366x768."""


class PeoplePage(QWidget):
    """A tab of the administration screen. It only offers what the person may do."""

    def __init__(
        self, accounts: Accounts, rekey: Rekey, actor: Actor, tasks: Tasks, dialogs: Dialogs
    ) -> None:
        super().__init__()
        self._accounts = accounts
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._model = PeopleModel([])
        self.notice = Notice("danger")
        self.told = Notice()
        self.offer = Notice("warning")
        self.change_key = button(_("Change the key…"))
        self.change_key.setAutoDefault(True)
        self.offer.line.addWidget(self.change_key)
        self.people = QTableView()
        dress_table(self.people, _("People"))
        self.card = PersonCard(actor)
        self.new = NewPerson(actor)
        self.rights = _rights_table()
        self.key = KeyPart(rekey, actor, tasks)
        self.parts = Parts(
            (
                (LIST, _("People"), self._list_part()),
                (NEW, _("Add a person"), self.new),
                (RIGHTS, _("What each role may do"), self.rights),
                (KEY, _("Key of the database"), self.key),
            ),
            _("Part of this page"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.notice, self.told, self.offer):
            layout.addWidget(widget)
        layout.addWidget(self.parts, 1)
        self.setFocusProxy(self.parts)
        self.card.change_asked.connect(self._change)
        self.card.password_asked.connect(self._set_password)
        self.card.remove_asked.connect(self._remove)
        self.new.add_asked.connect(self._add)
        self.change_key.clicked.connect(lambda: self.parts.go_to(KEY))
        self.parts.part_changed.connect(self._on_part)
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

    def _list_part(self) -> QWidget:
        self.card.setFixedWidth(SIDE_WIDTH)
        side = FittingScroll(self.card, SIDE_WIDTH + SCROLL_BAR)
        side.setFixedWidth(SIDE_WIDTH + SCROLL_BAR)
        column = QVBoxLayout()
        column.addWidget(side)
        column.addStretch(1)
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.people, 1)
        row.addLayout(column)
        part.setFocusProxy(self.people)
        return part

    def _on_part(self, name: str) -> None:
        self._say()
        if name == KEY:
            self.key.refresh()

    def _on_people(self, people: list[Person]) -> None:
        chosen = self.selected
        self._model = PeopleModel(people)
        self.people.setModel(self._model)
        self.people.selectionModel().currentRowChanged.connect(lambda _now, _old: self._on_row())
        header = self.people.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        ids = [person.user_id for person in people]
        at = ids.index(chosen.user_id) if chosen and chosen.user_id in ids else 0
        self.people.selectRow(at)
        self._on_row()

    def _on_row(self) -> None:
        self.card.show_person(self.selected)

    def _change(self) -> None:
        person, name = self.selected, self.card.form.value("full_name")
        role = self.card.chosen_role
        if person is None or not self.card.save.isEnabled():
            return
        self._run(
            lambda: self._accounts.change(self._actor, person.user_id, name, role),
            lambda: self._say(_("{name} is saved.").format(name=name.strip())),
            self.card.form,
        )

    def _set_password(self) -> None:
        person, password = self.selected, self.card.password.text()
        if person is None:
            return
        said = _("The new password of {name} is set.").format(name=person.full_name)
        self._run(
            lambda: self._accounts.set_password(self._actor, person.user_id, password),
            lambda: self._say(said),
            self.card.password_form,
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
                lambda: self._on_removed(person),
                self.card.password_form,
            )

    def _on_removed(self, person: Person) -> None:
        self._say(
            _("{name} was removed.").format(name=person.full_name),
            offer=_(
                "Somebody who left may have copied the key file and a backup. Change the key of the database now: then nothing newer opens with it."
            ),
        )
        self.change_key.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        value = self.new.form.value
        login, name, password = value("login").strip(), value("full_name"), value("password")
        role = self.new.chosen_role

        def done() -> None:
            for field in self.new.form.fields.values():
                field.edit.clear()
            self._say(_("{name} was added.").format(name=name.strip()))
            self.new.form.focus_first()

        self._run(
            lambda: self._accounts.add(self._actor, login, name, role, password),
            done,
            self.new.form,
        )

    def _run(self, work: Callable[[], object], then: Callable[[], None], form: Form) -> None:
        self._say()
        self.setEnabled(False)

        def done(_result: object) -> None:
            self.setEnabled(True)
            form.show_faults([])
            self.reload()
            then()

        def failed(error: Exception) -> None:
            self.setEnabled(True)
            rest: list[Fault] = []
            if isinstance(error, BadInput):
                rest = form.show_faults(error.faults)
            if rest or not isinstance(error, BadInput):
                self._on_failed(error)

        self._tasks.database(self, work, done, failed)

    def _say(self, told: str = "", offer: str = "") -> None:
        self.notice.show_text("")
        self.told.show_text(told)
        self.offer.show_text(offer)

    def _on_failed(self, error: Exception) -> None:
        self.notice.show_text(sentence(error))


def _rights_table() -> QTableView:
    view = QTableView()
    dress_table(view, _("What each role may do"))
    model = RightsModel()
    view.setModel(model)
    view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    view.verticalHeader().setDefaultSectionSize(RIGHT_ROW)
    view.setWordWrap(False)
    header = view.horizontalHeader()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return view
