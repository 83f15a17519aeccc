"""The rows of the list of cases: read page by page on the database worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt, Signal

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import _, language
from operator_app.services.case_list import PAGE, CaseCounts, CaseFilter, CaseList, CaseRow
from operator_app.ui import wording
from operator_app.ui.models.row_list import Index, RowList
from operator_app.ui.tasks import Tasks

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The CaseRow of a line."""
WORDING_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Wording of a mark (risk, lateness, two versions), or None."""


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


class CaseModel(RowList[CaseRow]):
    """`loaded()`: the list answers the filter now (rows may be none). `counted(CaseCounts)`: of the
    same person's open cases."""

    loaded = Signal()
    counted = Signal(object)

    columns = Column

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
        super().__init__(tasks, _headings())
        self._case_list = case_list
        self._read_names = names
        self._reference = reference
        self._actor = actor
        self._clock = clock
        self._names: dict[str, str] = {}
        self._wanted = CaseFilter()
        self._cells: dict[int, Callable[[CaseRow, Column], Any]] = {
            Qt.ItemDataRole.DisplayRole: self._text,
            Qt.ItemDataRole.ToolTipRole: self._full_text,
            Qt.ItemDataRole.AccessibleTextRole: self._spoken,
            WORDING_ROLE: self._mark,
        }

    @property
    def wanted(self) -> CaseFilter:
        """The filter that is shown, or being read."""
        return self._wanted

    @property
    def any_conflict(self) -> bool:
        """Whether a case of the list has two versions."""
        return any(row.conflict for row in self._lines)

    def show(self, wanted: CaseFilter) -> None:
        """Read the first page of a filter; the same filter is read again as far as it was."""
        same = wanted == self._wanted
        self._wanted = wanted
        self._read(None, max(PAGE, len(self._lines)) if same else PAGE)

    def row_at(self, line: int) -> CaseRow | None:
        """The row, or None outside the list."""
        return self._lines[line] if 0 <= line < len(self._lines) else None

    # What Qt asks

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
        return self._labelled(column, self._full_text(row, column))

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

    def _identity(self, line: CaseRow) -> str:
        return line.case_id

    def _read_on(self) -> None:
        self._read(self._lines[-1].key, PAGE)

    def _read(self, after: tuple[int, str] | None, limit: int) -> None:
        wanted = self._wanted

        def work() -> _Read:
            # One more than shown tells whether anything follows.
            rows = self._case_list.page(self._actor, wanted, after, limit + 1)
            counts = self._case_list.counts(self._actor, wanted.owner_id)
            return _Read(rows[:limit], len(rows) > limit, self._read_names(), counts)

        def done(read: _Read) -> None:
            self._more = read.more
            self._names = read.names
            if after is None:
                self._replace(read.rows)
            else:
                self._append(read.rows)
            self.counted.emit(read.counts)
            self.loaded.emit()

        self._ask(work, done)


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
