"""The opened call: reading, the stated reason, amending, making void, history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.people import Role
from operator_app.domain.wire import State
from tests.conftest import TestOffice
from tests.ui.journal_office import (
    ShownJournal,
    save_call,
    save_nuisance,
    set_state,
    show_journal,
    sync_status,
)

Key = Qt.Key


def words_of(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def open_first(shown: ShownJournal) -> None:
    shown.press(Key.Key_Return)
    assert shown.screen.opened_call is not None


def audited(office: TestOffice) -> list[str]:
    with office.database.read() as connection:
        return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


def test_opened_call_shows_the_answered_fields_and_no_others(qtbot: Any, office: TestOffice):
    call = save_call(
        office,
        topics=("BEN.UBK", "FAM.POV"),
        phone="0555112233",
        note="Asked about papers.",
        actions=("INF", "CALL"),
    )
    shown = show_journal(qtbot, office)
    open_first(shown)
    said = words_of(shown.screen.call_view)
    for expected in (
        f"Call {call.number}",
        "24 November 2026, 09:01",
        "Aida Testova",
        "Caller asks about own matter",
        "Food, clothing, housing need",
        "+996 555 11-22-33",
        "Asked about papers.",
        "Call back planned",
        "Chui oblast › Alamudun rayon",
        "On its way",
    ):
        assert expected in said
    assert "Name" not in said.split("\n")
    assert "Reason" not in said.split("\n")
    shown.press(Key.Key_Escape)
    assert shown.screen.list_page.isVisible()
    assert shown.screen.list_page.table.current_call == call.call_id
    assert shown.screen.list_page.table.hasFocus()


def test_violence_call_of_another_opens_with_a_stated_reason_only(qtbot: Any, office: TestOffice):
    save_call(office, topics=("VIO.DOM",), note="secret words")
    operator = office.person(Role.OPERATOR, "bermet")
    shown = show_journal(qtbot, office, operator)
    shown.press(Key.Key_Return)
    assert len(shown.dialogs.asked) == 1
    assert shown.screen.opened_call is None
    assert "call.glass_broken" not in audited(office)
    shown.dialogs.reason = "She called again"
    shown.press(Key.Key_Return)
    assert "secret words" in words_of(shown.screen.call_view)
    assert audited(office).count("call.glass_broken") == 1
    view = shown.screen.call_view
    assert not view.amend_button.isEnabled()
    assert "supervisor" in view.why_not.text()
    shown.press(Key.Key_F7)
    assert shown.screen.history_view.isVisible()
    assert len(shown.dialogs.asked) == 2


def test_void_asks_for_a_reason_and_strikes_the_call(qtbot: Any, office: TestOffice):
    call = save_nuisance(office, "PRANK")
    shown = show_journal(qtbot, office)
    open_first(shown)
    shown.press(Key.Key_Delete)
    assert call.number in shown.dialogs.asked[0]
    assert not shown.screen.model.row_at(0).voided
    shown.dialogs.reason = "Pressed by mistake"
    with qtbot.waitSignal(shown.events.calls_changed) as changed:
        shown.press(Key.Key_Delete)
    assert changed.args == [call.call_id]
    view = shown.screen.call_view
    assert view.void_pill.isVisible()
    assert "Pressed by mistake" in words_of(view)
    assert not view.void_button.isEnabled()
    assert not view.amend_button.isEnabled()
    shown.press(Key.Key_Escape)
    assert shown.screen.model.row_at(0).voided


def test_f6_asks_the_window_to_amend_the_opened_call(qtbot: Any, office: TestOffice):
    call = save_call(office)
    shown = show_journal(qtbot, office)
    open_first(shown)
    with qtbot.waitSignal(shown.screen.amend_asked) as asked:
        shown.press(Key.Key_F6)
    assert asked.args == [call]


def test_amended_elsewhere_the_opened_call_is_read_again(qtbot: Any, office: TestOffice):
    call = save_call(office)
    shown = show_journal(qtbot, office)
    open_first(shown)
    office.calls.amend(
        office.actor, call.call_id, replace(call.form, note="Now with a note."), call.op_id
    )
    shown.events.calls_changed.emit(call.call_id)
    assert "Now with a note." in words_of(shown.screen.call_view)
    assert "version 2" in words_of(shown.screen.call_view)


def test_opened_call_follows_the_sync(qtbot: Any, office: TestOffice):
    call = save_call(office)
    shown = show_journal(qtbot, office)
    open_first(shown)
    for state, words in (
        (State.SENDING, "On its way"),
        (State.STORED, "At the ministry"),
        (State.REJECTED, "Needs you"),
    ):
        set_state(office, call, state)
        shown.events.sync_changed.emit(sync_status())
        assert words in shown.screen.call_view.state_pill.text()


def test_history_marks_what_differs_between_any_two_versions(qtbot: Any, office: TestOffice):
    first = save_call(office, note="One.")
    set_state(office, first, State.APPLIED)
    operator_form = replace(first.form, note="Two.", topics=("BEN.BSU",))
    office.clock.forward(hours=1)
    second = office.calls.amend(office.actor, first.call_id, operator_form, first.op_id)
    office.calls.amend(
        office.actor,
        first.call_id,
        replace(operator_form, caller_name="Invented Marina"),
        second.op_id,
    )
    office.calls.void(office.actor, first.call_id, "saved twice")
    shown = show_journal(qtbot, office)
    open_first(shown)
    shown.press(Key.Key_F7)
    view = shown.screen.history_view
    assert view.left.hasFocus()
    assert (view.left.currentIndex(), view.right.currentIndex()) == (2, 3)
    assert view.changed_fields == ["voided_at", "void_reason"]
    assert "Void" in view.right.currentText()
    shown.press(Key.Key_Home)
    view.right.setFocus()
    shown.press(Key.Key_Up)
    assert (view.left.currentIndex(), view.right.currentIndex()) == (0, 2)
    assert view.changed_fields == ["topics", "note", "caller_name"]
    assert "Today, 09:01" in view.left.currentText()
    assert "Aida Testova" in view.left.currentText()
    assert "At the ministry" in view.left_state.text()
    assert "On its way" in view.right_state.text()
    said = words_of(view)
    assert said.count("changed") == 4
    assert "One." in said
    assert "Two." in said
    view.right.setCurrentIndex(0)
    assert view.changed_fields == []
    shown.press(Key.Key_Escape)
    assert shown.screen.call_view.isVisible()


def test_call_asked_for_from_elsewhere_is_shown_even_outside_the_filter(
    qtbot: Any, office: TestOffice
):
    call = save_call(office)
    shown = show_journal(qtbot, office)
    shown.screen.list_page.filters.topic.set_value("DIS")
    shown.events.open_call_asked.emit(call.call_id)
    assert shown.screen.opened_call == call


def test_call_that_is_not_there_is_said_to_be_gone(qtbot: Any, office: TestOffice):
    save_call(office)
    shown = show_journal(qtbot, office)
    shown.events.open_call_asked.emit("no-such-call")
    assert shown.screen.opened_call is None
    assert "not there any more" in shown.screen.list_page.notice.label.text()
