"""Which days are public holidays: as delivered (from the library `holidays`, build/holiday_days.py),
by the ministry's feed, and by what this office says.

The dates of feasts and the moving of days are decreed each year, so the later of the three wins:
office over ministry over what was delivered.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.reference_models import local_holiday
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.directory import label
from operator_app.domain.feeds import HOLIDAYS, HolidayEntry
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.text import check_text
from operator_app.errors import BadInput, Fault
from operator_app.services.entries import Entries

LIBRARY = "library"
MINISTRY = "ministry"
OFFICE = "office"
LONGEST_NAME = 100
MOST_YEARS_AWAY = 5
"""A holiday farther from today is a slip of the finger."""


@dataclass(frozen=True)
class Holiday:
    """A day off, or (`closed` False) a working day against the calendar, and who says so."""

    day: dt.date
    closed: bool
    name: str
    source: str


class Calendar:
    """The public holidays of Kyrgyzstan as services keep them."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._ministry = Entries(database, HOLIDAYS, HolidayEntry)

    def is_holiday(self, day: dt.date) -> bool:
        """Whether services are closed for the day being a holiday."""
        entry = self._merged(day.year, "ru").get(day)
        return entry is not None and entry.closed

    def closed_days(self, first: dt.date, last: dt.date) -> frozenset[dt.date]:
        """The holidays from the first to the last day."""
        return frozenset(
            day
            for year in range(first.year, last.year + 1)
            for day, entry in self._merged(year, "ru").items()
            if entry.closed and first <= day <= last
        )

    def year(self, year: int, language: str) -> list[Holiday]:
        """All holidays of a year and all exceptions, in their order."""
        return sorted(self._merged(year, language).values(), key=lambda h: h.day)

    def enter(self, actor: Actor, day: dt.date, *, closed: bool, name: str) -> None:
        """Say for this office that a day is a holiday, or that it is not. Replaces what was said."""
        actor.require(Right.MANAGE_REFERENCE)
        name = " ".join(name.split())
        faults = check_text("name", name, LONGEST_NAME)
        if closed and not name:
            faults.append(Fault("name", "holiday.name_missing"))
        now = to_ms(self._clock())
        if abs(day.year - local_day(now).year) > MOST_YEARS_AWAY:
            faults.append(Fault("day", "holiday.too_far", {"most": MOST_YEARS_AWAY}))
        if faults:
            raise BadInput("holiday.faults", faults)
        values = {
            "day": day.isoformat(),
            "closed": int(closed),
            "name": name,
            "entered_by": actor.user_id,
            "entered_at": now,
        }
        with self._database.write() as connection:
            connection.execute(
                insert(local_holiday)
                .values(**values)
                .on_conflict_do_update(index_elements=["day"], set_=values)
            )
            self._audited(connection, actor, "holiday.entered", day, now)

    def forget(self, actor: Actor, day: dt.date) -> None:
        """Take back what this office said of a day."""
        actor.require(Right.MANAGE_REFERENCE)
        with self._database.write() as connection:
            connection.execute(delete(local_holiday).where(local_holiday.c.day == day.isoformat()))
            self._audited(connection, actor, "holiday.forgotten", day, to_ms(self._clock()))

    def _merged(self, year: int, language: str) -> dict[dt.date, Holiday]:
        found = {
            day: Holiday(day, True, label(names, language), LIBRARY)
            for day, names in self._reference.holidays.items()
            if day.year == year
        }
        for entry in self._ministry.all().values():
            day = dt.date.fromisoformat(entry.value.day)
            if day.year == year:
                name = label(entry.value.names, language)
                found[day] = Holiday(day, entry.value.closed, name, MINISTRY)
        with self._database.read() as connection:
            for row in connection.execute(
                select(local_holiday).where(local_holiday.c.day.startswith(f"{year:04d}-"))
            ):
                day = dt.date.fromisoformat(row.day)
                found[day] = Holiday(day, bool(row.closed), row.name, OFFICE)
        return found

    def _audited(
        self, connection: Connection, actor: Actor, action: str, day: dt.date, now: int
    ) -> None:
        audit.append(
            connection,
            at=now,
            user_id=actor.user_id,
            action=action,
            entity="holiday",
            entity_id=day.isoformat(),
        )
