"""Pictures of the supervisor's reports and reviews, and of the pages that leave: see build/shots.py."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from build.overview_pictures import OverviewPictures
from build.sitting import ALT, CONTROL, SHIFT, Sitting
from operator_app.domain.review import CLOSURE
from operator_app.domain.span import Unit
from operator_app.i18n import _
from operator_app.ui.screens.daily_log_page import DailyLogPage
from operator_app.ui.screens.ministry_page import MinistryPage
from operator_app.ui.screens.my_reviews_page import MyReviewsPage
from operator_app.ui.screens.overview_page import OverviewPage
from operator_app.ui.screens.review_page import ReviewPage
from operator_app.ui.screens.tabbed_screen import TabbedScreen

Page = TypeVar("Page", bound=QWidget)
ENTER = Qt.Key.Key_Return
PAGE_PIXELS = 1100
"""Of the longer side of a page of paper."""


class SupervisionPictures:
    """The place of reports, tab by tab."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._hands = sitting.hands

    def _picture(self, name: str) -> None:
        self._sitting.settle()
        self._sitting.picture(name)

    def take(self) -> None:
        """As a supervisor goes through it."""
        self._to(_("Overview"), OverviewPage)
        OverviewPictures(self._sitting).take()
        self._daily_log()
        self._ministry()
        self._reviews()
        self._papers()

    def figures(self) -> None:
        """What somebody sees who has the figures only."""
        page = self._to(_("Overview"), OverviewPage)
        self._hands.wait(lambda: page.overview is not None, "the figures")
        self._hands.press(Qt.Key.Key_3)
        self._picture("overview-analyst")
        ministry = self._to(_("For the ministry"), MinistryPage)
        self._hands.wait(ministry.panel.excel_button.isEnabled, "the report")
        self._hands.press(ENTER)
        self._picture("ministry-analyst")
        self._hands.press(Qt.Key.Key_Escape)

    def own_reviews(self) -> None:
        """What an operator reads of a review."""
        page = self._to(_("My reviews"), MyReviewsPage)
        self._hands.wait(lambda: page.list.model.rowCount() > 0, "reviews of their work")
        self._picture("my-reviews")
        for name in ("my-review-case", "my-review-call"):
            self._hands.press(Qt.Key.Key_Down)
            self._hands.press(ENTER)
            self._sitting.settle()
            self._picture(name)
            self._hands.press(Qt.Key.Key_Escape)

    def _daily_log(self) -> None:
        page = self._to(_("Daily log"), DailyLogPage)
        ready = page.panel.excel_button.isEnabled
        self._hands.wait(ready, "the daily log")
        self._picture("daily-log")
        self._save(page, Qt.Key.Key_D)
        self._picture("daily-log-saved")
        for unit, name in ((Unit.SHIFT, "shift"), (Unit.WEEK, "week"), (Unit.DAYS, "days")):
            while page.panel.span.unit_field.currentData()[0] != unit:
                self._hands.press(Qt.Key.Key_Down, ALT)
            self._hands.wait(ready, "the log of that time")
            self._picture(f"daily-log-{name}")
        self._hands.press(Qt.Key.Key_R, CONTROL)
        self._hands.wait(page.schedule.isVisible, "the form of the schedule")
        self._picture("daily-log-schedule")
        self._hands.write(str(self._sitting.files))
        self._hands.press(ENTER, CONTROL)
        self._hands.wait(page.schedule.end_button.isEnabled, "the schedule is set")
        self._picture("daily-log-scheduled")
        self._hands.press(Qt.Key.Key_Escape)

    def _ministry(self) -> None:
        page = self._to(_("For the ministry"), MinistryPage)
        self._hands.wait(page.panel.excel_button.isEnabled, "the report")
        self._picture("ministry-month")
        bar = page.table.verticalScrollBar()
        for number in (1, 2, 3, 4):
            bar.setValue(bar.maximum() * number // 4)
            self._picture(f"ministry-month-{number}")
        bar.setValue(0)
        page.panel.hide_box.setChecked(True)
        self._picture("ministry-as-it-leaves")
        page.panel.hide_box.setChecked(False)
        self._hands.press(ENTER)
        self._hands.wait(lambda: page.records.model.rowCount() > 0, "the records behind")
        self._picture("ministry-records")
        self._hands.press(Qt.Key.Key_Escape)
        self._save(page, Qt.Key.Key_D)
        self._picture("ministry-saved")

    def _reviews(self) -> None:
        page = self._to(_("Review"), ReviewPage)
        self._hands.wait(lambda: page.list.model.rowCount() > 0, "the queue")
        self._picture("review-queue")
        self._hands.press(Qt.Key.Key_T, CONTROL)
        self._picture("review-sampling")
        self._hands.press(Qt.Key.Key_T, CONTROL)
        page.focus_list()
        self._open(page, 0)
        self._hands.answer("113")
        self._picture("review-case")
        self._hands.press(Qt.Key.Key_F7, SHIFT)
        self._picture("review-lower")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.press(ENTER, CONTROL)
        self._picture("review-missing")
        self._hands.press(Qt.Key.Key_Escape)
        closure = self._line_of(page, CLOSURE)
        self._open(page, closure)
        self._picture("review-closure")
        self._hands.press(Qt.Key.Key_Escape)
        self._open(page, page.list.model.rowCount() - 1)
        self._picture("review-call")
        self._hands.press(Qt.Key.Key_Escape)
        mine = self._to(_("My reviews"), MyReviewsPage)
        self._hands.wait(mine.isVisible, "reviews of their work")
        self._picture("my-reviews-none")

    def _open(self, page: ReviewPage, line: int) -> None:
        page.list.view.point_at(page.list.model.key_at(line))
        self._sitting.focus(page.list.view)
        key = page.list.model.key_at(line)
        self._hands.press(ENTER)
        self._hands.wait(
            lambda: page.desk.waiting is not None and page.desk.waiting.key == key, "the review"
        )
        self._sitting.settle()

    def _line_of(self, page: ReviewPage, reason: str) -> int:
        model = page.list.model
        return next(n for n in range(model.rowCount()) if model.key_at(n).startswith(reason))

    def _papers(self) -> None:
        """The PDF files as pictures, where there is a program that makes them."""
        program = shutil.which("pdftoppm")
        if program is None:
            return
        for file in sorted(self._sitting.files.glob("*.pdf")):
            kind = "paper-day" if len(file.stem.split("_")) == 3 else "paper-ministry"
            command = [program, "-png", "-scale-to", str(PAGE_PIXELS), str(file)]
            subprocess.run([*command, str(self._sitting.out / kind)], check=True)

    def _save(self, page: DailyLogPage | MinistryPage, key: Qt.Key) -> None:
        outcome = page.panel.outcome
        self._hands.press(key, CONTROL)
        self._hands.wait(outcome.folder_button.isVisible, "the file is written")

    def _to(self, name: str, kind: type[Page]) -> Page:
        self._sitting.go_to(Qt.Key.Key_6)
        return to_tab(self._sitting, name, kind)


def to_tab(sitting: Sitting, name: str, kind: type[Page]) -> Page:
    """A page of the place in front, by the key of its tab."""
    screen = sitting.desk.window.pages.currentWidget()
    if not isinstance(screen, TabbedScreen):
        raise RuntimeError("this place has no tabs")
    sitting.hands.go_to_tab(screen.tabs, name)
    sitting.hands.wait(_shown(screen, kind), name)
    sitting.settle()
    page = screen.findChild(kind)
    if page is None:
        raise RuntimeError(f"no page {name}")
    return page


def _shown(screen: QWidget, kind: type[QWidget]) -> Callable[[], bool]:
    def is_shown() -> bool:
        page = screen.findChild(kind)
        return isinstance(page, QWidget) and page.isVisible()

    return is_shown
