"""Content that scrolls only on a screen too low for it, and follows the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSizePolicy, QWidget

from operator_app.ui.widgets.basic import GRID

SCROLL_BAR = 12
"""Room that a side panel of fixed width leaves for the bar."""


class FittingScroll(QScrollArea):
    """Asks for the whole height of its content and scrolls only where the screen is too low."""

    def __init__(self, content: QWidget, width: int) -> None:
        super().__init__()
        self._content = content
        self._width = width
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setWidget(content)
        content.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow_focus)

    def sizeHint(self) -> QSize:
        wanted = self._content.heightForWidth(self._width)
        return QSize(self._width, wanted if wanted > 0 else self._content.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width, 120)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._content.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 6 * GRID)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
