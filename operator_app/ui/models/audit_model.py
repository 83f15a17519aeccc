"""The rows of the audit log: read step by step on the database worker, as far as they are looked at."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt, Signal

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _
from operator_app.services.audit_log import PAGE, AuditFilter, AuditLine, AuditLog, AuditPage
from operator_app.ui import audit_wording
from operator_app.ui.models.row_list import Index, RowList
from operator_app.ui.tasks import Tasks
from operator_app.ui.wording import day_and_time, full_day_and_time


class Column(IntEnum):
    """The columns from left to right: no name of a caller, no phone, no text."""

    NUMBER = 0
    TIME = 1
    WHO = 2
    DONE = 3
    ABOUT = 4
    MORE = 5


class AuditModel(RowList[AuditLine]):
    """`loaded()`: the list answers the filter now, as far as it was looked at (rows may be none).
    `names_read(names)`: full name by user id."""

    loaded = Signal()
    names_read = Signal(dict)

    columns = Column
    figures = frozenset({Column.NUMBER})

    def __init__(
        self, log: AuditLog, reference: Reference, actor: Actor, tasks: Tasks, clock: Clock
    ) -> None:
        super().__init__(tasks, _headings())
        self._log = log
        self._reference = reference
        self._actor = actor
        self._clock = clock
        self._names: dict[str, str] = {}
        self._wanted = AuditFilter()
        self._before: int | None = None

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

        def work() -> tuple[dict[str, str], AuditPage]:
            return self._log.names(self._actor), self._log.page(self._actor, wanted)

        def done(read: tuple[dict[str, str], AuditPage]) -> None:
            names, page = read
            if names != self._names:
                self._names = names
                self.names_read.emit(names)
            self.beginResetModel()
            self._lines = []
            self.endResetModel()
            self._take(page, PAGE)

        self._ask(work, done)

    def line_at(self, row: int) -> AuditLine | None:
        """The line, or None outside the list."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    # What Qt asks

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
            return self._labelled(column, self._full_text(line, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
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

    def _identity(self, line: AuditLine) -> int:
        return line.seq

    def _read_on(self) -> None:
        self._go_on(PAGE)

    def _go_on(self, wanted_lines: int) -> None:
        wanted, before = self._wanted, self._before
        self._ask(
            lambda: self._log.page(self._actor, wanted, before, wanted_lines),
            lambda page: self._take(page, wanted_lines),
        )

    def _take(self, page: AuditPage, wanted_lines: int) -> None:
        """Show what a step found. Where it found too little, and older rows are left, look on:
        whatever else waits for the database comes in between."""
        self._append(list(page.lines))
        self._before, self._more = page.before, page.before is not None
        left = wanted_lines - len(page.lines)
        self._reading = self._more and left > 0
        self.loaded.emit()
        if self._reading:
            self._go_on(left)


def _headings() -> dict[Column, str]:
    return {
        Column.NUMBER: _("No."),
        Column.TIME: _("Time"),
        Column.WHO: _("Who"),
        Column.DONE: _("What was done"),
        Column.ABOUT: _("Number"),
        Column.MORE: _("More"),
    }
