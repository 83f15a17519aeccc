"""How a line of the journal is painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from operator_app.i18n import _
from operator_app.ui import theme
from operator_app.ui.models.journal_model import NEW_DAY_ROLE, ROW_ROLE, WORDING_ROLE, Column
from operator_app.ui.wording import Wording

ROW_HEIGHT = 36
PADDING = 8
PILL_PADDING = 8


def mark_width(measure: QFontMetrics, mark: Wording) -> int:
    """Pixels that the mark needs as a pill."""
    return measure.horizontalAdvance(_sign(mark) + mark.words) + 2 * PILL_PADDING + 8


class JournalDelegate(QStyledItemDelegate):
    """Marks as pills or signs, a line between days, void calls struck through with the word."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        self.initStyleOption(option, index)
        colours = theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        rect = QRect(option.rect)
        painter.fillRect(rect, QColor(colours.accent_soft if selected else colours.card))
        line = colours.field_line if index.data(NEW_DAY_ROLE) else colours.line
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), QColor(line))
        first = index.column() == Column.TIME
        if selected and first and option.widget is not None and option.widget.hasFocus():
            painter.fillRect(QRect(rect.left(), rect.top() + 1, 3, rect.height()), _c("accent"))
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        mark = index.data(WORDING_ROLE)
        if mark is not None:
            paint_mark(painter, inner, option.font, mark, pill=_as_pill(mark, index.column()))
        elif not _is_mark(index.column()):
            if row.voided and index.column() == Column.TOPIC:
                tag = Wording(_("Void"), "void")
                inner.setLeft(paint_mark(painter, inner, option.font, tag, pill=True) + 8)
            self._paint_text(painter, inner, option, selected, index.column(), row.voided)
        painter.restore()

    def _paint_text(
        self,
        painter: QPainter,
        inner: QRect,
        option: QStyleOptionViewItem,
        selected: bool,
        column: int,
        voided: bool,
    ) -> None:
        colours = theme.current()
        font = QFont(option.font)
        font.setStrikeOut(voided)
        quiet = voided or column in (Column.DURATION, Column.OPERATOR, Column.NUMBER)
        colour = colours.accent_text if selected else colours.muted if quiet else colours.text
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(
            option.text, Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, int(option.displayAlignment), shown)


def _c(name: str) -> QColor:
    return QColor(getattr(theme.current(), name))


def _is_mark(column: int) -> bool:
    return column in (Column.DANGER, Column.STATE)


def _as_pill(mark: Wording, column: int) -> bool:
    """Only what asks for attention is filled; the rest is a quiet word with its sign."""
    return mark.tone == "danger" or (mark.tone == "waiting" and column == Column.STATE)


def _sign(mark: Wording) -> str:
    return f"{mark.sign}  " if mark.sign else ""


def paint_mark(painter: QPainter, inner: QRect, font: QFont, mark: Wording, *, pill: bool) -> int:
    """Paint the sign and the words; returns the x where they end."""
    grounds = {"danger": "danger_soft", "waiting": "warning_soft", "void": "hover"}
    inks = {"danger": "danger_text", "waiting": "warning_text", "calm": "good_text"}
    signs = {"danger": "danger", "waiting": "warning_text", "calm": "good_text", "": "accent"}
    painter.setFont(font)
    measure = QFontMetrics(font)
    sign = _sign(mark)
    room = inner.width() - (16 if pill else 0)
    words = measure.elidedText(
        mark.words, Qt.TextElideMode.ElideRight, room - measure.horizontalAdvance(sign)
    )
    width = measure.horizontalAdvance(sign + words)
    area = QRect(inner)
    if pill:
        height = measure.height() + 6
        top = inner.center().y() - height // 2 + 1
        area = QRect(inner.left(), top, width + 16, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_c(grounds.get(mark.tone, "accent_soft")))
        painter.drawRoundedRect(area, height / 2, height / 2)
        area = area.adjusted(8, 0, -8, 0)
    ink = _c(inks.get(mark.tone, "muted"))
    sign_ink = _c(signs.get(mark.tone, "muted"))
    middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(QPen(sign_ink))
    painter.drawText(area, middle, sign)
    painter.setPen(QPen(ink))
    painter.drawText(area.adjusted(measure.horizontalAdvance(sign), 0, 2, 0), middle, words)
    return area.left() + width + (8 if pill else 0)
