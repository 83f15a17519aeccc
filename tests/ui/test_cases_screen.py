"""The list of cases: filters, paging, opening, the stated reason and who sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert, select

from operator_app.db.case_models import case_access, case_file
from operator_app.db.models import audit
from operator_app.domain.people import Role
from operator_app.ui.models.case_model import ROW_ROLE, Column
from operator_app.ui.tasks import TaskRunner
from tests.conftest import TestOffice
from tests.journeys.fitting import faults, unnamed
from tests.other_seat import changed_elsewhere
from tests.ui.case_office import (
    HIGH,
    MEDIUM,
    ShownCases,
    audited,
    case_of,
    save_violence_call,
    services,
    show_cases,
)

Key = Qt.Key
FIRST = "0412-2026-C00001"
SECOND = "0412-2026-C00002"


def focused_text() -> str:
    focused = QApplication.focusWidget()
    return focused.text() if focused is not None and hasattr(focused, "text") else ""


def test_list_tells_what_to_do_and_no_names(qtbot: Any, office: TestOffice):
    save_violence_call(
        office, answers=HIGH, affected_name="Asel Primerova", happened="He came at night."
    )
    shown = show_cases(qtbot, office)
    assert shown.numbers == [FIRST]
    assert shown.column(Column.RISK) == ["High"]
    assert shown.column(Column.KIND) == ["Violence"]
    assert shown.column(Column.STATUS) == ["New"]
    assert shown.column(Column.PLACE) == ["Alamudun rayon"]
    assert shown.column(Column.OWNER) == ["Aida Testova"]
    assert shown.column(Column.OPENED) == ["Today"]
    assert shown.column(Column.NEXT) == ["25 Nov, 09:00"]
    model = shown.screen.model
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, ROW_ROLE)
    said = str([model.index(0, c).data(role) for c in Column for role in roles])
    assert "Asel" not in said
    assert "night" not in said


def test_late_follow_ups_are_said_in_words(qtbot: Any, office: TestOffice):
    save_violence_call(office, answers=HIGH)
    office.clock.forward(days=2)
    shown = show_cases(qtbot, office)
    assert shown.column(Column.NEXT) == ["Late: yesterday, 09:00"]


def test_digits_filter_from_the_list(qtbot: Any, office: TestOffice):
    bermet = office.person(Role.OPERATOR, "bermet")
    save_violence_call(office, answers=HIGH)
    save_violence_call(office, bermet, answers=MEDIUM)
    save_violence_call(office, bermet, answers=HIGH)
    shown = show_cases(qtbot, office)
    assert len(shown.numbers) == 3
    chips = shown.screen.list_page.filters.chips
    assert "High risk · 2" in chips["acute"].text()
    assert shown.screen.list_page.table.hasFocus()
    shown.press(Key.Key_3)
    assert shown.column(Column.RISK) == ["High", "High"]
    shown.press(Key.Key_1)
    assert shown.numbers == [FIRST]
    assert "High risk · 1" in chips["acute"].text()
    shown.press(Key.Key_2)
    shown.press(Key.Key_3)
    assert len(shown.numbers) == 3
    office.clock.forward(days=2)
    shown.press(Key.Key_4)
    assert len(shown.numbers) == 2
    assert all(late.startswith("Late") for late in shown.column(Column.NEXT))


def test_operators_begin_with_their_own_cases(qtbot: Any, office: TestOffice):
    bermet = office.person(Role.OPERATOR, "bermet")
    save_violence_call(office, answers=HIGH)
    save_violence_call(office, bermet)
    shown = show_cases(qtbot, office, bermet)
    assert shown.numbers == [SECOND]
    shown.press(Key.Key_2)
    assert len(shown.numbers) == 2


def test_closed_cases_are_listed_on_wish(qtbot: Any, office: TestOffice):
    case_id = save_violence_call(office, answers=MEDIUM)
    services(office)[0].close(office.actor, case_id, "SAFE")
    shown = show_cases(qtbot, office)
    assert shown.screen.list_page.is_empty
    assert "No open case." in shown.words
    shown.press(Key.Key_6)
    assert shown.column(Column.STATUS) == ["Closed"]


def test_two_versions_are_marked_and_found(qtbot: Any, office: TestOffice):
    case_id = save_violence_call(office, answers=MEDIUM)
    save_violence_call(office)
    shown = show_cases(qtbot, office)
    table = shown.screen.list_page.table
    assert table.isColumnHidden(Column.VERSIONS)
    cases = services(office)[0]
    base = case_of(office, case_id)
    cases.add_note(office.actor, case_id, "Said here")
    changed_elsewhere(office, cases, base, lambda case: replace(case, risk="HIGH"))
    shown.press(Key.Key_F5)
    assert not table.isColumnHidden(Column.VERSIONS)
    shown.press(Key.Key_5)
    assert shown.numbers == [FIRST]
    assert shown.column(Column.VERSIONS) == ["Two versions"]
    assert shown.column(Column.RISK) == ["High"]


def test_empty_lists_say_why_and_lead_on(qtbot: Any, office: TestOffice):
    bermet = office.person(Role.OPERATOR, "bermet")
    save_violence_call(office)
    shown = show_cases(qtbot, office, bermet)
    assert "You have no open case." in shown.words
    assert focused_text() == "Show all open cases"
    shown.press(Key.Key_Space)
    assert shown.numbers == [FIRST]
    assert shown.screen.list_page.table.hasFocus()
    shown.press(Key.Key_3)
    assert "No case matches the filter." in shown.words


def test_pages_follow_as_far_as_one_looks(qtbot: Any, office: TestOffice):
    case_id = save_violence_call(office)
    with office.database.write() as connection:
        row = dict(connection.execute(select(case_file)).mappings().one())
        rows = [
            row | {"case_id": f"{n:04d}", "number": f"N{n:04d}", "opened_at": row["opened_at"] - n}
            for n in range(1, 151)
        ]
        connection.execute(insert(case_file), rows)
    shown = show_cases(qtbot, office)
    assert len(shown.numbers) == 100
    assert "more below" in shown.words
    shown.press(Key.Key_End)
    assert len(shown.numbers) == 151
    assert shown.numbers[0] == FIRST
    assert shown.numbers[-1] == "N0150"
    assert len(set(shown.numbers)) == 151
    shown.press(Key.Key_Home)
    assert shown.screen.list_page.table.current_case == case_id


def test_enter_opens_and_esc_goes_back_to_the_same_line(qtbot: Any, office: TestOffice):
    for _call in range(3):
        save_violence_call(office)
    shown = show_cases(qtbot, office)
    shown.press(Key.Key_Down)
    shown.press(Key.Key_Return)
    assert shown.screen.opened_case is not None
    assert shown.screen.opened_case.number == SECOND
    assert shown.page.overview.timeline.hasFocus()
    shown.press(Key.Key_Escape)
    assert shown.screen.opened_case is None
    table = shown.screen.list_page.table
    assert table.hasFocus()
    assert table.currentIndex().row() == 1


def test_a_call_saved_elsewhere_appears(qtbot: Any, office: TestOffice):
    shown = show_cases(qtbot, office)
    assert "A violence call opens one" in shown.words
    save_violence_call(office)
    shown.events.calls_changed.emit("any")
    assert shown.numbers == [FIRST]


def test_other_screens_open_a_case(qtbot: Any, office: TestOffice):
    case_id = save_violence_call(office)
    shown = show_cases(qtbot, office)
    shown.events.open_case_asked.emit(case_id)
    assert shown.screen.opened_case is not None
    assert audited(office, case_id).count("case.viewed") == 1
    shown.events.open_case_asked.emit("gone")
    assert shown.screen.opened_case is None
    assert "There is no such case on this PC." in shown.words


# A case of somebody else


@pytest.fixture
def others_case(office: TestOffice) -> str:
    return save_violence_call(office, answers=MEDIUM, happened="secret words")


def open_all(shown: ShownCases) -> None:
    shown.press(Key.Key_2)
    shown.press(Key.Key_Return)


def test_a_case_of_another_opens_with_a_stated_reason_only(
    qtbot: Any, office: TestOffice, others_case: str
):
    bermet = office.person(Role.OPERATOR, "bermet")
    shown = show_cases(qtbot, office, bermet)
    open_all(shown)
    assert len(shown.dialogs.asked) == 1
    assert "the supervisor will see it" in shown.dialogs.asked[0]
    assert shown.screen.opened_case is None
    assert "case.glass_broken" not in audited(office, others_case)
    shown.dialogs.reason = "She called again"
    shown.press(Key.Key_Return)
    assert any("secret words" in line for line in shown.timeline)
    assert audited(office, others_case).count("case.glass_broken") == 1
    with office.database.read() as connection:
        details = connection.execute(
            select(audit.c.details).where(audit.c.action == "case.glass_broken")
        ).scalar_one()
    assert "She called again" in details


def test_a_stated_reason_holds_for_an_hour(qtbot: Any, office: TestOffice, others_case: str):
    bermet = office.person(Role.OPERATOR, "bermet")
    shown = show_cases(qtbot, office, bermet)
    shown.dialogs.reason = "She called again"
    open_all(shown)
    shown.press(Key.Key_Escape)
    office.clock.forward(minutes=59)
    shown.press(Key.Key_Return)
    assert len(shown.dialogs.asked) == 1
    assert shown.screen.opened_case is not None
    shown.press(Key.Key_Escape)
    office.clock.forward(minutes=2)
    shown.press(Key.Key_Return)
    assert len(shown.dialogs.asked) == 2


def test_when_the_hour_is_over_a_change_asks_again_and_loses_nothing(
    qtbot: Any, office: TestOffice, others_case: str
):
    bermet = office.person(Role.OPERATOR, "bermet")
    shown = show_cases(qtbot, office, bermet)
    shown.dialogs.reason = "She called again"
    open_all(shown)
    office.clock.forward(hours=2)
    shown.press(Key.Key_F6)
    shown.write("A note of two hours")
    shown.dialogs.reason = None
    shown.press(Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert case_of(office, others_case).notes == ()
    assert shown.page.overview.note.toPlainText() == "A note of two hours"
    shown.dialogs.reason = "Still with her"
    shown.press(Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [n.text for n in case_of(office, others_case).notes] == ["A note of two hours"]
    assert audited(office, others_case).count("case.glass_broken") == 2


def test_the_supervisor_sees_the_reasons_and_ticks_them_off(
    qtbot: Any, office: TestOffice, others_case: str
):
    bermet = office.person(Role.OPERATOR, "bermet")
    cases = services(office)[0]
    for reason in ("She called again", "سبب بالعربية 🌷", "w" * 500):
        office.clock.forward(hours=2)
        cases.open(bermet, others_case, reason)
    shown = show_cases(qtbot, office)
    assert "3 openings with a stated reason" in shown.words
    shown.press(Key.Key_F4)
    for said in ("Bermet Testova", FIRST, "She called again", "سبب بالعربية 🌷"):
        assert said in shown.words
    assert focused_text() == "Seen"
    shown.press(Key.Key_Space)
    assert "She called again" not in shown.words
    assert focused_text() == "Seen"
    shown.press(Key.Key_Space)
    shown.press(Key.Key_Space)
    assert "All of them were seen." in shown.words
    with office.database.read() as connection:
        seen = connection.execute(select(case_access.c.seen_by)).scalars().all()
    assert seen == [office.actor.user_id] * 3
    shown.press(Key.Key_Escape)
    assert "stated reason" not in shown.words


def test_operators_are_not_shown_who_stated_a_reason(
    qtbot: Any, office: TestOffice, others_case: str
):
    bermet = office.person(Role.OPERATOR, "bermet")
    services(office)[0].open(bermet, others_case, "She called again")
    shown = show_cases(qtbot, office, bermet)
    assert "stated reason" not in shown.words
    assert "Your role does not allow this." not in shown.words


def test_the_list_fits_and_says_its_name(qtbot: Any, office: TestOffice, others_case: str):
    services(office)[0].open(office.person(Role.OPERATOR, "bermet"), others_case, "She called")
    shown = show_cases(qtbot, office)
    assert faults(shown.screen) == []
    assert unnamed(shown.screen) == []
    shown.press(Key.Key_F4)
    QApplication.processEvents()
    assert faults(shown.screen) == []
    assert unnamed(shown.screen) == []


def test_it_works_off_the_main_thread(qtbot: Any, office: TestOffice, others_case: str):
    tasks = TaskRunner()
    shown = show_cases(qtbot, office, tasks=tasks)
    try:
        qtbot.waitUntil(lambda: shown.numbers == [FIRST])
        shown.press(Key.Key_Return)
        qtbot.waitUntil(lambda: shown.screen.opened_case is not None)
        assert any("secret words" in line for line in shown.timeline)
    finally:
        tasks.shut_down()
