"""Backups of the office: two that take turns beside the database, one where IT points.

Made while people work, by themselves once a day or by a person; nothing is called a backup that
was not opened by its key and checked.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from operator_app.config import Paths
from operator_app.db import audit, settings, sync_state
from operator_app.db.backup import (
    TEMPORARY,
    Stopped,
    Watch,
    carry,
    check_backup,
    make_backup,
    put_in_place,
)
from operator_app.db.backup_file import SUFFIX, BackupFile, open_contents, read_backup
from operator_app.db.engine import Database
from operator_app.db.keyring import parse_keyring, read_keyring
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.errors import AppError, EnvironmentProblem, NotAllowed
from operator_app.services.backup_places import (
    SLOTS,
    SPARE_BYTES,
    BackupState,
    Copy,
    Where,
    exists,
    look_at,
    name_elsewhere,
    read_state,
    said,
    slot,
    write_state,
)

HOUR_MS = 3_600_000
DUE_AFTER_MS = 20 * HOUR_MS
WARN_AFTER_MS = 72 * HOUR_MS
CLOCK_SLACK_MS = 24 * HOUR_MS
"""What was made further ahead than this was made under a wrong clock: its age is not known."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BackupPicture:
    """How the backups stand. `folder` is where IT points, None for nowhere; `problem` is the code
    of what went wrong at `tried_at`, `folder_problem` of what went wrong there alone; `held`: IT's
    policy says where.

    `only_there`: entries that only the ministry holds since this PC was restored.
    """

    copies: tuple[Copy, ...]
    folder: Path | None
    last_good_at: int | None
    overdue: bool
    tried_at: int | None
    problem: str | None
    folder_problem: str | None
    only_there: int
    held: bool = False


@dataclass(frozen=True)
class Made:
    """A backup was made. `folder_problem`: why there is no copy where IT points, None if there is
    one or none is wished; `doubtful`: its audit log does not hold together."""

    made_at: int
    size: int
    folder_problem: str | None
    doubtful: bool


