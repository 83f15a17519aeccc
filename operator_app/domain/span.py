"""What a daily log is of: a day, a shift, or several days together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from operator_app.domain import figures
from operator_app.domain.clock import day_bounds_ms, local_day
from operator_app.domain.shifts import Shift, shift_of

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The calls that began from `start` on and before `end` (UTC milliseconds).

    They lie on the Bishkek days `first` to `last`. `shift`: the span is that shift of the day
    `first`, which may end on the next one.
    """

    first: date
    last: date
    start: int
    end: int
    shift: Shift | None = None

    @classmethod
    def of_days(cls, first: date, last: date) -> Span:
        """Whole days, both in it."""
        return cls(first, last, day_bounds_ms(first)[0], day_bounds_ms(last)[1])

    @classmethod
    def of_day(cls, day: date) -> Span:
        """One whole day."""
        return cls.of_days(day, day)

    @classmethod
    def of_shift(cls, day: date, shift: Shift) -> Span:
        """The shift that begins on the day."""
        start, end = shift.bounds_ms(day)
        return cls(day, local_day(end - 1), start, end, shift)

    @property
    def shift_code(self) -> str:
        """The code of the shift; empty for whole days."""
        return self.shift.code if self.shift else ""

    @property
    def has_several_days(self) -> bool:
        """Whether it is of more than one day; a night is of the day on which it begins."""
        return self.shift is None and self.first != self.last

    @property
    def code(self) -> str:
        """For file names and the audit: "2026-11-24", "2026-11-24_night", "2026-11-01_2026-11-24"."""
        if self.has_several_days:
            return f"{self.first.isoformat()}_{self.last.isoformat()}"
        return "_".join(filter(None, (self.first.isoformat(), self.shift_code)))

    def days(self) -> Iterator[date]:
        """The days on which it lies, in their order."""
        return (self.first + n * ONE_DAY for n in range((self.last - self.first).days + 1))

    def parts(self, days: int) -> Iterator[Span]:
        """The span in pieces of at most so many days, in their order."""
        first = self.first
        while first <= self.last:
            last = min(first + (days - 1) * ONE_DAY, self.last)
            yield Span(
                first,
                last,
                max(self.start, day_bounds_ms(first)[0]),
                min(self.end, day_bounds_ms(last)[1]),
                self.shift,
            )
            first = last + ONE_DAY


def week_of(day: date) -> Span:
    """Monday to Sunday around the day."""
    week = figures.week_of(day)
    return Span.of_days(week.first, week.last)


def month_of(day: date) -> Span:
    """The calendar month of the day."""
    month = figures.month_of(day)
    return Span.of_days(month.first, month.last)


def year_of(day: date) -> Span:
    """The calendar year of the day."""
    return Span.of_days(day.replace(month=1, day=1), day.replace(month=12, day=31))


class Unit(StrEnum):
    """How much a person looks at at once."""

    DAY = "day"
    SHIFT = "shift"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    DAYS = "days"


@dataclass(frozen=True)
class Choice:
    """What a person chose: the unit around `day`; of SHIFT `shift_code`, of DAYS up to `until`."""

    unit: Unit
    day: date
    until: date
    shift_code: str = ""

    def span(self, shifts: Iterable[Shift]) -> Span:
        """The span; `shifts` are those of `day`. A shift that is not among them: the whole day."""
        if self.unit is Unit.WEEK:
            return week_of(self.day)
        if self.unit is Unit.MONTH:
            return month_of(self.day)
        if self.unit is Unit.YEAR:
            return year_of(self.day)
        if self.unit is Unit.DAYS:
            return Span.of_days(self.day, max(self.day, self.until))
        shift = shift_of(shifts, self.shift_code) if self.unit is Unit.SHIFT else None
        return Span.of_shift(self.day, shift) if shift else Span.of_day(self.day)

    def moved(self, steps: int) -> Choice:
        """As many units later (or earlier, below 0)."""
        whole = self.span(())
        if self.unit is Unit.YEAR:
            day = self.day.replace(year=self.day.year + steps, day=min(self.day.day, 28))
        elif self.unit is Unit.MONTH:
            # The first of a month is in it for certain.
            months = self.day.year * 12 + self.day.month - 1 + steps
            day = date(months // 12, months % 12 + 1, 1)
        else:
            day = self.day + steps * ((whole.last - whole.first).days + 1) * ONE_DAY
        return replace(self, day=day, until=self.until + (day - self.day))
