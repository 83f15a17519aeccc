"""Which days the overview shows, with which it compares them, and what must be seen first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from operator_app.domain.figures import Period

LEAST_DAYS = 7
"""Of the line by days: one point says nothing."""
MOST_DAYS = 366
"""Of a period that a person chooses."""


class Days(StrEnum):
    """What a person asks for; ANY are those that the person chooses."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ANY = "any"


class Concern(StrEnum):
    """What is wrong, the worst first."""

    FOLLOW_UPS = "follow_ups"
    """Urgent follow-ups that are late."""
    ORDERS = "orders"
    """Protection orders that end within 48 hours."""
    PLAN = "plan"
    """Open cases of high risk without a safety plan."""
    REVIEW = "review"
    """Open cases of high risk that no supervisor has looked at."""
    UNSENT = "unsent"
    """Records that wait for the ministry for more than a day."""


@dataclass(frozen=True)
class Shown:
    """The days that are shown, the same days before them, and the days of the line by days."""

    period: Period
    before: Period
    line: Period

    @property
    def periods(self) -> list[Period]:
        """All that is read, each once: the days shown, those before, those of the line."""
        wanted = (self.period, self.before, self.line, self.line_before)
        return list(dict.fromkeys(wanted))

    @property
    def line_before(self) -> Period:
        """The days that the line is compared with, as many as it has; a week before at least."""
        back = max((self.period.first - self.before.first).days, LEAST_DAYS)
        return _back(self.line, back)


def days_shown(days: Days, today: date, chosen: Period | None = None) -> Shown:
    """The days that are asked for, up to today; `chosen` is looked at for ANY, at most MOST_DAYS of it.

    A week begins on Monday. It is compared with the same days of the week before, and a month with
    those of the month before; other days with as many before them.
    """
    match days:
        case Days.WEEK:
            period = Period(today - timedelta(days=today.weekday()), today)
            before = _back(period, 7)
        case Days.MONTH:
            period = Period(today.replace(day=1), today)
            before = _month_before(today)
        case Days.ANY if chosen is not None:
            last = min(chosen.last, today)
            least = last - timedelta(days=MOST_DAYS - 1)
            period = Period(min(max(chosen.first, least), last), last)
            before = _back(period, period.days)
        case _:
            period = Period(today, today)
            before = _back(period, 1)
    least = period.last - timedelta(days=LEAST_DAYS - 1)
    return Shown(period, before, Period(min(period.first, least), period.last))


def _back(period: Period, days: int) -> Period:
    step = timedelta(days=days)
    return Period(period.first - step, period.last - step)


def _month_before(today: date) -> Period:
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last.replace(day=min(today.day, last.day)))
