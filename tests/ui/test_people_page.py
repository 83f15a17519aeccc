"""People: added, given passwords, let go; by keys, against the real key file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTableView
from pytestqt.qtbot import QtBot

from operator_app.config import paths
from operator_app.db.keyring import read_keyring
from operator_app.domain.people import RIGHTS, Actor, Right, Role
from operator_app.errors import EnvironmentProblem, NotAllowed
from operator_app.i18n import use_language
from operator_app.services.accounts import Accounts
from operator_app.services.rekey import Rekey
from operator_app.services.sign_in import SignIn
from operator_app.ui.models.people import RIGHT_NAMES, ROLE_NAMES
from operator_app.ui.people_page import PeoplePage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import CHEAP, PASSWORD, TestOffice
from tests.ui.door import (
    AnsweringDialogs,
    english_afterwards,
    enter,
    focused,
    press,
    rewrite,
    show,
    words_on,
    write,
)

Make = Callable[..., PeoplePage]


@pytest.fixture
def make(qtbot: QtBot, office: TestOffice) -> Make:
    def made(actor: Actor | None = None, dialogs: AnsweringDialogs | None = None) -> PeoplePage:
        accounts = Accounts(office.database, office.paths, office.clock, CHEAP)
        rekey = Rekey(office.database, office.paths, office.clock, lambda: None, CHEAP)
        page = PeoplePage(
            accounts,
            rekey,
            actor or office.actor,
            InlineTaskRunner(),
            dialogs or AnsweringDialogs(),
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


def go_to(page: PeoplePage, digit: str) -> None:
    """To a part of the page by its digit, and into it."""
    page.parts.chips.setFocus()
    write(digit)
    enter()


def test_a_person_is_added_by_keys_and_can_enter(make: Make, office: TestOffice) -> None:
    page = make()
    go_to(page, "2")
    assert focused() is page.new.form.edit("login")
    for typed in ("nurbek", "Нурбек Тестов", PASSWORD):
        write(typed)
        enter()
    assert focused() is page.new.role
    write("1")
    enter()
    assert ["Нурбек Тестов", "nurbek", "Operator", "Active"] in rows(page.people)
    assert "Нурбек Тестов was added." in words_on(page)
    assert all(not field.edit.text() for field in page.new.form.fields.values())
    assert enters(office, "nurbek", PASSWORD) is Role.OPERATOR


def test_faults_stand_at_their_fields_and_keep_what_was_typed(make: Make) -> None:
    page = make()
    go_to(page, "2")
    write("aida")
    page.new.form.edit("full_name").setFocus()
    write("Another Aida")
    page.new.add.setFocus()
    press(Qt.Key.Key_Return)
    fields = page.new.form.fields
    assert fields["login"].problem == "This login is already used."
    assert "at least 10" in fields["password"].problem
    assert page.new.form.value("full_name") == "Another Aida"
    assert len(rows(page.people)) == 1


def test_a_name_and_a_role_are_changed_by_keys(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    page = make()
    choose(page, "nurbek")
    page.card.form.edit("full_name").setFocus()
    rewrite("")
    enter()
    assert page.card.form.fields["full_name"].problem == "The name is missing."
    rewrite("Nurbek Asanov")
    page.card.role.setFocus()
    write("4")
    enter()
    assert ["Nurbek Asanov", "nurbek", "Analyst", "Active"] in rows(page.people)
    assert "Nurbek Asanov is saved." in words_on(page)
    assert page.selected is not None and page.selected.login == "nurbek"
    assert enters(office, "nurbek", PASSWORD) is Role.ANALYST


def test_a_new_password_replaces_the_old_one(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    page = make()
    choose(page, "nurbek")
    page.card.password.setFocus()
    write("short")
    enter()
    assert "at least 10" in page.card.password_form.fields["password"].problem
    rewrite("seven-blue-rivers")
    enter()
    assert "is set" in words_on(page)
    assert page.card.password.text() == ""
    assert page.selected is not None and page.selected.login == "nurbek"
    assert enters(office, "nurbek", "seven-blue-rivers") is Role.OPERATOR
    with pytest.raises(NotAllowed):
        enters(office, "nurbek", PASSWORD)


def test_removing_is_asked_and_takes_the_key(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    dialogs = AnsweringDialogs(yes=False)
    page = make(dialogs=dialogs)
    choose(page, "nurbek")
    page.card.remove.setFocus()
    press(Qt.Key.Key_Space)
    assert "Nurbek Testova" in dialogs.asked[0]
    assert enters(office, "nurbek", PASSWORD) is Role.OPERATOR
    dialogs.yes = True
    page.card.remove.setFocus()
    press(Qt.Key.Key_Space)
    assert ["Nurbek Testova", "nurbek", "Operator", "Removed"] in rows(page.people)
    with pytest.raises(NotAllowed):
        enters(office, "nurbek", PASSWORD)
    choose(page, "nurbek")
    card = page.card
    assert not any(made.isEnabled() for made in (card.remove, card.set_password, card.save))
    assert "Recorded calls stay" in words_on(page)


def test_after_a_removal_the_key_is_changed_by_keys(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    page = make()
    before = office.database.key
    choose(page, "nurbek")
    page.card.remove.setFocus()
    press(Qt.Key.Key_Space)
    assert "may have copied the key file" in words_on(page)
    assert focused() is page.change_key
    enter()
    assert "about 1 minute" in words_on(page)
    assert focused() is page.key.recovery
    enter()
    assert "The key is changed." in words_on(page)
    assert office.database.key != before
    assert enters(office, "aida", PASSWORD) is Role.SUPERVISOR


def test_a_new_recovery_key_must_be_on_paper_first(make: Make, office: TestOffice) -> None:
    page = make()
    before = office.database.key
    page.parts.go_to("key")
    write("2")
    groups = [w.text() for w in page.key.paper.findChildren(QLabel) if w.objectName() == "figure"]
    assert len(groups) == 8
    assert not page.key.start.isEnabled()
    assert focused() is page.key.written
    enter()
    assert not page.key.paper.isVisible()
    form = page.key.form
    assert form is not None
    for field in form.fields:
        form.edit(field).setFocus()
        write("ABCD")
    enter()
    assert "not the signs asked for" in "".join(f.problem for f in form.fields.values())
    assert office.database.key == before
    for field in form.fields:
        form.edit(field).setFocus()
        rewrite(groups[int(field.removeprefix("recovery."))])
    enter()
    assert "The key is changed." in words_on(page)
    keyring = read_keyring(office.paths.keyring)
    assert keyring.open("", "-".join(groups)) == office.database.key
    with pytest.raises(NotAllowed):
        keyring.open("", office.recovery_key)


def test_a_full_disk_is_told_before(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    page = make()

    def no_space(_database: object) -> None:
        raise EnvironmentProblem("rekey.no_space", needed=70, free=3)

    monkeypatch.setattr("operator_app.services.rekey.check_space", no_space)
    page.parts.go_to("key")
    assert "70 MB are needed, 3 MB are free" in words_on(page)


def test_nobody_can_remove_themselves(make: Make) -> None:
    page = make()
    choose(page, "aida")
    assert not page.card.remove.isEnabled()
    assert not page.card.role.isEnabled()
    assert page.card.set_password.isEnabled()
    assert page.card.save.isEnabled()


def test_it_staff_keep_accounts_of_it_staff_only(make: Make, office: TestOffice) -> None:
    bakyt = office.person(Role.ADMINISTRATOR, "bakyt")
    page = make(bakyt)
    assert list(page.new.role.buttons) == ["administrator"]
    for login, mine in (("aida", False), ("bakyt", True)):
        choose(page, login)
        assert page.card.set_password.isEnabled() is mine
        assert page.card.save.isEnabled() is mine
        assert not page.card.remove.isEnabled()
    go_to(page, "2")
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
    go_to(page, "3")
    model = page.rights.model()
    shown = rows(page.rights)
    assert [row[0] for row in shown] == [RIGHT_NAMES[right] for right in Right]
    columns = range(1, model.columnCount())
    headings = [model.headerData(c, Qt.Orientation.Horizontal) for c in columns]
    assert headings == [ROLE_NAMES[role] for role in Role]
    for right, row in zip(Right, shown, strict=True):
        assert [mark == "✓" for mark in row[1:]] == [right in RIGHTS[role] for role in Role]
    assert not model.flags(model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable


@pytest.mark.parametrize("spoken", ["ru", "ky", "en"])
def test_the_whole_table_of_rights_is_readable(make: Make, spoken: str) -> None:
    """No word of it is cut in a window of 1366x768."""
    with english_afterwards():
        use_language(spoken, paths().resources)
        page = make()
        # What the window around it leaves.
        page.resize(1366 - 130, 768 - 150)
        page.parts.go_to("rights")
        QApplication.processEvents()
        view = page.rights
        metrics = view.fontMetrics()
        for row in range(view.model().rowCount()):
            for column in range(view.model().columnCount()):
                words = str(view.model().index(row, column).data())
                assert metrics.horizontalAdvance(words) <= view.columnWidth(column) - 6, words
        assert not view.horizontalScrollBar().maximum()
