"""The supervisor's part of the demo's day: what is wrong, the figures that leave, a review, the
handover, a backup; and that the ministry counts the same."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from build.stage import CONTROL, EXPORTS, Stage
from ministry_server.figure_rows import cells_of
from operator_app.domain.clock import local_day, system_clock, to_ms
from operator_app.domain.figures import Period, month_of
from operator_app.i18n import _
from operator_app.services.figures import FigureBook
from operator_app.services.shifts import Shifts
from operator_app.ui.backup_page import BackupPage
from operator_app.ui.screens.daily_log_page import DailyLogPage
from operator_app.ui.screens.ministry_page import MinistryPage
from operator_app.ui.screens.overview_page import OverviewPage
from operator_app.ui.screens.review_page import ReviewPage
from operator_app.ui.screens.tabbed_screen import TabbedScreen
from operator_app.ui.widgets.outcome import Outcome

Page = TypeVar("Page", bound=QWidget)
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
MOST_TABS = 20
DRAWN_MS = 500
"""Until the charts are drawn anew beside the list."""
EXPORT_KEYS = (
    (Qt.Key.Key_E, CONTROL),
    (Qt.Key.Key_D, CONTROL),
    (Qt.Key.Key_E, CONTROL | SHIFT),
)
"""Excel, PDF, CSV: in the report and in the daily log."""
ENDINGS = sorted(EXPORTS)
HANDOVER = "Одно дело высокой опасности: ждём ответа кризисного центра до вечера."
YES, NO, IMPROVE = "1", "3", "2"
NOT_YET = "PLAN"
COMMENT = "Опасность спросили сразу, 102 вызвали вовремя. План безопасности — сегодня же."


class SupervisorDay:
    """What a supervisor does when the calls are taken, by the keyboard."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hands = stage.hands
        self._result = stage.result

    def look(self) -> None:
        """The overview; behind one of its figures lie as many records, and Enter opens one."""
        page = self._to(_("Overview"), OverviewPage)
        self._hands.wait(lambda: page.overview is not None, "the figures of today")
        self._hands.wait(lambda: _is_drawn(page), "the charts")
        self._stage.picture("overview")
        tile = page.tiles.by_name["asked"]
        self._hands.press(Qt.Key.Key_1, ALT)
        self._tab_to(tile)
        self._hands.press(Qt.Key.Key_Return)
        records = page.side.records
        self._hands.wait(lambda: records.model.rowCount() > 0, "the records behind the figure")
        self._result.expect("records behind a figure", records.model.rowCount(), 3)
        self._result.expect("the figure itself", tile.figure.text(), "3")
        QTest.qWait(DRAWN_MS)
        self._stage.picture("overview-records")
        self._hands.wait(records.table.hasFocus, "the keyboard on the records")
        self._hands.press(Qt.Key.Key_Return)
        journal = self._stage.app.desk_now.journal_screen
        self._hands.wait(
            lambda: journal is not None and journal.isVisible() and bool(journal.opened_call),
            "the record itself",
        )

    def report(self) -> None:
        """The ministry's report of this month, handed over as three files."""
        page = self._to(_("For the ministry"), MinistryPage)
        self._hands.wait(page.panel.excel_button.isEnabled, "the report of the last month")
        self._hands.press(Qt.Key.Key_Right, ALT)
        month = self._month
        self._hands.wait(lambda: page.period == month, "this month")
        self._hands.wait(page.panel.excel_button.isEnabled, "the report of this month")
        self._stage.picture("ministry-report")
        files = self._export(page.panel.excel_button, page.panel.outcome, "report")
        self._result.expect(
            "report is handed over as", sorted(f.rpartition(".")[2] for f in files), ENDINGS
        )
        told = next(f for f in self._stage.written("csv") if f.name in files)
        rows = list(csv.reader(io.StringIO(told.read_text("utf-8-sig")), delimiter=";"))
        shown = {field for row in rows for field in row if field.isdigit() and 0 < int(field) < 5}
        self._result.expect("figures under 5 that left", sorted(shown), [])
        self._stage.picture("ministry-report-exported")

    def review(self) -> None:
        """The case of high risk is looked at, every question answered, with a word to the operator."""
        page = self._to(_("Review"), ReviewPage)
        self._hands.wait(lambda: page.list.model.rowCount() > 0, "what waits for a review")
        self._result.expect("waits for a review", page.list.model.rowCount(), 1)
        self._hands.press(Qt.Key.Key_Down)
        self._hands.press(Qt.Key.Key_Return)
        self._hands.wait(lambda: page.desk.waiting is not None, "the case under review")
        for question in page.desk.form.answers:
            self._hands.answer(NO if question == NOT_YET else YES)
        self._hands.answer(IMPROVE)
        self._hands.write(COMMENT)
        self._stage.picture("review")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.wait(lambda: page.list.model.rowCount() == 0, "nothing waits any more")
        self._stage.picture("review-done")

    def hand_over(self) -> None:
        """The daily log of today, with a word to the next shift, as three files."""
        page = self._to(_("Daily log"), DailyLogPage)
        self._hands.wait(page.panel.excel_button.isEnabled, "the daily log")
        self._tab_to(page.handover.note)
        self._hands.write(HANDOVER)
        self._hands.wait(lambda: self._kept_words == HANDOVER, "the words are kept")
        self._stage.picture("daily-log")
        files = self._export(page.panel.excel_button, page.panel.outcome, "daily log")
        self._result.expect(
            "daily log is handed over as", sorted(f.rpartition(".")[2] for f in files), ENDINGS
        )
        self._stage.picture("daily-log-exported")

    def back_up(self) -> None:
        """One key makes a backup, another checks it."""
        page = self._to(_("Backup"), BackupPage, place=Qt.Key.Key_7)
        self._hands.press(Qt.Key.Key_F9)
        self._hands.wait(page.done.isVisible, "the backup is made")
        self._hands.wait(lambda: page.model.rowCount() == 1, "the backup is listed")
        made = page.done.label.text()
        self._hands.press(Qt.Key.Key_F8)
        self._hands.wait(
            lambda: page.done.isVisible() and page.done.label.text() != made,
            "the backup is checked",
        )
        self._result.facts["backup"] = page.done.label.text()
        self._result.expect("backup has a problem", page.problem.isVisible(), False)
        self._stage.picture("backup")

    def figures_agree(self) -> None:
        """The ministry asks its statistics by a token: the office's month is what it counts here."""
        desk, month = self._stage.app.desk_now, self._month
        here = cells_of(FigureBook(desk.database, system_clock).of(desk.actor, month))
        there = self._stage.receiver.figures(month.first, month.last)
        self._result.expect("figures of the month at the ministry", len(there), len(here))
        different = sorted(cell for cell in here | there if here.get(cell) != there.get(cell))
        self._result.expect("figures that differ", different, [])

    # Eyes and hands

    def _export(self, ready: QWidget, outcome: Outcome, what: str) -> list[str]:
        before = self._files()
        for number, (key, modifier) in enumerate(EXPORT_KEYS, start=1):
            self._hands.press(key, modifier)
            self._hands.wait(partial(self._are_written, number, before), f"{what}, file {number}")
            self._hands.wait(ready.isEnabled, f"{what}, the next file")
        self._hands.wait(outcome.isVisible, f"{what}, where the file is")
        files = sorted(self._files() - before)
        self._result.files += files
        return files

    def _are_written(self, number: int, before: set[str]) -> bool:
        return len(self._files() - before) == number

    def _files(self) -> set[str]:
        return {file.name for ending in EXPORTS for file in self._stage.written(ending)}

    @property
    def _kept_words(self) -> str:
        desk = self._stage.app.desk_now
        shifts = Shifts(desk.database, system_clock)
        return shifts.handover(desk.actor, local_day(to_ms(system_clock())))

    def _to(self, name: str, kind: type[Page], place: Qt.Key = Qt.Key.Key_6) -> Page:
        """To the place of that digit, and there to a page by the key of its tab."""
        self._stage.go_to(place)
        window = self._stage.app.desk_now.window
        screen = window.pages.currentWidget()
        if not isinstance(screen, TabbedScreen):
            raise RuntimeError("this place has no tabs")
        self._hands.go_to_tab(screen.tabs, name)
        self._hands.wait(lambda: _is_shown(screen, kind), name)
        QTest.qWait(200)
        page = screen.findChild(kind)
        if page is None:
            raise RuntimeError(f"this role has no page {name}")
        return page

    def _tab_to(self, target: QWidget) -> None:
        for _tab in range(MOST_TABS):
            if target.hasFocus():
                return
            self._hands.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        where = focused.accessibleName() if focused else "nowhere"
        raise TimeoutError(f"Tab does not lead to {target.accessibleName()}, but to {where}")

    @property
    def _month(self) -> Period:
        return month_of(local_day(to_ms(system_clock())))


def _is_shown(screen: QWidget, kind: type[Page]) -> bool:
    page = screen.findChild(kind)
    return page is not None and page.isVisible()


def _is_drawn(page: OverviewPage) -> bool:
    shown = [view for view in page.charts.values() if view.chart and not view.chart.is_empty]
    return bool(shown) and all(view.canvas.renderer.isValid() for view in shown)
