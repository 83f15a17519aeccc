"""Pictures of the overview of a supervisor: see build/shots.py."""

from __future__ import annotations

from PySide6.QtCore import Qt

from build.sitting import Sitting


class OverviewPictures:
    """The place of reports is shown."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._hands = sitting.hands

    def take(self) -> None:
        """A week, a chart walked by arrows, the records behind it, a table, a definition."""
        page = self._sitting.desk.supervision.overview
        if page is None:
            raise RuntimeError("no overview")
        self._hands.wait(lambda: page.overview is not None, "the figures")
        self._picture("overview-today")
        self._hands.press(Qt.Key.Key_3)
        self._picture("overview-month")
        self._hands.press(Qt.Key.Key_2)
        self._picture("overview")
        topics, hours = page.charts["topic"], page.charts["hour"]
        self._sitting.focus(topics.canvas)
        self._hands.press(Qt.Key.Key_Down)
        self._hands.press(Qt.Key.Key_Return)
        self._picture("overview-records")
        self._hands.press(Qt.Key.Key_Escape)
        self._sitting.focus(hours.canvas)
        self._hands.press(Qt.Key.Key_T)
        self._hands.press(Qt.Key.Key_F1)
        self._picture("overview-table")
        self._hands.press(Qt.Key.Key_Escape)
        self._hands.press(Qt.Key.Key_T)

    def _picture(self, name: str) -> None:
        self._sitting.settle()
        page = self._sitting.desk.supervision.overview
        # It says how far it is while it counts, in steps.
        self._hands.wait(lambda: page is None or not page.bar.state.text(), "the figures")
        self._sitting.settle()
        self._sitting.picture(name)
