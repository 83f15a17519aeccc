"""How a line of the search's results is painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from operator_app.ui import search_wording, theme
from operator_app.ui.icons import icon
from operator_app.ui.models.search_model import ROW_ROLE, Kind, Row
from operator_app.ui.widgets.snippet import fitted, paint_pieces

PADDING = 12
GAP = 12
SMALL = 12
"""Pixels of the letters of headings, codes, days and snippets."""
LINE = 20
_MARGIN = 6
_LOCK = 14
_LEAST_CODES = 0.35
"""Share of the line that the codes keep beside a long title."""
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class SearchDelegate(QStyledItemDelegate):
    """A heading; or title, codes and day above, the snippet with its hit below."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del option
        return QSize(200, height_of(index.data(ROW_ROLE)))

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
        pointed = bool(option.state & QStyle.StateFlag.State_MouseOver)
        rect = QRect(option.rect)
        painter.save()
        if row.kind is not Kind.HEADING and (selected or pointed):
            painter.fillRect(rect, QColor(colours.accent_soft if selected else colours.hover))
        if selected:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), _c("accent"))
        inner = rect.adjusted(PADDING, _MARGIN, -PADDING, -_MARGIN)
        if row.kind is Kind.HIT:
            self._paint_hit(painter, inner, row, option.font, selected)
        else:
            _paint_words(painter, inner, row, option.font, selected)
        painter.restore()

    def _paint_hit(
        self, painter: QPainter, inner: QRect, row: Row, font: QFont, selected: bool
    ) -> None:
        ink, quiet = _c("accent_text" if selected else "text"), _c("muted")
        if selected:
            quiet = ink
        above = QRect(inner.left(), inner.top(), inner.width(), LINE)
        below = QRect(inner.left(), inner.top() + LINE, inner.width(), LINE)
        _paint_head(painter, above, row, font, ink, quiet)
        if row.hit is None:
            return
        if row.hit.protected:
            icon("lock", quiet.name(), _LOCK).paint(
                painter, QRect(below.left(), below.center().y() - _LOCK // 2 + 1, _LOCK, _LOCK)
            )
            below.setLeft(below.left() + _LOCK + 6)
            painter.setFont(_small(font))
            painter.setPen(quiet)
            painter.drawText(below, _MIDDLE, search_wording.opens_with_reason())
        elif row.hit.snippet:
            small = _small(font)
            pieces = fitted(row.hit.snippet, below.width() - 2, small)
            paint_pieces(painter, below, pieces, small, ink)


def height_of(row: Row | None) -> int:
    """Pixels of a line."""
    if row is None or row.kind is Kind.HEADING:
        return LINE + 8
    has_two = row.hit is not None and (row.hit.protected or bool(row.hit.snippet))
    return 2 * _MARGIN + LINE * (2 if has_two else 1)


def _paint_head(
    painter: QPainter, area: QRect, row: Row, font: QFont, ink: QColor, quiet: QColor
) -> None:
    """The title, behind it the codes, the day at the right end."""
    small, strong = _small(font), QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    right = area.right() + 1
    if row.when:
        wide = QFontMetrics(small).horizontalAdvance(row.when) + 2
        painter.setFont(small)
        painter.setPen(quiet)
        painter.drawText(QRect(right - wide, area.top(), wide, area.height()), _MIDDLE, row.when)
        right -= wide + GAP
    room = max(0, right - area.left())
    codes = QFontMetrics(small).horizontalAdvance(row.codes) + 2 if row.codes else 0
    kept = min(codes + GAP, int(room * _LEAST_CODES)) if codes else 0
    measure = QFontMetrics(strong)
    title = measure.elidedText(row.title, Qt.TextElideMode.ElideRight, room - kept)
    painter.setFont(strong)
    painter.setPen(ink)
    painter.drawText(QRect(area.left(), area.top(), room - kept, area.height()), _MIDDLE, title)
    left = area.left() + measure.horizontalAdvance(title) + GAP
    if codes and right > left:
        shown = QFontMetrics(small).elidedText(row.codes, Qt.TextElideMode.ElideRight, right - left)
        painter.setFont(small)
        painter.setPen(quiet)
        painter.drawText(QRect(left, area.top() + 1, right - left, area.height()), _MIDDLE, shown)


def _paint_words(painter: QPainter, inner: QRect, row: Row, font: QFont, selected: bool) -> None:
    """A heading, or the way to more."""
    dressed = _small(font)
    if row.kind is Kind.HEADING:
        dressed.setWeight(QFont.Weight.DemiBold)
        painter.setPen(_c("muted"))
    else:
        painter.setPen(_c("accent_text" if selected else "accent"))
    painter.setFont(dressed)
    painter.drawText(inner, _MIDDLE, row.title)


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(SMALL)
    return small


def _c(name: str) -> QColor:
    return QColor(getattr(theme.current(), name))
