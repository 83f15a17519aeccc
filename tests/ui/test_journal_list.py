"""The journal as somebody at the keyboard sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView

from operator_app.domain.people import Role
from operator_app.domain.wire import State
from operator_app.errors import EnvironmentProblem
from operator_app.i18n import use_language
from operator_app.services.journal import Journal
from operator_app.sync.status import LinkState
from operator_app.ui.models.journal_model import Column
from operator_app.ui.tasks import TaskRunner
from tests.conftest import TestOffice
from tests.ui.journal_office import save_call, save_nuisance, set_state, show_journal, sync_status

Key = Qt.Key


def choose(box: QComboBox, label: str) -> None:
    index = box.findText(label)
    assert index >= 0, f"{label} is not offered"
    box.setCurrentIndex(index)


def test_newest_call_stands_first_without_name_phone_or_text(qtbot: Any, office: TestOffice):
    save_call(office)
    save_call(
        office,
        caller_name="Invented Marina",
        phone="0555 11 22 33",
        note="planted words",
        topics=("VIO.DOM",),
    )
    shown = show_journal(qtbot, office)
    assert shown.numbers == ["0412-2026-000002", "0412-2026-000001"]
    assert shown.screen.list_page.counter.text() == "2 calls shown"
    said = " ".join(text for column in Column for text in shown.column(column))
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        said += " ".join(str(shown.screen.model.index(0, c).data(role)) for c in Column)
    assert "Family violence" in said
    for private in ("Marina", "555", "planted"):
        assert private not in said


def test_first_start_says_that_there_are_no_calls(qtbot: Any, office: TestOffice):
    shown = show_journal(qtbot, office)
    page = shown.screen.list_page
    assert page.is_empty
    assert page.empty_text.text() == "No calls yet."
    assert not page.empty_button.isVisible()


def test_only_loaded_rows_are_counted_and_the_end_brings_more(qtbot: Any, office: TestOffice):
    for _ in range(103):
        save_nuisance(office, "SILENT")
    shown = show_journal(qtbot, office)
    page = shown.screen.list_page
    assert page.counter.text() == "100 calls shown, more below"
    shown.press(Key.Key_End)
    shown.press(Key.Key_End)
    assert page.counter.text() == "103 calls shown"
    assert page.table.current_call is not None
    assert shown.screen.model.row_at(102).number == "0412-2026-000001"
    assert len(set(shown.numbers)) == 103


def test_period_filter_uses_bishkek_days_of_now(qtbot: Any, office: TestOffice):
    save_call(office)
    office.clock.forward(days=1)
    save_call(office)
    office.clock.forward(days=7)
    save_call(office)
    shown = show_journal(qtbot, office)
    period = shown.screen.list_page.filters.period
    choose(period, "Today")
    assert [n[-1] for n in shown.numbers] == ["3"]
    choose(period, "7 days")
    assert [n[-1] for n in shown.numbers] == ["3"]
    choose(period, "From – to")
    filters = shown.screen.list_page.filters
    assert filters.first_day.isVisible()
    start = office.clock.now - timedelta(days=8)
    filters.first_day.setDate(start.date())
    filters.last_day.setDate((start + timedelta(days=1)).date())
    assert [n[-1] for n in shown.numbers] == ["2", "1"]
    choose(period, "Yesterday")
    assert shown.screen.list_page.is_empty


def test_each_filter_finds_its_calls_and_clear_brings_all_back(qtbot: Any, office: TestOffice):
    bermet = office.person(Role.OPERATOR, "bermet")
    by_bermet = save_call(office, bermet)
    benefit = save_call(office, topics=("BEN.BSU",))
    violence = save_call(office, topics=("VIO.DOM",), danger_now="Y")
    unknown = save_call(office, danger_now="U", division="UNKNOWN")
    silent = save_nuisance(office, "SILENT")
    bishkek = save_call(office, division="41711201000000")
    set_state(office, benefit, State.REJECTED)
    set_state(office, silent, State.STORED)
    shown = show_journal(qtbot, office)
    f = shown.screen.list_page.filters
    everything = shown.numbers
    assert len(everything) == 6

    def after(act: Any) -> set[str]:
        act()
        found = set(shown.numbers)
        f.clear_button.click()
        assert shown.numbers == everything
        return found

    assert after(lambda: choose(f.operator, "Bermet Testova")) == {by_bermet.number}
    assert after(lambda: f.topic.set_value("VIO")) == {violence.number}
    assert after(lambda: f.topic.set_value("BEN.BSU")) == {benefit.number}
    assert after(lambda: f.topic.set_value("BEN")) == set(everything) - {
        violence.number, silent.number
    }  # fmt: skip
    assert after(lambda: f.place.set_value("41711000000000")) == {bishkek.number}
    assert after(lambda: f.place.set_value("UNKNOWN")) == {unknown.number}
    assert after(lambda: choose(f.kind, "Nuisance calls")) == {silent.number}
    assert after(lambda: choose(f.kind, "Conversations")) == set(everything) - {silent.number}
    assert after(lambda: choose(f.kind, "Silent call")) == {silent.number}
    assert after(lambda: choose(f.danger, "Danger now")) == {violence.number}
    assert after(lambda: choose(f.danger, "Not known")) == {unknown.number}
    assert after(lambda: choose(f.state, "Needs you")) == {benefit.number}
    assert after(lambda: choose(f.state, "At the ministry")) == {silent.number}

    def both() -> None:
        f.topic.set_value("BEN")
        f.place.set_value("41711000000000")

    assert after(both) == {bishkek.number}


def test_a_topic_group_is_found_by_its_letters_and_taken_whole(qtbot: Any, office: TestOffice):
    save_call(office, topics=("BEN.BSU",))
    save_call(office, topics=("DIS.GRP",))
    shown = show_journal(qtbot, office)
    topic = shown.screen.list_page.filters.topic
    topic.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(topic, "all state")
    qtbot.keyClick(topic, Key.Key_Return)
    assert topic.text() == "State benefits"
    assert [n[-1] for n in shown.numbers] == ["1"]
    topic.selectAll()
    qtbot.keyClick(topic, Key.Key_Delete)
    topic.close_list()
    qtbot.keyClick(topic, Key.Key_Return)
    assert len(shown.numbers) == 2
    assert shown.screen.list_page.table.hasFocus()


def test_f3_finds_by_number_or_phone_and_enter_opens(qtbot: Any, office: TestOffice):
    save_call(office)
    wanted = save_call(office, phone="+996 555 11-22-33")
    save_call(office)
    shown = show_journal(qtbot, office)
    for typed in (wanted.number, "0555112233"):
        shown.press(Key.Key_F3)
        field = shown.screen.list_page.filters.number
        assert field.hasFocus()
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Key.Key_Return)
        assert shown.numbers == [wanted.number]
        shown.press(Key.Key_Return)
        assert shown.screen.opened_call == wanted
        shown.press(Key.Key_Escape)
        assert shown.screen.opened_call is None


def test_no_match_offers_to_clear_the_filter(qtbot: Any, office: TestOffice):
    save_call(office)
    shown = show_journal(qtbot, office)
    page = shown.screen.list_page
    shown.press(Key.Key_F3)
    qtbot.keyClicks(page.filters.number, "0412-2026-000999")
    qtbot.keyClick(page.filters.number, Key.Key_Return)
    assert page.empty_text.text() == "No call matches the filter."
    assert page.empty_button.hasFocus()
    shown.press(Key.Key_Space)
    assert len(shown.numbers) == 1
    assert page.table.hasFocus()


def test_new_call_appears_and_the_selected_one_stays_selected(qtbot: Any, office: TestOffice):
    first, _second = save_call(office), save_call(office)
    shown = show_journal(qtbot, office)
    shown.press(Key.Key_Down)
    table = shown.screen.list_page.table
    assert table.current_call == first.call_id
    third = save_call(office)
    shown.events.calls_changed.emit(third.call_id)
    assert shown.numbers[0] == third.number
    assert table.current_call == first.call_id


def test_selected_call_that_left_the_filter_gives_its_place_to_the_next(
    qtbot: Any, office: TestOffice
):
    calls = [save_call(office) for _ in range(3)]
    shown = show_journal(qtbot, office)
    choose(shown.screen.list_page.filters.state, "On its way")
    shown.press(Key.Key_Down)
    set_state(office, calls[1], State.APPLIED)
    shown.press(Key.Key_F5)
    assert shown.numbers == [calls[2].number, calls[0].number]
    assert shown.screen.list_page.table.current_call == calls[0].call_id


def test_sync_changes_only_the_state_words(qtbot: Any, office: TestOffice):
    calls = [save_call(office) for _ in range(4)]
    shown = show_journal(qtbot, office)
    assert shown.column(Column.STATE) == ["On its way"] * 4
    set_state(office, calls[0], State.APPLIED)
    set_state(office, calls[1], State.SENDING)
    set_state(office, calls[2], State.REJECTED)
    save_call(office)
    shown.events.sync_changed.emit(sync_status())
    expected = ["On its way", "Needs you", "On its way", "At the ministry"]
    assert shown.column(Column.STATE) == expected


def test_without_a_server_nothing_is_said_to_be_on_its_way(qtbot: Any, office: TestOffice):
    save_call(office)
    shown = show_journal(qtbot, office)
    shown.events.sync_changed.emit(sync_status(LinkState.NOT_ENROLLED))
    assert shown.column(Column.STATE) == ["Saved here"]
    state = shown.screen.list_page.filters.state
    assert state.findText("On its way") == -1
    choose(state, "Saved here")
    assert len(shown.numbers) == 1
    shown.press(Key.Key_F5)
    shown.screen.list_page.focus_list()
    shown.press(Key.Key_Return)
    assert "Saved here" in shown.screen.call_view.state_pill.text()


def test_void_call_says_so(qtbot: Any, office: TestOffice):
    call = save_call(office)
    office.calls.void(office.actor, call.call_id, "saved twice")
    shown = show_journal(qtbot, office)
    row = shown.screen.model.row_at(0)
    assert row.voided
    spoken = shown.screen.model.index(0, Column.NUMBER).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"Number: Void: {call.number}"
    shown.screen.grab()


def test_hidden_journal_reads_nothing_until_it_is_shown(qtbot: Any, office: TestOffice):
    save_call(office)
    shown = show_journal(qtbot, office)
    shown.screen.hide()
    new = save_call(office)
    shown.events.calls_changed.emit(new.call_id)
    assert len(shown.numbers) == 1
    shown.screen.show()
    assert len(shown.numbers) == 2


def test_database_problem_is_said_and_the_list_stays(
    qtbot: Any, office: TestOffice, monkeypatch: pytest.MonkeyPatch
):
    save_call(office)
    shown = show_journal(qtbot, office)

    def broken(*_args: object) -> None:
        raise EnvironmentProblem("database.disk_error")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "page", broken)
        shown.press(Key.Key_F5)
    notice = shown.screen.list_page.notice
    assert notice.isVisible()
    assert "disk" in notice.label.text()
    assert len(shown.numbers) == 1
    shown.press(Key.Key_F5)
    assert not notice.isVisible()


def test_last_question_wins_with_the_real_worker(qtbot: Any, office: TestOffice):
    for i in range(130):
        save_nuisance(office, "SILENT" if i % 2 else "PRANK")
    tasks = TaskRunner()
    try:
        shown = show_journal(qtbot, office, tasks=tasks)
        page = shown.screen.list_page
        qtbot.waitUntil(lambda: page.counter.text() == "100 calls shown, more below")
        for label in ("Prank", "All kinds", "Conversations", "Silent call"):
            choose(page.filters.kind, label)
        qtbot.waitUntil(lambda: page.counter.text() == "65 calls shown")
        assert set(shown.column(Column.KIND)) == {"Silent"}
        choose(page.filters.kind, "All kinds")
        qtbot.waitUntil(lambda: shown.screen.model.rowCount() == 100)
        page.table.setFocus()
        shown.press(Key.Key_End)
        qtbot.waitUntil(lambda: page.counter.text() == "130 calls shown")
        assert len(set(shown.numbers)) == 130
        shown.press(Key.Key_Return)
        qtbot.waitUntil(lambda: shown.screen.opened_call is not None)
    finally:
        tasks.shut_down()


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_filters_fit_one_row_and_everything_has_a_name(
    qtbot: Any, office: TestOffice, language: str
):
    save_call(office)
    use_language(language, office.paths.resources)
    try:
        shown = show_journal(qtbot, office)
    finally:
        use_language("en", office.paths.resources)
    f = shown.screen.list_page.filters
    tops = {
        x.y()
        for x in (
            f.period,
            f.operator,
            f.topic,
            f.place,
            f.kind,
            f.danger,
            f.state,
            f.number,
            f.clear_button,
        )
    }
    assert max(tops) - min(tops) <= 2
    assert f.clear_button.geometry().right() < f.width()
    assert shown.screen.minimumSizeHint().width() <= 1282
    table = shown.screen.list_page.table
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert table.columnWidth(Column.TOPIC) >= 120
    for kind in (QAbstractButton, QComboBox, QLineEdit, QTableView):
        for widget in shown.screen.findChildren(kind):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
                assert widget.accessibleName() or widget.parent().accessibleName(), widget


def test_narrow_window_keeps_what_matters(qtbot: Any, office: TestOffice):
    save_call(office)
    shown = show_journal(qtbot, office)
    shown.screen.resize(787, 460)
    table = shown.screen.list_page.table
    qtbot.waitUntil(lambda: table.isColumnHidden(Column.OPERATOR))
    for column in (Column.TIME, Column.NUMBER, Column.TOPIC, Column.DANGER, Column.STATE):
        assert not table.isColumnHidden(column)
    assert table.horizontalHeader().length() <= table.viewport().width()
