"""What is typed is on the disk within three seconds, and is offered again after a power cut."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from operator_app.services.call_drafts import Draft
from operator_app.ui.screens.call_screen import CallScreen
from tests.conftest import FrozenClock
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, OfficePC


def _kept(pc: OfficePC) -> Draft | None:
    return pc.desk.calls.draft(pc.desk.actor)


def _timer_runs_out(screen: CallScreen) -> None:
    """Without the waiting: the timer fires when its time has come, and says so by this signal."""
    assert screen._autosave.isActive()
    screen._autosave.timeout.emit()


def test_typed_text_is_in_the_database_within_three_seconds(pc: OfficePC) -> None:
    pc.start_call()
    pc.write_note("the first words")
    screen = pc.screen
    # Typing on does not put the moment off: it counts from the first letter.
    left = screen._autosave.remainingTime()
    assert 0 <= left < 3000
    spy = QSignalSpy(screen._autosave.timeout)
    pc.hands.write(", more")
    assert screen._autosave.remainingTime() <= left
    pc.wait(lambda: spy.count() > 0, "the time has run out by itself")
    pc.settle()
    kept = _kept(pc)
    assert kept is not None
    assert kept.form.note == "the first words, more"
    assert "Draft saved" in pc.words(screen)


def test_draft_is_offered_after_a_power_cut_with_its_timer(
    make_pc: MakePC, pc: OfficePC, clock: FrozenClock, tmp_path: Path
) -> None:
    pc.start_call()
    pc.answer_core("1", "али")
    pc.write_note("typed before the lights went out ө")
    _timer_runs_out(pc.screen)
    pc.settle()
    typed = pc.screen.fields.form()
    after_cut = pc.copy(tmp_path / "after-cut")
    pc.hands.write("; never on the disk")

    clock.forward(minutes=7)
    again = make_pc(after_cut)
    again.sign_in()
    again.wait(again.screen.ready.resume_button.hasFocus, "it is offered")
    assert "not finished" in again.words(again.screen.ready)
    again.press(Qt.Key.Key_Return)
    assert again.screen.fields.form() == typed
    assert again.screen.page.strip.isVisible()
    assert again.screen.page.timer_label.text() == "07:00"
    again.save()
    assert _kept(again) is None
    saved, _case = again.revisions()
    assert saved.body["duration_s" if "duration_s" in saved.body else "duration_seconds"] == 420
    again.settle()
    assert not again.screen.ready.offer_card.isVisible()


def test_draft_is_forgotten_only_when_asked(make_pc: MakePC, pc: OfficePC, tmp_path: Path) -> None:
    pc.start_call()
    pc.write_note("to be thrown away")
    pc.end()
    again = make_pc(pc.folder)
    again.sign_in()
    again.wait(again.screen.ready.offer_card.isVisible, "it is offered")
    again.dialogs.yes = False
    again.screen.ready.forget_button.setFocus()
    again.press(Qt.Key.Key_Space)
    again.settle()
    assert _kept(again) is not None
    again.dialogs.yes = True
    again.press(Qt.Key.Key_Space)
    again.settle()
    assert _kept(again) is None
    assert not again.screen.ready.offer_card.isVisible()
    assert len(again.dialogs.asked) == 2


def test_discard_on_the_form_asks_when_there_is_something_to_lose(pc: OfficePC) -> None:
    pc.start_call()
    pc.screen.page.discard_button.setFocus()
    pc.press(Qt.Key.Key_Space)
    assert pc.dialogs.asked == []
    assert not pc.screen.in_progress
    pc.start_call()
    pc.write_note("something")
    pc.dialogs.yes = False
    pc.screen.page.discard_button.setFocus()
    pc.press(Qt.Key.Key_Space)
    assert pc.screen.in_progress
    pc.dialogs.yes = True
    pc.press(Qt.Key.Key_Space)
    assert not pc.screen.in_progress
    pc.settle()
    assert _kept(pc) is None


def test_a_call_started_over_an_unfinished_one_loses_neither(
    make_pc: MakePC, pc: OfficePC, tmp_path: Path
) -> None:
    """The telephone rings right after the power came back: F2 before looking at the offer."""
    pc.start_call()
    pc.write_note("the first, unfinished")
    pc.end()
    again = make_pc(pc.folder)
    again.sign_in()
    again.wait(again.screen.ready.offer_card.isVisible, "it is offered")
    again.clock.forward(minutes=2)
    again.start_call()
    again.answer_core("2", "али")
    again.write_note("the second")
    _timer_runs_out(again.screen)
    again.settle()
    in_the_call = again.copy(tmp_path / "in-call")
    again.save()
    again.wait(again.screen.ready.offer_card.isVisible, "the first is offered again")
    after_cut = again.copy(tmp_path / "after-cut")
    third = make_pc(after_cut)
    third.sign_in()
    third.settle()
    third.wait(third.screen.ready.resume_button.hasFocus, "the first is offered")
    third.press(Qt.Key.Key_Return)
    assert third.screen.fields.note.toPlainText() == "the first, unfinished"
    assert third.screen.fields.kind.value is None
    third.end()
    # Had the power been cut in the middle of the second call, both would be there.
    fourth = make_pc(in_the_call)
    fourth.sign_in()
    fourth.wait(fourth.screen.ready.resume_button.hasFocus, "the second is offered")
    fourth.press(Qt.Key.Key_Return)
    assert fourth.screen.fields.note.toPlainText() == "the second"
    fourth.save()
    fourth.wait(fourth.screen.ready.offer_card.isVisible, "then the first is offered")


def test_saving_and_signing_out_at_once_loses_nothing(make_pc: MakePC, pc: OfficePC) -> None:
    pc.start_call()
    pc.answer_core("2", "али")
    pc.write_note("saved and gone")
    # The press of Ctrl+Enter and the sign-out in the same breath: no event is handled between.
    pc.screen.page.save_button.click()
    pc.app.sign_out()
    pc.sign_in()
    pc.settle()
    (saved,) = pc.revisions()
    assert saved.body["note"] == "saved and gone"
    assert _kept(pc) is None
    assert not pc.screen.ready.offer_card.isVisible()


def test_saving_and_closing_at_once_loses_nothing(make_pc: MakePC, pc: OfficePC) -> None:
    pc.start_call()
    pc.answer_core("2", "али")
    pc.write_note("saved and closed")
    # The worker is busy with something else until after the window is closed.
    busy = threading.Event()
    pc.app.tasks.database(pc.app, lambda: busy.wait(20), lambda _r: None, lambda _e: None)
    pc.screen.page.save_button.click()
    release = threading.Timer(0.5, busy.set)
    release.start()
    pc.end()
    release.join()
    again = make_pc(pc.folder)
    again.sign_in()
    again.settle()
    (saved,) = again.revisions()
    assert saved.body["note"] == "saved and closed"


def test_locking_while_a_draft_is_being_written_keeps_the_newer_one(pc: OfficePC) -> None:
    pc.start_call()
    pc.write_note("old")
    busy = threading.Event()
    pc.app.tasks.database(pc.app, lambda: busy.wait(20), lambda _r: None, lambda _e: None)
    _timer_runs_out(pc.screen)
    pc.hands.write(" and new")
    pc.press(Qt.Key.Key_L, CONTROL)
    busy.set()
    pc.settle()
    kept = _kept(pc)
    assert kept is not None
    assert kept.form.note == "old and new"
