"""Faults of a file for a table view: worded when they come into sight, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from operator_app.errors import Fault
from operator_app.i18n import _
from operator_app.ui.fault_wording import fault_words
from operator_app.ui.models.plain_table import Index


class FaultModel(QAbstractTableModel):
    """One row a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = (_("Where"), _("Row"), _("Field"), _("What is wrong"))
        self._faults: list[Fault] = []

    def show(self, faults: Sequence[Fault]) -> None:
        """Show these faults."""
        self.beginResetModel()
        self._faults = list(faults)
        self.endResetModel()

    def rows(self) -> Iterator[tuple[str, ...]]:
        """All rows in words."""
        return (_cells(fault) for fault in self._faults)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._faults)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _cells(self._faults[index.row()])[index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.headings[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def _cells(fault: Fault) -> tuple[str, ...]:
    words = fault_words(fault)
    return words.part, words.row, words.field, words.problem
