"""The overview as a supervisor uses it: by keys, with the figures of a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.overview import Concern
from operator_app.domain.people import Actor
from operator_app.errors import EnvironmentProblem
from operator_app.services.chart_files import ChartFiles
from operator_app.services.overview import Overviews
from operator_app.ui.chart_saving import svg_png
from operator_app.ui.events import Events
from operator_app.ui.overview_charts import KINDS
from operator_app.ui.screens import overview_page
from operator_app.ui.screens.overview_page import OverviewPage
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner, Tasks
from tests.dashboard.conftest import Desk, press

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Saved:
    """Stands for the system's dialog: files go to `folder` under the proposed name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask_save_path(
        self, parent: QWidget, title: str, proposed: Path, file_type: str
    ) -> Path | None:
        assert f"*{proposed.suffix}" in file_type
        return self.folder / proposed.name

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the overview asked {name}")


class Bench:
    """The page with what surrounds it, and where it leads."""

    def __init__(self, qtbot: QtBot, desk: Desk, folder: Path) -> None:
        self.qtbot, self.desk, self.folder = qtbot, desk, folder
        self.events = Events()
        self.led: list[tuple[str, str]] = []
        self.events.open_call_asked.connect(lambda one: self.led.append(("call", one)))
        self.events.open_case_asked.connect(lambda one: self.led.append(("case", one)))
        self.events.risen_follow_ups_asked.connect(lambda: self.led.append(("follow-ups", "")))
        self.events.sync_state_asked.connect(lambda: self.led.append(("sync", "")))

    def page(self, actor: Actor | None = None, tasks: Tasks | None = None) -> OverviewPage:
        office = self.desk.office
        page = OverviewPage(
            overviews=Overviews(
                office.database, self.desk.book, self.desk.cases.files, office.clock
            ),
            book=self.desk.book,
            files=ChartFiles(office.database, office.clock, "DejaVu Sans", svg_png),
            reference=office.reference,
            actor=actor or office.actor,
            tasks=tasks or InlineTaskRunner(),
            events=self.events,
            dialogs=Saved(self.folder),
            clock=office.clock,
        )
        page.reviews_asked.connect(lambda: self.led.append(("reviews", "")))
        self.qtbot.addWidget(page)
        page.resize(1242, 620)
        page.show()
        page.activateWindow()
        self.qtbot.waitUntil(page.isActiveWindow)
        page.setFocus()
        return page


@pytest.fixture
def bench(qtbot: QtBot, desk: Desk, tmp_path: Path) -> Bench:
    return Bench(qtbot, desk, tmp_path)


def tile(page: OverviewPage, name: str) -> str:
    shown = page.tiles.by_name[name]
    return f"{shown.figure.text()} {shown.before.text()}".strip()


def table(page: OverviewPage, name: str) -> dict[str, str]:
    model = page.charts[name].table.model()
    return {
        model.index(row, 0).data(): model.index(row, 1).data() for row in range(model.rowCount())
    }


def test_today_at_a_glance(bench: Bench) -> None:
    page = bench.page()

    assert tile(page, "calls") == "9 before: 5"
    assert tile(page, "asked") == "7 before: 4"
    assert tile(page, "danger") == "1 before: 0"
    assert tile(page, "violence") == "1 before: 0"
    assert tile(page, "response") == "2:05 before: –"
    assert tile(page, "acute") == "1"
    assert page.bar.compared.text() == "24.11.2026, compared with 23.11.2026"
    shown = {concern for concern, made in page.troubles.buttons.items() if made.isVisible()}
    assert shown == set(Concern) - {Concern.UNSENT}
    assert not page.troubles.calm.isVisible()


def test_all_of_it_is_seen_at_once_on_a_small_screen(bench: Bench) -> None:
    page = bench.page()
    page.resize(1242, 560)
    bench.qtbot.wait(1)

    inside = QRect(page.mapToGlobal(QPoint(0, 0)), page.size())
    for view in page.charts.values():
        at = QRect(view.mapToGlobal(QPoint(0, 0)), view.size())
        assert inside.contains(at)
        assert view.canvas.height() >= 130


