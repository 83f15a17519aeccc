"""Moments as people type them: "24.11 14:30". Understood in Bishkek time, or refused."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from operator_app.domain.clock import BISHKEK, local, to_ms
from operator_app.domain.days import read_day

_MOMENT = re.compile(r"(?:(?P<day>\d[\d./-]*\d\.?)(?:,?\s+|$))?(?:(\d{1,2})[:.](\d{2}))?")
_WITHOUT_YEAR = re.compile(r"(\d{1,2})[./-](\d{1,2})\.?")


def read_moment(typed: str, now: int, *, otherwise: time = time(0, 0)) -> int | None:
    """ "24.11 14:30", "24.11.2026", "2026-11-24 9:00", "14:30" (today); None if it is none.

    A day without a year is the nearest such day: one typed a day too far is not taken for the
    same day of last year. `otherwise`: the time of a day that was typed without one. UTC
    milliseconds, as is `now`.
    """
    found = _MOMENT.fullmatch(typed.strip())
    today = local(now).date()
    if found is None or not found[0]:
        return None
    day = _day(found["day"], today) if found["day"] else today
    if day is None:
        return None
    at = otherwise
    if found[2] is not None:
        hour, minute = int(found[2]), int(found[3])
        if hour > 23 or minute > 59:
            return None
        at = time(hour, minute)
    return to_ms(datetime.combine(day, at, tzinfo=BISHKEK))


def _day(typed: str, today: date) -> date | None:
    short = _WITHOUT_YEAR.fullmatch(typed)
    if short is None:
        return read_day(typed, today)
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, int(short[2]), int(short[1])))
        except ValueError:
            continue
    return min(found, key=lambda day: abs(day - today), default=None)
