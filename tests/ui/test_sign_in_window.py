"""The door of every day, driven by the keyboard against real key slots."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.people import Role
from operator_app.errors import NotAllowed
from operator_app.services.accounts import Accounts
from operator_app.services.sign_in import SignIn
from operator_app.ui.preferences import Preferences
from operator_app.ui.sign_in_window import SignInWindow
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner, Tasks
from tests.conftest import CHEAP, PASSWORD, TestOffice
from tests.ui.door import (
    english_afterwards,
    enter,
    focused,
    press,
    rewrite,
    show,
    words_on,
    write,
)

Make = Callable[..., SignInWindow]
NEW_PASSWORD = "seven-blue-rivers"


@pytest.fixture
def make(qtbot: QtBot, office: TestOffice) -> Make:
    """A new start of the program on the same PC."""

    def made(tasks: Tasks | None = None) -> SignInWindow:
        window = SignInWindow(
            SignIn(office.paths, office.clock),
            tasks or InlineTaskRunner(),
            Preferences(office.paths.window),
            office.paths,
            office.clock,
            cost=CHEAP,
        )
        show(qtbot, window)
        return window

    return made


def enter_as(qtbot: QtBot, window: SignInWindow, login: str, password: str) -> str:
    """Type both from the login on; returns the role of who came in."""
    window.form.edit("login").setFocus()
    rewrite(login)
    enter()
    if focused() is not window.form.password:
        window.form.password.setFocus()
    with qtbot.waitSignal(window.signed_in) as seen:
        rewrite(password)
        enter()
    database, actor = seen.args
    database.close()
    return str(actor.role)


def wrong_passwords(window: SignInWindow, times: int) -> None:
    window.form.password.setFocus()
    for _try in range(times):
        rewrite("wrong-wrong-wrong")
        enter()


def test_who_used_the_pc_last_only_types_the_password(
    qtbot: QtBot, make: Make, office: TestOffice
) -> None:
    window = make()
    assert focused() is window.form.edit("login")
    assert enter_as(qtbot, window, " Aida ", PASSWORD) == "supervisor"
    again = make()
    assert focused() is again.form.password
    assert again.form.value("login") == "aida"
    with qtbot.waitSignal(again.signed_in) as seen:
        write(PASSWORD)
        enter()
    seen.args[0].close()
    assert seen.args[1] == office.actor
    assert again.form.password.text() == ""


def test_the_window_opens_the_office_beside_the_main_thread(qtbot: QtBot, make: Make) -> None:
    tasks = TaskRunner()
    window = make(tasks)
    write("aida")
    enter()
    write(PASSWORD)
    with qtbot.waitSignal(window.signed_in, timeout=30_000) as seen:
        enter()
        assert window.form.button.text() == "Opening…"
        assert not window.form.password.isEnabled()
    seen.args[0].close()
    tasks.shut_down()


def test_a_wrong_password_and_an_unknown_login_say_the_same(make: Make) -> None:
    window = make()
    write("aida")
    enter()
    wrong_passwords(window, 1)
    first = window.form.notice.label.text()
    window.form.edit("login").setFocus()
    rewrite("nobody")
    wrong_passwords(window, 1)
    assert first == window.form.notice.label.text() == "Login or password is not right."
    assert focused() is window.form.password
    assert window.form.password.selectedText() != ""


def test_the_delay_counts_down_and_survives_a_new_window(
    qtbot: QtBot, make: Make, office: TestOffice
) -> None:
    window = make()
    write("aida")
    enter()
    wrong_passwords(window, 4)
    assert "Try again in 2 s" in words_on(window)
    assert not window.form.button.isEnabled()
    again = make()
    assert "Try again in 2 s" in words_on(again)
    office.clock.forward(seconds=1)
    qtbot.waitUntil(lambda: "Try again in 1 s" in words_on(again))
    signed: list[object] = []
    again.signed_in.connect(lambda *args: signed.append(args))
    write("aida")
    enter()
    write(PASSWORD)
    enter()
    assert not signed
    office.clock.forward(seconds=1)
    qtbot.waitUntil(again.form.button.isEnabled)
    assert "Try again" not in words_on(again)
    with qtbot.waitSignal(again.signed_in) as seen:
        enter()
    database = seen.args[0]
    with database.read() as connection:
        actions = list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())
    database.close()
    assert actions[-4:] == ["sign_in.failed"] * 3 + ["sign_in"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "The key file is missing"),
        (b"{}", "The key file is damaged"),
        (b'{"v": 9}', "newer version"),
    ],
)
def test_a_bad_key_file_is_said_at_once_and_nothing_is_made_anew(
    make: Make, office: TestOffice, content: bytes | None, said: str
) -> None:
    if content is None:
        office.paths.keyring.unlink()
    else:
        office.paths.keyring.write_bytes(content)
    window = make()
    assert said in words_on(window)
    write("aida")
    enter()
    write(PASSWORD)
    enter()
    assert said in window.form.notice.label.text()
    assert office.paths.keyring.exists() is (content is not None)


def test_a_missing_database_is_said(make: Make, office: TestOffice) -> None:
    office.database.close()
    shutil.move(office.paths.database, office.paths.data / "elsewhere.db")
    window = make()
    write("aida")
    enter()
    write(PASSWORD)
    enter()
    assert "the database is not" in words_on(window)
    assert not office.paths.database.exists()


def test_two_operators_share_one_pc(qtbot: QtBot, make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    office.person(Role.OPERATOR, "jyldyz")
    window = make()
    for login in ("nurbek", "jyldyz", "nurbek"):
        assert enter_as(qtbot, window, login, PASSWORD) == "operator"
    assert Preferences(office.paths.window).last_login == "nurbek"


def test_a_removed_person_cannot_enter_even_with_an_old_key_file(
    make: Make, office: TestOffice
) -> None:
    nurbek = office.person(Role.OPERATOR, "nurbek")
    old = office.paths.keyring.read_bytes()
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(
        office.actor, nurbek.user_id
    )
    for keyring in (office.paths.keyring.read_bytes(), old):
        office.paths.keyring.write_bytes(keyring)
        window = make()
        write("nurbek")
        enter()
        write(PASSWORD)
        enter()
        assert "Login or password is not right." in words_on(window)


def to_recovery(window: SignInWindow) -> None:
    window.forgot.setFocus()
    press(Qt.Key.Key_Space)
    assert focused() is window.recovery.form.edit("recovery_key")


def test_the_recovery_key_gives_a_supervisor_a_new_password(
    qtbot: QtBot, make: Make, office: TestOffice
) -> None:
    window = make()
    to_recovery(window)
    write(office.recovery_key.replace("-", " ").lower()[:-1])
    assert "31 of 32 signs" in words_on(window)
    write(office.recovery_key[-1])
    assert "Fingerprint: " in words_on(window)
    enter()
    for typed in ("aida", NEW_PASSWORD, "seven-blue-river"):
        write(typed)
        enter()
    problem = window.recovery.form.fields["password_again"].problem
    assert problem == "The two passwords are not the same."
    rewrite(NEW_PASSWORD)
    enter()
    assert "The new password is set" in words_on(window)
    assert focused() is window.form.password
    with qtbot.waitSignal(window.signed_in) as seen:
        write(NEW_PASSWORD)
        enter()
    seen.args[0].close()
    with pytest.raises(NotAllowed):
        SignIn(office.paths, office.clock).open("aida", PASSWORD)


def test_a_wrong_recovery_key_and_an_operator_are_refused(make: Make, office: TestOffice) -> None:
    office.person(Role.OPERATOR, "nurbek")
    before = office.paths.keyring.read_bytes()
    window = make()
    to_recovery(window)
    for key, login, said in (
        ("-".join(["ABCD"] * 8), "aida", "does not open the office"),
        (office.recovery_key, "nurbek", "No supervisor of this PC"),
        (office.recovery_key, "nobody", "No supervisor of this PC"),
    ):
        values = (key, login, NEW_PASSWORD, NEW_PASSWORD)
        for field, typed in zip(window.recovery.form.fields.values(), values, strict=True):
            field.edit.setFocus()
            rewrite(typed)
        enter()
        assert said in words_on(window)
    assert office.paths.keyring.read_bytes() == before


def test_the_language_switches_at_once_and_keeps_the_login(make: Make, office: TestOffice) -> None:
    window = make()
    write("aida")
    chosen: list[str] = []
    window.language_chosen.connect(chosen.append)
    with english_afterwards():
        window.languages.setFocus()
        press(Qt.Key.Key_Left)
        press(Qt.Key.Key_Space)
        assert chosen == ["ru"]
        assert Preferences(office.paths.window).language == "ru"
        assert window.languages.value == "ru"
        assert window.form.value("login") == "aida"
        assert focused() is window.form.password


def test_the_password_is_shown_on_demand_and_caps_lock_is_noticed(make: Make) -> None:
    window = make()
    write("aida")
    enter()
    assert window.form.password.echoMode() == QLineEdit.EchoMode.Password
    write("AB")
    assert "Caps Lock is on" in words_on(window)
    write("c")
    assert "Caps Lock is on" not in words_on(window)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert window.form.password.echoMode() == QLineEdit.EchoMode.Normal
    window.form.start_anew()
    assert window.form.password.echoMode() == QLineEdit.EchoMode.Password
    assert window.form.password.text() == ""


def test_the_first_window_imports_nothing_heavy() -> None:
    heavy = ("alembic", "requests", "xlsxwriter", "phonenumbers", "pyrage", "PySide6.QtSvg")
    check = (
        "import sys, operator_app.ui.sign_in_window, operator_app.ui.lock_screen\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", check], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
