"""Announcements: the strip that brings them, and the tab that keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor, Role
from operator_app.services.announcements import Announcements
from operator_app.ui.events import Events
from operator_app.ui.main_window import MainWindow, Place
from operator_app.ui.tasks import InlineTaskRunner
from operator_app.ui.widgets.announcement_bar import SHOWN_AFTER_MS, AnnouncementBar
from tests.conftest import TestOffice
from tests.ui.directory_office import (
    ALT,
    CONTROL,
    IMPORTANT,
    PLAIN,
    SHIFT,
    announce,
    show_directory,
)
from tests.ui.door import focused, press, show

Key = Qt.Key
SOON_MS = 30


class Desk:
    """A window with a field to type in and the strip above it."""

    def __init__(self, qtbot: QtBot, office: TestOffice, actor: Actor | None = None) -> None:
        self.actor = actor or office.actor
        self.events = Events()
        self.announcements = Announcements(office.database, office.clock)
        self.field = QLineEdit()
        places = [Place("call", "Call", "call", "Ctrl+1", self.field)]
        self.window = MainWindow(self.actor, "Alamudun office", places, "light")
        self.bar = AnnouncementBar(self.announcements, self.actor, InlineTaskRunner(), self.events)
        assert self.bar._reading.interval() == SHOWN_AFTER_MS
        self.bar._reading.setInterval(SOON_MS)
        self.window.add_strip(self.bar)
        show(qtbot, self.window)
        self.field.setFocus()
        self.bar.refresh()

    @property
    def words(self) -> str:
        return "\n".join(s.label.text() for s in self.bar.strips.values() if s.isVisible())

    def due(self) -> list[str]:
        return [v.announcement.announcement_id for v in self.announcements.due(self.actor)]


@pytest.fixture
def desk(qtbot: QtBot, office: TestOffice) -> Desk:
    announce(office, PLAIN, IMPORTANT)
    return Desk(qtbot, office)


def test_the_important_one_first_and_until_it_is_confirmed(desk: Desk, qtbot: QtBot) -> None:
    assert desk.words == "A new form of referrals. Referrals use the new form from 1 December."
    assert desk.bar.strips["danger"].isVisible()
    assert not desk.bar.close_button.isVisible()
    # Seen is not confirmed: it stays, and it comes again.
    qtbot.wait(5 * SOON_MS)
    assert desk.due()[0] == "form"
    assert "new form" in desk.words
    press(Key.Key_F12, SHIFT)
    assert desk.due() == ["news"]
    assert desk.words == "The directory was checked. Phones of Chui were checked."
    assert desk.bar.strips["notice"].isVisible()
    assert not desk.bar.confirm_button.isVisible()


def test_the_other_one_counts_once_it_could_be_read(desk: Desk, qtbot: QtBot) -> None:
    press(Key.Key_F12, SHIFT)
    assert desk.due() == ["news"]
    qtbot.waitUntil(lambda: desk.due() == [])
    # It stays until the person closes it, also when something comes.
    desk.events.feeds_changed.emit(("announcements",))
    assert "Phones of Chui" in desk.words
    press(Key.Key_F12, SHIFT)
    assert not desk.bar.isVisible()


def test_each_person_gets_it(desk: Desk, qtbot: QtBot, office: TestOffice) -> None:
    press(Key.Key_F12, SHIFT)
    press(Key.Key_F12, SHIFT)
    assert desk.due() == []
    again = Desk(qtbot, office)
    assert not again.bar.isVisible()
    other = Desk(qtbot, office, office.person(Role.OPERATOR, "bek"))
    assert "new form" in other.words


def test_the_keyboard_stays_where_it_is(desk: Desk) -> None:
    assert focused() is desk.field
    desk.events.feeds_changed.emit(("announcements",))
    press(Key.Key_A)
    press(Key.Key_F12, SHIFT)
    press(Key.Key_B)
    press(Key.Key_F12, SHIFT)
    press(Key.Key_C)
    assert desk.field.text() == "abc"


def test_the_caller_comes_first(desk: Desk, qtbot: QtBot) -> None:
    press(Key.Key_F12, SHIFT)
    desk.bar.set_in_call(True)
    assert not desk.bar.isVisible()
    desk.events.feeds_changed.emit(("announcements",))
    assert not desk.bar.isVisible()
    qtbot.wait(5 * SOON_MS)
    assert desk.due() == ["news"]
    press(Key.Key_F12, SHIFT)
    assert desk.due() == ["news"]
    desk.bar.set_in_call(False)
    assert "Phones of Chui" in desk.words


def test_what_nobody_can_see_is_not_shown(desk: Desk, qtbot: QtBot) -> None:
    press(Key.Key_F12, SHIFT)
    desk.window.cover(QLineEdit())
    qtbot.wait(5 * SOON_MS)
    press(Key.Key_F12, SHIFT)
    assert desk.due() == ["news"]
    desk.bar._reading.setInterval(SHOWN_AFTER_MS)
    desk.window.uncover()
    other = QLineEdit()
    show(qtbot, other)
    desk.bar._reading.setInterval(SOON_MS)
    assert "Phones of Chui" in desk.words
    assert not desk.window.isActiveWindow()
    qtbot.wait(5 * SOON_MS)
    assert desk.due() == ["news"]
    other.close()
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    qtbot.waitUntil(lambda: desk.due() == [])


def test_read_asks_for_the_whole(desk: Desk) -> None:
    asked = QSignalSpy(desk.bar.read_asked)
    press(Key.Key_F12)
    assert asked.at(0) == ["form"]
    assert "new form" in desk.words
    press(Key.Key_F12, SHIFT)
    press(Key.Key_F12)
    assert asked.at(1) == ["news"]
    assert not desk.bar.isVisible()


def test_nothing_to_bring_takes_no_room(qtbot: QtBot, office: TestOffice) -> None:
    desk = Desk(qtbot, office)
    assert not desk.bar.isVisible()
    top = desk.field.mapTo(desk.window, desk.field.rect().topLeft()).y()
    announce(office, PLAIN)
    desk.events.feeds_changed.emit(("announcements",))
    assert "Phones of Chui" in desk.words
    qtbot.waitUntil(
        lambda: desk.field.mapTo(desk.window, desk.field.rect().topLeft()).y() > top + 30
    )


def test_a_long_text_is_cut_after_its_first_sentence(qtbot: QtBot, office: TestOffice) -> None:
    announce(office, replace(PLAIN, texts={"en": "word " * 100}))
    desk = Desk(qtbot, office)
    assert desk.words.endswith("…")
    assert len(desk.words) < 260


def test_the_tab_keeps_them_all(qtbot: QtBot, office: TestOffice) -> None:
    announce(office, PLAIN, IMPORTANT, replace(PLAIN, announcement_id="old", valid_to="2026-11-01",
                                               published_on="2026-10-01"))  # fmt: skip
    shown = show_directory(qtbot, office)
    press(Key.Key_3, ALT)
    page = shown.screen.announcements
    assert [row.key for row in shown.rows(page)] == ["news", "form", "old"]
    form = shown.row(page, "form")
    assert form.state is not None
    assert (form.state.words, form.state.tone) == ("not confirmed", "danger")
    shown.screen.open_announcement("form")
    assert page.words.text() == IMPORTANT.texts["en"]
    assert page.dates.text() == "20 November 2026"
    assert focused() is page.confirm_button
    press(Key.Key_Return, CONTROL)
    assert page.standing.text() == "You confirmed it: today, 09:00"
    assert not page.confirm_button.isVisible()
    again = shown.row(page, "form")
    assert again.state is not None
    assert again.state.words == "confirmed"


def test_what_was_read_in_the_tab_is_not_brought_again(qtbot: QtBot, office: TestOffice) -> None:
    announce(office, PLAIN, IMPORTANT)
    desk = Desk(qtbot, office)
    shown = show_directory(qtbot, office)
    shown.screen.announcements.seen.connect(desk.bar.put_away)
    shown.screen.open_announcement("news")
    assert desk.due() == ["form"]
    press(Key.Key_Down)
    shown.screen.open_announcement("form")
    press(Key.Key_Return, CONTROL)
    assert desk.due() == []
    assert desk.words == ""


def test_one_taken_back_is_said(qtbot: QtBot, office: TestOffice) -> None:
    shown = show_directory(qtbot, office)
    shown.screen.open_announcement("form")
    page = shown.screen.announcements
    assert page.notice.label.text() == "This announcement was taken back by the ministry."
    assert page.list.sentence.text() == "No announcements."
