"""Shifts and duty by keys, against the real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Role
from operator_app.domain.shifts import TypedShift
from operator_app.services.shifts import Shifts
from operator_app.ui.shifts_page import ShiftsPage
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice
from tests.ui.door import enter, focused, press, rewrite, show, words_on, write

MONDAY = date(2026, 11, 23)
TODAY = date(2026, 11, 24)


@pytest.fixture
def shifts(office: TestOffice) -> Shifts:
    for login in ("azat", "bakyt"):
        office.person(Role.OPERATOR, login)
    return Shifts(office.database, office.clock)


@pytest.fixture
def page(qtbot: QtBot, office: TestOffice, shifts: Shifts) -> ShiftsPage:
    made = ShiftsPage(shifts, office.actor, InlineTaskRunner(), office.clock)
    show(qtbot, made)
    made.setFocus()
    return made


def grid_rows(page: ShiftsPage) -> list[list[str]]:
    model = page.roster.grid.model()
    return [
        [str(model.index(r, c).data()) for c in range(model.columnCount())]
        for r in range(model.rowCount())
    ]


def on_duty(shifts: Shifts, day: date, code: str = "day") -> list[str]:
    return [person.login for person in shifts.on_duty(day, code)]


def test_a_week_is_filled_by_arrows_and_digits(page: ShiftsPage, shifts: Shifts) -> None:
    assert focused() is page.roster.grid
    assert "Tue, 24 November. Day" in words_on(page)
    assert grid_rows(page)[1] == ["Tue, 24 November, today", "–"]
    write("12")
    press(Qt.Key.Key_Down)
    write("3")
    press(Qt.Key.Key_Up)
    write("3")
    assert on_duty(shifts, TODAY) == ["aida", "azat", "bakyt"]
    assert on_duty(shifts, TODAY + timedelta(days=1)) == ["bakyt"]
    assert grid_rows(page)[1][1] == "Aida Testova, Azat Testova, Bakyt Testova"
    write("1")
    assert on_duty(shifts, TODAY) == ["azat", "bakyt"]
    press(Qt.Key.Key_Delete)
    assert on_duty(shifts, TODAY) == []
    write("9")
    assert on_duty(shifts, TODAY) == []


def test_people_are_ticked_in_the_list_as_well(page: ShiftsPage, shifts: Shifts) -> None:
    enter()
    assert focused() is page.roster.people
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Space)
    assert on_duty(shifts, TODAY) == ["azat"]
    assert focused() is page.roster.people
    press(Qt.Key.Key_Escape)
    assert focused() is page.roster.grid


def test_another_week_and_copying(page: ShiftsPage, shifts: Shifts, office: TestOffice) -> None:
    shifts.set_duty(office.actor, MONDAY, "day", [office.actor.user_id])
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.roster.first == MONDAY + timedelta(days=7)
    press(Qt.Key.Key_F8)
    assert "1 shift is filled" in words_on(page)
    assert on_duty(shifts, MONDAY + timedelta(days=7)) == ["aida"]
    assert grid_rows(page)[0][1] == "Aida Testova"
    press(Qt.Key.Key_F8)
    assert "nothing to fill" in words_on(page)
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.roster.first == MONDAY


def test_who_left_is_shown_where_they_were_on_duty(
    page: ShiftsPage, shifts: Shifts, office: TestOffice
) -> None:
    from operator_app.services.accounts import Accounts
    from tests.conftest import CHEAP

    write("12")
    azat = shifts.on_duty(TODAY)[1]
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(office.actor, azat.user_id)
    page.roster.refresh()
    assert grid_rows(page)[1][1] == "Aida Testova, Azat Testova"
    write("1")
    assert on_duty(shifts, TODAY) == ["azat"]


def test_what_cannot_be_set_is_said_and_taken_back(
    page: ShiftsPage, shifts: Shifts, office: TestOffice
) -> None:
    page.roster.show_week(MONDAY + timedelta(days=7 * 60))
    write("1")
    assert "more than a year away" in words_on(page)
    assert {row[1] for row in grid_rows(page)} == {"–"}


def test_shifts_are_set_by_keys(page: ShiftsPage, shifts: Shifts) -> None:
    page.parts.chips.setFocus()
    write("2")
    enter()
    assert focused() is page.shifts.add_button
    press(Qt.Key.Key_Space)
    for typed in ("", "Ночь", "", "18", "9"):
        write(typed)
        enter()
    assert "The shifts are saved." in words_on(page)
    assert [(s.code, s.begins, s.ends) for s in shifts.of(TODAY)] == [
        ("day", 540, 1080),
        ("shift-1", 1080, 540),
    ]
    page.parts.go_to("roster")
    model = page.roster.grid.model()
    headings = [model.headerData(c, Qt.Orientation.Horizontal) for c in range(3)]
    assert headings == ["Day", "Day, 09:00–18:00", "Ночь, 18:00–09:00"]
    # A day on which it was not there yet.
    assert grid_rows(page)[0][2] == "×"
    page.roster.grid.setCurrentIndex(model.index(0, 2))
    write("1")
    assert on_duty(shifts, MONDAY, "shift-1") == []


def test_wrong_shifts_are_said_at_their_fields(page: ShiftsPage, shifts: Shifts) -> None:
    before = shifts.of(TODAY)
    page.parts.go_to("shifts")
    press(Qt.Key.Key_Space)
    first, second = page.shifts.rows
    second.begins.setFocus()
    write("25:00")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert second.problem.text() == ("The name is missing. A time from 0:00 to 24:00, as in 9:00.")
    assert focused() is second.edits[0]
    write("Evening")
    second.begins.setFocus()
    rewrite("17:00")
    second.ends.setFocus()
    rewrite("20")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert second.problem.text() == "It begins while another shift is still on."
    assert not first.problem.isVisible()
    assert "as they were" in words_on(page)
    assert shifts.of(TODAY) == before
    # What is typed stays while one looks at the roster.
    page.parts.go_to("roster")
    page.parts.go_to("shifts")
    assert page.shifts.rows[1].ends.text() == "20"
    page.shifts.rows[1].remove.setFocus()
    press(Qt.Key.Key_Space)
    page.shifts.rows[0].remove.setFocus()
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "at least one shift" in words_on(page)
    assert shifts.of(TODAY) == before


def test_six_shifts_are_the_most(page: ShiftsPage, shifts: Shifts, office: TestOffice) -> None:
    names = {"en": "Shift"}
    typed = [TypedShift("", names, str(4 * n), str(4 * n + 4)) for n in range(6)]
    shifts.set_shifts(office.actor, typed)
    page.parts.go_to("shifts")
    assert len(page.shifts.rows) == 6
    assert not page.shifts.add_button.isEnabled()
