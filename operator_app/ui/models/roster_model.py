"""A week of duty for a table view: a row for each day, a column for each shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from operator_app.domain.people import Person
from operator_app.domain.shifts import Shift, shift_of, time_text
from operator_app.i18n import _, language
from operator_app.services.shifts import Roster
from operator_app.ui import theme
from operator_app.ui.reference_wording import weekday_and_day

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Week:
    """Seven days from `first`: the shifts of each, and who is on duty in them."""

    first: date
    shifts: Sequence[tuple[Shift, ...]]
    roster: Roster

    @property
    def days(self) -> list[date]:
        """The seven days."""
        return [self.first + timedelta(days=n) for n in range(7)]

    @property
    def columns(self) -> list[Shift]:
        """Every shift of the week once, as it is on its last day."""
        found = {shift.code: shift for of_day in self.shifts for shift in of_day}
        return sorted(found.values(), key=lambda shift: shift.begins)

    def people(self, day: date, code: str) -> tuple[Person, ...]:
        """Who is on duty; empty for nobody."""
        return self.roster.get((day, code), ())


class RosterModel(QAbstractTableModel):
    """The first column is the day; a cell tells names, or that there is no such shift that day."""

    def __init__(self, week: Week, today: date) -> None:
        super().__init__()
        self.week = week
        self._today = today
        self._columns = week.columns

    def place(self, index: Index) -> tuple[date, Shift] | None:
        """Day and shift of a cell; None where there is none."""
        if not index.isValid() or index.column() == 0:
            return None
        shifts = self.week.shifts[index.row()]
        shift = shift_of(shifts, self._columns[index.column() - 1].code)
        return (self.week.days[index.row()], shift) if shift else None

    def put(self, index: Index, people: Sequence[Person]) -> None:
        """These people are on duty in the cell."""
        place = self.place(index)
        if place is not None:
            roster = {**self.week.roster, _key(place): tuple(people)}
            self.week = replace(self.week, roster=roster)
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.week.days)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._columns) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.ForegroundRole and self.week.days[index.row()] == self._today:
            return QBrush(QColor(theme.current().accent_text))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(index)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return shift_words(self._columns[section - 1]) if section else _("Day")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _words(self, index: Index) -> str:
        day = self.week.days[index.row()]
        if index.column() == 0:
            said = weekday_and_day(day)
            return _("{day}, today").format(day=said) if day == self._today else said
        place = self.place(index)
        if place is None:
            return "×"
        return ", ".join(p.full_name for p in self.week.people(*_key(place))) or "–"


def _key(place: tuple[date, Shift]) -> tuple[date, str]:
    return place[0], place[1].code


def shift_words(shift: Shift) -> str:
    """ "Day, 09:00–18:00"."""
    span = f"{time_text(shift.begins)}–{time_text(shift.ends)}"
    return f"{shift.name(language())}, {span}"
