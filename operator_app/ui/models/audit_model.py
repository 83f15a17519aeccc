"""The rows of the audit log: read step by step on the database worker, as far as they are looked at."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.audit_log import PAGE, AuditFilter, AuditLine, AuditLog, AuditPage
from operator_app.ui import audit_wording
from operator_app.ui.tasks import Tasks
from operator_app.ui.wording import day_and_time, full_day_and_time

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Column(IntEnum):
    """The columns from left to right: no name of a caller, no phone, no text."""

    NUMBER = 0
    TIME = 1
    WHO = 2
    DONE = 3
    ABOUT = 4
    MORE = 5


class AuditModel(QAbstractTableModel):
    """What was asked last wins: an answer to an earlier question is dropped.

    `loaded()`: the list answers the filter now, as far as it was looked at (rows may be none).
    `failed(error)`: it could not be read; what was shown stays. `names_read(names)`: full name by
    user id.
    """

    loaded = Signal()
    failed = Signal(object)
    names_read = Signal(dict)

    def __init__(
        self, log: AuditLog, reference: Reference, actor: Actor, tasks: Tasks, clock: Clock
    ) -> None:
        super().__init__()
        self._log = log
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._lines: list[AuditLine] = []
        self._names: dict[str, str] = {}
        self._wanted = AuditFilter()
        self._before: int | None = None
        self._more = self._reading = False
        self._question = 0
        self._headings = _headings()

    @property
    def more_below(self) -> bool:
        """Whether older rows may match that are not loaded yet."""
        return self._more

    @property
    def reading(self) -> bool:
        """Whether an answer is on its way."""
        return self._reading

    @property
    def wanted(self) -> AuditFilter:
        """The filter that is shown, or being read."""
        return self._wanted

    @property
    def names(self) -> dict[str, str]:
        """Full name by user id, as last read."""
        return self._names

    def show(self, wanted: AuditFilter) -> None:
        """Read the newest rows of a filter."""
        self._wanted = wanted
        self._question += 1
        self._reading = True
        question = self._question

        def work() -> tuple[dict[str, str], AuditPage]:
            return self._log.names(self._actor), self._log.page(self._actor, wanted)

        def done(read: tuple[dict[str, str], AuditPage]) -> None:
            if question != self._question:
                return
            names, page = read
            if names != self._names:
                self._names = names
                self.names_read.emit(names)
            self.beginResetModel()
            self._lines = []
            self.endResetModel()
            self._take(page, PAGE)

        self._tasks.database(self, work, done, lambda error: self._on_failed(question, error))

    def line_at(self, row: int) -> AuditLine | None:
        """The line, or None outside the list."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    # What Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        return not parent.isValid() and self._more and not self._reading

    def fetchMore(self, parent: Index = _NOWHERE) -> None:
        if self.canFetchMore(parent):
            self._question += 1
            self._go_on(PAGE)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.line_at(index.row()) if index.isValid() else None
        if line is None:
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._full_text(line, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = self._full_text(line, column)
            return f"{self._headings[column]}: {said}" if said else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    # What a cell says

    def _text(self, line: AuditLine, column: Column) -> str:
        match column:
            case Column.NUMBER:
                said = str(line.seq)
            case Column.TIME:
                said = day_and_time(line.at, self._today()) if line.at else "–"
            case Column.WHO:
                said = audit_wording.who(self._names, line.user_id)
            case Column.DONE:
                said = audit_wording.action_words(line.action)
            case Column.ABOUT:
                said = audit_wording.about(line, self._names)
            case _:
                said = " · ".join(audit_wording.detail_words(line, self._names, self._reference))
        return said

    def _full_text(self, line: AuditLine, column: Column) -> str:
        if column is Column.TIME and line.at:
            return full_day_and_time(line.at)
        return self._text(line, column)

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))

    # Reading

    def _go_on(self, wanted_lines: int) -> None:
        self._reading = True
        question, wanted, before = self._question, self._wanted, self._before

        def done(page: AuditPage) -> None:
            if question == self._question:
                self._take(page, wanted_lines)

        self._tasks.database(
            self,
            lambda: self._log.page(self._actor, wanted, before, wanted_lines),
            done,
            lambda error: self._on_failed(question, error),
        )

    def _take(self, page: AuditPage, wanted_lines: int) -> None:
        """Show what a step found. Where it found too little, and older rows are left, look on:
        whatever else waits for the database comes in between."""
        if page.lines:
            first = len(self._lines)
            self.beginInsertRows(_NOWHERE, first, first + len(page.lines) - 1)
            self._lines += page.lines
            self.endInsertRows()
        self._before, self._more = page.before, page.before is not None
        left = wanted_lines - len(page.lines)
        self._reading = self._more and left > 0
        self.loaded.emit()
        if self._reading:
            self._go_on(left)

    def _on_failed(self, question: int, error: Exception) -> None:
        if question == self._question:
            self._reading = False
            self.failed.emit(error)


def _headings() -> dict[Column, str]:
    return {
        Column.NUMBER: _("No."),
        Column.TIME: _("Time"),
        Column.WHO: _("Who"),
        Column.DONE: _("What was done"),
        Column.ABOUT: _("Number"),
        Column.MORE: _("More"),
    }


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column is Column.NUMBER else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
