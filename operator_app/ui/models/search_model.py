"""The lines of a search's results: headings, what was found, and the way to more of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.reference import Reference
from operator_app.domain.search import NOTHING, Found, Group, Hit
from operator_app.ui import search_wording
from operator_app.ui.widgets.snippet import tidy

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The Row of a line."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Kind(Enum):
    """What a line is."""

    HEADING = auto()
    HIT = auto()
    MORE = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True)
class Row:
    """One line in words. `hit` is there for Kind.HIT only; `spoken` is the whole of it."""

    kind: Kind
    group: Group
    title: str
    hit: Hit | None = None
    codes: str = ""
    when: str = ""
    spoken: str = ""

    @property
    def key(self) -> tuple[Kind, Group, str]:
        """What tells it apart from the other lines."""
        return self.kind, self.group, self.hit.record_id if self.hit else ""


class SearchModel(QAbstractListModel):
    """The results last found; they are replaced in one step, so that nothing flickers."""

    def __init__(self, reference: Reference, clock: Clock) -> None:
        super().__init__()
        self._reference = reference
        self._clock = clock
        self._rows: list[Row] = []

    def show(self, found: Found, *, expanded: bool = False) -> None:
        """List these results; `expanded`: as many of one group as are ever shown here."""
        rows = list(self._lines(found, expanded=expanded))
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def clear(self) -> None:
        """Forget them."""
        self.show(NOTHING)

    @property
    def results(self) -> int:
        """How many things were found."""
        return sum(row.kind is Kind.HIT for row in self._rows)

    def results_of(self, group: Group) -> int:
        """How many of them are of that group."""
        return sum(row.kind is Kind.HIT and row.group is group for row in self._rows)

    def row_at(self, line: int) -> Row | None:
        """The line, or None outside the list."""
        return self._rows[line] if 0 <= line < len(self._rows) else None

    def line_of(self, key: tuple[Kind, Group, str]) -> int | None:
        """Where it stands, or None where it is not listed."""
        return next((i for i, row in enumerate(self._rows) if row.key == key), None)

    def next_line(self, line: int, step: int) -> int:
        """`step` lines on, headings left out; round by one step, to the end by more. -1: none."""
        open_to = [i for i, row in enumerate(self._rows) if row.kind is not Kind.HEADING]
        if not open_to:
            return -1
        if line not in open_to:
            return open_to[0 if step > 0 else -1]
        place = open_to.index(line) + step
        if abs(step) == 1:
            return open_to[place % len(open_to)]
        return open_to[min(max(place, 0), len(open_to) - 1)]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row_at(index.row())
        if row is None or row.kind is Kind.HEADING:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.spoken
        return None

    def _lines(self, found: Found, *, expanded: bool) -> Iterator[Row]:
        today = local_day(to_ms(self._clock()))
        for group, hits in groupby(found.hits, key=lambda hit: hit.group):
            words = search_wording.heading(group)
            yield Row(Kind.HEADING, group, words, spoken=words)
            for hit in hits:
                codes = search_wording.codes(self._reference, hit)
                when = search_wording.when(hit, today)
                title = tidy(hit.title)
                yield Row(Kind.HIT, group, title, hit, codes, when, _spoken(hit, codes, when))
            if group not in found.more:
                continue
            if not expanded:
                words = search_wording.more(group)
                yield Row(Kind.MORE, group, words, spoken=words)
            elif words := search_wording.elsewhere(group):
                yield Row(Kind.ELSEWHERE, group, words, spoken=words)


def _spoken(hit: Hit, codes: str, when: str) -> str:
    said = (
        search_wording.opens_with_reason()
        if hit.protected
        else tidy("".join(piece.text for piece in hit.snippet))
    )
    return "\n".join(filter(None, (tidy(hit.title), codes, when, said)))
