"""Figures of a period: the cells of all its calls and cases, summed up.

    figures = Figures()
    figures.add(cells_of_call(fact)); figures.note_length(fact)
    figures.of("subject")            # {"BEN.UBK": 12, ...}
    figures + of_another_day

Everything here can be added up, day by day and office by office: so the sum of the offices is the
ministry's figure. What cannot (people, medians) is made from what can: a list of marks of numbers,
a list of days. People are told apart within an office only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

from operator_app.domain.call_figures import CallFact, Cell

_MARKS = "number"


@dataclass(frozen=True)
class Period:
    """Bishkek days from `first` to `last`, both in it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def each_day(self) -> Iterable[date]:
        """The days in their order."""
        return (self.first + timedelta(days=n) for n in range(self.days))


def month_of(day: date) -> Period:
    """The month that the day lies in."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def week_of(day: date) -> Period:
    """Monday to Sunday around the day."""
    first = day - timedelta(days=day.weekday())
    return Period(first, first + timedelta(days=6))


@dataclass
class Figures:
    """Counts by cell. `seconds`: of the calls that asked for help together, `longest` of one."""

    counts: Counter[Cell] = field(default_factory=Counter)
    seconds: int = 0
    longest: int = 0
    # A report asks some hundred times; a month of a busy office has thousands of cells.
    _of_indicator: dict[str, list[tuple[Cell, int]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def add(self, cells: Iterable[Cell]) -> None:
        """Count these cells."""
        self.counts.update(cells)
        self._of_indicator.clear()

    def note_length(self, call: CallFact) -> None:
        """Take in how long a call was that asked for help."""
        if call.asked:
            self.seconds += call.seconds
            self.longest = max(self.longest, call.seconds)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.counts + other.counts,
            self.seconds + other.seconds,
            max(self.longest, other.longest),
        )

    def merge(self, other: Figures) -> None:
        """The same in place."""
        self.counts.update(other.counts)
        self._of_indicator.clear()
        self.seconds += other.seconds
        self.longest = max(self.longest, other.longest)

    def number(self, *cell: str) -> int:
        """How often this very cell was counted."""
        return self.counts[cell]

    def of(self, *start: str) -> dict[str, int]:
        """The counts of an indicator by its next code; of several codes the further are summed."""
        found: dict[str, int] = {}
        length = len(start)
        for cell, count in self._cells(start[0]):
            if cell[:length] == start and len(cell) > length:
                found[cell[length]] = found.get(cell[length], 0) + count
        return found

    def cells(self, indicator: str) -> dict[tuple[str, ...], int]:
        """The counts of an indicator by all of its codes."""
        return {cell[1:]: count for cell, count in self._cells(indicator)}

    def _cells(self, indicator: str) -> list[tuple[Cell, int]]:
        if not self._of_indicator:
            for cell, count in self.counts.items():
                self._of_indicator.setdefault(cell[0], []).append((cell, count))
        return self._of_indicator.get(indicator, [])

    @property
    def mean_seconds(self) -> int | None:
        """The mean length of the calls that asked for help."""
        asked = self.number("asked")
        return round(self.seconds / asked) if asked else None

    @property
    def callers(self) -> int:
        """Telephone numbers that asked for help: people, as far as they can be told apart."""
        return len(self.of(_MARKS))

    @property
    def repeat_calls(self) -> int:
        """Calls for help from a number that had asked before in the period."""
        return sum(self.of(_MARKS).values()) - self.callers

    def middle(self, *start: str) -> int | None:
        """The median of an indicator whose last code is a number; None when there is none."""
        values = self.of(*start)
        every = [int(value) for value, count in values.items() for _ in range(count)]
        return round(median(every)) if every else None

    def as_text(self) -> str:
        """As JSON, for a row of a day."""
        return json.dumps(
            {
                "seconds": self.seconds,
                "longest": self.longest,
                "counts": [[*cell, count] for cell, count in self.counts.items()],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_text(cls, text: str) -> Figures:
        """The reverse of `as_text`."""
        data: dict[str, Any] = json.loads(text)
        counts = Counter({tuple(cell): count for *cell, count in data["counts"]})
        return cls(counts, data["seconds"], data["longest"])