def test_digits_choose_the_days(bench: Bench) -> None:
    page = bench.page()

    press(Qt.Key.Key_2)
    assert tile(page, "calls") == "14 before: 2"
    assert page.bar.compared.text() == "23.11 – 24.11.2026, compared with 16.11 – 17.11.2026"
    press(Qt.Key.Key_3)
    assert tile(page, "calls") == "16 before: 0"
    press(Qt.Key.Key_4)
    field = QApplication.focusWidget()
    assert field is page.bar.first
    page.bar.first.setDate(page.bar.first.date().addDays(16))
    assert page.bar.compared.text().startswith("17.11 – 24.11.2026")
    assert tile(page, "calls") == "16 before: 0"
    QTest.keyClicks(field, "2")
    assert page.bar.days.value == "any", "a digit in a date is a digit of the date"


def test_a_chart_and_its_table_say_the_same(bench: Bench) -> None:
    page = bench.page()

    assert table(page, "hour") == {str(n): {9: "5", 10: "4"}.get(n, "0") for n in range(24)}
    assert table(page, "language") == {"Russian": "5", "Kyrgyz": "1"}
    assert table(page, "kind")["Silent"] == "2"
    assert list(table(page, "day").values()) == ["0"] * 5 + ["5", "9"]
    assert set(table(page, "place").values()) == {"6"}
    for kind in KINDS:
        chart = page.charts[kind.name].chart
        assert chart is not None
        assert list(table(page, kind.name)) == list(chart.labels)


def test_the_key_of_the_table_works_on_both_keyboards_and_goes_back(bench: Bench) -> None:
    page = bench.page()
    view = page.charts["hour"]
    view.canvas.setFocus()

    press(Qt.Key.Key_T)
    assert view.as_table
    assert QApplication.focusWidget() is view.table
    # The same key on a Cyrillic keyboard; QTest types Latin letters only.
    plain = Qt.KeyboardModifier.NoModifier
    cyrillic = QKeyEvent(QEvent.Type.KeyPress, 0x0415, plain, "е")
    QApplication.sendEvent(view.table, cyrillic)
    assert not view.as_table
    assert QApplication.focusWidget() is view.canvas


def test_arrows_walk_the_bars_and_enter_lists_what_is_behind(bench: Bench) -> None:
    page = bench.page()
    page.charts["hour"].canvas.setFocus()

    for _step in range(11):
        press(Qt.Key.Key_Right)
    assert page.charts["hour"].canvas.accessibleName() == "By hour. 10: 4"
    press(Qt.Key.Key_Return)

    records = page.side.records
    assert records.title.text() == "By hour: 10"
    assert records.model.rowCount() == 4
    assert QApplication.focusWidget() is records.table
    press(Qt.Key.Key_Return)
    kind, record_id = bench.led.pop()
    assert kind == "call"
    assert record_id in {call.call_id for call in bench.desk.saved}
    press(Qt.Key.Key_Escape)
    assert not page.side.isVisible()
    assert QApplication.focusWidget() is page.charts["hour"].canvas


def test_a_click_on_a_bar_lists_it_too_and_so_does_a_line_of_the_table(bench: Bench) -> None:
    page = bench.page()
    view = page.charts["topic"]
    first = view.canvas.mark(0)
    bench.qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=first.center().toPoint())
    behind = page.side.records
    assert behind.model.rowCount() == int(next(iter(table(page, "topic").values()))) == 5

    view.flip()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert behind.model.rowCount() == 1
    assert behind.title.text().startswith("By topic: ")


def test_the_day_of_a_line_leads_to_that_day(bench: Bench) -> None:
    page = bench.page()
    page.charts["day"].canvas.setFocus()

    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Space)

    assert page.side.records.model.rowCount() == 5
    assert page.side.records.model.index(0, 1).data().startswith("23.11")


