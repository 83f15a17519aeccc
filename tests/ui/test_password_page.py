"""Everybody changes their own password."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Role
from operator_app.errors import NotAllowed
from operator_app.services.accounts import Accounts
from operator_app.services.sign_in import SignIn
from operator_app.ui.password_page import PasswordPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import CHEAP, PASSWORD, TestOffice

NEW = "apricot-river-1917"


@pytest.fixture
def page(qtbot: QtBot, office: TestOffice) -> PasswordPage:
    actor = office.person(Role.OPERATOR, "bakyt")
    accounts = Accounts(office.database, office.paths, office.clock, CHEAP)
    made = PasswordPage(accounts, actor, InlineTaskRunner())
    qtbot.addWidget(made)
    made.show()
    return made


def fill(page: PasswordPage, current: str, new: str, again: str) -> None:
    for where, value in (("current", current), ("password", new), ("again", again)):
        page.form.edit(where).setText(value)
    page.change_button.click()


def signs_in(office: TestOffice, password: str) -> bool:
    try:
        SignIn(office.paths, office.clock).unlock(office.database, "bakyt", password)
    except NotAllowed:
        return False
    return True


def test_the_new_password_opens_and_the_old_one_no_longer(
    page: PasswordPage, office: TestOffice
) -> None:
    fill(page, PASSWORD, NEW, NEW)
    assert page.done.isVisible()
    assert not page.form.value("password")
    assert signs_in(office, NEW)
    assert not signs_in(office, PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "again", "where"),
    [
        ("not the one in use", NEW, NEW, "current"),
        (PASSWORD, "short", "short", "password"),
        (PASSWORD, NEW, NEW + "x", "again"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(
    page: PasswordPage, office: TestOffice, current: str, new: str, again: str, where: str
) -> None:
    fill(page, current, new, again)
    assert page.form.fields[where].problem
    assert signs_in(office, PASSWORD)
