"""A chart as it is painted: its bars and dots are walked by arrows, Enter or a click opens one."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from operator_app.export.chart_data import Chart, Form, mark_id
from operator_app.export.chart_palette import DARK, LIGHT
from operator_app.export.charts import chart_svg
from operator_app.ui import theme
from operator_app.ui.tasks import Tasks

REDRAW_MS = 60
"""After the last change of size."""
_BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up)
_ON = (Qt.Key.Key_Right, Qt.Key.Key_Down)
_FIRST, _LAST = Qt.Key.Key_Home, Qt.Key.Key_End
_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_NOTHING = Chart(Form.BARS, (), ())


class ChartCanvas(QWidget):
    """`chosen(index)`: somebody wants what is behind this value of the first series.

    `failed(error)`: it could not be drawn. It is drawn on the worker; until then, and while the
    window is pulled, what was there before stays.
    """

    chosen = Signal(int)
    failed = Signal(object)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._chart = _NOTHING
        self._drawn = _NOTHING
        self._asked = 0
        self._title = ""
        self.current = -1
        self.renderer = QSvgRenderer(self)
        self._pause = QTimer(self, interval=REDRAW_MS, singleShot=True)
        self._pause.timeout.connect(self._draw)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(360, 170)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 130)

    def name(self, title: str) -> None:
        """What a screen reader calls it."""
        self._title = title
        self._say()

    def show_chart(self, chart: Chart) -> None:
        """Draw these numbers; the same ones are not drawn again."""
        if chart == self._chart:
            return
        self._chart = chart
        if self.current >= len(chart.labels):
            self.current = -1
        self._say()
        self._draw()

    def mark(self, index: int) -> QRectF:
        """Where the bar or dot of a value of the first series is on the widget."""
        name = mark_id(0, index)
        if not self.renderer.elementExists(name):
            return QRectF()
        found = self.renderer.transformForElement(name).mapRect(self.renderer.boundsOnElement(name))
        size = self.renderer.defaultSize()
        across, down = self.width() / size.width(), self.height() / size.height()
        return QRectF(
            found.x() * across, found.y() * down, found.width() * across, found.height() * down
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.renderer.isValid():
            self.renderer.render(painter, QRectF(self.rect()))
        if not self.hasFocus():
            return
        accent = QColor(theme.current().accent)
        painter.setPen(QPen(accent, 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        marked = self.mark(self.current)
        if self.current >= 0 and not marked.isNull():
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(marked.adjusted(-4, -4, 4, 4), 4, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._chart.labels:
            self._pause.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._chart.labels) - 1
        key = event.key()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or last < 0:
            event.ignore()
        elif key in _BACK:
            self._go(max(0, self.current - 1))
        elif key in _ON:
            self._go(min(last, self.current + 1))
        elif key in (_FIRST, _LAST):
            self._go(0 if key == _FIRST else last)
        elif key in _OPEN and self.current >= 0:
            self.chosen.emit(self.current)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self.index_at(event.position())
        if index >= 0:
            self._go(index)
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.index_at(event.position()) >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.index_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(index), self)
            return True
        return super().event(event)

    def index_at(self, point: QPointF) -> int:
        """The value whose strip of the chart the point is in, or -1."""
        lying = self._drawn.form is Form.RANKS
        nearest, least = -1, float("inf")
        for index in range(len(self._drawn.labels)):
            marked = self.mark(index)
            if marked.isNull():
                continue
            middle = marked.center()
            away = abs(point.y() - middle.y()) if lying else abs(point.x() - middle.x())
            if away < least:
                nearest, least = index, away
        room = (self.height() if lying else self.width()) / max(1, len(self._drawn.labels))
        return nearest if least <= room else -1

    def _go(self, index: int) -> None:
        self.current = index
        self._say()
        self.update()

    def _words(self, index: int) -> str:
        if not 0 <= index < len(self._chart.labels):
            return ""
        values = " · ".join(
            f"{one.title}: {one.values[index]}"
            if len(self._chart.series) > 1
            else f"{one.values[index]}"
            for one in self._chart.series
        )
        return f"{self._chart.labels[index]}: {values}"

    def _say(self) -> None:
        chosen = self._words(self.current)
        self.setAccessibleName(f"{self._title}. {chosen}" if chosen else self._title)

    def _draw(self) -> None:
        if not self._chart.labels or self.width() < 50 or self.height() < 50:
            return
        self._asked += 1
        asked, chart = self._asked, self._chart
        width, height, font = self.width(), self.height(), self.font().family()
        palette = DARK if theme.current().name == "dark" else LIGHT

        def done(svg: str) -> None:
            if asked == self._asked:
                self._drawn = chart
                self.renderer.load(QByteArray(svg.encode()))
                self.update()

        self._tasks.database(
            self,
            lambda: chart_svg(chart, palette, width, height, font),
            done,
            self.failed.emit,
        )
