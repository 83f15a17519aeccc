"""The urgent way: danger to the queue in one key, and the call goes on as if nothing had been."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from operator_app.db.case_models import response
from operator_app.db.models import call
from operator_app.db.revisions import Revision
from operator_app.domain.wire import Kind, Lane, State
from operator_app.services.call_drafts import Draft
from tests.conftest import FrozenClock
from tests.journeys.conftest import MakePC
from tests.journeys.office_pc import CONTROL, SHIFT, OfficePC
from tests.receiver import RunningReceiver
from tests.samples import first_of


def _calls(pc: OfficePC) -> list[Revision]:
    return [r for r in pc.revisions() if r.kind is Kind.CALL]


def _kept(pc: OfficePC) -> Draft | None:
    return pc.desk.calls.draft(pc.desk.actor)


def _complete(pc: OfficePC) -> list[int]:
    with pc.database.read() as connection:
        return list(connection.execute(select(call.c.complete)).scalars())


def _note(pc: OfficePC) -> str:
    """As it is kept here; what may leave of it is another question."""
    return pc.desk.calls.open(pc.desk.actor, _calls(pc)[0].record_id).form.note


def _sent_words(pc: OfficePC) -> str:
    label = pc.screen.page.strip.sent_label
    return label.text() if label.isVisible() else ""


def _danger(pc: OfficePC) -> None:
    """Own matter, danger now: the keys that are counted come after it."""
    pc.start_call()
    pc.hands.answer("11")
    pc.hands.presses = 0


def _sent(pc: OfficePC) -> None:
    _danger(pc)
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: "In the queue, urgent" in _sent_words(pc), "the strip says so")


def _finish(pc: OfficePC) -> None:
    """What the core still wants, from where the cursor stands."""
    pc.hands.answer("12")
    pc.hands.answer("али")
    pc.press(Qt.Key.Key_Return)
    pc.press(Qt.Key.Key_Return)
    pc.hands.answer("1")
    pc.save()


def test_one_key_from_danger_to_guidance_and_queue(pc: OfficePC) -> None:
    _danger(pc)
    # The guidance needs no key at all.
    page = pc.screen.page
    assert page.strip.isVisible()
    assert page.help.panel.isVisible()
    assert "102" in page.strip.heading.text()
    assert "Danger right now" in page.help.panel.level_label.text()
    before = pc.hands._focus()
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: bool(_calls(pc)), "a revision")
    assert pc.hands.presses == 1
    (sent,) = _calls(pc)
    assert (sent.lane, sent.state) == (Lane.URGENT, State.QUEUED)
    assert sent.body["danger_now"] == "Y"
    assert _complete(pc) == [0]
    pc.wait(lambda: _sent_words(pc) == "In the queue, urgent, 09:00", "the strip says so")
    # The operator is where the cursor was, in the same call.
    assert pc.screen.in_progress
    assert pc.hands._focus() is before


def test_the_panel_is_one_key_away_and_one_key_back(pc: OfficePC) -> None:
    _danger(pc)
    before = pc.hands._focus()
    pc.press(Qt.Key.Key_F3)
    assert pc.hands._focus() is pc.screen.page.help.panel.questions
    pc.hands.answer("21")
    assert pc.screen.fields.form().violence is not None
    assert pc.screen.fields.form().violence.answers == {"HURT": "N", "WEAPON": "Y"}  # type: ignore[union-attr]
    pc.press(Qt.Key.Key_Return)
    assert pc.hands._focus() is before


def test_high_risk_without_danger_now_turns_the_strip_on(pc: OfficePC, clock: FrozenClock) -> None:
    pc.start_call()
    pc.hands.answer("12")
    page = pc.screen.page
    assert not page.help.panel.isVisible()
    pc.press(Qt.Key.Key_F3)
    assert pc.hands._focus() is not page.help.panel.questions
    for key in ("1", "2"):
        pc.hands.answer(key)
    pc.hands.answer("үй-б")
    pc.press(Qt.Key.Key_Return)
    assert page.help.panel.isVisible()
    assert not page.strip.isVisible()
    clock.forward(minutes=3)
    known = int(clock.now.timestamp() * 1000)
    pc.press(Qt.Key.Key_F3)
    pc.hands.answer("1")
    assert page.strip.isVisible()
    assert "High risk" in page.strip.heading.text()
    clock.forward(minutes=2)
    # Taken back: the strip goes, the moment stays.
    pc.press(Qt.Key.Key_Up)
    pc.press(Qt.Key.Key_Backspace)
    assert not page.strip.isVisible()
    pc.hands.answer("1")
    block = pc.screen.fields.form().violence
    assert block is not None
    assert (block.level, block.high_at) == ("HIGH", known)
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: bool(_calls(pc)), "a revision")
    assert _calls(pc)[0].lane is Lane.URGENT
    with pc.database.read() as connection:
        assert connection.execute(select(response.c.alarm_at)).scalar_one() == known


def test_help_that_was_called_is_stamped_and_taken_back(pc: OfficePC, clock: FrozenClock) -> None:
    _danger(pc)
    strip = pc.screen.page.strip
    clock.forward(minutes=2)
    pc.press(Qt.Key.Key_F7)
    clock.forward(minutes=1)
    pc.press(Qt.Key.Key_F9)
    assert "102 called 09:02" in strip.police_button.text()
    assert "103 called 09:03" in strip.ambulance_button.text()
    block = pc.screen.fields.form().violence
    assert block is not None
    assert block.ambulance_at == int(clock.now.timestamp() * 1000)
    assert pc.screen.fields.form().actions == ("E102", "E103")
    pc.press(Qt.Key.Key_F9)
    assert pc.screen.fields.form().actions == ("E102",)
    assert "09:03" not in strip.ambulance_button.text()
    assert pc.screen.fields.form().violence.ambulance_at is None  # type: ignore[union-attr]
    # As an action by hand it is the same.
    pc.screen.fields.actions_taken.field.setFocus()
    pc.press(Qt.Key.Key_Backspace)
    assert "09:02" not in strip.police_button.text()
    pc.hands.answer("мили")
    pc.press(Qt.Key.Key_Return)
    assert "102 called 09:03" in strip.police_button.text()


def test_what_is_added_goes_as_an_amendment_and_ctrl_enter_closes(
    pc: OfficePC, clock: FrozenClock
) -> None:
    _sent(pc)
    clock.forward(minutes=4)
    pc.write_note("she locked herself in")
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: len(_calls(pc)) == 2, "an amendment")
    pc.wait(lambda: "09:04" in _sent_words(pc), "the strip says so")
    # Nothing new: nothing is written.
    pc.press(Qt.Key.Key_F8)
    pc.settle()
    assert _complete(pc) == [0]
    pc.press(Qt.Key.Key_Return, CONTROL)
    assert pc.screen.in_progress
    assert "topic" in pc.screen.page.missing_label.text()
    assert pc.screen.fields.sex.hasFocus()
    clock.forward(minutes=3)
    _finish(pc)
    first, second, third = _calls(pc)
    assert {r.record_id for r in (first, second, third)} == {first.record_id}
    assert second.bases == (first.op_id,)
    assert third.bases == (second.op_id,)
    assert third.lane is Lane.URGENT
    assert _note(pc) == "she locked herself in"
    assert third.body["duration_seconds"] == 420
    assert third.body["number"] == first.body["number"]
    assert _complete(pc) == [1]
    assert _kept(pc) is None
    # A new call it was: not the journal, but ready for the next one.
    assert pc.desk.window.current_place == "call"
    assert "Saved here" in pc.words(pc.screen.ready)
    assert not pc.screen.ready.offer_card.isVisible()


def test_a_kill_after_it_leaves_the_call_and_a_draft_that_goes_on(
    make_pc: MakePC, pc: OfficePC, clock: FrozenClock, tmp_path: Path
) -> None:
    _danger(pc)
    pc.write_note("typed before F8")
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: bool(_calls(pc)), "a revision")
    killed = pc.copy(tmp_path / "after-kill")
    clock.forward(minutes=5)
    again = make_pc(killed)
    again.sign_in()
    (sent,) = _calls(again)
    assert sent.state in (State.QUEUED, State.SENDING)
    again.wait(again.screen.ready.resume_button.hasFocus, "it is offered")
    again.press(Qt.Key.Key_Return)
    screen = again.screen
    assert screen.page.title.text() == "New call"
    assert screen.fields.note.toPlainText() == "typed before F8"
    assert screen.page.strip.isVisible()
    again.wait(lambda: "In the queue, urgent, 09:00" in _sent_words(again), "the strip says so")
    assert sent.body["number"] in screen.page.number_label.text()
    again.press(Qt.Key.Key_F6)
    again.hands.write(", and after")
    again.screen.fields.sex.setFocus(Qt.FocusReason.TabFocusReason)
    _finish(again)
    first, second = _calls(again)
    assert second.bases == (first.op_id,)
    assert _note(again) == "typed before F8, and after"
    assert _kept(again) is None
    assert again.desk.window.current_place == "call"


def test_typed_after_it_is_kept_too(make_pc: MakePC, pc: OfficePC, tmp_path: Path) -> None:
    _sent(pc)
    pc.write_note("typed after F8")
    pc.screen._autosave.timeout.emit()
    pc.settle()
    again = make_pc(pc.copy(tmp_path / "after-kill"))
    again.sign_in()
    again.wait(again.screen.ready.resume_button.hasFocus, "it is offered")
    kept = _kept(again)
    assert kept is not None
    (sent,) = _calls(again)
    assert (kept.amends, kept.early) == ((sent.record_id, sent.op_id), True)
    assert kept.form.note == "typed after F8"


def test_while_the_worker_is_busy_nothing_is_lost_or_doubled(make_pc: MakePC, pc: OfficePC) -> None:
    _danger(pc)
    busy = threading.Event()
    pc.app.tasks.database(pc.app, lambda: busy.wait(20), lambda _r: None, lambda _e: None)
    pc.press(Qt.Key.Key_F8)
    pc.press(Qt.Key.Key_F8)
    pc.write_note("typed while it waits")
    pc.screen._autosave.timeout.emit()
    release = threading.Timer(0.3, busy.set)
    release.start()
    pc.end()
    release.join()
    again = make_pc(pc.folder)
    again.sign_in()
    again.wait(again.screen.ready.resume_button.hasFocus, "it is offered")
    (sent,) = _calls(again)
    kept = _kept(again)
    assert kept is not None
    assert kept.amends == (sent.record_id, sent.op_id)
    assert kept.form.note == "typed while it waits"
    again.screen.ready.forget_button.setFocus()
    again.press(Qt.Key.Key_Space)
    again.settle()
    # There was one draft and no other.
    assert _kept(again) is None


def test_another_language_while_the_worker_is_busy(pc: OfficePC) -> None:
    _danger(pc)
    busy = threading.Event()
    pc.app.tasks.database(pc.app, lambda: busy.wait(20), lambda _r: None, lambda _e: None)
    pc.press(Qt.Key.Key_F8)
    pc.write_note("typed while it waits")
    release = threading.Timer(0.3, busy.set)
    release.start()
    pc.desk.window.language_asked.emit("ru")
    release.join()
    pc.wait(pc.screen.ready.offer_card.isVisible, "it is offered")
    pc.screen.ready.resume_button.click()
    assert pc.screen.fields.note.toPlainText() == "typed while it waits"
    pc.screen.fields.sex.setFocus(Qt.FocusReason.TabFocusReason)
    _finish(pc)
    first, second = _calls(pc)
    assert second.bases == (first.op_id,)


def test_ctrl_enter_right_after_it_saves_once(pc: OfficePC) -> None:
    _danger(pc)
    pc.hands.answer("12")
    pc.hands.answer("али")
    pc.press(Qt.Key.Key_Return)
    pc.press(Qt.Key.Key_Return)
    pc.hands.answer("1")
    # In the same breath: no event is handled between.
    pc.screen.page.strip.send_button.click()
    pc.screen.page.save_button.click()
    pc.saved()
    first, second = _calls(pc)
    assert second.bases == (first.op_id,)
    assert _complete(pc) == [1]
    pc.settle()
    assert _kept(pc) is None


def test_discard_after_it_takes_back_only_what_came_since(pc: OfficePC) -> None:
    _sent(pc)
    pc.write_note("not for keeping")
    pc.screen.page.discard_button.setFocus()
    pc.dialogs.yes = False
    pc.press(Qt.Key.Key_Space)
    assert pc.screen.in_progress
    assert "What was sent stays" in pc.dialogs.asked[-1]
    pc.dialogs.yes = True
    pc.press(Qt.Key.Key_Space)
    pc.settle()
    assert not pc.screen.in_progress
    assert _kept(pc) is None
    assert len(_calls(pc)) == 1
    assert _note(pc) == ""
    assert _complete(pc) == [0]


def test_a_text_too_long_is_refused_with_a_sentence_and_not_lost(pc: OfficePC) -> None:
    _danger(pc)
    long = "ө" * 10_001
    pc.screen.fields.note.setPlainText(long)
    pc.press(Qt.Key.Key_F6)
    pc.press(Qt.Key.Key_F8)
    pc.wait(pc.screen.page.problem.isVisible, "a sentence")
    assert "longer than 10000 characters" in pc.screen.page.problem.label.text()
    assert pc.screen.fields.note.toPlainText() == long
    assert pc.screen.fields.note.hasFocus()
    assert _calls(pc) == []
    pc.screen.keep_draft_now()
    kept = _kept(pc)
    assert kept is not None
    assert (kept.form.note, kept.amends) == (long, None)
    pc.press(Qt.Key.Key_Delete)
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: "In the queue" in _sent_words(pc), "in the queue")
    assert not pc.screen.page.problem.isVisible()


def test_without_a_kind_of_contact_it_says_what_comes_first(pc: OfficePC) -> None:
    pc.start_call()
    pc.press(Qt.Key.Key_Tab)
    pc.hands.answer("1")
    pc.press(Qt.Key.Key_F8)
    pc.wait(pc.screen.fields.kind.hasFocus, "the first question")
    assert "kind of contact" in pc.screen.page.missing_label.text()
    assert _calls(pc) == []
    pc.hands.answer("1")
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: bool(_calls(pc)), "a revision")


def test_the_receipt_is_said_on_the_strip(
    sending_pc: OfficePC, receiver: RunningReceiver, clock: FrozenClock
) -> None:
    pc = sending_pc
    pc.wait(lambda: pc.desk.window.pill.property("tone") == "calm", "enrolled")
    receiver.stop()
    _sent(pc)
    assert _sent_words(pc) == "In the queue, urgent, 09:00"
    clock.forward(minutes=1)
    receiver.start()
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: _sent_words(pc) == "At the ministry 09:01", "the receipt")
    pc.wait(lambda: {r.state for r in pc.revisions()} == {State.APPLIED}, "its case, too")
    # What comes after has a way of its own.
    receiver.stop()
    pc.write_note("the police are there")
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: "In the queue, urgent, 09:01" in _sent_words(pc), "the amendment waits")
    receiver.start()
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: "At the ministry" in _sent_words(pc), "the receipt of the amendment")
    pc.wait(lambda: {r.state for r in pc.revisions()} == {State.APPLIED}, "all there")


def test_an_amendment_from_the_journal_can_be_sent_at_once(pc: OfficePC) -> None:
    pc.record("as it was heard")
    (first,) = _calls(pc)
    saved = pc.desk.calls.open(pc.desk.actor, first.record_id)
    assert pc.desk.journal_screen is not None
    pc.desk.journal_screen.amend_asked.emit(saved)
    pc.screen.fields.danger.setFocus(Qt.FocusReason.TabFocusReason)
    pc.hands.answer("1")
    pc.press(Qt.Key.Key_F8)
    pc.wait(lambda: len(_calls(pc)) == 2, "an amendment")
    # It was complete once and stays so; it is as long as it was.
    assert _complete(pc) == [1]
    pc.wait(lambda: "In the queue, urgent" in _sent_words(pc), "the strip says so")
    pc.write_note(" once more")
    pc.save()
    third = _calls(pc)[2]
    assert third.body["duration_seconds"] == first.body["duration_seconds"]
    assert pc.desk.window.current_place == "journal"


@pytest.mark.parametrize("width", first_of(900, 1024))
def test_in_a_narrow_window_the_questions_are_there_by_a_key(pc: OfficePC, width: int) -> None:
    pc.desk.window.resize(width, 600)
    pc.settle()
    _danger(pc)
    page = pc.screen.page
    assert not page.help.panel.isVisible()
    assert page.questions_button.isVisible()
    pc.press(Qt.Key.Key_F3)
    assert page.help.panel.isVisible()
    assert page.side.geometry().right() <= page.width()
    # The strip stays in sight beside it.
    assert not page.side.geometry().intersects(page.strip.geometry())
    pc.hands.answer("1")
    pc.press(Qt.Key.Key_Return)
    assert not page.help.panel.isVisible()
    assert pc.screen.fields.isAncestorOf(pc.hands._focus())
    pc.press(Qt.Key.Key_F3)
    pc.press(Qt.Key.Key_Escape)
    assert not page.side.isVisible()
    pc.press(Qt.Key.Key_F3)
    pc.press(Qt.Key.Key_F6)
    assert not page.side.isVisible()
    pc.desk.window.resize(1366, 768)
    pc.settle()
    pc.wait(page.help.panel.isVisible, "beside the form again")
    assert not page.questions_button.isVisible()


def test_keys_of_the_strip_do_nothing_where_there_is_no_danger(pc: OfficePC) -> None:
    pc.start_call()
    pc.hands.answer("12")
    for key in (Qt.Key.Key_F7, Qt.Key.Key_F8, Qt.Key.Key_F9):
        pc.press(key)
    pc.press(Qt.Key.Key_Backtab, SHIFT)
    pc.settle()
    assert pc.screen.fields.form().actions == ()
    assert _calls(pc) == []