def test_each_trouble_leads_to_where_it_is_mended(bench: Bench) -> None:
    page = bench.page()
    assert page.overview is not None
    [case] = page.overview.standing.acute.records

    page.troubles.buttons[Concern.FOLLOW_UPS].setFocus()
    press(Qt.Key.Key_Return)
    page.troubles.buttons[Concern.REVIEW].setFocus()
    press(Qt.Key.Key_Return)
    page.troubles.buttons[Concern.PLAN].setFocus()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)

    assert bench.led == [("follow-ups", ""), ("reviews", ""), ("case", case.record_id)]


def test_each_tile_leads_on(bench: Bench) -> None:
    page = bench.page()
    listed = {}
    for name in ("calls", "asked", "danger", "violence", "response", "acute", "referrals"):
        page.tiles.by_name[name].setFocus()
        press(Qt.Key.Key_Return)
        listed[name] = page.side.records.model.rowCount()
    for name in ("follow_ups", "waiting", "oldest"):
        page.tiles.by_name[name].click()

    assert listed == {
        "calls": 9, "asked": 7, "danger": 1, "violence": 1, "response": 1, "acute": 1,
        "referrals": 0,
    }  # fmt: skip
    assert [led for led, _id in bench.led] == ["follow-ups", "sync", "sync"]


