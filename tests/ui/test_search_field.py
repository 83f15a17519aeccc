"""The search in the top bar, as somebody at the keyboard meets it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from operator_app.domain.reference import Reference
from operator_app.domain.search import Found, Group
from operator_app.errors import EnvironmentProblem
from operator_app.ui.search_asking import SHOWN, SHOWN_OF_ONE, is_enough, question
from tests.conftest import FrozenClock
from tests.ui.door import enter, focused, press, rewrite, write
from tests.ui.search_desk import (
    ALL,
    BIRTH,
    CALL,
    CASE,
    CONTROL,
    SEZIM,
    SearchDesk,
    SlowWorker,
    hit,
    marked,
    search_desk,
)

Key = Qt.Key


@pytest.fixture
def desk(qtbot: QtBot, reference: Reference, clock: FrozenClock) -> SearchDesk:
    return search_desk(qtbot, reference, clock)


@pytest.fixture
def worker() -> SlowWorker:
    return SlowWorker()


@pytest.fixture
def slow(qtbot: QtBot, reference: Reference, clock: FrozenClock, worker: SlowWorker) -> SearchDesk:
    return search_desk(qtbot, reference, clock, worker)


def test_ctrl_k_comes_from_a_note_and_esc_goes_back_to_its_cursor(desk: SearchDesk) -> None:
    desk.page.note.setFocus()
    write("two children at home")
    for _step in range(5):
        press(Key.Key_Left)
    desk.come()
    desk.type("child")
    press(Key.Key_Escape)
    assert focused() is desk.page.note
    write("(!) ")
    assert desk.page.note.toPlainText() == "two children at(!)  home"
    assert desk.field.results is None
    assert desk.field.text() == ""


def test_esc_goes_back_to_the_cursor_of_a_line(desk: SearchDesk) -> None:
    write("0555 34")
    press(Key.Key_Left)
    press(Key.Key_Left)
    desk.come()
    press(Key.Key_Escape)
    write("12 ")
    assert desk.page.line.text() == "0555 12 34"


def test_esc_goes_somewhere_when_the_field_before_is_gone(desk: SearchDesk) -> None:
    desk.come()
    desk.page.line.hide()
    press(Key.Key_Escape)
    assert focused() is not desk.field
    desk.page.note.setFocus()
    desk.come()
    desk.page.note.deleteLater()
    desk.qtbot.wait(1)
    press(Key.Key_Escape)
    assert focused() is not desk.field


def test_esc_is_the_searchs_own_while_one_types(desk: SearchDesk) -> None:
    page_key = QShortcut(Key.Key_Escape, desk.page)
    left = QSignalSpy(page_key.activated)
    desk.come()
    press(Key.Key_Escape)
    assert left.count() == 0
    press(Key.Key_Escape)
    assert left.count() == 1


def test_the_empty_field_says_what_can_be_typed(desk: SearchDesk) -> None:
    desk.come()
    assert "0555 12…" in desk.note
    assert "Enter opens" in desk.foot
    assert desk.rows == []
    assert desk.answers.asked == []


def test_passing_by_with_tab_opens_nothing(desk: SearchDesk) -> None:
    desk.window.pill.setFocus()
    press(Key.Key_Backtab)
    assert focused() is desk.field
    assert desk.field.results is None
    press(Key.Key_Tab)
    assert focused() is desk.window.pill
    press(Key.Key_Backtab)
    desk.type("child")
    assert desk.rows != []


def test_ctrl_k_again_marks_what_stands_there(desk: SearchDesk) -> None:
    desk.come()
    desk.type("child")
    press(Key.Key_K, CONTROL)
    assert desk.field.selectedText() == "child"
    desk.type("birth")
    assert desk.field.text() == "birth"


@pytest.mark.parametrize(
    ("typed", "enough"),
    [
        ("", False),
        ("б", False),
        ("ба", True),
        ("а б в", False),
        ("12", False),
        ("318", True),
        ("05 5", True),
        ("+996", True),
        ("б1", True),
        ("- !", False),
        ("ү й", False),
        ("үй", True),
    ],
)
def test_two_letters_or_three_digits_are_enough(typed: str, enough: bool) -> None:
    assert is_enough(typed) is enough


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("  two   words", "two words"),
        ("a word that is at its end ", "a word that is at its end "),
        ("nul\0 and\ttab", "nul and tab"),
        ("half of a pair \ud83d", ""),
        ("   ", ""),
    ],
)
def test_what_is_asked_for_is_tidy(typed: str, asked: str) -> None:
    assert question(typed) == asked


def test_one_letter_is_not_asked_for(desk: SearchDesk) -> None:
    desk.come()
    write("c")
    desk.qtbot.wait(60)
    assert desk.answers.asked == []
    assert "two letters" in desk.note
    desk.type("h")
    assert desk.answers.asked == ["ch"]


def test_results_stand_under_the_headings_of_their_groups(desk: SearchDesk) -> None:
    desk.come()
    desk.type("child")
    assert desk.titles == [
        "Services",
        "Crisis centre Sezim",
        "Articles",
        "Payment at birth",
        "Calls",
        "0412-2026-003187",
        "Cases",
        "0412-2026-C0017",
    ]
    said = [row.spoken for row in desk.rows]
    assert said[1] == "Crisis centre Sezim\nShelter"
    assert "Once for each child that is born" in said[3]
    assert "Caller asks about own matter" in said[5]
    assert "Today, 09:00" in said[5]


def test_protected_ones_show_no_words(desk: SearchDesk) -> None:
    planted = replace(
        CASE, snippet=marked("she said ", "child", " and more"), codes=(("topic_l2", "VIO.DOM"),)
    )
    desk.answers.usual = Found("", (planted,))
    desk.come()
    desk.type("child")
    (row,) = desk.rows[1:]
    assert row.codes == ""
    assert row.spoken == "0412-2026-C0017\nToday, 09:00\nOpens with a reason"
    press(Key.Key_Down)
    assert "she said" not in desk.field.accessibleDescription()


def test_arrows_leave_the_headings_out_and_enter_opens(desk: SearchDesk) -> None:
    opened = QSignalSpy(desk.field.opened)
    desk.come()
    desk.type("child")
    seen = [desk.current]
    for _step in range(4):
        press(Key.Key_Down)
        seen.append(desk.current)
    assert seen == [h.title for h in (*ALL, SEZIM)]
    press(Key.Key_Up)
    assert desk.current == CASE.title
    press(Key.Key_Up)
    assert focused() is desk.field
    enter()
    assert opened.at(0) == [CALL]
    assert desk.field.results is None
    assert opened.count() == 1


def test_a_click_opens_and_a_heading_is_no_result(desk: SearchDesk) -> None:
    opened = QSignalSpy(desk.field.opened)
    desk.come()
    desk.type("child")
    panel = desk.field.results
    assert panel is not None

    def click(line: int) -> None:
        area: QRect = panel.list.visualRect(panel.list.model().index(line, 0))
        desk.qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=area.center())

    click(2)
    assert opened.count() == 0
    assert panel.isVisible()
    assert focused() is desk.field
    click(3)
    assert opened.at(0) == [BIRTH]


def test_a_click_beside_it_closes_the_panel(desk: SearchDesk) -> None:
    desk.come()
    desk.type("child")
    brand = next(label for label in desk.window.findChildren(QLabel) if label.text() == "117")
    desk.qtbot.mouseClick(brand, Qt.MouseButton.LeftButton)
    assert desk.field.results is None


def test_after_opening_one_ctrl_k_leads_on_to_the_next(desk: SearchDesk) -> None:
    opened = QSignalSpy(desk.field.opened)
    desk.come()
    desk.type("child")
    press(Key.Key_Down)
    enter()
    desk.window.go_to("journal")
    desk.come()
    assert desk.current == BIRTH.title
    press(Key.Key_Down)
    enter()
    assert [opened.at(i)[0] for i in range(2)] == [BIRTH, CALL]


def test_enter_before_the_answer_opens_the_first_of_it(
    slow: SearchDesk, worker: SlowWorker
) -> None:
    opened = QSignalSpy(slow.field.opened)
    slow.come()
    write("child")
    enter()
    assert worker.waiting == 1
    worker.work()()
    assert opened.at(0) == [SEZIM]


def test_enter_never_opens_the_answer_to_other_words(slow: SearchDesk, worker: SlowWorker) -> None:
    opened = QSignalSpy(slow.field.opened)
    slow.answers.told = {"child": Found("", (BIRTH,)), "childless": Found("", (CALL,))}
    slow.come()
    write("child")
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    worker.work()()
    assert slow.current == BIRTH.title
    write("less")
    enter()
    assert opened.count() == 0
    worker.work()()
    assert opened.at(0) == [CALL]


def test_an_answer_that_comes_late_is_not_shown(slow: SearchDesk, worker: SlowWorker) -> None:
    slow.answers.told = {"ch": Found("", (CALL,)), "child": Found("", (BIRTH,))}
    slow.come()
    write("ch")
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    late = worker.work()
    write("ild")
    late()
    assert slow.rows == []
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    worker.work()()
    assert slow.titles == ["Articles", BIRTH.title]


def test_what_nobody_waits_for_is_not_even_asked(slow: SearchDesk, worker: SlowWorker) -> None:
    slow.come()
    write("ch")
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    write("ild")
    slow.qtbot.waitUntil(lambda: worker.waiting == 2)
    worker.work()()
    assert slow.answers.asked == []
    worker.work()()
    assert slow.answers.asked == ["child"]
    write("ren")
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    press(Key.Key_Escape)
    worker.work()()
    assert slow.answers.asked == ["child"]
    assert slow.field.results is None


def test_the_list_stays_until_the_next_answer_takes_its_place(
    slow: SearchDesk, worker: SlowWorker
) -> None:
    slow.answers.told = {"child": Found("", (BIRTH, CALL))}
    slow.come()
    write("ch")
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    worker.work()()
    before = slow.titles
    panel = slow.field.results
    assert panel is not None
    counts: list[int] = []
    model = panel.list.model()
    model.modelReset.connect(lambda: counts.append(model.rowCount(QModelIndex())))
    write("ild")
    assert slow.titles == before
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    assert slow.titles == before
    worker.work()()
    assert slow.titles == ["Articles", BIRTH.title, "Calls", CALL.title]
    assert counts == [4]
    assert panel.isVisible()


def test_an_answer_that_takes_long_is_announced(slow: SearchDesk, worker: SlowWorker) -> None:
    slow.come()
    write("child")
    slow.qtbot.waitUntil(lambda: slow.note == "Searching…")
    worker.work()()
    assert slow.note == ""
    assert slow.rows != []


def test_nothing_found_is_said_with_the_words(desk: SearchDesk) -> None:
    desk.answers.usual = Found("")
    desk.come()
    desk.type("qwrt zx")
    assert desk.note == "Nothing found for “qwrt zx”."
    assert desk.rows == []
    enter()
    assert desk.field.results is not None


def test_another_spelling_and_a_gap_of_the_index_are_said(desk: SearchDesk) -> None:
    desk.answers.usual = Found("", ALL, spelled=(("сезин", "Сезим"),), behind=3)
    desk.come()
    desk.type("sezin")
    assert desk.note == "Shown for “Сезим”"
    assert desk.foot == "3 records are not in the index yet"
    desk.answers.usual = Found("", ALL, behind=1)
    desk.type("g")
    assert desk.note == ""
    assert desk.foot == "1 record is not in the index yet"
    desk.answers.usual = Found("", ALL, behind=-1)
    desk.type("h")
    assert "made anew" in desk.foot
    assert len(desk.rows) == 8


def test_a_fault_is_said_in_a_sentence_and_mends_itself(desk: SearchDesk) -> None:
    desk.answers.fault = EnvironmentProblem("database.disk_error")
    desk.come()
    desk.type("child")
    assert desk.note.startswith("The disk reports an error.")
    assert desk.rows == []
    desk.answers.fault = None
    desk.type("r")
    assert desk.note == ""
    assert len(desk.rows) == 8


@pytest.mark.parametrize(
    ("group", "more", "elsewhere"),
    [
        (Group.SERVICES, "More services…", "All of them in the Directory…"),
        (Group.ARTICLES, "More articles…", "All of them in the Directory…"),
        (Group.CALLS, "More calls…", "All of them in the Journal…"),
        (Group.CASES, "More cases…", ""),
    ],
)
def test_what_is_too_much_for_the_panel_is_shown_in_its_place(
    desk: SearchDesk, group: Group, more: str, elsewhere: str
) -> None:
    asked = QSignalSpy(desk.field.more_asked)
    desk.answers.usual = Found("", (hit(group, "one"),), more=frozenset({group}))
    desk.come()
    desk.type("child")
    press(Key.Key_Up)
    assert desk.current == more
    enter()
    assert asked.count() == 0
    assert desk.titles[2:] == ([elsewhere] if elsewhere else [])
    if elsewhere:
        press(Key.Key_Up)
        press(Key.Key_Down)
        enter()
        assert asked.at(0) == [group, "child"]
        assert desk.field.results is None


def test_more_of_a_group_is_shown_here_and_the_mark_goes_on(desk: SearchDesk) -> None:
    calls = tuple(hit(Group.CALLS, f"call-{i}") for i in range(SHOWN_OF_ONE))
    more = frozenset({Group.CALLS})
    desk.answers.usual = Found("", (SEZIM, *calls[:SHOWN]), more=more)
    desk.come()
    desk.type("child")
    press(Key.Key_Up)
    assert desk.current == "More calls…"
    desk.answers.usual = Found("", (SEZIM, *calls), more=more)
    enter()
    assert desk.answers.limits == [SHOWN, SHOWN_OF_ONE]
    assert desk.titles == ["Calls", *(c.title for c in calls), "All of them in the Journal…"]
    assert desk.current == "call-5"
    assert "One more word" in desk.note
    desk.type("r")
    assert desk.answers.limits[-1] == SHOWN


def test_150_results_scroll_and_the_last_is_reached_by_keys(desk: SearchDesk) -> None:
    groups = tuple(Group)
    many = tuple(
        hit(groups[i // 38], f"record {i}", snippet=marked("of a ", "child", ""))
        for i in range(150)
    )
    desk.answers.usual = Found("", many)
    opened = QSignalSpy(desk.field.opened)
    desk.come()
    desk.type("child")
    panel = desk.field.results
    assert panel is not None
    assert desk.window.rect().contains(panel.geometry())
    press(Key.Key_Up)
    assert desk.current == "record 149"
    assert panel.list.viewport().rect().contains(panel.list.visualRect(panel.list.currentIndex()))
    for _page in range(25):
        press(Key.Key_PageUp)
    assert desk.current == "record 0"
    press(Key.Key_PageDown)
    assert desk.current == "record 8"
    enter()
    assert opened.at(0) == [many[8]]


@pytest.mark.parametrize("width", [900, 1024, 1366])
def test_the_field_gives_way_in_a_narrow_window(desk: SearchDesk, width: int) -> None:
    desk.window.resize(width, 500)
    desk.come()
    desk.type("child")
    panel = desk.field.results
    assert panel is not None
    assert desk.window.width() == width
    assert desk.field.width() == (330 if width > 1100 else 200)
    for widget in (desk.field, desk.window.pill, desk.window.person_button):
        right = widget.mapTo(desk.window, QPoint(widget.width(), 0)).x()
        assert right <= width
    assert desk.window.rect().contains(panel.geometry())
    desk.window.resize(1366, 700)
    desk.qtbot.waitUntil(lambda: desk.field.width() == 330)
    assert desk.window.rect().contains(panel.geometry())


def test_the_lock_page_empties_field_and_results(desk: SearchDesk) -> None:
    desk.come()
    desk.type("child")
    cover = QLineEdit()
    desk.window.cover(cover)
    assert desk.field.results is None
    assert desk.field.text() == ""
    assert desk.field.accessibleDescription() == ""
    assert desk.window.windowTitle() == "117"
    press(Key.Key_K, CONTROL)
    assert focused() is cover
    desk.window.uncover()
    desk.page.line.setFocus()
    desk.come()
    press(Key.Key_Z, CONTROL)
    assert desk.field.text() == ""
    assert desk.rows == []


def test_an_answer_under_the_lock_page_stays_unseen(slow: SearchDesk, worker: SlowWorker) -> None:
    slow.come()
    write("child")
    slow.qtbot.waitUntil(lambda: worker.waiting == 1)
    late = worker.work()
    slow.window.cover(QLineEdit())
    late()
    assert slow.field.results is None
    slow.window.uncover()
    slow.page.line.setFocus()
    slow.come()
    assert slow.rows == []


def test_another_place_closes_the_panel(desk: SearchDesk) -> None:
    desk.come()
    desk.type("child")
    press(Key.Key_2, CONTROL)
    assert desk.window.current_place == "journal"
    assert desk.field.results is None


def test_a_screen_reader_hears_how_many_and_which(desk: SearchDesk) -> None:
    desk.come()
    desk.type("child")
    said = desk.field.accessibleDescription()
    assert said.startswith("4 results")
    assert SEZIM.title in said
    press(Key.Key_Down)
    assert BIRTH.title in desk.field.accessibleDescription()
    desk.answers.usual = Found("", (CALL,))
    rewrite("07")
    desk.type("77")
    assert desk.field.accessibleDescription().startswith("1 result\n")
    desk.answers.usual = Found("")
    desk.type("9")
    assert desk.field.accessibleDescription().startswith("0 results\nNothing found")


@pytest.mark.parametrize(
    "strange",
    [
        "شاهد الطفل يبكي",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦 семья",
        "nul\0in\x07side",
        "turned \u202egnorw\u2066 over",
        "two\nlines\u2028three",
        "\ud800half a pair",
        "",
        "long " * 400,
    ],
)
def test_strange_snippets_break_nothing(desk: SearchDesk, strange: str) -> None:
    strangers = tuple(
        replace(CALL, record_id=str(i), title=strange[:40] or "0412", snippet=snippet)
        for i, snippet in enumerate(
            (
                marked(strange, "child", strange),
                marked("", strange or "x", ""),
                marked(strange, "", ""),
            )
        )
    )
    desk.answers.usual = Found("", strangers)
    desk.come()
    desk.type("child")
    panel = desk.field.results
    assert panel is not None
    assert not panel.grab().isNull()
    assert len(desk.rows) == 4
    for row in desk.rows:
        assert not set(row.spoken) & set("\0\x07\u202e\u2066\u2028\ud800")
