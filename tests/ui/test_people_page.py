"""People: added, given passwords, let go; by keys, against the real key file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from operator_app.domain.people import RIGHTS, Actor, Right, Role
from operator_app.errors import NotAllowed
from operator_app.services.accounts import Accounts
from operator_app.services.sign_in import SignIn
from operator_app.ui.models.people import RIGHT_NAMES, ROLE_NAMES
from operator_app.ui.people_page import PeoplePage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import CHEAP, PASSWORD, TestOffice
from tests.ui.door import AnsweringDialogs, enter, focused, press, rewrite, show, words_on, write

Make = Callable[..., PeoplePage]


@pytest.fixture
def make(qtbot: QtBot, office: TestOffice) -> Make:
    def made(actor: Actor | None = None, dialogs: AnsweringDialogs | None = None) -> PeoplePage:
        accounts = Accounts(office.database, office.paths, office.clock, CHEAP)
        page = PeoplePage(
            accounts, actor or office.actor, InlineTaskRunner(), dialogs or AnsweringDialogs()
        )
        show(qtbot, page)
        return page

    return made


def rows(view: QTableView) -> list[list[str]]:
    model = view.model()
    return [
        [str(model.index(r, c).data()) for c in range(model.columnCount())]
        for r in range(model.rowCount())
    ]


def enters(office: TestOffice, login: str, password: str) -> Role:
    return SignIn(office.paths, office.clock).unlock(office.database, login, password).role


def choose(page: PeoplePage, login: str) -> None:
    """Go to the row with the arrow keys."""
    page.people.setFocus()
    press(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    for _row in range(len(rows(page.people))):
        if page.selected is not None and page.selected.login == login:
            return
        press(Qt.Key.Key_Down)
    raise AssertionError(login)


def test_a_person_is_added_by_keys_and_can_enter(make: Make, office: TestOffice) -> None:
    page = make()
    page.form.edit("login").setFocus()
    for typed in ("nurbek", "Нурбек Тестов", PASSWORD):
        write(typed)
        enter()
    assert focused() is page.role
    write("1")
    enter()
    assert ["Нурбек Тестов", "nurbek", "Operator", "Active"] in rows(page.people)
    assert "Нурбек Тестов was added." in words_on(page)
    assert all(not field.edit.text() for field in page.form.fields.values())
    assert enters(office, "nurbek", PASSWORD) is Role.OPERATOR


def test_faults_stand_at_their_fields_and_keep_what_was_typed(make: Make) -> None:
    page = make()
    page.form.edit("login").setFocus()
    write("aida")
    page.form.edit("full_name").setFocus()
    write("Another Aida")
    page.add.setFocus()
    press(Qt.Key.Key_Return)
    fields = page.form.fields
    assert fields["login"].problem == "This login is already used."
    assert "at least 10" in fields["password"].problem
    assert page.form.value("full_name") == "Another Aida"
    assert len(rows(page.people)) == 1


def test_a_new_password_replaces_the_old_one(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    page = make()
    choose(page, "nurbek")
    page.password.setFocus()
    write("short")
    enter()
    assert "at least 10" in page.password_form.fields["password"].problem
    rewrite("seven-blue-rivers")
    enter()
    assert "is set" in words_on(page)
    assert page.password.text() == ""
    assert page.selected is not None and page.selected.login == "nurbek"
    assert enters(office, "nurbek", "seven-blue-rivers") is Role.OPERATOR
    with pytest.raises(NotAllowed):
        enters(office, "nurbek", PASSWORD)


def test_removing_is_asked_and_takes_the_key(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    dialogs = AnsweringDialogs(yes=False)
    page = make(dialogs=dialogs)
    choose(page, "nurbek")
    page.remove.setFocus()
    press(Qt.Key.Key_Space)
    assert "Nurbek Testova" in dialogs.asked[0]
    assert enters(office, "nurbek", PASSWORD) is Role.OPERATOR
    dialogs.yes = True
    page.remove.setFocus()
    press(Qt.Key.Key_Space)
    assert ["Nurbek Testova", "nurbek", "Operator", "Removed"] in rows(page.people)
    with pytest.raises(NotAllowed):
        enters(office, "nurbek", PASSWORD)
    choose(page, "nurbek")
    assert not page.remove.isEnabled() and not page.set_password.isEnabled()


def test_nobody_can_remove_themselves(make: Make) -> None:
    page = make()
    choose(page, "aida")
    assert not page.remove.isEnabled()
    assert page.set_password.isEnabled()


def test_it_staff_keep_accounts_of_it_staff_only(make: Make, office: TestOffice) -> None:
    bakyt = office.person(Role.ADMINISTRATOR, "bakyt")
    page = make(bakyt)
    assert list(page.role.buttons) == ["administrator"]
    for login, mine in (("aida", False), ("bakyt", True)):
        choose(page, login)
        assert page.set_password.isEnabled() is mine
        assert not page.remove.isEnabled()
    page.form.edit("login").setFocus()
    for typed in ("azat", "Azat Testov", PASSWORD):
        write(typed)
        enter()
    enter()
    assert enters(office, "azat", PASSWORD) is Role.ADMINISTRATOR


def test_an_operator_sees_a_sentence_instead_of_the_people(make: Make, office: TestOffice) -> None:
    page = make(office.person(Role.OPERATOR, "nurbek"))
    assert "Your role does not allow this." in words_on(page)
    assert "Aida" not in words_on(page)


def test_the_table_of_rights_is_the_table_in_the_code(make: Make) -> None:
    page = make()
    shown = rows(page.rights)
    assert [row[0] for row in shown] == [RIGHT_NAMES[right] for right in Right]
    headings = [page.rights.model().headerData(c, Qt.Orientation.Horizontal) for c in (1, 2, 3)]
    assert headings == [ROLE_NAMES[role] for role in Role]
    for right, row in zip(Right, shown, strict=True):
        assert [mark == "✓" for mark in row[1:]] == [right in RIGHTS[role] for role in Role]
    assert (
        not page.rights.model().flags(page.rights.model().index(0, 1)) & Qt.ItemFlag.ItemIsEditable
    )