class Backups:
    """Makes, lists and checks the backups of one open office. Safe from any thread."""

    def __init__(
        self, database: Database, paths: Paths, clock: Clock, held_folder: Path | None = None
    ) -> None:
        """`held_folder`: where IT's policy has a further copy go, whatever was chosen here."""
        self._held = held_folder
        self._database = database
        self._paths = paths
        self._clock = clock
        self._at_work = threading.Lock()

    def picture(self, actor: Actor) -> BackupPicture:
        """The list, and what is wrong. Reads the ends of the files only."""
        actor.require(Right.MANAGE_BACKUPS)
        with self._database.read() as connection:
            state = self._state(connection)
            only_there = sync_state.read_recovery(connection).only_there
            code = settings.read_office(connection).code
        copies = self._copies(state, code)
        good = [self._age_base(c) for c in copies if c.where is not Where.DOUBTFUL]
        last = max((at for at in good if at is not None), default=None)
        return BackupPicture(
            copies=tuple(copies),
            folder=Path(state.folder) if state.folder else None,
            last_good_at=last,
            overdue=last is None or self._now - last > WARN_AFTER_MS,
            tried_at=state.tried_at,
            problem=state.problem,
            folder_problem=state.folder_problem,
            only_there=only_there,
            held=self._held is not None,
        )

    def set_folder(self, actor: Actor, folder: Path | None) -> None:
        """Where a further copy goes from now on; None for nowhere. Audited.

        Raises EnvironmentProblem("backup.folder_gone" | "backup.folder_inside"), and
        NotAllowed("policy.held") where IT's policy says it.
        """
        actor.require(Right.MANAGE_BACKUPS)
        if self._held is not None:
            raise NotAllowed("policy.held")
        if folder is not None:
            if not folder.is_dir():
                raise EnvironmentProblem("backup.folder_gone")
            if folder.resolve().is_relative_to(self._paths.data):
                raise EnvironmentProblem("backup.folder_inside")
        with self._database.write() as connection:
            state = replace(read_state(connection), folder_problem=None)
            write_state(connection, replace(state, folder=str(folder.resolve()) if folder else ""))
            self._audit(connection, actor.user_id, "backup.folder", {"set": folder is not None})

    def make(self, actor: Actor, watch: Watch, *, to: Path | None = None) -> Made:
        """A new backup now. `to`: a further folder for this time.

        Raises EnvironmentProblem when none could be made here, Stopped when asked to. Audited.
        """
        actor.require(Right.MANAGE_BACKUPS)
        return self._noted(actor.user_id, watch, to)

    def make_if_due(self, watch: Watch) -> Made | None:
        """What the program does by itself: a backup when the last good one is too old; None when
        nothing was to be done. Raises as `make`."""
        with self._database.read() as connection:
            state, code = self._state(connection), settings.read_office(connection).code
        newest = max(
            (
                (at, copy.file)
                for copy in self._copies(state, code)
                if copy.where is Where.HERE and (at := self._age_base(copy)) is not None
            ),
            default=None,
        )
        if newest is None or self._now - newest[0] > DUE_AFTER_MS:
            return self._noted("", watch, None)
        if state.folder_problem is not None and Path(state.folder).is_dir():
            with self._alone():
                problem = self._carried(read_backup(newest[1]), Path(state.folder), code, watch)
            if problem is None:
                self._note(replace(state, folder_problem=None))
        return None

    def check(self, actor: Actor, file: Path, watch: Watch) -> None:
        """Read a backup whole and prove it. Audited.

        Raises EnvironmentProblem (`backup.damaged`, `backup.other_key`, ...), Outdated, Stopped.
        """
        actor.require(Right.MANAGE_BACKUPS)
        problem: str | None = None
        try:
            with self._alone(), said():
                self._check(read_backup(file), watch)
        except Stopped:
            raise
        except AppError as error:
            problem = error.code
            raise
        finally:
            with self._database.write() as connection:
                state = read_state(connection)
                known = {name: c for name, c in state.checks.items() if Path(name).exists()}
                checks = {**known, str(file): (self._now, problem)}
                write_state(connection, replace(state, checks=checks))
                details = {"outcome": problem or "ok"}
                self._audit(connection, actor.user_id, "backup.checked", details)

    def _check(self, backup: BackupFile, watch: Watch) -> None:
        then, now = parse_keyring(backup.keyring), read_keyring(self._paths.keyring)
        if (then.database_id, then.generation) != (now.database_id, now.generation):
            raise EnvironmentProblem("backup.other_key")
        check_backup(backup, self._database.key, watch)

    def _noted(self, user_id: str, watch: Watch, to: Path | None) -> Made:
        with self._database.read() as connection:
            state, code = self._state(connection), settings.read_office(connection).code
        state = replace(state, tried_at=self._now, problem=None)
        with self._alone():
            try:
                made = self._make(state, code, watch, to)
            except Stopped:
                raise
            except AppError as error:
                log.warning("no backup: %s", error)
                self._note(replace(state, problem=error.code))
                raise
        self._note(
            replace(state, folder_problem=made.folder_problem),
            user_id,
            {
                "by_itself": not user_id,
                "folder": made.folder_problem or ("ok" if state.folder else ""),
                "doubtful": made.doubtful,
            },
        )
        return made

    def _make(self, state: BackupState, code: str, watch: Watch, to: Path | None) -> Made:
        now = self._now
        with said():
            self._make_room()
            database_id = read_keyring(self._paths.keyring).database_id
            target = self._next_slot(database_id)
            backup = make_backup(self._database, self._paths.keyring, target, now, watch)
            doubtful = open_contents(backup, self._database.key).audit_broken > 0
            if doubtful:
                target = slot(self._paths.backups, database_id, Where.DOUBTFUL.value)
            put_in_place(backup, target)
        folder_problem = None
        if state.folder and not doubtful:
            folder_problem = self._carried(read_backup(target), Path(state.folder), code, watch)
        if to is not None:
            problem = self._carried(read_backup(target), to, code, watch)
            if problem is not None:
                raise EnvironmentProblem(problem)
        return Made(now, backup.size, folder_problem, doubtful)

    def _carried(self, backup: BackupFile, folder: Path, code: str, watch: Watch) -> str | None:
        """Copy it where IT points; the code of why not."""
        try:
            if not folder.is_dir():
                raise EnvironmentProblem("backup.folder_gone")
            with said(elsewhere=True):
                if shutil.disk_usage(folder).free < backup.size + SPARE_BYTES:
                    raise EnvironmentProblem("backup.folder_full")
                name = name_elsewhere(code, backup.head.database_id)
                carry(backup, folder / name, self._database.key, watch)
        except Stopped:
            raise
        except AppError as error:
            log.warning("no copy of the backup elsewhere: %s", error)
            return error.code
        return None

    def _make_room(self) -> None:
        """Take away what an interrupted backup left. Raises when there is no room for a new one."""
        folder = self._paths.backups
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob(f"*{SUFFIX}{TEMPORARY}*"):
            left_over.unlink(missing_ok=True)
        size = sum(
            part.stat().st_size for part in self._paths.office.glob(f"{self._paths.database.name}*")
        )
        if shutil.disk_usage(folder).free < size + SPARE_BYTES:
            raise EnvironmentProblem("backup.disk_full")

    def _next_slot(self, database_id: str) -> Path:
        """The one of the two that is missing or cannot be read, else the older one."""
        slots = [slot(self._paths.backups, database_id, n) for n in SLOTS]
        ages = {each: self._age_base(look_at(each, Where.HERE, None)) for each in slots}
        return min(slots, key=lambda each: ages[each] or 0)

    def _copies(self, state: BackupState, code: str) -> list[Copy]:
        database_id = read_keyring(self._paths.keyring).database_id
        places = [
            *((slot(self._paths.backups, database_id, n), Where.HERE) for n in SLOTS),
            (slot(self._paths.backups, database_id, Where.DOUBTFUL.value), Where.DOUBTFUL),
        ]
        if state.folder:
            elsewhere = Path(state.folder) / name_elsewhere(code, database_id)
            places.append((elsewhere, Where.FOLDER))
        found = [
            look_at(file, where, state.checks.get(str(file)))
            for file, where in places
            if exists(file)
        ]
        return sorted(found, key=lambda copy: copy.made_at or 0, reverse=True)

    def _age_base(self, copy: Copy) -> int | None:
        """When it was made, if it is good and that can be believed."""
        if copy.problem is not None or copy.made_at is None:
            return None
        return copy.made_at if copy.made_at <= self._now + CLOCK_SLACK_MS else None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._at_work.acquire(blocking=False):
            raise EnvironmentProblem("backup.under_way")
        try:
            yield
        finally:
            self._at_work.release()

    def _note(
        self, state: BackupState, user_id: str = "", made: dict[str, Any] | None = None
    ) -> None:
        with self._database.write() as connection:
            kept = read_state(connection)
            # The folder and the checks may have been changed by a person meanwhile.
            write_state(connection, replace(state, folder=kept.folder, checks=kept.checks))
            if made is not None:
                self._audit(connection, user_id, "backup.made", made)

    def _state(self, connection: Connection) -> BackupState:
        state = read_state(connection)
        return state if self._held is None else replace(state, folder=str(self._held))

    def _audit(
        self, connection: Connection, user_id: str, action: str, details: dict[str, Any]
    ) -> None:
        audit.append(connection, at=self._now, user_id=user_id, action=action, details=details)

    @property
    def _now(self) -> int:
        return to_ms(self._clock())
