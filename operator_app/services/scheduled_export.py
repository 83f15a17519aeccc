"""The daily log written every day by itself, as long as the office is open on this PC.

Without a person signed in there is no key; it goes on while the window is locked. It is done in
the name of the person who set it, with the rights they have then: whoever is at the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.db.models import app_user, setting
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right, Role
from operator_app.domain.schedule import (
    MOST_REMEMBERED,
    Due,
    Schedule,
    TypedSchedule,
    due_files,
    read_schedule,
)
from operator_app.domain.span import Span
from operator_app.errors import BadInput, EnvironmentProblem, Fault, NotAllowed
from operator_app.services.daily_figures import Progress
from operator_app.services.exports import ExportFormat, Exports
from operator_app.services.reports import no_progress

SETTING = "scheduled_export"
WRITTEN = "scheduled_export.written"
SIGNS_OF_PC = 6
"""Of the device's id, in file names: two PCs of an office may write into one folder."""


@dataclass(frozen=True)
class ScheduleState:
    """The schedule and what it has still to do."""

    schedule: Schedule
    waiting: int
    last_written: date | None


class ScheduledExport:
    """Setting it needs the right EXPORT_FIGURES; doing it only that the setter still has it."""

    def __init__(self, database: Database, exports: Exports, clock: Clock) -> None:
        self._database = database
        self._exports = exports
        self._clock = clock

    def state(self, actor: Actor) -> ScheduleState | None:
        """How it stands; None when nothing is set."""
        actor.require(Right.EXPORT_FIGURES)
        with self._database.read() as connection:
            schedule, written = _read(connection), _written(connection)
        if schedule is None:
            return None
        waiting = sum(1 for _ in due_files(schedule, written, to_ms(self._clock())))
        days = [date.fromisoformat(code.partition(".")[0]) for code in written]
        return ScheduleState(schedule, waiting, max(days, default=None))

    def set(self, actor: Actor, typed: TypedSchedule) -> Schedule:
        """From now on.

        Raises BadInput("schedule.faults") as `read_schedule` does, and for a folder not there.
        """
        actor.require(Right.EXPORT_FIGURES)
        now = to_ms(self._clock())
        known = [wanted.value for wanted in ExportFormat]
        with self._database.read() as connection:
            before = _read(connection)
        schedule = read_schedule(typed, before, actor.user_id, now, known)
        if not Path(schedule.folder).is_dir():
            raise BadInput("schedule.faults", [Fault("folder", "schedule.folder_missing")])
        with self._database.write() as connection:
            settings.put(connection, SETTING, _plain(schedule))
            self._audited(
                connection,
                actor.user_id,
                "schedule.set",
                {
                    "at": schedule.at,
                    "formats": " ".join(schedule.formats),
                    "of_today": int(schedule.of_today),
                },
            )
        return schedule

    def end(self, actor: Actor) -> None:
        """No longer. What was written stays, and is not written again if it is set once more."""
        actor.require(Right.EXPORT_FIGURES)
        with self._database.write() as connection:
            if _read(connection) is None:
                return
            connection.execute(delete(setting).where(setting.c.key == SETTING))
            self._audited(connection, actor.user_id, "schedule.ended", {})

    def write_next(self, progress: Progress = no_progress) -> Due | None:
        """Write the oldest file that is due; None when nothing is.

        Raises EnvironmentProblem as `Exports.daily_log` does, NotAllowed("schedule.setter_gone")
        when who set it has left or may no longer; then it is due still. A crash between the file
        and the note of it makes the same file once more, in its place.
        """
        with self._database.read() as connection:
            schedule = _read(connection)
            if schedule is None:
                return None
            due = next(due_files(schedule, _written(connection), to_ms(self._clock())), None)
            if due is None:
                return None
            setter = _setter(connection, schedule.set_by)
            office = settings.read_office(connection).code
            pc = settings.read_device(connection).device_id[:SIGNS_OF_PC]
        folder = Path(schedule.folder)
        if not folder.is_dir():
            # Looked at before anything is audited: it may be away for days.
            raise EnvironmentProblem("export.folder_missing")
        self._exports.daily_log(
            setter,
            Span.of_day(due.day),
            ExportFormat(due.ending),
            folder / f"117_{office}_{due.day.isoformat()}_{pc}.{due.ending}",
            # Nobody looks over the handover words before they are in somebody else's folder.
            handover_note="",
            progress=progress,
            by_itself=True,
        )
        with self._database.write() as connection:
            written = [*_written(connection), due.code][-MOST_REMEMBERED:]
            settings.put(connection, WRITTEN, written)
        return due

    def _audited(
        self, connection: Connection, user_id: str, action: str, details: dict[str, Any]
    ) -> None:
        audit.append(
            connection,
            at=to_ms(self._clock()),
            user_id=user_id,
            action=action,
            entity="export",
            details=details,
        )


def _read(connection: Connection) -> Schedule | None:
    data = settings.get(connection, SETTING)
    if data is None:
        return None
    formats = {name: date.fromisoformat(since) for name, since in data["formats"].items()}
    return Schedule(data["folder"], data["at"], formats, data["of_today"], data["set_by"])


def _plain(schedule: Schedule) -> dict[str, Any]:
    return {
        "folder": schedule.folder,
        "at": schedule.at,
        "formats": {name: since.isoformat() for name, since in schedule.formats.items()},
        "of_today": schedule.of_today,
        "set_by": schedule.set_by,
    }


def _written(connection: Connection) -> list[str]:
    found: list[str] = settings.get(connection, WRITTEN) or []
    return found


def _setter(connection: Connection, user_id: str) -> Actor:
    row = connection.execute(select(app_user).where(app_user.c.user_id == user_id)).first()
    if row is not None and row.active:
        setter = Actor(row.user_id, row.login, row.full_name, Role(row.role))
        if setter.may(Right.EXPORT_FIGURES):
            return setter
    raise NotAllowed("schedule.setter_gone")
