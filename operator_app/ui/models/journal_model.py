"""The rows of the journal: read page by page on the database worker, as far as they are looked at."""

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
from operator_app.domain.wire import State
from operator_app.i18n import _, language
from operator_app.services.journal import PAGE, Journal, JournalFilter, JournalRow
from operator_app.ui import wording
from operator_app.ui.models.row_list import Index, RowList
from operator_app.ui.tasks import Tasks

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The JournalRow of a line."""
WORDING_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Wording of a mark (danger, sync state), or None."""
NEW_DAY_ROLE = Qt.ItemDataRole.UserRole + 2
"""Whether the line is the first of its day and not the first of the list."""


class Column(IntEnum):
    """The columns from left to right: no name of a caller, no phone, no text."""

    TIME = 0
    NUMBER = 1
    KIND = 2
    TOPIC = 3
    PLACE = 4
    DANGER = 5
    OPERATOR = 6
    DURATION = 7
    STATE = 8


@dataclass(frozen=True)
class _Read:
    """What the worker brings: rows, whether older ones follow, and the names of the operators."""

    rows: list[JournalRow]
    more: bool
    names: dict[str, str]


class JournalModel(RowList[JournalRow]):
    """`loaded()`: the list answers the filter now (rows may be none). `names_read(names)`: full name
    by user id."""

    loaded = Signal()
    names_read = Signal(dict)

    columns = Column
    figures = frozenset({Column.DURATION})

    def __init__(
        self,
        journal: Journal,
        names: Callable[[], dict[str, str]],
        reference: Reference,
        actor: Actor,
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        """`names` reads the database: it is called on the worker."""
        super().__init__(tasks, _headings())
        self._journal = journal
        self._read_names = names
        self._reference = reference
        self._actor = actor
        self._clock = clock
        self._names: dict[str, str] = {}
        self._wanted = JournalFilter()
        self._sends = True
        self._cells: dict[int, Callable[[JournalRow, Column], Any]] = {
            Qt.ItemDataRole.DisplayRole: self._text,
            Qt.ItemDataRole.ToolTipRole: self._full_text,
            Qt.ItemDataRole.AccessibleTextRole: self._spoken,
            WORDING_ROLE: self._wording,
        }

    @property
    def wanted(self) -> JournalFilter:
        """The filter that is shown, or being read."""
        return self._wanted

    @property
    def names(self) -> dict[str, str]:
        """Full name by user id, as last read."""
        return self._names

    def show(self, wanted: JournalFilter) -> None:
        """Read the first page of a filter; the same filter is read again as far as it was."""
        same = wanted == self._wanted
        self._wanted = wanted
        self._read(None, max(PAGE, len(self._lines)) if same else PAGE)

    def set_sends(self, sends: bool) -> None:
        """Whether there is a server to send to: what waits is on its way, or saved here."""
        if sends != self._sends:
            self._sends = sends
            self._all_changed(Column.STATE)

    def refresh_states(self) -> None:
        """Read the sync states of the loaded rows again, and nothing else."""
        ids = [row.call_id for row in self._lines]
        if ids:
            self._tasks.database(
                self,
                lambda: self._journal.states(self._actor, ids),
                self._on_states,
                self.failed.emit,
            )

    def row_at(self, line: int) -> JournalRow | None:
        """The row, or None outside the list."""
        return self._lines[line] if 0 <= line < len(self._lines) else None

    # What Qt asks

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        column = Column(index.column())
        if role in self._cells:
            return self._cells[role](row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == ROW_ROLE:
            return row
        if role == NEW_DAY_ROLE:
            above = self.row_at(index.row() - 1)
            return above is not None and local_day(above.started_at) != local_day(row.started_at)
        return None

    # What a cell says

    def _text(self, row: JournalRow, column: Column) -> str:
        spoken = language()
        match column:
            case Column.TIME:
                said = wording.day_and_time(row.started_at, self._today())
            case Column.NUMBER:
                said = row.number
            case Column.KIND:
                kind = self._reference.find("contact_kind", row.contact_kind)
                said = kind.short_label(spoken) if kind else row.contact_kind
            case Column.TOPIC:
                said = self._reference.label("topic_l2", row.topic, spoken)
            case Column.PLACE:
                said = wording.place(self._reference, row.division, whole=False)
            case Column.OPERATOR:
                said = wording.person(self._names, row.operator_id)
            case Column.DURATION:
                said = wording.duration(row.duration_seconds)
            case _:
                mark = self._wording(row, column)
                said = mark.words if mark else ""
        return said

    def _full_text(self, row: JournalRow, column: Column) -> str:
        if column is Column.TIME:
            return wording.full_day_and_time(row.started_at)
        if column is Column.KIND:
            return self._reference.label("contact_kind", row.contact_kind, language())
        if column is Column.PLACE:
            return wording.place(self._reference, row.division)
        return self._text(row, column)

    def _spoken(self, row: JournalRow, column: Column) -> str:
        said = self._full_text(row, column)
        if row.voided and column is Column.NUMBER:
            said = _("Void: {number}").format(number=said)
        return self._labelled(column, said)

    def _wording(self, row: JournalRow, column: Column) -> wording.Wording | None:
        if column is Column.STATE:
            return wording.state_or_seat(row.state, row.seat, sends=self._sends)
        return wording.danger_wording(row.danger_now) if column is Column.DANGER else None

    def _today(self) -> date:
        return local_day(to_ms(self._clock()))

    # Reading

    def _identity(self, line: JournalRow) -> str:
        return line.call_id

    def _read_on(self) -> None:
        self._read(self._lines[-1].key, PAGE)

    def _read(self, after: tuple[int, str] | None, limit: int) -> None:
        wanted = self._wanted

        def work() -> _Read:
            # One more than shown tells whether anything follows.
            rows = self._journal.page(self._actor, wanted, after, limit + 1)
            names = self._read_names() if after is None else {}
            return _Read(rows[:limit], len(rows) > limit, names)

        def done(read: _Read) -> None:
            self._more = read.more
            if after is None:
                if read.names != self._names:
                    self._names = read.names
                    self.names_read.emit(read.names)
                self._replace(read.rows)
            else:
                self._append(read.rows)
            self.loaded.emit()

        self._ask(work, done)

    def _on_states(self, states: dict[str, State]) -> None:
        rows = [r._replace(state=states.get(r.call_id, r.state)) for r in self._lines]
        if rows != self._lines:
            self._lines = rows
            self._all_changed(Column.STATE)


def _headings() -> dict[Column, str]:
    return {
        Column.TIME: _("Time"),
        Column.NUMBER: _("Number"),
        Column.KIND: _("Kind"),
        Column.TOPIC: _("Topic"),
        Column.PLACE: _("Place"),
        Column.DANGER: _("Danger"),
        Column.OPERATOR: _("Operator"),
        Column.DURATION: _("Length"),
        Column.STATE: _("State"),
    }
