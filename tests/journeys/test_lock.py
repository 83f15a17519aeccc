"""The lock: nothing to be seen, nothing lost, and two people at one PC."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication, QListWidget

from operator_app.db import feeds
from operator_app.domain.feeds import CODES, CodeEntry, FeedEntry, entry_body, entry_id_of
from tests.conftest import FrozenClock
from tests.journeys.office_pc import CONTROL, OfficePC

NOTE = "she asks in whispers"


def _call_under_way(pc: OfficePC) -> None:
    pc.start_call()
    pc.hands.answer("12")
    pc.press(Qt.Key.Key_F4)
    pc.hands.write("0555 12 34 56")
    pc.write_note(NOTE)


def _lock(pc: OfficePC) -> None:
    pc.press(Qt.Key.Key_L, CONTROL)
    assert pc.desk.window.locked


def test_locking_hides_everything_and_the_same_person_goes_on(
    pc: OfficePC, clock: FrozenClock
) -> None:
    _call_under_way(pc)
    clock.forward(minutes=2)
    assert NOTE in pc.words()
    _lock(pc)
    seen = pc.words()
    assert NOTE not in seen
    assert "0555" not in seen
    assert "Aida Testova" not in seen
    assert pc.desk.window.windowTitle() == "117"
    clock.forward(minutes=1)
    pc.unlock("aida")
    assert pc.screen.in_progress
    assert pc.screen.fields.note.toPlainText() == NOTE
    assert pc.screen.fields.phone.text() == "0555 12 34 56"
    assert pc.screen.fields.form().started_at == 1000 * int(clock.now.timestamp() - 180)


def test_keys_do_not_reach_what_is_under_the_lock(pc: OfficePC) -> None:
    _lock(pc)
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F9):
        pc.press(key)
    pc.press(Qt.Key.Key_2, CONTROL)
    pc.settle()
    assert not pc.screen.in_progress
    assert pc.desk.window.current_place == "call"


def test_an_open_list_of_suggestions_is_hidden_too(pc: OfficePC) -> None:
    pc.start_call()
    for key in ("1", "2", "1", "2"):
        pc.hands.answer(key)
    pc.hands.answer("али")
    topics = pc.screen.fields.topics.field
    assert topics.suggestions is not None
    _lock(pc)
    pc.settle()
    assert [w for w in pc.desk.window.findChildren(QListWidget) if w.isVisible()] == []


def test_locking_leaves_nothing_of_a_call_in_the_clipboard(
    pc: OfficePC, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The offscreen platform does not say who filled the clipboard.
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _clipboard: True)
    pc.start_call()
    pc.write_note(NOTE)
    pc.press(Qt.Key.Key_A, CONTROL)
    pc.press(Qt.Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() == NOTE
    _lock(pc)
    assert QApplication.clipboard().text() == ""


def test_nobody_at_the_pc_locks_it(pc: OfficePC, clock: FrozenClock) -> None:
    clock.forward(minutes=4, seconds=59)
    pc.desk.idle.look()
    assert not pc.desk.window.locked
    clock.forward(seconds=2)
    pc.desk.idle.look()
    assert pc.desk.window.locked


def test_another_person_takes_over_and_the_draft_waits_for_its_author(
    pc: OfficePC, clock: FrozenClock
) -> None:
    _call_under_way(pc)
    began = pc.screen.fields.form().started_at
    _lock(pc)
    pc.unlock("bek")
    assert pc.desk.actor.login == "bek"
    # An operator sees no figures: only reviews of their own work stand there.
    assert pc.desk.supervision.daily_log is None
    assert not pc.screen.in_progress
    pc.settle()
    assert not pc.screen.ready.offer_card.isVisible()
    pc.record("of another person")
    clock.forward(minutes=10)
    _lock(pc)
    pc.unlock("aida")
    pc.wait(pc.screen.ready.offer_card.isVisible, "the draft is offered")
    pc.wait(pc.screen.ready.resume_button.hasFocus, "its button has the focus")
    pc.press(Qt.Key.Key_Return)
    assert pc.screen.fields.note.toPlainText() == NOTE
    assert pc.screen.fields.form().started_at == began
    assert pc.screen.page.timer_label.text() == "10:00"


def test_wrong_password_at_the_lock_keeps_it_locked(pc: OfficePC) -> None:
    _lock(pc)
    pc.hands.write("not-the-password")
    pc.press(Qt.Key.Key_Return)
    pc.wait(lambda: "Login or password is not right." in pc.words(), "the sentence")
    assert pc.desk.window.locked


def test_sign_out_from_the_lock_keeps_the_draft(pc: OfficePC) -> None:
    _call_under_way(pc)
    _lock(pc)
    pc.app.sign_out()
    pc.sign_in("aida")
    pc.wait(pc.screen.ready.offer_card.isVisible, "the draft is offered")


def test_lists_that_changed_are_offered_after_the_lock_and_the_call_goes_on(pc: OfficePC) -> None:
    """Not before: nobody's list changes under the hand that chooses from it."""
    entry = CodeEntry("topic_l2", "BEN.NEW", {"ru": "Совсем новое пособие"}, order=500)
    feed_entry = FeedEntry(entry_id_of(CODES, entry), entry_body(entry))
    _call_under_way(pc)
    with pc.desk.database.write() as connection:
        feeds.take(connection, CODES, [feed_entry], feeds.MINISTRY, 1)
    pc.desk.events.feeds_changed.emit((CODES,))
    pc.settle()
    assert pc.desk.reference.find("topic_l2", "BEN.NEW") is None
    _lock(pc)
    pc.unlock("aida")
    pc.wait(lambda: pc.desk.reference.find("topic_l2", "BEN.NEW") is not None, "the new list")
    pc.wait(lambda: pc.screen.in_progress, "the call of before")
    assert pc.screen.fields.note.toPlainText() == NOTE
    assert "BEN.NEW" in {e.code for e in pc.screen.fields.topics.field.entries_for("совсем новое")}


def test_f1_in_a_danger_call_opens_its_page_beside_it_and_the_lock_closes_it(
    pc: OfficePC,
) -> None:
    pc.press(Qt.Key.Key_F1)
    assert pc.desk.help_window is not None
    assert pc.desk.help_window.shown == "call"
    pc.desk.help_window.close()
    pc.start_call()
    pc.hands.answer("11")
    pc.press(Qt.Key.Key_F1)
    assert pc.desk.help_window.shown == "danger"
    assert pc.screen.in_progress
    pc.desk.lock()
    assert not pc.desk.help_window.isVisible()
