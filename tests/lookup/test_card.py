"""The question beside the call, by keys on the real call screen against the real other end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from operator_app.ui.events import Events
from operator_app.ui.screens.benefit_way import offer_benefits
from operator_app.ui.screens.call_screen import CallScreen
from operator_app.ui.tasks import InlineTaskRunner
from operator_app.ui.widgets.benefit_lookup import BenefitCard
from tests.finder import finder_of
from tests.lookup.conftest import Ways
from tests.lookup.social_system import KNOWN, UNKNOWN
from tests.ui.door import AnsweringDialogs, press, show


@dataclass
class Sitting:
    screen: CallScreen
    card: BenefitCard
    ways: Ways

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
        press(key, modifier)

    def ask(self, pin: str) -> None:
        self.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
        assert self.card.pin.hasFocus()
        QTest.keyClicks(self.card.pin, pin)
        QTest.keyClick(self.card.purpose, Qt.Key.Key_1)
        if not self.card.consent.isChecked():
            QTest.keyClick(self.card.consent, Qt.Key.Key_Space)
        QTest.keyClick(self.card.ask_button, Qt.Key.Key_Space)


@pytest.fixture
def sitting(qtbot: QtBot, ways: Ways) -> Iterator[Sitting]:
    office, tasks = ways.desk.office, InlineTaskRunner()
    screen = CallScreen(
        office.calls,
        finder_of(office).advice,
        office.reference,
        office.actor,
        tasks,
        Events(),
        AnsweringDialogs(),
        office.clock,
    )
    card = offer_benefits(screen, ways.lookup, office.actor, tasks, office.clock)
    screen.resize(1366, 768)
    show(qtbot, screen)
    screen.start()
    yield Sitting(screen, card, ways)


def test_asked_shown_and_taken_by_keys(sitting: Sitting) -> None:
    card, fields = sitting.card, sitting.screen.fields
    fields.note.setPlainText("asks when it comes")
    sitting.ask(KNOWN)
    assert "Сүйүнчү: ended, since 01.03.2025, until 31.03.2025" in card.result.text()
    assert card.pin.text() == ""
    assert fields.note.toPlainText() == "asks when it comes"
    sitting.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    first, taken = fields.note.toPlainText().split("\n")
    assert first == "asks when it comes"
    assert taken.startswith("Benefit status, asked on ")
    assert "with consent" in taken
    assert "Үй-бүлөгө көмөк: is paid, since 01.01.2026" in taken
    assert KNOWN not in taken
    assert fields.note.hasFocus()
    # Once is enough.
    sitting.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    assert fields.note.toPlainText().count("Benefit status") == 1


def test_what_is_wrong_is_said_and_can_be_mended(sitting: Sitting) -> None:
    card = sitting.card
    card.open()
    QTest.keyClicks(card.pin, "2150")
    QTest.keyClick(card.pin, Qt.Key.Key_Return)
    assert "still missing" in card.problem.label.text()
    assert card.pin.property("missing")
    assert card.consent.property("missing")
    assert sitting.ways.system.seen == []
    card.pin.clear()
    sitting.ask(UNKNOWN)
    assert "does not know this PIN" in card.problem.label.text()
    assert not card.result.isVisible()
    assert not card.take_button.isVisible()
    assert card.pin.text() == UNKNOWN


def test_it_is_reached_in_a_narrow_window_and_left_by_esc(sitting: Sitting) -> None:
    page, card, fields = sitting.screen.page, sitting.card, sitting.screen.fields
    sitting.screen.resize(900, 700)
    fields.note.setFocus()
    assert not page.side.isVisible()
    sitting.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    assert page.side.isVisible()
    assert card.pin.hasFocus()
    sitting.key(Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert fields.note.hasFocus()
    assert not page.side.isVisible()


def test_it_is_not_there_in_a_call_about_violence(sitting: Sitting) -> None:
    card, fields = sitting.card, sitting.screen.fields
    sitting.ask(KNOWN)
    assert card.isVisible()
    fields.danger.set_value("Y")
    assert not card.isVisible()
    assert card.result.text() == ""
    sitting.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    sitting.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    assert not card.pin.isVisible()
    assert fields.note.toPlainText() == ""


def test_nothing_stays_for_the_next_call(sitting: Sitting) -> None:
    card, screen = sitting.card, sitting.screen
    sitting.ask(KNOWN)
    card.pin.setText(UNKNOWN)
    screen.page.discard_button.click()
    assert (card.pin.text(), card.result.text()) == ("", "")
    screen.start()
    assert card.open_button.isVisible()
    assert not card.pin.isVisible()
    assert not card.consent.isChecked()
    assert card.purpose.value is None