def test_what_is_counted_is_one_key_away(bench: Bench) -> None:
    page = bench.page()
    page.tiles.by_name["danger"].setFocus()
    press(Qt.Key.Key_F1)
    assert "“danger now” is yes" in page.side.definition_text
    press(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.tiles.by_name["danger"]

    for kind in KINDS:
        page.charts[kind.name].canvas.setFocus()
        QTest.keyClicks(page.charts[kind.name].canvas, "?")
        assert page.side.isVisible()
        assert len(page.side.definition_text) > 20


def test_a_chart_is_saved_as_picture_and_drawing_without_small_figures(bench: Bench) -> None:
    page = bench.page()
    page.charts["topic"].canvas.setFocus()

    press(Qt.Key.Key_S, CONTROL)
    press(Qt.Key.Key_S, CONTROL | SHIFT)

    png = bench.folder / "117_topic_2026-11-24_2026-11-24.png"
    svg = png.with_suffix(".svg")
    image = QImage(str(png))
    assert (image.width(), image.height()) == (1920, 1080)
    words = svg.read_text(encoding="utf-8")
    assert words.count("•") == 3, "both topics, and the line that says what it means"
    assert ">5<" not in words, "it would tell the other one"
    with bench.desk.office.database.read() as connection:
        rows = connection.execute(
            select(audit.c.action, audit.c.details).where(audit.c.action.like("chart.%"))
        ).all()
    assert [row.action for row in rows] == ["chart.exported"] * 2
    assert '"indicator":"subject"' in rows[0].details
    assert "Saved" in page.side.outcome.done.label.text()


def test_a_file_that_cannot_be_written_is_said_in_words(bench: Bench) -> None:
    page = bench.page()
    bench.folder = page._saving._dialogs.folder = bench.folder / "gone"
    page.charts["hour"].canvas.setFocus()

    press(Qt.Key.Key_S, CONTROL)

    assert "The folder is not there any more" in page.side.outcome.problem.label.text()


def test_a_new_call_is_counted_without_a_flicker(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_page, "PAUSE_MS", 0)
    page = bench.page()
    press(Qt.Key.Key_2)
    view = page.charts["topic"]
    view.canvas.setFocus()
    press(Qt.Key.Key_Down)
    before = int(tile(page, "calls").split()[0])
    messages: list[str] = []
    monkeypatch.setattr(type(view), "show_message", lambda _view, said: messages.append(said))

    call = bench.desk.call()
    bench.events.calls_changed.emit(call.call_id)
    bench.qtbot.waitUntil(lambda: tile(page, "calls").split()[0] == str(before + 1))

    assert messages == []
    assert view.canvas.current == 0
    assert QApplication.focusWidget() is view.canvas
    bench.desk.office.calls.void(bench.desk.office.actor, call.call_id, "of a test")
    bench.desk.saved.remove(call)


def test_an_empty_day_says_so_and_calm_is_said_too(bench: Bench) -> None:
    moment = bench.desk.office.clock.now
    bench.desk.office.clock.now = moment - timedelta(days=300)
    try:
        page = bench.page()
        words = [w.text() for w in page.findChildren(QLabel) if w.isVisible()]
    finally:
        bench.desk.office.clock.now = moment

    assert words.count("No calls in these days.") == len(KINDS)
    assert tile(page, "calls") == "0 before: 0"


def test_trouble_is_a_sentence_and_old_figures_stay(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = bench.page()

    def broken(*_arguments: object) -> None:
        raise EnvironmentProblem("database.disk_error")

    monkeypatch.setattr(Overviews, "read", broken)
    page.refresh()

    assert "The disk reports an error" in page.notice.label.text()
    assert tile(page, "calls").startswith("9")


def test_while_it_counts_it_says_so_and_a_save_need_not_wait(bench: Bench) -> None:
    """Each step of counting is a piece of work of its own: whatever else is asked for is done
    between two of them."""
    order: list[str] = []
    runner = TaskRunner()
    page = bench.page(tasks=runner)
    counting: list[str] = []
    page._asking.progressed.connect(lambda done, every: counting.append(f"{done}/{every}"))
    page.bar.days.set_value("any")
    page.bar.first.setDate(page.bar.first.date().addDays(-200))
    page.refresh()
    bench.qtbot.waitUntil(lambda: bool(counting), timeout=20_000)
    said = page.bar.state.text()
    runner.database(page, lambda: None, lambda _none: order.append(counting[-1]), pytest.fail)
    bench.qtbot.waitUntil(lambda: bool(page.bar.state.text() == ""), timeout=20_000)
    runner.shut_down()

    assert said.startswith("Counting: ")
    assert order[0] != counting[-1], "the other work had to wait for the last step"


def test_an_analyst_sees_figures_and_no_records(bench: Bench) -> None:
    page = bench.page(bench.desk.analyst)

    page.tiles.by_name["calls"].click()
    assert tile(page, "calls") == "9 before: 5"
    assert "Your role sees figures" in page.side.records.notice.label.text()
    page.tiles.by_name["acute"].click()
    assert page.side.records.model.rowCount() == 0
    assert "Your role sees figures" in page.side.records.notice.label.text()


def test_a_screen_reader_finds_names_and_numbers(bench: Bench) -> None:
    page = bench.page()

    nameless = [
        type(w).__name__
        for w in page.findChildren(QWidget)
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus
        and w.isVisible()
        and not w.accessibleName()
        and w.focusProxy() is None
        and type(w).__name__ not in ("QLineEdit", "QSpinBox", "FittingScroll")
    ]
    assert nameless == []
    assert page.tiles.by_name["calls"].accessibleName() == "All calls: 9, before: 5"
    described = page.charts["day"].canvas.accessibleDescription()
    assert "These days: 14 in all; most: Tu 24 9, Mo 23 5." in described
    assert all(b.accessibleName() for b in page.findChildren(QToolButton))


def test_tab_reaches_every_chart_in_the_order_of_the_eye(bench: Bench) -> None:
    page = bench.page()
    page.tiles.by_name["oldest"].setFocus()
    met: list[str] = []
    step: Callable[[], None] = lambda: press(Qt.Key.Key_Tab)  # noqa: E731
    for _stop in KINDS:
        step()
        focused = QApplication.focusWidget()
        met += [k.name for k in KINDS if page.charts[k.name].canvas is focused]

    assert met == [kind.name for kind in KINDS]
