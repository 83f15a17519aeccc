"""The table of follow-ups: how a line is painted, its keys, and how it keeps its place."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.follow_ups import FollowUp
from operator_app.ui import follow_up_wording, theme
from operator_app.ui.models.follow_up_model import (
    HEADING_ROLE,
    ROW_ROLE,
    WORDING_ROLE,
    Column,
    FollowUpModel,
    Group,
    Heading,
)
from operator_app.ui.screens.journal_delegate import PADDING, ROW_HEIGHT, mark_width, paint_mark
from operator_app.ui.wording import Wording, risk_wording

LETTERS = {"d": "done", "в": "done", "m": "move", "ь": "move", "g": "give", "п": "give"}
"""The keys D, M and G, and what they write while the Russian or Kyrgyz layout is on."""
DIGITS = ("1", "2", "3")
"""The keys of the scopes above the list."""
_WIDEST = {Column.CASE: "0000-0000-C00000", Column.WHO: "Токтогулова Айгүл"}
_LEAST_WHAT = 200
_GIVE_WAY = (Column.WHO, Column.RISK)
"""Columns that leave, in this order, when the window is too narrow; the opened case has it all."""


class FollowUpTable(QTableView):
    """`opened()`: Enter or a double click on a line. `acted(act)`: a letter of LETTERS.
    `scoped(digit)`: a digit of DIGITS. `chosen()`: another line is the current one, or none."""

    opened = Signal()
    acted = Signal(str)
    scoped = Signal(str)
    chosen = Signal()

    def __init__(self, model: FollowUpModel, reference: Reference) -> None:
        super().__init__()
        self._model = model
        self._reference = reference
        self._kept: tuple[str, int, int] | None = None
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(_("List of follow-ups"))
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
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().currentRowChanged.connect(lambda _now, _before: self.chosen.emit())

    @property
    def current(self) -> FollowUp | None:
        """The selected follow-up."""
        return self._model.row_at(self.currentIndex().row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - _LEAST_WHAT - sum(self._widths.values())
        for column in _GIVE_WAY:
            self.setColumnHidden(column, room < 0)
            room += self._widths[column] if room < 0 else 0
        if self.currentIndex().isValid():
            # A bar that opens below takes room: what it asks about stays in sight.
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
            Qt.KeyboardModifier.ShiftModifier,
        )
        act = LETTERS.get(event.text().lower()) if plain else None
        scope = event.text() if plain and event.text() in DIGITS else None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current is not None:
                self.opened.emit()
        elif act is not None:
            if self.current is not None:
                self.acted.emit(act)
        elif scope is not None:
            self.scoped.emit(scope)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._select_near(0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def _set_widths(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        bold = self.font()
        bold.setBold(True)
        headings = QFontMetrics(bold)
        self._widths: dict[Column, int] = {}
        for column, width in self._widest().items():
            heading = str(self._model.headerData(column, Qt.Orientation.Horizontal))
            # Measures are whole pixels, letters are not: a little air, or the last one is cut.
            wide = max(width, headings.horizontalAdvance(heading)) + 2 * PADDING + 4
            self._widths[column] = wide
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, wide)
        header.setSectionResizeMode(Column.WHAT, QHeaderView.ResizeMode.Stretch)

    def _widest(self) -> dict[Column, int]:
        """What each column should just hold; what is to be done takes the rest."""
        measure = self.fontMetrics()
        risks = [risk_wording(self._reference, c.code) for c in self._reference.codes("risk_level")]
        late = Wording(_("late by {days} d {hours} h").format(days=88, hours=23), "danger", "!")
        ways = [
            follow_up_wording.way(self._reference, c.code)
            for c in self._reference.codes("task_way")
        ]
        return {
            Column.DUE: mark_width(measure, late),
            Column.WAY: max(measure.horizontalAdvance(way) for way in ways),
            Column.CASE: measure.horizontalAdvance(_WIDEST[Column.CASE]),
            Column.RISK: max(mark_width(measure, risk) for risk in risks),
            Column.WHO: measure.horizontalAdvance(_WIDEST[Column.WHO]),
        }

    def _keep_place(self) -> None:
        line, row = self.currentIndex().row(), self.current
        top = self.verticalScrollBar().value()
        self._kept = (row.task_id, line, line - top) if row else None

    def _find_place(self) -> None:
        self.clearSpans()
        for line in self._model.heading_lines:
            self.setSpan(line, 0, 1, len(Column))
        if self._kept is None:
            self._select_near(0)
            self.scrollToTop()
            return
        task_id, line, below_top = self._kept
        found = self._model.line_of(task_id)
        # One that is done leaves the selection where it stood: the next one comes up to it.
        self._select_near(line if found is None else found)
        self.verticalScrollBar().setValue(max(0, self.currentIndex().row() - below_top))

    def _select_near(self, line: int) -> None:
        last = self._model.rowCount() - 1
        below = range(max(0, line), last + 1)
        above = range(min(line, last), -1, -1)
        for candidate in (*below, *above):
            if self._model.row_at(candidate) is not None:
                self.selectRow(candidate)
                return
        self.chosen.emit()


class _Delegate(QStyledItemDelegate):
    """Headings over the whole width; lateness and risk as pills where they ask for attention."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self.initStyleOption(option, index)
        colours = theme.current()
        rect = QRect(option.rect)
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.save()
        heading = index.data(HEADING_ROLE)
        if heading is not None:
            _paint_heading(painter, rect, option.font, heading)
            painter.restore()
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, QColor(colours.accent_soft if selected else colours.card))
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), QColor(colours.line))
        first = index.column() == Column.DUE
        if selected and first and option.widget is not None and option.widget.hasFocus():
            edge = QRect(rect.left(), rect.top() + 1, 3, rect.height())
            painter.fillRect(edge, QColor(colours.accent))
        mark = index.data(WORDING_ROLE)
        if mark is not None:
            asks = mark.tone in ("danger", "waiting")
            paint_mark(painter, inner, option.font, mark, pill=asks)
        elif index.data(ROW_ROLE) is not None:
            quiet = index.column() in (Column.WAY, Column.WHO, Column.CASE)
            ink = colours.accent_text if selected else colours.muted if quiet else colours.text
            _paint_words(painter, inner, option.font, option.text, ink)
        painter.restore()


def _paint_heading(painter: QPainter, rect: QRect, font: QFont, heading: Heading) -> None:
    colours = theme.current()
    bold = QFont(font)
    bold.setBold(True)
    late = heading.group is Group.LATE
    painter.fillRect(rect, QColor(colours.row_alternate))
    painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), QColor(colours.field_line))
    inner = rect.adjusted(PADDING, 0, -PADDING, 0)
    _paint_words(painter, inner, bold, heading.words, colours.danger if late else colours.text)


def _paint_words(painter: QPainter, inner: QRect, font: QFont, words: str, ink: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(ink))
    shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
    middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(inner, int(middle), shown)
