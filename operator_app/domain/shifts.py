"""Shifts of an office: a part of the day with a name, the same every day, perhaps over midnight.

A shift belongs to the day on which it begins: the night from 18:00 to 09:00 of Monday ends on
Tuesday morning and is still Monday's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.text import is_unicode
from operator_app.errors import BadInput, Fault

DAY_MINUTES = 24 * 60
MOST_SHIFTS = 6
LONGEST_NAME = 40
LONGEST_HANDOVER = 10_000
SHOWN_HANDOVER = 600
"""What a page of the daily log shows of the words to the next shift; more is kept."""
CODE_PATTERN = re.compile(r"[a-z0-9-]{1,16}")
_TIME = re.compile(r"(\d{1,2})(?:[:. -]?(\d{2}))?")
_MS = 60_000


@dataclass(frozen=True)
class Shift:
    """`begins` and `ends` in minutes from local midnight, 0..1439; equal: round the clock."""

    code: str
    names: Mapping[str, str]
    begins: int
    ends: int

    @property
    def minutes(self) -> int:
        """How long it lasts: 1..1440."""
        return (self.ends - self.begins - 1) % DAY_MINUTES + 1

    def name(self, language: str) -> str:
        """The name in the language, or the first that is filled."""
        return self.names.get(language) or next((n for n in self.names.values() if n), self.code)

    def bounds_ms(self, day: date) -> tuple[int, int]:
        """First millisecond of the shift that begins on the day, and first after it. UTC."""
        begun = day_bounds_ms(day)[0] + self.begins * _MS
        return begun, begun + self.minutes * _MS


DEFAULT_SHIFTS = (Shift("day", {"ky": "Күндүз", "ru": "День", "en": "Day"}, 9 * 60, 18 * 60),)
"""The first working hours of the helpline: 09:00-18:00 (research/domain.md, 1)."""


@dataclass(frozen=True)
class TypedShift:
    """A shift as a person types it; `code` is empty for a new one."""

    code: str
    names: Mapping[str, str]
    begins: str
    ends: str


def read_time(typed: str) -> int | None:
    """Minutes from midnight of "9", "9:00", "09.00", "0900"; "24:00" is 0. None: no time."""
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        return None
    minutes = int(found[1]) * 60 + int(found[2] or 0)
    if int(found[2] or 0) > 59 or minutes > DAY_MINUTES:
        return None
    return minutes % DAY_MINUTES


def time_text(minutes: int) -> str:
    """ "09:00"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_shifts(typed: Sequence[TypedShift]) -> tuple[Shift, ...]:
    """The shifts in the order in which they begin.

    Raises BadInput("shifts.faults"); a fault stands at "<number of the row from 0>.names",
    ".begins", ".ends" or ".code", or at "shifts".
    """
    if not typed:
        raise BadInput("shifts.faults", [Fault("shifts", "shift.none")])
    if len(typed) > MOST_SHIFTS:
        raise BadInput("shifts.faults", [Fault("shifts", "shift.too_many", {"most": MOST_SHIFTS})])
    faults: list[Fault] = []
    shifts: list[Shift] = []
    taken = {row.code for row in typed}
    for number, row in enumerate(typed):
        names = {language: " ".join(name.split()) for language, name in row.names.items()}
        faults += _name_faults(f"{number}.names", names)
        begins, ends = read_time(row.begins), read_time(row.ends)
        for field, minutes in (("begins", begins), ("ends", ends)):
            if minutes is None:
                faults.append(Fault(f"{number}.{field}", "shift.time_form"))
        code = row.code or _free_code(taken)
        if not CODE_PATTERN.fullmatch(code) or code in (s.code for s in shifts):
            faults.append(Fault(f"{number}.code", "shift.code"))
        taken.add(code)
        shifts.append(Shift(code, names, begins or 0, ends or 0))
    faults = faults or _overlaps(shifts)
    if faults:
        raise BadInput("shifts.faults", faults)
    return tuple(sorted(shifts, key=lambda shift: shift.begins))


def shift_of(shifts: Iterable[Shift], code: str) -> Shift | None:
    """The shift of the code, or None."""
    return next((shift for shift in shifts if shift.code == code), None)


def _name_faults(where: str, names: Mapping[str, str]) -> list[Fault]:
    if not any(names.values()):
        return [Fault(where, "shift.name_missing")]
    if any(len(name) > LONGEST_NAME for name in names.values()):
        return [Fault(where, "shift.name_long", {"most": LONGEST_NAME})]
    if not all(is_unicode(name) for name in names.values()):
        return [Fault(where, "call.bad_text")]
    return []


def _free_code(taken: set[str]) -> str:
    return next(code for n in range(1, 100) if (code := f"shift-{n}") not in taken)


def _overlaps(shifts: Sequence[Shift]) -> list[Fault]:
    """A fault at each shift that begins while another one is on."""
    return [
        Fault(f"{number}.begins", "shift.overlaps")
        for number, shift in enumerate(shifts)
        if any(
            (shift.begins - other.begins) % DAY_MINUTES < other.minutes
            for other in shifts
            if other is not shift
        )
    ]
