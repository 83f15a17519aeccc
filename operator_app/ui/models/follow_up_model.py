"""The follow-ups of a scope under their headings: late, today, within a week, later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt, Signal

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.domain.reference import Reference
from operator_app.i18n import N_, _
from operator_app.services.follow_ups import Counts, FollowUp, FollowUps, Scope
from operator_app.ui import follow_up_wording as words
from operator_app.ui import wording
from operator_app.ui.models.row_list import Index, RowList
from operator_app.ui.tasks import Tasks

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The FollowUp of a line; None for a heading."""
WORDING_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Wording of a mark (risk, lateness), or None."""
HEADING_ROLE = Qt.ItemDataRole.UserRole + 2
"""The Heading of a line that is one, or None."""


class Column(IntEnum):
    """The columns from left to right: no name of anybody concerned, no text."""

    DUE = 0
    WHAT = 1
    WAY = 2
    CASE = 3
    RISK = 4
    WHO = 5


class Group(IntEnum):
    """The parts of the list, the most pressing first."""

    LATE = 0
    TODAY = 1
    WEEK = 2
    LATER = 3


_GROUPS = {
    Group.LATE: N_("Late"),
    Group.TODAY: N_("Today"),
    Group.WEEK: N_("Within a week"),
    Group.LATER: N_("Later"),
}


@dataclass(frozen=True)
class Heading:
    """A line above the follow-ups of a group."""

    group: Group
    number: int

    @property
    def words(self) -> str:
        """ "Late · 3"."""
        return f"{_(_GROUPS[self.group])} · {self.number}"


@dataclass(frozen=True)
class _Read:
    """What the worker brings: rows, how many there are, full names by user id."""

    rows: list[FollowUp]
    counts: Counts
    names: dict[str, str]


class FollowUpModel(RowList[FollowUp | Heading]):
    """All of a scope is read at once. `loaded(Counts)`: the list shows the scope as it is now."""

    loaded = Signal(object)

    columns = Column

    def __init__(
        self,
        follow_ups: FollowUps,
        names: Callable[[], dict[str, str]],
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        """`names` reads the database: it is called on the worker."""
        super().__init__(tasks, _headings())
        self._follow_ups = follow_ups
        self._read_names = names
        self._reference = reference
        self._actor = actor
        self._clock = clock
        self._names: dict[str, str] = {}

    def show(self, scope: Scope) -> None:
        """Read the follow-ups of the scope."""

        def work() -> _Read:
            rows = self._follow_ups.page(self._actor, scope)
            return _Read(rows, self._follow_ups.counts(self._actor), self._read_names())

        self._ask(work, self._take)

    def row_at(self, line: int) -> FollowUp | None:
        """The follow-up of the line; None for a heading and outside the list."""
        found = self._lines[line] if 0 <= line < len(self._lines) else None
        return found if isinstance(found, FollowUp) else None

    @property
    def heading_lines(self) -> list[int]:
        """The lines that are headings."""
        return [i for i, line in enumerate(self._lines) if isinstance(line, Heading)]

    # What Qt asks

    def flags(self, index: Index) -> Qt.ItemFlag:
        # A heading takes no cursor: the arrows go over it.
        return (
            super().flags(index)
            if self.row_at(index.row()) is not None
            else Qt.ItemFlag.NoItemFlags
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line, column = self._lines[index.row()], Column(index.column())
        if isinstance(line, Heading):
            spoken = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            if spoken:
                return line.words if column is Column.DUE else None
            return line if role == HEADING_ROLE else None
        if role == WORDING_ROLE:
            return self._mark(line, column)
        if role == ROW_ROLE:
            return line
        return self._said(line, column, role)

    # What a cell says

    def _said(self, row: FollowUp, column: Column, role: int) -> str | None:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._labelled(column, self._text(row, column))
        return None

    def _text(self, row: FollowUp, column: Column) -> str:
        match column:
            case Column.DUE:
                return words.due(row, to_ms(self._clock()))
            case Column.WHAT:
                return words.what(self._reference, row, local_day(to_ms(self._clock())))
            case Column.WAY:
                return words.way(self._reference, row.way)
            case Column.CASE:
                return row.case_number
            case Column.RISK:
                return wording.risk_wording(self._reference, row.risk).words
            case Column.WHO:
                return wording.person(self._names, row.assignee_id)

    def _mark(self, row: FollowUp, column: Column) -> wording.Wording | None:
        if column is Column.RISK:
            return wording.risk_wording(self._reference, row.risk)
        if column is Column.DUE and row.is_late:
            return wording.Wording(self._text(row, column), "danger", "!")
        return None

    def _identity(self, line: FollowUp | Heading) -> str:
        return line.task_id if isinstance(line, FollowUp) else line.group.name

    def _take(self, read: _Read) -> None:
        now = to_ms(self._clock())
        lines: list[FollowUp | Heading] = []
        for group in Group:
            rows = [row for row in read.rows if _group(row, now) is group]
            if rows:
                lines += [Heading(group, len(rows)), *rows]
        self._names = read.names
        self._replace(lines)
        self.loaded.emit(read.counts)


def _group(row: FollowUp, now: int) -> Group:
    days = (local_day(row.due_at) - local_day(now)).days
    if row.is_late:
        return Group.LATE
    if days <= 0:
        return Group.TODAY
    return Group.WEEK if days < 7 else Group.LATER


def _headings() -> dict[Column, str]:
    return {
        Column.DUE: _("Due"),
        Column.WHAT: _("What"),
        Column.WAY: _("How"),
        Column.CASE: _("Case"),
        Column.RISK: _("Risk"),
        Column.WHO: _("Who"),
    }
