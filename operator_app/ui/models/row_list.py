"""What the long tables share: rows read step by step on the database worker, and what Qt asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from operator_app.ui.tasks import Tasks

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()

Row = TypeVar("Row")
Answer = TypeVar("Answer")


class RowList(QAbstractTableModel, Generic[Row]):
    """What was asked last wins: an answer to an earlier question is dropped.

    `failed(error)`: it could not be read; what was shown stays. A list says which columns it has,
    what their headings are, which of them are figures (to the right), how it knows a row again,
    and how it reads on.
    """

    failed = Signal(object)

    columns: ClassVar[type[IntEnum]]
    figures: ClassVar[frozenset[IntEnum]] = frozenset()

    def __init__(self, tasks: Tasks, headings: dict[Any, str]) -> None:
        """`headings`: the words above each column."""
        super().__init__()
        self._tasks = tasks
        self._headings = headings
        self._lines: list[Row] = []
        self._more = False
        self._reading = False
        self._question = 0

    @property
    def more_below(self) -> bool:
        """Whether older rows match that are not loaded yet."""
        return self._more

    @property
    def reading(self) -> bool:
        """Whether an answer is on its way."""
        return self._reading

    def line_of(self, identity: Hashable) -> int | None:
        """Where the row stands, or None while it is not loaded or does not match."""
        known = (i for i, line in enumerate(self._lines) if self._identity(line) == identity)
        return next(known, None)

    # What Qt asks

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index = NOWHERE) -> bool:
        return not parent.isValid() and self._more and not self._reading

    def fetchMore(self, parent: Index = NOWHERE) -> None:
        if self.canFetchMore(parent) and self._lines:
            self._read_on()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[self.columns(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    # For the lists

    def _identity(self, line: Row) -> Hashable:
        """By what a row is known again when the list is read anew."""
        raise NotImplementedError

    def _read_on(self) -> None:
        """Read what follows the last line."""
        raise NotImplementedError

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = column in self.figures
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _labelled(self, column: IntEnum, said: str) -> str:
        """A cell as a screen reader says it; "" where it is empty."""
        return f"{self._headings[column]}: {said}" if said else ""

    def _ask(self, work: Callable[[], Answer], done: Callable[[Answer], None]) -> None:
        """Do `work` on the worker, and `done` with what it brings unless something else was asked."""
        self._question += 1
        question = self._question
        self._reading = True

        def answered(answer: Answer) -> None:
            if question == self._question:
                self._reading = False
                done(answer)

        def refused(error: Exception) -> None:
            if question == self._question:
                self._reading = False
                self.failed.emit(error)

        self._tasks.database(self, work, answered, refused)

    def _append(self, lines: list[Row]) -> None:
        """Put lines below those that are there."""
        if lines:
            first = len(self._lines)
            self.beginInsertRows(NOWHERE, first, first + len(lines) - 1)
            self._lines += lines
            self.endInsertRows()

    def _replace(self, lines: list[Row]) -> None:
        """Show these lines. Where nothing moved, selection and place stay as they were."""
        if [self._identity(line) for line in lines] == [self._identity(x) for x in self._lines]:
            self._lines = lines
            self._all_changed()
            return
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def _all_changed(self, first_column: int = 0) -> None:
        if self._lines:
            last = self.index(len(self._lines) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, first_column), last)
