"""The table of the ministry's report: headings over all columns, one figure chosen at a time."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from operator_app.i18n import _
from operator_app.ui.models.plain_table import dress_table
from operator_app.ui.models.report_model import ReportModel

ROW_HEIGHT = 26
COMPARED = (3, 4)
NARROW = 540
"""Pixels for all columns, or for those of now only."""


class ReportTable(QTableView):
    """`entered_on()`: Enter or a double click on a figure."""

    entered_on = Signal()

    def __init__(self, model: ReportModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        dress_table(self, _("Report for the ministry"))
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(lambda _index: self.entered_on.emit())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Where there is no room for all, the names and the figures of now stay.
        for column in COMPARED:
            self.setColumnHidden(column, event.size().width() < NARROW)

    def dress(self) -> None:
        """Headings go over all columns."""
        self.clearSpans()
        for row in range(self._model.rowCount()):
            if self._model.is_heading(row):
                self.setSpan(row, 0, 1, self._model.columnCount())

    def go_to(self, row: int) -> None:
        """Choose a row; the first figure when there is no such row."""
        count = self._model.rowCount()
        if not count:
            return
        if not 0 <= row < count:
            row = next((n for n in range(count) if self._model.line(n) is not None), 0)
        index = self._model.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_on.emit()
        else:
            super().keyPressEvent(event)
