"""The daily log written by itself: when, where to, as what, and which days are due.

A day is due in a format from its moment on until it was written once. Days that were missed are
made up, the last 31 of them: whether the PC slept, was off, or the folder was not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from operator_app.domain.clock import day_bounds_ms, local_day
from operator_app.domain.shifts import read_time
from operator_app.errors import BadInput, Fault

MOST_DAYS = 31
MOST_REMEMBERED = 200
"""Files written that are remembered: more than 31 days in all formats."""
ONE_DAY = timedelta(days=1)
_MS = 60_000


@dataclass(frozen=True)
class Schedule:
    """Every day at `at` (minutes from local midnight) into `folder`.

    `formats`: since which day each of them is written, by the ending of its files. `of_today`: of
    the day itself, as far as it is recorded then; else of the day before. `set_by`: in whose name.
    """

    folder: str
    at: int
    formats: Mapping[str, date]
    of_today: bool
    set_by: str


@dataclass(frozen=True)
class TypedSchedule:
    """A schedule as a person fills it in."""

    folder: str
    at: str
    formats: Sequence[str]
    of_today: bool


@dataclass(frozen=True, order=True)
class Due:
    """One file that is to be written."""

    day: date
    ending: str

    @property
    def code(self) -> str:
        """How it is remembered: "2026-11-24.xlsx"."""
        return f"{self.day.isoformat()}.{self.ending}"


def last_due_day(at: int, now: int, *, of_today: bool) -> date:
    """The newest day whose moment has come; `now` in UTC milliseconds."""
    today = local_day(now)
    has_come = now >= day_bounds_ms(today)[0] + at * _MS
    days_back = (0 if of_today else 1) + (0 if has_come else 1)
    return today - days_back * ONE_DAY


def first_day(now: int, *, of_today: bool) -> date:
    """The oldest day that a schedule set now is of: the next moment's."""
    return local_day(now) - (0 if of_today else 1) * ONE_DAY


def due_files(schedule: Schedule, written: Collection[str], now: int) -> Iterator[Due]:
    """What is to be written now, the oldest day first. `written`: `Due.code` of what was."""
    last = last_due_day(schedule.at, now, of_today=schedule.of_today)
    for back in range(MOST_DAYS - 1, -1, -1):
        day = last - back * ONE_DAY
        for ending, since in schedule.formats.items():
            due = Due(day, ending)
            if day >= since and due.code not in written:
                yield due


def read_schedule(
    typed: TypedSchedule, before: Schedule | None, set_by: str, now: int, known: Sequence[str]
) -> Schedule:
    """The schedule as typed; `known`: the endings there are.

    A format that was written before goes on from where it began, so that days missed are made up
    in a new folder, too. Raises BadInput("schedule.faults") with faults at "folder", "at",
    "formats".
    """
    faults: list[Fault] = []
    at = read_time(typed.at)
    folder = Path(typed.folder.strip())
    if not typed.folder.strip() or not folder.is_absolute():
        faults.append(Fault("folder", "schedule.folder_missing"))
    if at is None:
        faults.append(Fault("at", "schedule.time_form"))
    if not typed.formats or not set(typed.formats) <= set(known):
        faults.append(Fault("formats", "schedule.format_missing"))
    if faults or at is None:
        raise BadInput("schedule.faults", faults)
    since = first_day(now, of_today=typed.of_today)
    begun = before.formats if before else {}
    formats = {name: min(begun.get(name, since), since) for name in known if name in typed.formats}
    return Schedule(str(folder), at, formats, typed.of_today, set_by)
