"""The timeline of a case: one line for each happening, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.case_history import Happening
from operator_app.ui import theme, wording
from operator_app.ui.screens.case_words import Line, line
from operator_app.ui.widgets.basic import GRID

LINES_SHOWN = 3
"""Lines of a long text that are seen before Enter shows the rest."""
_LINE = Qt.ItemDataRole.UserRole
_WHEN = Qt.ItemDataRole.UserRole + 1
_WHO = Qt.ItemDataRole.UserRole + 2
_OPEN = Qt.ItemDataRole.UserRole + 3
_LEAST_NAME = 60
"""Pixels below which a name behind the heading says nothing."""


class CaseTimeline(QListWidget):
    """`call_asked(call_id)`: Enter or a double click on a call. On other lines it shows the whole
    text, or a few lines of it again."""

    call_asked = Signal(str)

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self.setAccessibleName(_("What happened in the case, newest first"))
        self.setItemDelegate(_LineDelegate(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.itemDoubleClicked.connect(self._on_entered)

    def show_happenings(self, happenings: Sequence[Happening], names: dict[str, str]) -> None:
        """List them; what was opened wide is narrow again, the place stays."""
        place = self.currentRow()
        self.clear()
        today = local_day(to_ms(self._clock()))
        for happening in happenings:
            self.addItem(self._item(happening, names, today))
        self.setCurrentRow(min(max(place, 0), self.count() - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem():
            self._on_entered(self.currentItem())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Words take other lines in another width.
        self.scheduleDelayedItemsLayout()

    def _item(self, happening: Happening, names: dict[str, str], today: date) -> QListWidgetItem:
        said = line(happening, self._reference, names)
        who = wording.person(names, happening.by) if happening.by else ""
        item = QListWidgetItem()
        item.setData(_LINE, said)
        item.setData(_WHEN, wording.day_and_time(happening.at, today))
        item.setData(_WHO, who)
        item.setData(_OPEN, False)
        spoken = (said.heading, wording.full_day_and_time(happening.at), who, said.details)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ". ".join(s for s in spoken if s))
        if said.call_id:
            item.setToolTip(_("Enter opens the call"))
        return item

    def _on_entered(self, item: QListWidgetItem) -> None:
        said: Line = item.data(_LINE)
        if said.call_id:
            self.call_asked.emit(said.call_id)
        elif said.details:
            item.setData(_OPEN, not item.data(_OPEN))
            self.scheduleDelayedItemsLayout()


class _LineDelegate(QStyledItemDelegate):
    """When at the left; at the right the heading with who, and what was said below it."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        heading, details = _laid_out(option, index)
        return QSize(80, heading.height + details.height + 2 * GRID)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours = theme.current()
        painter.save()
        rect = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.accent_soft))
            if isinstance(option.widget, QWidget) and option.widget.hasFocus():
                edge = QRect(rect.left(), rect.top(), 3, rect.height())
                painter.fillRect(edge, QColor(colours.accent))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(colours.line))
        heading, details = _laid_out(option, index)
        left, top = rect.left() + _when_width(option), rect.top() + GRID
        tone = index.data(_LINE).tone
        inks = {"danger": colours.danger, "waiting": colours.warning_text}
        painter.setPen(QColor(inks.get(tone, colours.text)))
        heading.paint(painter, left, top)
        painter.setPen(QColor(colours.text))
        details.paint(painter, left, top + heading.height)
        painter.setFont(option.font)
        painter.setPen(QColor(colours.muted))
        measure = QFontMetrics(option.font)
        painter.drawText(rect.left() + 12, top + measure.ascent(), index.data(_WHEN))
        # Behind the heading, where it leaves room.
        used = heading.first_width + 12
        room = _width(option) - used
        if room >= _LEAST_NAME and heading.lines == 1:
            shown = measure.elidedText(index.data(_WHO), Qt.TextElideMode.ElideRight, room)
            painter.drawText(left + used, top + measure.ascent(), shown)
        painter.restore()


class _Paragraph:
    """A text broken into lines at words, or anywhere in a word without end."""

    def __init__(self, words: str, font: QFont, width: int, most: int = 0) -> None:
        """`most`: lines at most, 0 for all; what is left out shows as "…"."""
        self._layout = QTextLayout(words.replace("\n", "\u2028"), font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._fill(width, most)
        if most and self._cut:
            kept = words[: self._cut - 2].rstrip() + " …"
            self._layout.setText(kept.replace("\n", "\u2028"))
            self._fill(width, most)
        self.lines = self._layout.lineCount() if words else 0
        self.first_width = round(self._layout.lineAt(0).naturalTextWidth()) if words else 0
        self.height = round(self._layout.boundingRect().height()) if words else 0

    def paint(self, painter: QPainter, left: int, top: int) -> None:
        """With the painter's pen."""
        if self.lines:
            self._layout.draw(painter, QPointF(left, top))

    def _fill(self, width: int, most: int) -> None:
        y, self._cut = 0.0, 0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y))
            y += line.height()
            if most and self._layout.lineCount() == most:
                end = line.textStart() + line.textLength()
                self._cut = end if end < len(self._layout.text()) else 0
                break
        self._layout.endLayout()


def _laid_out(
    option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
) -> tuple[_Paragraph, _Paragraph]:
    """The heading and the details of a line."""
    said: Line = index.data(_LINE)
    bold = QFont(option.font)
    bold.setBold(True)
    most = 0 if index.data(_OPEN) else LINES_SHOWN
    width = _width(option)
    return _Paragraph(said.heading, bold, width), _Paragraph(said.details, option.font, width, most)


def _when_width(option: QStyleOptionViewItem) -> int:
    return QFontMetrics(option.font).horizontalAdvance("00 нояб., 00:00") + 36


def _width(option: QStyleOptionViewItem) -> int:
    view = option.widget
    whole = view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width()
    return max(80, whole - _when_width(option) - 12)
