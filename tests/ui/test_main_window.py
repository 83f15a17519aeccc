"""The window around the screens: places, the counter, the red strip, the lock's cover."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor, Role
from operator_app.sync.status import LinkState, SyncStatus
from operator_app.ui.main_window import MainWindow, Place
from tests.ui.door import press, show

CONTROL = Qt.KeyboardModifier.ControlModifier
CALM = SyncStatus(
    state=LinkState.ONLINE,
    waiting=0,
    oldest_waiting_at=None,
    urgent_overdue=0,
    needs_you=0,
    last_verified_at=1,
    last_contact_at=1,
    offline_since=None,
    problem=None,
    skew_seconds=0,
    numbers_ahead=0,
)
AT_NINE = 1_795_489_200_000


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    places = [
        Place("call", "Call", "call", "Ctrl+1", QLineEdit()),
        Place("journal", "Journal", "journal", "Ctrl+2", QLineEdit()),
        Place("administration", "Sending", "sync", "Ctrl+4", QLineEdit()),
    ]
    actor = Actor("1", "bek", "Bek Testov", Role.OPERATOR)
    made = MainWindow(actor, "Alamudun office", places, "light")
    show(qtbot, made)
    return made


def test_keys_and_rail_lead_to_the_places(window: MainWindow, qtbot: QtBot) -> None:
    assert window.current_place == "call"
    press(Qt.Key.Key_2, CONTROL)
    assert window.current_place == "journal"
    assert window.rail_buttons["journal"].isChecked()
    assert not window.rail_buttons["call"].isChecked()
    qtbot.mouseClick(window.rail_buttons["administration"], Qt.MouseButton.LeftButton)
    assert window.current_place == "administration"


def test_an_unknown_place_leaves_everything_as_it_is(window: MainWindow) -> None:
    window.go_to("reports")
    assert window.current_place == "call"


def test_f2_goes_to_the_call_from_anywhere(window: MainWindow) -> None:
    asked = QSignalSpy(window.new_call_asked)
    window.go_to("journal")
    press(Qt.Key.Key_F2)
    assert window.current_place == "call"
    assert asked.count() == 1


def test_the_pill_leads_to_the_sync_page(window: MainWindow) -> None:
    window.pill.setFocus()
    press(Qt.Key.Key_Space)
    assert window.current_place == "administration"


@pytest.mark.parametrize(
    ("status", "words", "tone"),
    [
        (CALM, "All at the ministry", "calm"),
        (replace(CALM, waiting=3), "3 waiting", None),
        (
            replace(CALM, state=LinkState.OFFLINE, offline_since=AT_NINE, waiting=1),
            "Offline since",
            None,
        ),
        (replace(CALM, needs_you=2), "need you: 2", None),
        (replace(CALM, state=LinkState.NOT_CONFIGURED), "kept on this PC", None),
        (replace(CALM, state=LinkState.PORTAL), "sign-in page", None),
        (replace(CALM, state=LinkState.CLOCK_WRONG), "clock is wrong", None),
        (replace(CALM, state=LinkState.REFUSED, waiting=5), "5 waiting", None),
    ],
)
def test_the_counter_says_what_the_rows_say(
    window: MainWindow, status: SyncStatus, words: str, tone: str | None
) -> None:
    window.show_status(status)
    assert words in window.pill.text()
    assert words in window.pill.accessibleName()
    if tone is not None:
        assert window.pill.property("tone") == tone
    else:
        assert window.pill.property("tone") != "calm"


def test_nothing_says_all_at_the_ministry_while_something_waits(window: MainWindow) -> None:
    for state in LinkState:
        window.show_status(replace(CALM, state=state, waiting=1))
        assert "All at the ministry" not in window.pill.text()


def test_the_red_strip_comes_again_only_for_more(window: MainWindow) -> None:
    phoned = QSignalSpy(window.duty_officer_phoned)
    window.show_status(replace(CALM, urgent_overdue=1))
    assert ": 1." in window.urgent.label.text()
    assert window.urgent.isVisible()
    window.phoned_button.click()
    assert phoned.at(0) == [1]
    window.show_status(replace(CALM, urgent_overdue=1))
    assert not window.urgent.isVisible()
    window.show_status(replace(CALM, urgent_overdue=2))
    assert window.urgent.isVisible()
    window.show_status(CALM)
    assert not window.urgent.isVisible()
    window.show_status(replace(CALM, urgent_overdue=1))
    assert window.urgent.isVisible()


def test_the_red_strip_waits_for_the_caller(window: MainWindow) -> None:
    window.show_in_call(True)
    window.show_status(replace(CALM, urgent_overdue=1))
    assert not window.urgent.isVisible()
    window.go_to("journal")
    assert window.urgent.isVisible()
    window.go_to("call")
    assert not window.urgent.isVisible()
    window.show_in_call(False)
    assert window.urgent.isVisible()


def test_the_cover_takes_every_key(window: MainWindow) -> None:
    typed = window.places["call"].page
    assert isinstance(typed, QLineEdit)
    typed.setFocus()
    asked = QSignalSpy(window.new_call_asked)
    cover = QLineEdit()
    window.cover(cover)
    assert window.locked
    press(Qt.Key.Key_F2)
    press(Qt.Key.Key_2, CONTROL)
    press(Qt.Key.Key_A)
    assert asked.count() == 0
    assert typed.text() == ""
    assert cover.text() == "a"
    assert not window.person_button.isVisible()
    window.uncover()
    assert not window.locked
    assert window.current_place == "call"
    press(Qt.Key.Key_F2)
    assert asked.count() == 1


def test_title_and_size_say_nothing(window: MainWindow) -> None:
    assert window.windowTitle() == "117"
    assert window.minimumWidth() <= 1024


def test_each_thing_of_the_rail_has_its_key_in_the_tip(window: MainWindow) -> None:
    for name, key in (("call", "Ctrl+1"), ("journal", "Ctrl+2"), ("administration", "Ctrl+4")):
        assert window.rail_buttons[name].toolTip().endswith(key)
    locked = QSignalSpy(window.lock_asked)
    press(Qt.Key.Key_L, CONTROL)
    assert locked.count() == 1


def test_f1_asks_for_the_help_of_the_place_but_not_under_the_lock(window: MainWindow) -> None:
    asked = QSignalSpy(window.help_asked)
    press(Qt.Key.Key_2, CONTROL)
    press(Qt.Key.Key_F1)
    assert [asked.at(0)[0], asked.count()] == ["journal", 1]
    window.cover(QLineEdit())
    press(Qt.Key.Key_F1)
    assert asked.count() == 1
