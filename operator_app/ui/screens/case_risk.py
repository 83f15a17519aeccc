"""Risk over time as a small step chart, with the same in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from operator_app.domain.cases import Assessment
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.danger import HIGH, IMMEDIATE, LEVELS, MEDIUM
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.ui import theme, wording

HEIGHT = 112
_PAD = 8
_DOT = 3.5
_MOST_FOR_LABELS = 0.6
"""Of the width: the chart takes the rest."""


class RiskChart(QWidget):
    """One step for each assessment, from the first to now; never the only bearer of the news: the
    accessible name says it in words, and the timeline lists it."""

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self._steps: list[tuple[int, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_assessments(self, assessments: Sequence[Assessment]) -> None:
        """Paint these, oldest first."""
        self._steps = [(a.at, a.final) for a in sorted(assessments, key=lambda a: a.at)]
        today = local_day(to_ms(self._clock()))
        said = [
            f"{wording.day_and_time(at, today)}: {self._risk(level).words}"
            for at, level in self._steps
        ]
        words = "; ".join(said) or _("not assessed yet")
        self.setAccessibleName(_("Risk over time: {words}").format(words=words))
        self.setToolTip("\n".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        measure = QFontMetrics(self.font())
        levels = list(reversed(LEVELS))
        row = (self.height() - measure.height() - _PAD) / len(levels)
        rows = {level: row * (i + 0.5) for i, level in enumerate(levels)}
        words = [measure.horizontalAdvance(self._label(level)) for level in levels]
        labels = min(max(words) + 2.0, self.width() * _MOST_FOR_LABELS)
        left, right = labels + _PAD, self.width() - _PAD - 2.0
        for level, y in rows.items():
            painter.setPen(QColor(colours.muted))
            shown = measure.elidedText(
                self._label(level), Qt.TextElideMode.ElideRight, math.ceil(labels)
            )
            painter.drawText(
                QRectF(0, y - row / 2, labels + 1, row), Qt.AlignmentFlag.AlignVCenter, shown
            )
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
        if self._steps:
            self._paint_steps(painter, rows, left, right)
            self._paint_days(painter, left, right)
        else:
            painter.setPen(QColor(colours.muted))
            area = QRectF(left, 0, right - left, self.height())
            bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight
            painter.drawText(area, bottom, _("not assessed yet"))

    def _paint_steps(
        self, painter: QPainter, rows: dict[str, float], left: float, right: float
    ) -> None:
        first, last = self._steps[0][0], max(to_ms(self._clock()), self._steps[-1][0] + 1)
        inks = {
            IMMEDIATE: theme.current().danger,
            HIGH: theme.current().danger,
            MEDIUM: theme.current().warning_text,
        }

        def x(at: int) -> float:
            return left + (right - left) * (at - first) / (last - first)

        following = [*self._steps[1:], (last, self._steps[-1][1])]
        for (at, level), (until, after) in zip(self._steps, following, strict=True):
            # A level this PC does not know counts as high.
            y, y_after = rows.get(level, rows[HIGH]), rows.get(after, rows[HIGH])
            ink = QColor(inks.get(level, theme.current().accent))
            painter.setPen(QPen(ink, 2))
            painter.drawLine(QPointF(x(at), y), QPointF(x(until), y))
            painter.setPen(QPen(QColor(theme.current().muted), 1))
            painter.drawLine(QPointF(x(until), y), QPointF(x(until), y_after))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(x(at), y), _DOT, _DOT)

    def _paint_days(self, painter: QPainter, left: float, right: float) -> None:
        now = local_day(to_ms(self._clock()))
        first = wording.day(local_day(self._steps[0][0]), now)
        painter.setPen(QColor(theme.current().muted))
        area = QRectF(left, 0, right - left, self.height())
        bottom = Qt.AlignmentFlag.AlignBottom
        if first != wording.day(now, now):
            painter.drawText(area, bottom | Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(area, bottom | Qt.AlignmentFlag.AlignRight, wording.day(now, now))

    def _label(self, level: str) -> str:
        mark = self._risk(level)
        return f"{mark.sign}  {mark.words}"

    def _risk(self, level: str) -> wording.Wording:
        return wording.risk_wording(self._reference, level)
