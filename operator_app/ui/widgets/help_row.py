"""One offer of the help panel: its key, its title, and what it comes to in a line or two."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from operator_app.ui.widgets.basic import set_state, text

NARROWEST = 240
DETAIL_LETTERS = 72
"""Two lines of the panel; all of it stands in the tip, and is read by a click."""


class HelpRow(QPushButton):
    """Looks like a card and acts like a button: a click reads it."""

    def __init__(self, number: int, title: str, detail: str, *, urgent: bool) -> None:
        super().__init__()
        self.setObjectName("helpRow")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Alt+{number}: {title}. {detail}")
        self.setToolTip(f"{title}\n{detail}" if detail else title)
        set_state(self, "tone", "danger" if urgent else "")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 5, 8, 6)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(0, 1)
        key = text(f"Alt+{number}", "hint")
        self._grid.addWidget(text(title, "strong", wrap=True), 0, 0)
        self._grid.addWidget(key, 0, 1, Qt.AlignmentFlag.AlignTop)
        if detail:
            shown = detail
            if len(shown) > DETAIL_LETTERS:
                shown = shown[:DETAIL_LETTERS].rsplit(" ", 1)[0].rstrip(" ,.;:·") + "…"
            self._grid.addWidget(text(shown, "hint", wrap=True), 1, 0, 1, 2)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not within the event: what comes after it lays the labels out for the size of before.
        QTimer.singleShot(0, self, self._fit)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            QTimer.singleShot(0, self, self._fit)

    def sizeHint(self) -> QSize:
        width = max(self.width(), NARROWEST)
        return QSize(width, self._grid.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, self.sizeHint().height())

    def _fit(self) -> None:
        """As high as its words need at this width: buttons do not ask their layout."""
        self.setFixedHeight(self._grid.heightForWidth(self.width()))
