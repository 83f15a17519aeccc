"""What a report to the ministry is made of: sections of lines, each figure with what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.call_figures import Cell
from operator_app.domain.figures import Period
from operator_app.domain.office import Office


class Unit(StrEnum):
    """What a value is."""

    COUNT = "count"
    PER_DAY = "per_day"
    SECONDS = "seconds"
    DAYS = "days"


@dataclass(frozen=True)
class Values:
    """One figure in the period, the one before and the same a year ago; None: hidden, or none."""

    now: float | None
    before: float | None
    year_ago: float | None


@dataclass(frozen=True)
class Line:
    """A figure of the report. `cells`: what it counts, for its definition and its records;
    `name`: the codes it is named by. `whole`: of what it is a share (None: no share is shown).
    `part`: it is a part of the line above."""

    name: Cell
    cells: tuple[Cell, ...]
    values: Values
    unit: Unit = Unit.COUNT
    whole: int | None = None
    part: bool = False
    small: bool = False
    """Something of it is hidden because it is small."""
    inside: int | None = None
    """How many of them are from children, where that is told; None: hidden, or not told."""


@dataclass(frozen=True)
class Section:
    """A numbered part. `columns`: the lines are the cells of a table with these columns (codes),
    the row being the last but one code of their name."""

    key: str
    lines: tuple[Line, ...]
    columns: tuple[str, ...] = ()
    below: bool = False
    """It belongs to the numbered part before it."""


@dataclass(frozen=True)
class Report:
    """The whole report. `leaves`: small cells are hidden in it. `made_at`: UTC ms."""

    office: Office
    period: Period
    before: Period
    year_ago: Period
    made_at: int
    leaves: bool
    sections: tuple[Section, ...]
