"""The table of the journal: its columns, and how it keeps its place when it is read again."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from operator_app.i18n import _
from operator_app.ui.models.journal_model import Column, JournalModel
from operator_app.ui.screens.journal_delegate import (
    PADDING,
    ROW_HEIGHT,
    JournalDelegate,
    mark_width,
)
from operator_app.ui.wording import STATE_GROUPS, danger_wording, state_wording

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
            Column.STATE: [
                state_wording(group[0], sends=sends)
                for group in STATE_GROUPS
                for sends in (True, False)
            ],
        }
        widest = {c: measure.horizontalAdvance(sample) for c, sample in _WIDEST.items()}
        widest |= {c: max(mark_width(measure, m) for m in ms) for c, ms in marks.items()}
        bold = self.font()
        bold.setBold(True)
        headings = QFontMetrics(bold)
        for column, width in widest.items():
            heading = str(self._model.headerData(column, Qt.Orientation.Horizontal))
            widest[column] = max(width, headings.horizontalAdvance(heading))
        self._widths = {column: width + 2 * PADDING for column, width in widest.items()}
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
