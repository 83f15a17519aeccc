"""What an operator reads of a review: the strip, the page, own ones only."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor, Role
from operator_app.ui.events import Events
from operator_app.ui.main_window import MainWindow, Place
from operator_app.ui.tasks import InlineTaskRunner
from operator_app.ui.widgets.review_bar import ReviewBar
from tests.review.conftest import ReviewOffice
from tests.review.shown import show_mine
from tests.ui.door import enter, focused, press, show

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Bar:
    """A window with a field to type in and the strip above it."""

    def __init__(self, qtbot: QtBot, desk: ReviewOffice, actor: Actor) -> None:
        self.field = QLineEdit()
        self.events = Events()
        places = [Place("call", "Call", "call", "Ctrl+1", self.field)]
        self.window = MainWindow(actor, "Alamudun office", places, "light")
        self.bar = ReviewBar(desk.reviews, actor, InlineTaskRunner(), self.events)
        self.counted = QSignalSpy(self.bar.counted)
        self.window.add_strip(self.bar)
        show(qtbot, self.window)
        self.field.setFocus()
        self.bar.refresh()

    @property
    def words(self) -> str:
        return self.bar.strip.label.text() if self.bar.isVisible() else ""

    @property
    def last_count(self) -> int:
        return int(self.counted.at(self.counted.count() - 1)[0])


def test_the_strip_says_how_many_and_nothing_else(qtbot: QtBot, desk: ReviewOffice) -> None:
    desk.case()
    nothing = Bar(qtbot, desk, desk.bermet)
    assert (nothing.words, nothing.last_count) == ("", 0)
    desk.finish(desk.only(), "improve", "Secret words")
    bar = Bar(qtbot, desk, desk.bermet)
    assert bar.words == "A supervisor has looked at your work: 1 review to read."
    assert bar.last_count == 1
    # It takes no keyboard, and waits while somebody calls.
    assert focused() is bar.field
    bar.bar.set_in_call(True)
    assert bar.words == ""
    bar.bar.refresh()
    assert bar.words == ""
    bar.bar.set_in_call(False)
    asked = QSignalSpy(bar.bar.read_asked)
    press(Key.Key_F12, CONTROL)
    assert asked.at(0) == desk.reviews.unread(desk.bermet)
    press(Key.Key_F12, CONTROL | SHIFT)
    assert bar.words == ""
    assert bar.last_count == 1


def test_supervisors_see_how_much_waits(qtbot: QtBot, desk: ReviewOffice) -> None:
    bar = Bar(qtbot, desk, desk.aida)
    assert bar.last_count == 0
    case_id = desk.case()
    desk.closures.ask(desk.bermet, case_id, "SAFE", "She lives elsewhere now.")
    bar.events.calls_changed.emit("")
    assert bar.last_count == 2
    assert bar.words == ""
    desk.cases.close(desk.aida, case_id, "SAFE")
    bar.events.cases_changed.emit(case_id)
    assert bar.last_count == 0


def test_a_review_beside_the_case_until_it_is_read(qtbot: QtBot, desk: ReviewOffice) -> None:
    desk.case()
    waiting = desk.only()
    form = desk.filled(waiting, "improve", "Agree on a plan with her.")
    form = replace(form, answers={**form.answers, "PLAN": "N"})
    desk.reviews.finish(desk.aida, waiting, form)
    shown = show_mine(qtbot, desk)
    (row,) = shown.rows
    assert row.state is not None
    assert (row.title, row.state.words, row.marks[0].words) == (
        "0412-2026-C00001", "new", "To improve",
    )  # fmt: skip
    read = QSignalSpy(shown.page.read)
    press(Key.Key_Down)
    enter()
    assert "Agree on a plan with her." in shown.words
    assert "✕  There is a safety plan: No" in shown.words
    assert "Case 0412-2026-C00001" in shown.words
    assert "Aida Testova · Today, 09:01" in shown.words
    assert "Lower the risk" not in shown.words
    press(Key.Key_Return, CONTROL)
    assert shown.rows[0].state is None
    assert read.count() == 1
    assert desk.reviews.unread(desk.bermet) == []


def test_a_case_given_to_somebody_else_stays_closed(qtbot: QtBot, desk: ReviewOffice) -> None:
    case_id = desk.case(happened="He came at night.")
    desk.finish(desk.only(), "talk", "Let us talk on Friday.")
    other = desk.office.person(Role.OPERATOR, "cholpon")
    desk.cases.assign(desk.aida, case_id, other.user_id)
    shown = show_mine(qtbot, desk)
    press(Key.Key_Down)
    enter()
    assert "Let us talk on Friday." in shown.words
    assert "This is the case of another person." in shown.words
    assert "Case 0412" not in shown.words
    assert show_mine(qtbot, desk, other).rows == []


def test_nothing_yet(qtbot: QtBot, desk: ReviewOffice) -> None:
    assert "No reviews yet." in show_mine(qtbot, desk).words
