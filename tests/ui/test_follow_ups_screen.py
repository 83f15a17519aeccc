"""The Follow-ups screen as somebody at the keyboard sees it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from operator_app.config import paths
from operator_app.domain.clock import to_ms
from operator_app.domain.people import Role
from operator_app.i18n import use_language
from operator_app.services.follow_ups import Scope
from operator_app.ui.models.follow_up_model import Column
from tests.conftest import TestOffice
from tests.ui.follow_ups_office import HOUR, Casework, Shown, show_follow_ups

Key = Qt.Key


@pytest.fixture
def made(office: TestOffice) -> Casework:
    return Casework(office)


def write(shown: Shown, typed: str) -> None:
    QTest.keyClicks(shown.screen.focusWidget(), typed)


def notices(shown: Shown) -> str:
    return "\n".join(w.text() for w in shown.screen.findChildren(QLabel) if w.isVisible())


def a_full_day(made: Casework) -> None:
    """Late, today, tomorrow, in a week and later, in one case."""
    case = made.case()
    made.by_hand(case, 1, "CALLBACK")
    made.by_hand(case, 6, "CHECK")
    made.by_hand(case, 60, "OTHER")
    made.by_hand(case, 24 * 9, "OTHER")
    made.office.clock.forward(hours=4)


def test_they_stand_under_headings_in_words(qtbot: Any, made: Casework) -> None:
    a_full_day(made)
    shown = show_follow_ups(qtbot, made)
    assert shown.lines == [
        "Late · 1",
        "late by 3 h | Call back",
        "Today · 1",
        "today 15:00 | Check with the service",
        "Within a week · 2",
        "tomorrow 09:00 | Find out whether she is safe",
        "26 Nov, 21:00 | Other",
        "Later · 1",
        "3 Dec, 09:00 | Other",
    ]
    assert shown.screen.counter.text() == "late: 1 · later today: 1"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "now"), (1, "late by 1 min"), (59, "late by 59 min"), (61, "late by 1 h"),
     (60 * 49 + 5, "late by 2 d 1 h")],
)  # fmt: skip
def test_how_late_it_is(qtbot: Any, made: Casework, minutes: int, words: str) -> None:
    made.by_hand(made.case(), 1)
    made.office.clock.forward(hours=1, minutes=minutes, seconds=1)
    assert show_follow_ups(qtbot, made).column(Column.DUE)[0] == words


def test_alarms_say_when_the_order_ends(qtbot: Any, made: Casework) -> None:
    case = made.order(made.case())
    made.order(case, status="APPL", issued_at=None, asked_at=made.now)
    what = show_follow_ups(qtbot, made).column(Column.WHAT)
    assert what.count("Protection order ends: 27 Nov, 09:00") == 2
    assert "Was the protection order issued?" in what


def test_no_name_no_number_no_word_is_on_it(qtbot: Any, made: Casework) -> None:
    case = made.agree_to_phone(made.case())
    made.by_hand(case, 3, "CALLBACK", way="PHONE", text="planted words")
    shown = show_follow_ups(qtbot, made)
    said = " ".join(text for column in Column for text in shown.column(column))
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        said += " ".join(str(shown.screen.model.index(1, c).data(role)) for c in Column)
    assert "By phone: see safe time" in said
    for private in ("planted", "Marina", "555", "14:00"):
        assert private not in said


def test_the_arrows_go_over_headings_and_enter_opens_the_case(qtbot: Any, made: Casework) -> None:
    a_full_day(made)
    shown = show_follow_ups(qtbot, made)
    kinds = []
    for _line in range(5):
        current = shown.screen.table.current
        assert current is not None
        kinds.append(current.kind)
        shown.press(Key.Key_Down)
    assert kinds == ["CALLBACK", "CHECK", "SAFE", "OTHER", "OTHER"]
    shown.press(Key.Key_Home)
    assert shown.screen.table.current is not None
    shown.press(Key.Key_Return)
    assert shown.opened == [shown.screen.table.current.case_id]


def test_done_asks_for_the_result_and_the_next_one_comes_up(qtbot: Any, made: Casework) -> None:
    a_full_day(made)
    shown = show_follow_ups(qtbot, made)
    shown.press(Key.Key_D)
    assert len(shown.dialogs.asked) == 1
    assert len(shown.column(Column.DUE)) == 5, "without a result nothing is done"
    assert not shown.screen.notice.isVisible(), "to think better of it is no fault"
    shown.dialogs.reason = "she is at her mother's"
    shown.press(Key.Key_D)
    assert shown.lines[:2] == ["Today · 1", "today 15:00 | Check with the service"]
    assert shown.screen.table.current is not None
    assert shown.screen.table.current.kind == "CHECK"
    shown.press(Key.Key_D)
    assert len(shown.column(Column.DUE)) == 3
    assert shown.screen.table.hasFocus()


def test_what_a_colleague_wrote_is_read_when_it_is_done(qtbot: Any, made: Casework) -> None:
    made.by_hand(made.case(), 1, text="ask whether the room is free")
    shown = show_follow_ups(qtbot, made)
    shown.press(Key.Key_D)
    assert "ask whether the room is free" in shown.dialogs.asked[0]


@pytest.mark.parametrize(
    ("key", "hours"), [(Key.Key_1, 1), (Key.Key_2, 24), (Key.Key_3, 72)], ids=str
)
def test_another_time_by_two_keys(qtbot: Any, made: Casework, key: Key, hours: int) -> None:
    made.by_hand(made.case(), 2)
    shown = show_follow_ups(qtbot, made)
    first = shown.screen.table.current
    shown.press(Key.Key_M)
    shown.press(key)
    rows = {r.task_id: r for r in made.follow_ups.page(made.office.actor, Scope.MINE)}
    assert first is not None
    assert rows[first.task_id].due_at == made.now + hours * HOUR
    assert shown.screen.table.hasFocus()
    assert not shown.screen.move_bar.isVisible()


def test_another_time_typed(qtbot: Any, made: Casework) -> None:
    made.by_hand(made.case(), 2)
    shown = show_follow_ups(qtbot, made)
    bar = shown.screen.move_bar
    shown.press(Key.Key_M)
    shown.press(Key.Key_Tab)
    write(shown, "soon")
    shown.press(Key.Key_Return)
    assert "not understood" in notices(shown)
    bar.field.clear()
    write(shown, "23.11 14:30")
    shown.press(Key.Key_Return)
    assert "gone by already" in notices(shown)
    bar.field.clear()
    write(shown, "26.11 14:30")
    assert bar.understood.text() == "26 Nov, 14:30"
    shown.press(Key.Key_Return)
    assert "26 Nov, 14:30 | Check with the service" in shown.lines


def test_escape_leaves_everything_as_it_was(qtbot: Any, made: Casework) -> None:
    made.by_hand(made.case(), 2)
    made.office.person(Role.OPERATOR, "bek")
    shown = show_follow_ups(qtbot, made)
    before = shown.lines
    for key, bar in ((Key.Key_M, shown.screen.move_bar), (Key.Key_G, shown.screen.give_bar)):
        shown.press(key)
        assert bar.isVisible()
        shown.press(Key.Key_Escape)
        assert not bar.isVisible()
        assert shown.screen.table.hasFocus()
    assert shown.lines == before


def test_a_follow_up_is_given_to_a_colleague_who_then_has_the_case(
    qtbot: Any, made: Casework
) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    made.by_hand(made.case(), 2)
    shown = show_follow_ups(qtbot, made)
    given = shown.screen.table.current
    shown.press(Key.Key_G)
    shown.press(Key.Key_1)
    assert [r.kind for r in made.follow_ups.page(bek, Scope.MINE)] == ["CHECK"]
    assert len(shown.column(Column.WHO)) == 1
    assert given is not None
    assert made.cases.open(bek, given.case_id).case_id == given.case_id


def test_who_has_it_by_favour_does_not_give_it_on(qtbot: Any, made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    made.by_hand(made.case(), 2, assignee_id=bek.user_id)
    shown = show_follow_ups(qtbot, made, bek)
    assert not shown.screen.acts.buttons["give"].isVisible()
    shown.press(Key.Key_G)
    assert not shown.screen.give_bar.isVisible()
    shown.dialogs.reason = "asked"
    shown.press(Key.Key_D)
    assert shown.screen.is_empty


def test_the_letters_work_in_the_russian_layout(qtbot: Any, made: Casework) -> None:
    made.by_hand(made.case(), 2)
    made.office.person(Role.OPERATOR, "bek")
    shown = show_follow_ups(qtbot, made)
    table = shown.screen.table
    for letter, bar in (("ь", shown.screen.move_bar), ("П", shown.screen.give_bar)):
        event = QKeyEvent(
            QEvent.Type.KeyPress, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter
        )
        QApplication.sendEvent(table, event)
        assert bar.isVisible()
        shown.press(Key.Key_Escape)


def test_the_supervisor_switches_between_mine_all_and_what_rose(qtbot: Any, made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    made.by_hand(made.case(bek), 1)
    made.case()
    made.office.clock.forward(hours=2)
    shown = show_follow_ups(qtbot, made)
    assert len(shown.column(Column.WHO)) == 1
    shown.press(Key.Key_2)
    assert sorted(shown.column(Column.WHO)) == ["Aida Testova", "Bek Testova", "Bek Testova"]
    shown.press(Key.Key_3)
    assert shown.lines == ["Late · 1", "late by 1 h | Check with the service"]
    assert shown.screen.scopes.buttons[Scope.RISEN].text() == "3  Risen to me · 1"


def test_an_operator_has_no_such_switch(qtbot: Any, made: Casework) -> None:
    bek = made.office.person(Role.OPERATOR, "bek")
    made.case(bek)
    made.case()
    shown = show_follow_ups(qtbot, made, bek)
    assert not shown.screen.scopes.isVisible()
    shown.press(Key.Key_2)
    assert len(shown.column(Column.WHO)) == 1


def test_nothing_to_do_is_said_in_words(qtbot: Any, made: Casework) -> None:
    shown = show_follow_ups(qtbot, made)
    assert shown.screen.is_empty
    assert "Nothing to follow up." in notices(shown)
    shown.press(Key.Key_3)
    assert "Nothing is so late that it rose to you." in notices(shown)
    assert not shown.screen.acts.isVisible()


def test_it_reads_again_when_a_case_changes_and_each_minute(qtbot: Any, made: Casework) -> None:
    shown = show_follow_ups(qtbot, made)
    case = made.case()
    shown.events.cases_changed.emit(case.case_id)
    assert shown.lines == ["Within a week · 1", "tomorrow 09:00 | Find out whether she is safe"]
    made.office.clock.forward(hours=25)
    shown.screen._minute.timeout.emit()
    assert shown.lines[0] == "Late · 1"


def test_the_place_is_kept_while_others_come_and_go(qtbot: Any, made: Casework) -> None:
    a_full_day(made)
    shown = show_follow_ups(qtbot, made)
    shown.press(Key.Key_End)
    chosen = shown.screen.table.current
    shown.events.cases_changed.emit(made.case().case_id)
    assert shown.screen.table.current == chosen


def test_one_done_elsewhere_meanwhile_is_said_and_goes(qtbot: Any, made: Casework) -> None:
    case = made.by_hand(made.case(), 2)
    shown = show_follow_ups(qtbot, made)
    task = case.open_tasks[0]
    made.work.finish_task(made.office.actor, case.case_id, task.task_id, "done at the other PC")
    shown.dialogs.reason = "a second time"
    shown.press(Key.Key_D)
    assert "done already" in notices(shown)
    assert shown.dialogs.asked == []


def test_another_persons_case_is_refused_in_words(qtbot: Any, made: Casework) -> None:
    """It was given to somebody else after the list was read."""
    bek = made.office.person(Role.OPERATOR, "bek")
    case = made.by_hand(made.case(), 2, assignee_id=bek.user_id)
    shown = show_follow_ups(qtbot, made, bek)
    task = case.open_tasks[0]
    made.work.give_task(made.office.actor, case.case_id, task.task_id, made.office.actor.user_id)
    shown.press(Key.Key_D)
    assert "case of another person" in notices(shown)


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_the_columns_hold_their_words(qtbot: Any, made: Casework, language: str) -> None:
    case = made.agree_to_phone(made.case())
    made.by_hand(case, 1, "CALLBACK", way="PHONE")
    made.office.clock.forward(hours=30)
    use_language(language, paths().resources)
    try:
        table = show_follow_ups(qtbot, made).screen.table
        measure = table.fontMetrics()
        for line in range(table.model().rowCount()):
            for column in (Column.WAY, Column.CASE):
                words = table.model().index(line, column).data() or ""
                assert measure.horizontalAdvance(words) <= table.columnWidth(column) - 16
    finally:
        use_language("en", paths().resources)


def test_late_means_late_in_bishkek(qtbot: Any, made: Casework) -> None:
    """Due today until midnight in Bishkek, whatever the PC's zone."""
    made.by_hand(made.case(), 14)
    shown = show_follow_ups(qtbot, made)
    assert shown.column(Column.DUE)[0] == "today 23:00"
    assert to_ms(made.office.clock()) == made.now
