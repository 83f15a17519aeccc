"""Rows of two lines, for lists beside which the chosen entry is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from operator_app.ui.wording import Wording

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The EntryRow of a line."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class EntryRow:
    """One line of the list: `title` with `state` at its right end, `line` with `marks` at its.

    `tip`: the whole of it in words, for the tool tip and for screen readers.
    """

    key: str
    title: str
    line: str = ""
    state: Wording | None = None
    marks: tuple[Wording, ...] = ()
    tip: str = ""


class EntryModel(QAbstractListModel):
    """The entries last read. A row is worded when it is first looked at."""

    def __init__(self, key: Callable[[Any], str], word: Callable[[Any], EntryRow]) -> None:
        super().__init__()
        self._key = key
        self._word = word
        self._entries: Sequence[Any] = ()
        self._rows: dict[int, EntryRow] = {}

    def show(self, entries: Sequence[Any]) -> None:
        """List these entries; the same ones in the same order keep selection and place."""
        same = [self._key(e) for e in entries] == [self._key(e) for e in self._entries]
        if not same:
            self.beginResetModel()
        self._entries = entries
        self._rows = {}
        if not same:
            self.endResetModel()
        elif entries:
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))

    def line_of(self, key: str) -> int | None:
        """Where the entry stands, or None where it is not listed."""
        return next((i for i, e in enumerate(self._entries) if self._key(e) == key), None)

    def key_at(self, line: int) -> str:
        """The key of a line, "" outside the list."""
        return self._key(self._entries[line]) if 0 <= line < len(self._entries) else ""

    def row_at(self, line: int) -> EntryRow | None:
        """The line in words, or None outside the list."""
        if not 0 <= line < len(self._entries):
            return None
        if line not in self._rows:
            self._rows[line] = self._word(self._entries[line])
        return self._rows[line]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.tip
        return None
