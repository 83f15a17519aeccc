"""A short list of records of a case: a few lines each and a mark; arrows choose, digits act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from operator_app.ui import theme
from operator_app.ui.widgets.basic import GRID, Card, button, text
from operator_app.ui.wording import Wording

PADDING = 10
MARGIN = 7
LEAST_HEIGHT = 88
"""Of the list: one record and the beginning of the next; it takes the room that is left."""
_RECORD = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Record:
    """One line of the list: what it is, what there is to know, where it stands. `quiet`: done."""

    key: str
    title: str
    detail: str = ""
    mark: Wording | None = None
    quiet: bool = False


class RecordList(QListWidget):
    """`chosen(key)`: another record is selected. `digit(int)`: a digit was typed."""

    chosen = Signal(str)
    digit = Signal(int)
    entered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("records")
        self.setAccessibleName(name)
        self.setItemDelegate(_Delegate(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.currentItemChanged.connect(self._on_current)

    @property
    def key(self) -> str:
        """Of the selected record, or ""."""
        item = self.currentItem()
        return str(item.data(_RECORD).key) if item is not None else ""

    def show_records(self, records: Sequence[Record]) -> None:
        """Show these; the selected one stays selected while it is there."""
        key, at = self.key, self.verticalScrollBar().value()
        self.blockSignals(True)
        self.clear()
        for record in records:
            item = QListWidgetItem()
            item.setData(_RECORD, record)
            words = [record.title, record.mark.words if record.mark else "", record.detail]
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ". ".join(w for w in words if w))
            item.setToolTip("\n".join(w for w in words if w))
            self.addItem(item)
        self.select(key)
        self.blockSignals(False)
        self.verticalScrollBar().setValue(at)
        self.updateGeometry()
        if self.key != key:
            self.chosen.emit(self.key)

    def select(self, key: str) -> None:
        """Select a record; "" for none."""
        rows = [i for i in range(self.count()) if self.item(i).data(_RECORD).key == key]
        self.setCurrentRow(rows[0] if rows else -1)

    def sizeHint(self) -> QSize:
        height = sum(self.sizeHintForRow(row) for row in range(min(self.count(), 2)))
        return QSize(200, min(height + 4, LEAST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.text() in tuple("123456789"):
            self.digit.emit(int(event.text()))
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _on_current(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        self.chosen.emit(item.data(_RECORD).key if item is not None else "")


class RecordsCard(Card):
    """The list under its title, and a button that begins a new record (Ctrl+N)."""

    new_asked = Signal()

    def __init__(self, title: str, new_label: str, empty: str) -> None:
        super().__init__()
        self.list = RecordList(title)
        self.new_button = button(new_label)
        self.new_button.setText(f"{new_label}   Ctrl+N")
        self.new_button.clicked.connect(self.new_asked)
        shortcut = QShortcut(QKeySequence("Ctrl+N"), self)
        shortcut.activated.connect(self.new_button.click)
        self._empty = text(empty, "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(text(title, "cardTitle"))
        head.addStretch(1)
        head.addWidget(self.new_button)
        self.body.addLayout(head)
        self.body.addWidget(self._empty)
        self.body.addWidget(self.list, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def show_records(self, records: Sequence[Record]) -> None:
        """Show these, or the words for an empty list."""
        self.list.show_records(records)
        self.list.setVisible(bool(records))
        self._empty.setVisible(not records)


class _Delegate(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        record: Record = index.data(_RECORD)
        lines = 1 + len(record.detail.splitlines())
        height = QFontMetrics(option.font).height() * lines + 2 * MARGIN
        return QSize(
            160, height + (_mark_height(option.font) if _mark_below(option, record) else 0)
        )

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        record: Record = index.data(_RECORD)
        colours = theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = option.widget is not None and option.widget.hasFocus()
        painter.save()
        rect = QRect(option.rect)
        painter.fillRect(rect, QColor(colours.accent_soft if selected else colours.card))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(colours.line))
        if selected and focused:
            painter.fillRect(
                QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent)
            )
        inner = rect.adjusted(PADDING, MARGIN, -PADDING, -MARGIN)
        measure = QFontMetrics(option.font)
        first = QRect(inner.left(), inner.top(), inner.width(), measure.height())
        top = measure.height()
        if record.mark is not None and _mark_below(option, record):
            line = first.translated(0, measure.height() + 3)
            line.setWidth(_mark_width(option.font, record.mark))
            _paint_mark(painter, line, option.font, record.mark)
            top += _mark_height(option.font)
        elif record.mark is not None:
            first.setRight(_paint_mark(painter, first, option.font, record.mark) - GRID)
        bold = _title_font(option.font, record)
        ink = colours.muted if record.quiet else colours.text
        _write(painter, first, bold, record.title, colours.accent_text if selected else ink)
        quiet = colours.accent_text if selected else colours.muted
        for number, words in enumerate(record.detail.splitlines()):
            below = first.translated(0, top + number * measure.height())
            below.setRight(inner.right())
            _write(painter, below, option.font, words, quiet)
        painter.restore()


def _title_font(font: QFont, record: Record) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.Normal if record.quiet else QFont.Weight.DemiBold)
    return bold


def _mark_words(mark: Wording) -> str:
    return f"{mark.sign}  {mark.words}" if mark.sign else mark.words


def _mark_width(font: QFont, mark: Wording) -> int:
    return QFontMetrics(font).horizontalAdvance(_mark_words(mark)) + 2 * GRID


def _mark_height(font: QFont) -> int:
    return QFontMetrics(font).height() + 6


def _mark_below(option: QStyleOptionViewItem, record: Record) -> bool:
    """Whether the title leaves no room for the mark beside it."""
    if record.mark is None or not isinstance(option.widget, QAbstractItemView):
        return False
    room = option.widget.viewport().width() - 2 * PADDING
    title = QFontMetrics(_title_font(option.font, record)).horizontalAdvance(record.title)
    return title + GRID + _mark_width(option.font, record.mark) > room


def _write(painter: QPainter, area: QRect, font: QFont, words: str, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _paint_mark(painter: QPainter, line: QRect, font: QFont, mark: Wording) -> int:
    """Paint the mark at the right end of the line; returns where it begins."""
    colours = theme.current()
    grounds = {"danger": "danger_soft", "waiting": "warning_soft", "calm": "good_soft"}
    inks = {"danger": "danger_text", "waiting": "warning_text", "calm": "good_text"}
    words = QFontMetrics(font).elidedText(
        _mark_words(mark), Qt.TextElideMode.ElideRight, line.width() - 2 * GRID + 1
    )
    width = min(_mark_width(font, mark), line.width())
    area = QRect(line.right() - width, line.top() - 1, width, line.height() + 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(colours, grounds.get(mark.tone, "hover"))))
    painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
    painter.setFont(font)
    painter.setPen(QColor(getattr(colours, inks.get(mark.tone, "muted"))))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
    return area.left()
