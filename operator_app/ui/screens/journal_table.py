"""The table of the journal: how a line looks, and how it keeps its place when it is read again."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from operator_app.i18n import _
from operator_app.ui import theme
from operator_app.ui.models.journal_model import (
    NEW_DAY_ROLE,
    ROW_ROLE,
    WORDING_ROLE,
    Column,
    JournalModel,
)
from operator_app.ui.wording import STATE_GROUPS, Wording, danger_wording, state_wording

ROW_HEIGHT = 36
_PADDING = 8
_WIDEST = {
    Column.TIME: "00.00.0000, 00:00",
    Column.NUMBER: "0000-0000-000000",
    Column.KIND: "О другом человеке",
    Column.PLACE: "Аламудунский район",
    Column.OPERATOR: "Токтогулова Айгүл",
    Column.DURATION: "0:00:00",
}
"""What a column should just hold; the topic takes the rest."""
_LEAST_TOPIC = 120
_GIVE_WAY = (Column.DURATION, Column.OPERATOR, Column.PLACE, Column.KIND)
"""Columns that leave, in this order, when the window is too narrow; the opened call has it all."""


class JournalTable(QTableView):
    """`opened(call_id)`: Enter or a double click on a line."""

    opened = Signal(str)

    def __init__(self, model: JournalModel) -> None:
        super().__init__()
        self._model = model
        self._kept: tuple[str, int, int] | None = None
        self.setModel(model)
        self.setItemDelegate(JournalDelegate(self))
        self.setAccessibleName(_("Journal of calls"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._set_widths()
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._find_place)
        model.loaded.connect(self._select_something)
        self.doubleClicked.connect(lambda _index: self._open_current())

    @property
    def current_call(self) -> str | None:
        """The id of the selected call."""
        row = self._model.row_at(self.currentIndex().row())
        return row.call_id if row else None

    def select_call(self, call_id: str) -> bool:
        """Select the call; False when it is not in the list."""
        line = self._model.line_of(call_id)
        if line is not None:
            self.setCurrentIndex(self._model.index(line, 0))
        return line is not None

    def start_over(self) -> None:
        """Forget the place: the next list begins at its first line."""
        self.setCurrentIndex(QModelIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - _LEAST_TOPIC
        room -= sum(self._widths.values())
        for column in _GIVE_WAY:
            self.setColumnHidden(column, room < 0)
            room += self._widths[column] if room < 0 else 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_current()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            # A line is one thing here: to the first or the last one, not along the cells.
            line = 0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1
            self.setCurrentIndex(self._model.index(line, 0))
        else:
            super().keyPressEvent(event)

    def _open_current(self) -> None:
        if call_id := self.current_call:
            self.opened.emit(call_id)

    def _set_widths(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        measure = self.fontMetrics()
        marks = {
            Column.DANGER: [m for code in "YU" if (m := danger_wording(code))],
            Column.STATE: [state_wording(group[0]) for group in STATE_GROUPS],
        }
        samples = {column: [sample] for column, sample in _WIDEST.items()}
        samples |= {c: [_sign(m) + m.words for m in ms] for c, ms in marks.items()}
        self._widths = {
            column: max(map(measure.horizontalAdvance, texts))
            + 2 * _PADDING
            + (24 if column in marks else 0)
            for column, texts in samples.items()
        }
        for column, width in self._widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(Column.TOPIC, QHeaderView.ResizeMode.Stretch)

    def _keep_place(self) -> None:
        line = self.currentIndex().row()
        row = self._model.row_at(line)
        top = self.verticalScrollBar().value()
        self._kept = (row.call_id, line, line - top if top else line) if row else None

    def _find_place(self) -> None:
        if not self._model.rowCount():
            return
        if self._kept is None:
            self.scrollToTop()
            return
        call_id, line, below_top = self._kept
        found = self._model.line_of(call_id)
        # A call that is gone leaves the selection where it stood.
        line = min(line, self._model.rowCount() - 1) if found is None else found
        self.selectRow(line)
        self.verticalScrollBar().setValue(max(0, line - below_top))

    def _select_something(self) -> None:
        if not self.currentIndex().isValid() and self._model.rowCount():
            self.selectRow(0)


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
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        mark = index.data(WORDING_ROLE)
        if mark is not None:
            _paint_mark(painter, inner, option.font, mark, pill=_as_pill(mark, index.column()))
        elif not _is_mark(index.column()):
            if row.voided and index.column() == Column.TOPIC:
                tag = Wording(_("Void"), "void")
                inner.setLeft(_paint_mark(painter, inner, option.font, tag, pill=True) + 8)
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


def _paint_mark(painter: QPainter, inner: QRect, font: QFont, mark: Wording, *, pill: bool) -> int:
    """Paint the sign and the words; returns where they end."""
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
