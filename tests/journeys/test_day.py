"""A day at the desk, by the keyboard alone."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from sqlalchemy import select

from ministry_server.schema import intake
from operator_app.domain.wire import Kind, Lane
from tests.journeys.office_pc import OfficePC
from tests.receiver import RunningReceiver


def test_a_nuisance_call_costs_one_key(pc: OfficePC) -> None:
    pc.start_call()
    pc.hands.answer("6")
    pc.saved()
    assert pc.hands.presses == 1
    (saved,) = pc.revisions()
    assert saved.body["contact_kind"] == "SILENT"
    assert "Saved here" in pc.words(pc.screen.ready)
    # Ready for the next one at once.
    pc.start_call()
    assert pc.screen.fields.kind.hasFocus()


def test_an_information_call_costs_sixteen_presses_and_no_mouse(pc: OfficePC) -> None:
    pc.start_call()
    for key in ("1", "2", "1", "2"):
        pc.hands.answer(key)
    pc.hands.answer("али")
    pc.press(Qt.Key.Key_Return)
    pc.press(Qt.Key.Key_Return)
    pc.hands.answer("1")
    pc.write_note("Бывший муж не платит алименты.")
    pc.save()
    assert pc.hands.presses <= 16
    (saved,) = pc.revisions()
    assert saved.body["note"] == "Бывший муж не платит алименты."
    assert (saved.body["danger_now"], saved.body["caller_sex"]) == ("N", "F")
    assert len(saved.body["topics"]) == 1
    assert len(saved.body["actions"]) == 1


def test_danger_turns_the_strip_on_and_is_sent_first(
    sending_pc: OfficePC, receiver: RunningReceiver
) -> None:
    pc = sending_pc
    pc.all_at_ministry(0)
    pc.wait(lambda: pc.desk.window.pill.property("tone") == "calm", "enrolled")
    receiver.stop()
    pc.record("first")
    pc.start_call()
    pc.hands.answer("1")
    assert not pc.screen.page.strip.isVisible()
    pc.hands.answer("1")
    assert pc.screen.page.strip.isVisible()
    strip = pc.words(pc.screen.page.strip)
    assert "102" in strip
    assert "103" in strip
    for key in ("1", "2"):
        pc.hands.answer(key)
    pc.hands.answer("али")
    pc.press(Qt.Key.Key_Return)
    pc.press(Qt.Key.Key_Return)
    pc.hands.answer("4")
    pc.save()
    ordinary, urgent, case = pc.revisions()
    assert (ordinary.lane, urgent.lane, case.lane) == (Lane.NEW, Lane.URGENT, Lane.URGENT)
    assert case.kind is Kind.CASE
    receiver.start()
    pc.press(Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    pc.press(Qt.Key.Key_F9)
    pc.all_at_ministry(3)
    with receiver.store.read() as connection:
        came = list(connection.execute(select(intake.c.op_id).order_by(intake.c.id)).scalars())
    assert came == [urgent.op_id, case.op_id, ordinary.op_id]


def test_strip_goes_when_danger_was_pressed_by_mistake(pc: OfficePC) -> None:
    pc.start_call()
    pc.hands.answer("11")
    for _back in range(3):  # over the language and the channel, which are preset
        pc.press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert pc.screen.fields.danger.hasFocus()
    pc.hands.answer("2")
    assert not pc.screen.page.strip.isVisible()


def test_ctrl_enter_with_an_open_question_saves_nothing_and_goes_there(pc: OfficePC) -> None:
    pc.start_call()
    pc.hands.answer("12")
    pc.write_note("half a call")
    pc.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pc.screen.in_progress
    assert pc.screen.fields.sex.hasFocus()
    assert "topic" in pc.screen.page.missing_label.text()
    assert pc.screen.fields.note.toPlainText() == "half a call"
    assert pc.revisions() == []


def test_a_call_is_amended_and_made_void_from_the_journal_by_keys(pc: OfficePC) -> None:
    pc.record("as it was heard")
    _open_newest(pc)
    pc.press(Qt.Key.Key_F6)
    pc.wait(lambda: pc.screen.in_progress, "the call to amend")
    pc.write_note(", and better understood")
    pc.save()
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.wait(lambda: journal.opened_call is not None and journal.opened_call.revision == 2, "shown")
    pc.settle()
    pc.press(Qt.Key.Key_F7)
    pc.wait(lambda: journal.pages.currentWidget() is journal.history_view, "its history")
    pc.wait(lambda: journal.history_view.changed_fields == ["note"], "what changed")
    pc.press(Qt.Key.Key_Escape)
    pc.wait(lambda: journal.pages.currentWidget() is journal.call_view, "back")
    pc.dialogs.reason = "entered twice"
    pc.press(Qt.Key.Key_Delete)
    pc.wait(lambda: len(pc.revisions()) == 3, "three revisions")
    first, second, third = pc.revisions()
    assert {r.record_id for r in (first, second, third)} == {first.record_id}
    assert second.body["note"] == "as it was heard, and better understood"
    assert third.kind is Kind.VOID
    assert third.body["void_reason"] == "entered twice"
    pc.wait(lambda: "Void" in pc.words(journal), "said to be void")


def test_a_slip_of_a_nuisance_key_is_made_void_by_one_more(pc: OfficePC) -> None:
    pc.go_to(Qt.Key.Key_2, "journal")
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.start_call()
    pc.hands.answer("6")
    pc.saved()
    pc.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    pc.wait(lambda: len(pc.revisions()) == 2, "two revisions")
    pc.wait(lambda: "Void" in pc.words(pc.screen.ready), "said so")
    pc.go_to(Qt.Key.Key_2, "journal")
    _open_newest(pc)
    assert journal.opened_call is not None
    assert journal.opened_call.voided_at is not None


def test_the_same_number_brings_up_the_earlier_call(pc: OfficePC) -> None:
    for _call in range(2):
        pc.start_call()
        pc.answer_core("2", "али")
        pc.press(Qt.Key.Key_F4)
        pc.hands.write("0555 12 34 56")
        pc.press(Qt.Key.Key_Tab)
        if _call:
            pc.wait(pc.screen.fields.earlier_hint.isVisible, "the hint at the number")
            assert pc.screen.fields.earlier_hint.text().startswith("1 ")
        pc.save()


def test_a_call_that_opens_late_takes_no_key_from_the_one_in_progress(pc: OfficePC) -> None:
    pc.record("an earlier one")
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.start_call()
    pc.hands.answer("1")
    pc.go_to(Qt.Key.Key_2, "journal")
    pc.wait(lambda: journal.list_page.table.current_call is not None, "a call in the list")
    busy = threading.Event()
    pc.app.tasks.database(pc.app, lambda: busy.wait(20), lambda _r: None, lambda _e: None)
    pc.press(Qt.Key.Key_Return)
    pc.go_to(Qt.Key.Key_1, "call")
    pc.press(Qt.Key.Key_F6)
    busy.set()
    pc.wait(lambda: journal.opened_call is not None, "the call opened behind")
    pc.hands.write("for the note")
    assert pc.screen.fields.note.toPlainText() == "for the note"


def test_sign_out_and_in_again(pc: OfficePC) -> None:
    pc.record("before")
    pc.desk.window.sign_out_asked.emit()
    assert pc.app.desk is None
    assert "Aida" not in pc.words()
    pc.sign_in("bek")
    assert pc.desk.actor.login == "bek"
    pc.record("after")
    assert len(pc.revisions()) == 2


def _open_newest(pc: OfficePC) -> None:
    journal = pc.desk.journal_screen
    assert journal is not None
    pc.go_to(Qt.Key.Key_2, "journal")
    if journal.opened_call is not None:
        pc.press(Qt.Key.Key_Escape)
    pc.wait(journal.list_page.table.hasFocus, "the list of calls")
    pc.wait(lambda: journal.list_page.table.current_call is not None, "a call in it")
    pc.press(Qt.Key.Key_Return)
    pc.wait(lambda: journal.opened_call is not None, "the call opened")
