"""From a figure to the calls and cases it counts, by keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app.domain.figures import Period
from operator_app.domain.people import Actor
from operator_app.errors import EnvironmentProblem
from operator_app.services.figures import FigureBook
from operator_app.ui.tasks import InlineTaskRunner
from operator_app.ui.widgets import records_behind
from operator_app.ui.widgets.records_behind import RecordsBehind
from tests.dashboard.conftest import TODAY, Desk, press

NOW = Period(TODAY, TODAY)
Shown = Callable[..., RecordsBehind]


@pytest.fixture
def shown(desk: Desk, qtbot: QtBot) -> Shown:
    def make(actor: Actor | None = None) -> RecordsBehind:
        office = desk.office
        made = RecordsBehind(
            desk.book, office.reference, actor or office.actor, InlineTaskRunner(), office.clock
        )
        qtbot.addWidget(made)
        made.resize(360, 400)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        return made

    return make


def numbers(panel: RecordsBehind) -> list[str]:
    return [str(panel.model.index(row, 0).data()) for row in range(panel.model.rowCount())]


def test_a_figure_leads_to_its_calls_and_each_call_to_its_page(desk: Desk, shown: Shown) -> None:
    panel = shown()
    opened: list[tuple[str, str]] = []
    panel.open_asked.connect(lambda kind, record_id: opened.append((kind, record_id)))

    panel.show_behind("Subject: disability", NOW, ("subject", "DIS.GRP"))
    panel.focus_list()
    press(Qt.Key.Key_Return)

    [call] = [c for c in desk.saved if c.form.topics == ("DIS.GRP",) and c.number in numbers(panel)]
    assert numbers(panel) == [call.number]
    assert opened == [("call", call.call_id)]
    assert "10:30" in panel.model.index(0, 1).data()


def test_the_latest_stands_first_and_keys_go_through_the_list(desk: Desk, shown: Shown) -> None:
    panel = shown()
    opened: list[str] = []
    panel.open_asked.connect(lambda _kind, record_id: opened.append(record_id))

    panel.show_behind("All calls", Period(TODAY - timedelta(days=7), TODAY), ("calls",))
    panel.focus_list()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Enter)

    begun = sorted(desk.saved, key=lambda c: (c.form.started_at, c.call_id), reverse=True)
    assert numbers(panel) == [call.number for call in begun]
    assert opened == [begun[1].call_id]
    assert panel.counter.text() == "16 records"


def test_a_long_period_is_read_in_pieces_and_a_case_is_listed_once(
    desk: Desk, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_behind, "DAYS_AT_ONCE", 2)
    asked: list[Period] = []
    records = FigureBook.records

    def noted(book: FigureBook, actor: Actor, period: Period, *cells: tuple[str, ...]) -> object:
        asked.append(period)
        return records(book, actor, period, *cells)

    monkeypatch.setattr(FigureBook, "records", noted)
    panel = shown()
    whole = Period(TODAY - timedelta(days=7), TODAY)

    panel.show_behind("Cases", whole, ("cases",))

    assert [p.days for p in asked] == [2, 2, 2, 2]
    assert sorted(d for p in asked for d in p.each_day()) == list(whole.each_day())
    assert panel.model.rowCount() == 1
    assert panel.model.index(0, 2).data().startswith("Case: ")


def test_more_records_than_anybody_reads_are_not_listed(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_behind, "MOST", 4)
    panel = shown()

    panel.show_behind("All calls", NOW, ("calls",))

    assert panel.model.rowCount() == 4
    assert panel.counter.text() == "The 4 latest records of more"


def test_who_may_see_figures_only_sees_no_record(desk: Desk, shown: Shown) -> None:
    panel = shown(desk.analyst)

    panel.show_behind("All calls", NOW, ("calls",))

    assert panel.model.rowCount() == 0
    assert not panel.table.isVisible()
    assert "Your role sees figures" in panel.notice.label.text()


def test_nothing_behind_a_nought_and_esc_closes(shown: Shown) -> None:
    panel = shown()
    closed: list[bool] = []
    panel.closed.connect(lambda: closed.append(True))

    panel.show_behind("Old care", NOW, ("subject", "OLD.CAR"))
    panel.focus_list()
    assert panel.counter.text() == "None."
    press(Qt.Key.Key_Escape)

    assert closed == [True]


def test_an_answer_to_an_earlier_question_is_dropped_and_trouble_is_a_sentence(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[Callable[[], None]] = []

    class Later(InlineTaskRunner):
        def database(self, receiver, work, done, failed) -> None:  # type: ignore[no-untyped-def]
            run = super().database
            waiting.append(lambda: run(receiver, work, done, failed))

    office = desk.office
    panel = RecordsBehind(desk.book, office.reference, office.actor, Later(), office.clock)
    qtbot.addWidget(panel)
    panel.show_behind("All calls", NOW, ("calls",))
    panel.show_behind("Subject", NOW, ("subject", "DIS.GRP"))
    for run in reversed(waiting):
        run()
    assert panel.model.rowCount() == 1

    def broken(*_arguments: object) -> None:
        raise EnvironmentProblem("database.disk_error")

    monkeypatch.setattr(FigureBook, "records", broken)
    panel.show_behind("All calls", NOW, ("calls",))
    waiting[-1]()
    assert "The disk reports an error" in panel.notice.label.text()


def test_a_list_that_was_read_already(desk: Desk, shown: Shown) -> None:
    panel = shown()
    [case] = desk.book.records(desk.office.actor, NOW, ("cases",))

    panel.show_records("Without a plan", [replace(case, number="0412-2026-C00099")])

    assert numbers(panel) == ["0412-2026-C00099"]
    assert panel.title.text() == "Without a plan"
