"""The page "Review" by keyboard: what waits, the form, drafts, being too late, lowering the risk."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.people import Role
from operator_app.domain.review import Sampling
from operator_app.ui.screens.review_desk import KEPT_AFTER_MS
from operator_app.ui.screens.review_page import ReviewPage
from tests.review.conftest import ReviewOffice
from tests.review.shown import Shown, show_review
from tests.ui.door import enter, press, write

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def page_of(shown: Shown) -> ReviewPage:
    assert isinstance(shown.page, ReviewPage)
    return shown.page


def viewed(desk: ReviewOffice) -> list[str]:
    query = select(audit.c.action).where(audit.c.action.in_(["call.viewed", "case.viewed"]))
    with desk.office.database.read() as connection:
        return list(connection.execute(query).scalars())


def test_a_case_from_the_list_to_the_outcome(qtbot: QtBot, desk: ReviewOffice) -> None:
    desk.calls(1)
    desk.next_week()
    desk.case(affected_name="Asel Primerova")
    desk.office.clock.forward(hours=25)
    shown = show_review(qtbot, desk)
    assert [r.title for r in shown.rows] == ["0412-2026-C00001", "0412-2026-000001"]
    assert shown.rows[0].state is not None
    assert shown.rows[0].state.words == "Late: today, 09:02"
    assert shown.rows[1].state is not None
    assert shown.rows[1].state.words == "until 6 Dec"
    assert page_of(shown).counts.text() == "High risk: 1 · Calls: 1 · late: 1"
    assert "Asel" not in str(shown.rows)
    # To walk is not to open.
    press(Key.Key_Down)
    press(Key.Key_Down)
    press(Key.Key_Up)
    assert viewed(desk) == []
    enter()
    assert viewed(desk) == ["case.viewed"]
    assert "Case 0412-2026-C00001" in shown.words
    assert "The risk agrees with the answers" in shown.words
    write("1")
    enter()  # leaves the second open
    write("1421")
    press(Key.Key_Return, CONTROL)
    form = page_of(shown).desk.form
    assert form.problem.text() == "Something is still missing."
    assert QApplication.focusWidget() is form.answers["PLAN"]
    write("2")
    form.outcome.setFocus()
    write("2")
    write("Agree on a plan with her.")
    press(Key.Key_Return, CONTROL)
    (said,) = desk.reviews.mine(desk.bermet)
    assert said.answers == {
        "RISK": "Y", "PLAN": "P", "REFERRALS": "Y", "FOLLOW_UP": "X", "SAFE_CONTACT": "P",
        "CONSENT": "Y",
    }  # fmt: skip
    assert (said.outcome, said.comment) == ("improve", "Agree on a plan with her.")
    # On with the next line.
    assert [r.title for r in shown.rows] == ["0412-2026-000001"]
    enter()
    assert "Call 0412-2026-000001" in shown.words


def test_closing_is_approved_by_two_keys(qtbot: QtBot, desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.closures.ask(desk.bermet, case_id, "SAFE", "She lives elsewhere now.")
    shown = show_review(qtbot, desk)
    changed = QSignalSpy(shown.events.cases_changed)
    press(Key.Key_Down)
    press(Key.Key_Down)
    enter()
    said = page_of(shown).desk.asked.label.text()
    assert said.startswith("Bermet Testova asks to close the case: Help received")
    assert said.endswith("She lives elsewhere now.")
    write("1")
    press(Key.Key_Return, CONTROL)
    assert desk.cases.open(desk.aida, case_id).is_closed
    assert changed.at(0) == [case_id]
    assert shown.rows == []
    assert "Nothing waits for your eyes." in shown.words


def test_sent_back_needs_words(qtbot: QtBot, desk: ReviewOffice) -> None:
    case_id = desk.case()
    desk.closures.ask(desk.bermet, case_id, "SAFE", "She lives elsewhere now.")
    shown = show_review(qtbot, desk)
    press(Key.Key_Down)
    press(Key.Key_Down)
    enter()
    write("2")
    press(Key.Key_Return, CONTROL)
    form = page_of(shown).desk.form
    assert "still to be done" in form.problem.text()
    assert form.comment.hasFocus()
    write("Phone her once more.")
    press(Key.Key_Return, CONTROL)
    assert not desk.cases.open(desk.aida, case_id).is_closed
    assert desk.reviews.mine(desk.bermet)[0].comment == "Phone her once more."


def test_half_filled_is_there_again(qtbot: QtBot, desk: ReviewOffice) -> None:
    assert KEPT_AFTER_MS <= 2_500
    desk.case()
    desk.case()
    shown = show_review(qtbot, desk)
    press(Key.Key_Down)
    enter()
    write("13")
    form = page_of(shown).desk.form
    form.comment.setFocus()
    write("Half of it")
    # Another one is opened: what was filled in stays with the first.
    press(Key.Key_Escape)
    press(Key.Key_Down)
    enter()
    assert form.comment.toPlainText() == ""
    form.comment.setFocus()
    write("Of the second")
    page_of(shown).desk.keep_typed()
    again = show_review(qtbot, desk)
    assert [[m.words for m in r.marks] for r in again.rows] == [["begun", "High"]] * 2
    press(Key.Key_Down)
    enter()
    form = page_of(again).desk.form
    assert form.comment.toPlainText() == "Half of it"
    assert (form.answers["RISK"].value, form.answers["PLAN"].value) == ("Y", "N")
    # The keyboard is where the work goes on.
    assert form.answers["REFERRALS"].hasFocus()


def test_somebody_else_was_faster(qtbot: QtBot, desk: ReviewOffice) -> None:
    nurlan = desk.office.person(Role.SUPERVISOR, "nurlan")
    desk.case()
    desk.case()
    shown = show_review(qtbot, desk)
    press(Key.Key_Down)
    enter()
    write("1111111")
    write("My words")
    waiting = desk.queue()[0]
    desk.reviews.finish(nurlan, waiting, desk.filled(waiting))
    press(Key.Key_Return, CONTROL)
    form = page_of(shown).desk.form
    assert form.problem.text().startswith("Somebody else has seen to this meanwhile.")
    assert form.comment.toPlainText() == "My words"
    assert len(shown.rows) == 1
    # Once another is opened nobody comes back to it.
    press(Key.Key_Escape)
    press(Key.Key_Down)
    enter()
    assert form.comment.toPlainText() == ""
    assert desk.reviews.draft(desk.aida, waiting).is_empty


def test_the_risk_is_lowered_and_the_review_finished(qtbot: QtBot, desk: ReviewOffice) -> None:
    case_id = desk.case()
    shown = show_review(qtbot, desk)
    press(Key.Key_Down)
    enter()
    write("1")
    press(Key.Key_F7, SHIFT)
    assert "Your decision is kept with its reason" in shown.words
    press(Key.Key_Return, CONTROL)
    assert "Please give the reason." in shown.words
    write("1")
    write("He is in prison")
    press(Key.Key_Return, CONTROL)
    assert desk.cases.open(desk.aida, case_id).risk == "MED"
    assert shown.rows == []
    # What was filled in is still there, and can be finished.
    form = page_of(shown).desk.form
    assert form.answers["RISK"].value == "Y"
    assert form.answers["PLAN"].hasFocus()
    write("111111")
    press(Key.Key_Return, CONTROL)
    assert len(desk.reviews.mine(desk.bermet)) == 1


def test_out_of_the_question_first(qtbot: QtBot, desk: ReviewOffice) -> None:
    desk.case()
    shown = show_review(qtbot, desk)
    press(Key.Key_Down)
    enter()
    press(Key.Key_F7, SHIFT)
    press(Key.Key_Escape)
    assert page_of(shown).desk.form.isVisible()
    press(Key.Key_Escape)
    assert shown.page.list.view.hasFocus()


def test_it_leads_to_the_case_and_the_call(qtbot: QtBot, desk: ReviewOffice) -> None:
    (call_id,) = desk.calls(1)
    desk.next_week()
    case_id = desk.case()
    shown = show_review(qtbot, desk)
    calls = QSignalSpy(shown.events.open_call_asked)
    cases = QSignalSpy(shown.events.open_case_asked)
    press(Key.Key_Down)
    enter()
    press(Key.Key_F9)
    press(Key.Key_Escape)
    press(Key.Key_Down)
    enter()
    press(Key.Key_F9)
    assert cases.at(0) == [case_id]
    assert calls.at(0) == [call_id]


def test_what_comes_and_goes_is_listed(qtbot: QtBot, desk: ReviewOffice) -> None:
    shown = show_review(qtbot, desk)
    assert "Nothing waits for your eyes." in shown.words
    case_id = desk.case()
    shown.events.calls_changed.emit("")
    assert len(shown.rows) == 1
    desk.cases.close(desk.aida, case_id, "SAFE")
    shown.events.cases_changed.emit(case_id)
    assert shown.rows == []


def test_how_many_are_picked(qtbot: QtBot, desk: ReviewOffice) -> None:
    desk.calls(6)
    desk.next_week()
    shown = show_review(qtbot, desk)
    assert len(shown.rows) == 3
    assert "Picked a week: 3 calls each, or 5 %" in shown.words
    press(Key.Key_T, CONTROL)
    press(Key.Key_Right)
    press(Key.Key_Space)
    assert len(shown.rows) == 5
    assert "Picked a week: 5 calls each, or 5 %" in shown.words
    assert desk.reviews.sampling(desk.aida) == Sampling(5, 5)
    assert desk.audited() == ["review.sampling_set"]
