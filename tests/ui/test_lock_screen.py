"""The lock, and noticing that nobody is there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.db.keyring import new_keyring, write_keyring
from operator_app.domain.people import Role
from operator_app.services.accounts import Accounts
from operator_app.services.sign_in import SignIn
from operator_app.ui.idle import IdleWatch
from operator_app.ui.lock_screen import LockScreen
from operator_app.ui.preferences import Preferences
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import CHEAP, PASSWORD, FrozenClock, TestOffice
from tests.ui.door import enter, focused, press, rewrite, show, words_on, write


@pytest.fixture
def lock(qtbot: QtBot, office: TestOffice) -> LockScreen:
    preferences = Preferences(office.paths.window)
    preferences.last_login = "aida"
    screen = LockScreen(
        SignIn(office.paths, office.clock), office.database, InlineTaskRunner(), preferences
    )
    show(qtbot, screen)
    screen.lock()
    return screen


def test_the_same_person_unlocks_with_the_password_alone(
    qtbot: QtBot, lock: LockScreen, office: TestOffice
) -> None:
    assert focused() is lock.form.password
    assert office.actor.full_name not in words_on(lock)
    with qtbot.waitSignal(lock.unlocked) as seen:
        write(PASSWORD)
        enter()
    assert seen.args == [office.actor]
    assert lock.form.password.text() == ""


def test_another_person_takes_over_the_shift(
    qtbot: QtBot, lock: LockScreen, office: TestOffice
) -> None:
    nurbek = office.person(Role.OPERATOR, "nurbek")
    lock.form.edit("login").setFocus()
    rewrite("nurbek")
    enter()
    with qtbot.waitSignal(lock.unlocked) as seen:
        write(PASSWORD)
        enter()
    assert seen.args == [nurbek]


def test_wrong_passwords_keep_it_locked_and_are_delayed(
    qtbot: QtBot, lock: LockScreen, office: TestOffice
) -> None:
    with qtbot.assertNotEmitted(lock.unlocked):
        for _try in range(3):
            rewrite("wrong-wrong-wrong")
            enter()
        rewrite(PASSWORD)
        enter()
    assert "Try again in 2 s" in words_on(lock)
    assert SignIn(office.paths, office.clock).seconds_to_wait() == 2


def test_a_removed_person_cannot_unlock(qtbot: QtBot, lock: LockScreen, office: TestOffice) -> None:
    nurbek = office.person(Role.OPERATOR, "nurbek")
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(
        office.actor, nurbek.user_id
    )
    lock.form.edit("login").setFocus()
    rewrite("nurbek")
    enter()
    with qtbot.assertNotEmitted(lock.unlocked):
        write(PASSWORD)
        enter()
    assert "not right" in words_on(lock)


def test_a_key_file_of_ones_own_making_does_not_unlock(
    qtbot: QtBot, lock: LockScreen, office: TestOffice
) -> None:
    keyring, key = new_keyring()
    write_keyring(keyring.with_slot("aida", "my own password", key, CHEAP), office.paths.keyring)
    with qtbot.assertNotEmitted(lock.unlocked):
        write("my own password")
        enter()
    assert "The key does not fit this database" in words_on(lock)


def test_signing_out_is_asked_for_by_key(qtbot: QtBot, lock: LockScreen) -> None:
    lock.sign_out.setFocus()
    with qtbot.waitSignal(lock.sign_out_asked):
        press(Qt.Key.Key_Space)


def test_what_was_typed_before_is_gone_at_the_next_lock(lock: LockScreen) -> None:
    write("half a passw")
    lock.lock()
    assert lock.form.password.text() == ""
    assert focused() is lock.form.password


@pytest.fixture
def watch(qtbot: QtBot, clock: FrozenClock) -> IdleWatch:
    made = IdleWatch(5, clock)
    made.start()
    return made


def test_five_idle_minutes_lock(qtbot: QtBot, watch: IdleWatch, clock: FrozenClock) -> None:
    with qtbot.assertNotEmitted(watch.idled):
        clock.forward(minutes=4, seconds=59)
        watch.look()
    with qtbot.waitSignal(watch.idled):
        clock.forward(seconds=1)
        watch.look()
    assert not watch.watching


@pytest.mark.parametrize("sign", ["key", "mouse"])
def test_a_key_or_the_mouse_starts_the_count_again(
    qtbot: QtBot, watch: IdleWatch, clock: FrozenClock, sign: str
) -> None:
    field = QLineEdit()
    show(qtbot, field)
    with qtbot.assertNotEmitted(watch.idled):
        for _minute in range(3):
            clock.forward(minutes=4)
            if sign == "key":
                write("a")
            else:
                qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
            watch.look()
    watch.stop()


def test_the_first_key_after_a_sleep_locks_and_reaches_nothing(
    qtbot: QtBot, watch: IdleWatch, clock: FrozenClock
) -> None:
    field = QLineEdit()
    show(qtbot, field)
    clock.forward(hours=2)
    with qtbot.waitSignal(watch.idled):
        press(Qt.Key.Key_A)
    assert field.text() == ""
    write("b")
    assert field.text() == "b"


def test_a_clock_set_back_does_not_put_the_lock_off(
    qtbot: QtBot, watch: IdleWatch, clock: FrozenClock
) -> None:
    clock.forward(minutes=4)
    watch.look()
    clock.forward(hours=-3)
    watch.look()
    with qtbot.waitSignal(watch.idled):
        clock.forward(minutes=1)
        watch.look()


def test_it_is_silent_until_started_again(
    qtbot: QtBot, watch: IdleWatch, clock: FrozenClock
) -> None:
    watch.stop()
    clock.forward(hours=1)
    with qtbot.assertNotEmitted(watch.idled):
        watch.look()
    watch.start()
    with qtbot.waitSignal(watch.idled):
        clock.forward(minutes=5)
        watch.look()
