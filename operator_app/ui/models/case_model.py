"""The rows of the list of cases: read page by page on the database worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.case_list import PAGE, CaseCounts, CaseFilter, CaseList, CaseRow
from operator_app.ui import wording
from operator_app.ui.tasks import Tasks

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The CaseRow of a line."""
WORDING_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Wording of a mark (risk, lateness, two versions), or None."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Column(IntEnum):
    """The columns from left to right: no name of anybody concerned, no text."""

    NUMBER = 0
    RISK = 1
    KIND = 2
    STATUS = 3
    PLACE = 4
    OWNER = 5
    OPENED = 6
    NEXT = 7
    VERSIONS = 8


@dataclass(frozen=True)
class _Read:
    """What the worker brings: rows, whether older ones follow, names, the figures of the chips."""

    rows: list[CaseRow]
    more: bool
    names: dict[str, str]
    counts: CaseCounts


class CaseModel(QAbstractTableModel):
    """What was asked last wins: an answer to an earlier question is dropped.

    `loaded()`: the list answers the filter now (rows may be none). `failed(error)`: it could not
    be read; what was shown stays. `counted(CaseCounts)`: of the same person's open cases.
    """

    loaded = Signal()
    failed = Signal(object)
    counted = Signal(object)

    def __init__(
        self,
        case_list: CaseList,
        names: Callable[[], dict[str, str]],
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        """`names` reads the database: it is called on the worker."""
        super().__init__()
        self._case_list = case_list
        self._read_names = names
        self._reference = reference
        self._actor = actor
        self._tasks = tasks
        self._clock = clock
        self._rows: list[CaseRow] = []
        self._names: dict[str, str] = {}
        self._wanted = CaseFilter()
        self._more = False
        self._reading = False
        self._question = 0
        self._headings = _headings()
        self._cells: dict[int, Callable[[CaseRow, Column], Any]] = {
            Qt.ItemDataRole.DisplayRole: self._text,
            Qt.ItemDataRole.ToolTipRole: self._full_text,
            Qt.ItemDataRole.AccessibleTextRole: self._spoken,
            WORDING_ROLE: self._mark,
        }

    @property
    def more_below(self) -> bool:
        """Whether older rows match that are not loaded yet."""
        return self._more

    @property
    def reading(self) -> bool:
        """Whether an answer is on its way."""
        return self._reading

    @property
    def wanted(self) -> CaseFilter:
        """The filter that is shown, or being read."""
        return self._wanted

    @property
    def any_conflict(self) -> bool:
        """Whether a case of the list has two versions."""
        return any(row.conflict for row in self._rows)

    def show(self, wanted: CaseFilter) -> None:
        """Read the first page of a filter; the same filter is read again as far as it was."""
        same = wanted == self._wanted
        self._wanted = wanted
        self._read(None, max(PAGE, len(self._rows)) if same else PAGE)

    def row_at(self, line: int) -> CaseRow | None:
        """The row, or None outside the list."""
        return self._rows[line] if 0 <= line < len(self._rows) else None

    def line_of(self, case_id: str) -> int | None:
        """Where the case stands, or None while it is not loaded or does not match."""
        return next((i for i, row in enumerate(self._rows) if row.case_id == case_id), None)

    # What Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        return not parent.isValid() and self._more and not self._reading

    def fetchMore(self, parent: Index = _NOWHERE) -> None:
        if self.canFetchMore(parent) and self._rows:
            self._read(self._rows[-1].key, PAGE)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[Column(section)]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        column = Column(index.column())
        if role == ROW_ROLE:
            return row
        asked = self._cells.get(role)
        return asked(row, column) if asked else None

    # What a cell says

    def _text(self, row: CaseRow, column: Column) -> str:
        spoken = language()
        said = ""
        match column:
            case Column.NUMBER:
                said = row.number
            case Column.KIND:
                said = self._reference.label("case_kind", row.kind, spoken)
            case Column.STATUS:
                said = self._reference.label("case_status", row.status, spoken)
            case Column.PLACE:
                said = wording.place(self._reference, row.division, whole=False)
            case Column.OWNER:
                said = wording.person(self._names, row.owner_id)
            case Column.OPENED:
                said = wording.day(local_day(row.opened_at), self._today())
            case Column.NEXT if row.next_action_at is not None:
                said = wording.day_and_time(row.next_action_at, self._today())
        mark = self._mark(row, column)
        return mark.words if mark else said

    def _full_text(self, row: CaseRow, column: Column) -> str:
        match column:
            case Column.PLACE:
                return wording.place(self._reference, row.division)
            case Column.OPENED:
                return wording.full_day_and_time(row.opened_at)
            case _:
                return self._text(row, column)

    def _spoken(self, row: CaseRow, column: Column) -> str:
        said = self._full_text(row, column)
        return f"{self._headings[column]}: {said}" if said else ""

    def _mark(self, row: CaseRow, column: Column) -> wording.Wording | None:
        if column is Column.RISK:
            return wording.risk_wording(self._reference, row.risk)
        if column is Column.VERSIONS and row.conflict:
            return wording.Wording(_("Two versions"), "waiting", "⇄")
        due = row.next_action_at
        if column is Column.NEXT and due is not None and due < to_ms(self._clock()):
            when = wording.inside(wording.day_and_time(due, self._today()))
            return wording.Wording(_("Late: {when}").format(when=when), "danger", "!")
        return None

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))

    # Reading

    def _read(self, after: tuple[int, str] | None, limit: int) -> None:
        self._question += 1
        question, wanted = self._question, self._wanted
        self._reading = True

        def work() -> _Read:
            # One more than shown tells whether anything follows.
            rows = self._case_list.page(self._actor, wanted, after, limit + 1)
            counts = self._case_list.counts(self._actor, wanted.owner_id)
            return _Read(rows[:limit], len(rows) > limit, self._read_names(), counts)

        def done(read: _Read) -> None:
            if question == self._question:
                self._reading = False
                self._more = read.more
                self._take(read, append=after is not None)

        def failed(error: Exception) -> None:
            if question == self._question:
                self._reading = False
                self.failed.emit(error)

        self._tasks.database(self, work, done, failed)

    def _take(self, read: _Read, *, append: bool) -> None:
        self._names = read.names
        if append and read.rows:
            first = len(self._rows)
            self.beginInsertRows(_NOWHERE, first, first + len(read.rows) - 1)
            self._rows += read.rows
            self.endInsertRows()
        elif not append and [r.case_id for r in read.rows] == [r.case_id for r in self._rows]:
            # Nothing moved: selection and place stay without anybody's help.
            self._rows = read.rows
            if self._rows:
                last = self.index(len(self._rows) - 1, len(Column) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
        elif not append:
            self.beginResetModel()
            self._rows = read.rows
            self.endResetModel()
        self.counted.emit(read.counts)
        self.loaded.emit()


def _headings() -> dict[Column, str]:
    return {
        Column.NUMBER: _("Number"),
        Column.RISK: _("Risk"),
        Column.KIND: _("Kind"),
        Column.STATUS: _("Status"),
        Column.PLACE: _("Place"),
        Column.OWNER: _("Owner"),
        Column.OPENED: _("Opened"),
        Column.NEXT: _("Next action"),
        Column.VERSIONS: _("Versions"),
    }
