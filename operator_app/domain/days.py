"""Days and ages as people type them: understood, or refused with a reason; never guessed."""

from __future__ import annotations

import re
from datetime import date

from operator_app.domain.violence import OLDEST
from operator_app.errors import Fault

# Digits of other scripts look like these and may stand in another order: not understood.
_FULL = re.compile(r"(\d{1,2})[./\-, ](\d{1,2})(?:[./\-, ](\d{4}|\d{2}))?\.?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_STRICT_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LEAP_YEARS_APART = 8
"""At most: 1896 and 1904, 2096 and 2104."""


def read_day(typed: str, today: date) -> date | None:
    """ "24.11.2026", "24.11" (the last such day), "24/11/26", "2026-11-24"; None if not a day."""
    found = typed.strip()
    try:
        if iso := _ISO.fullmatch(found):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if not (full := _FULL.fullmatch(found)):
            return None
        day, month, year = int(full[1]), int(full[2]), full[3]
        if year is None:
            return _last_such_day(day, month, today)
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    except ValueError:
        return None


def read_day_in(typed: str, year: int) -> date | None:
    """A day typed without its year is one of `year`; one with a year of its own stays there."""
    found = _FULL.fullmatch(typed.strip())
    if found is None or found[3] is not None:
        return read_day(typed, date(year, 12, 31))
    try:
        return date(year, int(found[2]), int(found[1]))
    except ValueError:
        return None


def _last_such_day(day: int, month: int, today: date) -> date | None:
    for year in range(today.year, today.year - _LEAP_YEARS_APART - 1, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            # 29 February, in a year that has none.
            continue
        if found <= today:
            return found
    return None


def iso_day(text: str) -> date | None:
    """The day of "2026-11-24" exactly, as files and messages write it; None for anything else."""
    if not _STRICT_ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def check_past_day(where: str, typed: str, today: date) -> list[Fault]:
    """Faults of a typed day on which something happened; empty for an empty field."""
    if not typed.strip():
        return []
    found = read_day(typed, today)
    if found is None:
        return [Fault(where, "day.not_understood")]
    if found > today:
        return [Fault(where, "day.in_future")]
    if found.year < today.year - OLDEST:
        return [Fault(where, "day.too_long_ago")]
    return []


def read_age(typed: str) -> int | None:
    """A whole number of years from 0 to OLDEST, or None."""
    found = typed.strip()
    if not (found.isascii() and found.isdigit() and len(found) <= 3):
        return None
    return int(found) if int(found) <= OLDEST else None


def check_age(where: str, typed: str) -> list[Fault]:
    """Faults of a typed age; empty for an empty field."""
    if not typed.strip() or read_age(typed) is not None:
        return []
    return [Fault(where, "age.not_understood", {"most": OLDEST})]


def age_band(years: int | None) -> str | None:
    """The code of `age_band` for an age; None when it is not known."""
    if years is None:
        return None
    bands = ((6, "A00_06"), (13, "A07_13"), (17, "A14_17"), (34, "A18_34"), (49, "A35_49"))
    for last, code in (*bands, (62, "A50_62")):
        if years <= last:
            return code
    return "A63P"
