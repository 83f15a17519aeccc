"""The audit page, as somebody at the keyboard meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor, Role
from operator_app.errors import EnvironmentProblem
from operator_app.services import audit_log
from operator_app.services.audit_log import PAGE
from operator_app.ui.audit_page import AuditPage
from operator_app.ui.models.audit_model import Column
from operator_app.ui.tasks import TaskRunner
from tests.audit.watched import REASON, Watched, page_of
from tests.ui.door import enter, focused, press, show, words_on, write

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@dataclass
class Files:
    """Answers where to save; every other question is a fault."""

    folder: Path
    proposed: list[str] = field(default_factory=list)

    def ask_save_path(self, parent: QWidget, title: str, proposed: Path, file_type: str) -> Path:
        self.proposed.append(proposed.name)
        return self.folder / proposed.name


@pytest.fixture
def own(watched: Watched, tmp_path: Path) -> Iterator[Watched]:
    made = watched.copied(tmp_path / "own")
    yield made
    made.office.database.close()


@pytest.fixture
def open_page(qtbot: QtBot, watched: Watched):
    def made(actor: Actor | None = None, **changes) -> AuditPage:
        page = page_of(changes.pop("of", watched), actor or watched.auditor, **changes)
        show(qtbot, page)
        return page

    return made


def column(page: AuditPage, which: Column) -> list[str]:
    return [page.model.index(row, which).data() for row in range(page.model.rowCount())]


def test_the_keyboard_goes_through_the_list_and_the_row_is_shown(open_page) -> None:
    page = open_page()
    page.setFocus()
    assert focused() is page.table
    assert column(page, Column.DONE)[:2] == ["Opened a case", "Read why a case was opened"]
    assert column(page, Column.WHO)[:3] == ["Aida Testova", "Aida Testova", "Dana Testova"]
    assert page.card.title.text() == "Opened a case"
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    assert page.card.title.text() == "Opened a case with a reason"
    said = words_on(page.card)
    assert "24 November 2026, 09:05" in said
    assert (
        "held until 24 November 2026, 10:05\nseen by Aida Testova, 24 November 2026, 09:10" in said
    )


def test_the_openings_with_a_reason_are_one_key_away(open_page, watched: Watched) -> None:
    page = open_page()
    press(Qt.Key.Key_F7)
    assert column(page, Column.ABOUT) == [watched.case_number, watched.call_number]
    assert focused() is page.table
    assert "for the supervisor only" in words_on(page.card)
    assert REASON not in words_on(page)
    press(Qt.Key.Key_F3, SHIFT)
    assert page.model.rowCount() > 2


def test_the_supervisor_reads_the_reason(open_page, watched: Watched) -> None:
    page = open_page(watched.office.actor)
    press(Qt.Key.Key_F7)
    assert REASON in words_on(page.card)


def test_a_number_is_typed_and_the_list_follows(open_page, watched: Watched) -> None:
    page = open_page()
    press(Qt.Key.Key_F3)
    write(watched.call_number)
    enter()
    assert column(page, Column.DONE) == ["Opened a call with a reason", "Saved a call"]
    assert focused() is page.table
    press(Qt.Key.Key_F3)
    write("0412-26-999999")
    enter()
    assert page.model.rowCount() == 0
    assert "No row matches the filter. Shift+F3 clears it." in words_on(page)
    assert page.card.title.text() == ""


def test_person_day_and_kind_of_act(open_page, watched: Watched) -> None:
    page = open_page()
    people = page.filters.person
    people.setCurrentIndex(people.findText("Bek Testova"))
    assert set(column(page, Column.WHO)) == {"Bek Testova"}
    page.filters.period.setCurrentIndex(page.filters.period.findText("Today"))
    assert page.model.rowCount() == 0
    people.setCurrentIndex(0)
    assert column(page, Column.DONE) == ["Opened a case"]
    page.filters.clear()
    page.filters.group.setCurrentIndex(page.filters.group.findText("People and shifts"))
    assert column(page, Column.DONE) == ["Added a person"] * 4
    assert column(page, Column.MORE)[0] == "role: Analyst"
    assert column(page, Column.ABOUT)[0] == "Ulan Testova"
    page.filters.group.setCurrentIndex(0)
    assert page.filters.wanted().actions == ()


def test_everything_has_a_name_and_is_reached_by_tab(open_page, watched: Watched) -> None:
    page = open_page()
    page.setFocus()
    met = []
    while focused() not in met:
        met.append(focused())
        press(Qt.Key.Key_Tab)
    controls = [w for kind in (QPushButton, QComboBox) for w in page.findChildren(kind)]
    shown = [w for w in controls if w.isVisible() and w.isEnabled()]
    assert [w.accessibleName() for w in shown if w not in met] == []
    assert all(w.accessibleName() for w in met)


def test_the_file_is_written_and_audited(open_page, own: Watched, tmp_path: Path) -> None:
    files = Files(tmp_path)
    page = open_page(of=own, dialogs=files)
    press(Qt.Key.Key_E, CONTROL)
    press(Qt.Key.Key_E, CONTROL | SHIFT)
    assert files.proposed == ["117-audit-2026-11-25.xlsx", "117-audit-2026-11-25.csv"]
    assert all((tmp_path / name).stat().st_size for name in files.proposed)
    assert column(page, Column.DONE)[:2] == ["Exported the audit log"] * 2
    assert "Saved: 117-audit" in page.outcome.done.label.text()
    files.folder = tmp_path / "gone"
    press(Qt.Key.Key_E, CONTROL)
    assert "The folder is not there any more" in page.outcome.problem.label.text()


def test_it_staff_find_no_way_out_of_it(open_page, own: Watched) -> None:
    keeper = own.office.person(Role.ADMINISTRATOR, "itman")
    page = open_page(keeper, of=own)
    assert page.model.rowCount() > 0
    assert not page.excel_button.isVisible()
    assert not page.csv_button.isVisible()
    press(Qt.Key.Key_E, CONTROL)
    assert column(page, Column.DONE)[0] == "Added a person"


def test_who_may_not_see_it_is_told(open_page, watched: Watched) -> None:
    page = open_page(watched.taker)
    assert page.model.rowCount() == 0
    assert "Your role does not allow this." in words_on(page)


def test_a_long_log_is_read_as_far_as_it_is_looked_at(
    open_page, own: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real workers: pages come by themselves, and rare rows are looked for in steps."""
    office = own.office
    for _call in range(2 * PAGE):
        office.calls.open(office.actor, own.call_id)
    monkeypatch.setattr(audit_log, "STEP", 30)
    tasks = TaskRunner()
    page = open_page(of=own, tasks=tasks)
    qtbot.waitUntil(lambda: not page.model.reading and page.model.rowCount() == PAGE)
    assert page.counter.text() == f"{PAGE} rows shown, more below"
    page.setFocus()
    for _page in range(3):
        press(Qt.Key.Key_End, CONTROL)
        qtbot.waitUntil(lambda: not page.model.reading)
        QApplication.processEvents()
    every = [int(number) for number in column(page, Column.NUMBER)]
    assert every == list(range(every[0], 0, -1))
    page.filters.group.setCurrentIndex(page.filters.group.findText("Office, keys, backups"))
    qtbot.waitUntil(lambda: not page.model.reading and page.model.rowCount() == 1)
    assert column(page, Column.DONE) == ["Set the office up"]
    tasks.shut_down()


def test_an_answer_to_an_earlier_question_is_dropped(open_page, watched: Watched) -> None:
    class Later:
        """Keeps what is asked until somebody answers it."""

        def __init__(self) -> None:
            self.asked: list = []

        def database(self, receiver, work, done, failed) -> None:
            self.asked.append((work, done, failed))

    tasks = Later()
    page = open_page(tasks=tasks)
    page.filters.group.setCurrentIndex(page.filters.group.findText("Opened with a reason"))
    first, second = [ask for ask in tasks.asked if "show" in ask[0].__qualname__][-2:]
    second[1](second[0]())
    assert page.model.rowCount() == 2
    first[1](first[0]())
    first[2](EnvironmentProblem("database.locked"))
    assert page.model.rowCount() == 2
    assert not page.notice.isVisible()
