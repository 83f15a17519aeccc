"""Which days are shown, and with which they are compared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.figures import Period
from operator_app.domain.overview import LEAST_DAYS, MOST_DAYS, Days, days_shown

TUESDAY = date(2026, 11, 24)


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("asked", "today", "period", "before"),
    [
        (Days.TODAY, "2026-11-24", ("2026-11-24", "2026-11-24"), ("2026-11-23", "2026-11-23")),
        (Days.WEEK, "2026-11-24", ("2026-11-23", "2026-11-24"), ("2026-11-16", "2026-11-17")),
        (Days.WEEK, "2026-11-23", ("2026-11-23", "2026-11-23"), ("2026-11-16", "2026-11-16")),
        (Days.MONTH, "2026-11-24", ("2026-11-01", "2026-11-24"), ("2026-10-01", "2026-10-24")),
        (Days.MONTH, "2026-03-31", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (Days.MONTH, "2027-01-02", ("2027-01-01", "2027-01-02"), ("2026-12-01", "2026-12-02")),
    ],
)
def test_the_same_days_before(
    asked: Days, today: str, period: tuple[str, str], before: tuple[str, str]
) -> None:
    shown = days_shown(asked, date.fromisoformat(today))

    assert shown.period == days(*period)
    assert shown.before == days(*before)


def test_any_days_end_today_and_are_compared_with_as_many_before_them() -> None:
    shown = days_shown(Days.ANY, TUESDAY, days("2026-11-20", "2026-12-31"))

    assert shown.period == days("2026-11-20", "2026-11-24")
    assert shown.before == days("2026-11-15", "2026-11-19")


def test_days_to_come_are_today_and_years_are_cut() -> None:
    tomorrow = TUESDAY + timedelta(days=1)

    assert days_shown(Days.ANY, TUESDAY, Period(tomorrow, tomorrow)).period == Period(
        TUESDAY, TUESDAY
    )
    long = days_shown(Days.ANY, TUESDAY, days("2001-01-01", "2026-11-24")).period
    assert (long.days, long.last) == (MOST_DAYS, TUESDAY)


@given(
    st.sampled_from(Days),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 500),
)
def test_lines_have_points_enough_and_compare_day_with_day(
    asked: Days, today: date, first: date, length: int
) -> None:
    shown = days_shown(asked, today, Period(first, first + timedelta(days=length)))

    assert shown.period.last <= today
    assert 1 <= shown.before.days <= shown.period.days <= MOST_DAYS
    assert shown.before.last < shown.period.first
    assert shown.line.days >= LEAST_DAYS
    assert shown.line.last == shown.period.last
    assert shown.line.first <= shown.period.first
    assert shown.line_before.days == shown.line.days
    assert (shown.line.first - shown.line_before.first).days >= LEAST_DAYS
