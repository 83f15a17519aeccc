"""How a row of two lines is painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from operator_app.ui import theme
from operator_app.ui.models.entry_model import ROW_ROLE
from operator_app.ui.screens.journal_delegate import paint_mark
from operator_app.ui.wording import Wording

ROW_HEIGHT = 56
PADDING = 12
GAP = 12
SMALL = 12
LEAST_MARK = 40
"""Pixels of the letters of the second line."""


class EntryDelegate(QStyledItemDelegate):
    """Title and state above, the line and its marks below; words and signs, never colour alone."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del option, index
        return QSize(200, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        colours = theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        rect = QRect(option.rect)
        painter.fillRect(rect, QColor(colours.accent_soft if selected else colours.card))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(colours.line))
        if selected and option.widget is not None and option.widget.hasFocus():
            painter.fillRect(
                QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent)
            )
        inner = rect.adjusted(PADDING, 7, -PADDING, -7)
        half = inner.height() // 2
        above = QRect(inner.left(), inner.top(), inner.width(), half)
        below = QRect(inner.left(), inner.top() + half, inner.width(), inner.height() - half)
        bold, small = QFont(option.font), QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(SMALL)
        text = QColor(colours.accent_text if selected else colours.text)
        muted = QColor(colours.accent_text if selected else colours.muted)
        states = (row.state,) if row.state else ()
        self._paint_line(painter, above, row.title, bold, text, states, small)
        self._paint_line(painter, below, row.line, small, muted, row.marks, small)
        painter.restore()

    def _paint_line(
        self,
        painter: QPainter,
        area: QRect,
        words: str,
        font: QFont,
        colour: QColor,
        marks: Sequence[Wording],
        mark_font: QFont,
    ) -> None:
        right = area.right()
        for mark in reversed(marks):
            # In a narrow list words give way; the tip has them.
            width = min(mark_width(QFontMetrics(mark_font), mark), right - area.left())
            if width < LEAST_MARK:
                break
            place = QRect(right - width, area.top(), width + 1, area.height())
            paint_mark(painter, place, mark_font, mark, pill=False)
            right -= width + GAP
        room = max(0, right - area.left())
        painter.setFont(font)
        painter.setPen(colour)
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(area.left(), area.top(), room, area.height()), middle, shown)


def mark_width(measure: QFontMetrics, mark: Wording) -> int:
    """Pixels of the sign and the words."""
    sign = f"{mark.sign}  " if mark.sign else ""
    return measure.horizontalAdvance(sign) + measure.horizontalAdvance(mark.words) + 2
