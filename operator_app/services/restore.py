"""Restoring an office from a backup: looked at first, proved by a key, put in place whole.

Works without a database here: on a new PC, and where the one that was there is lost.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select, text

from operator_app.config import Paths
from operator_app.db import audit, settings, sync_state
from operator_app.db.backup import COPY, Watch, check_backup
from operator_app.db.backup_file import (
    SUFFIX,
    BackupFile,
    Contents,
    Head,
    copy_bytes,
    open_contents,
    read_backup,
)
from operator_app.db.engine import Database, frozen
from operator_app.db.keyring import RECOVERY_LOGIN, parse_keyring, read_keyring
from operator_app.db.migrate import KNOWN
from operator_app.db.models import app_user
from operator_app.domain.clock import BISHKEK, Clock, to_ms
from operator_app.domain.ids import new_incarnation
from operator_app.domain.people import Actor, Right, Role
from operator_app.errors import AppError, EnvironmentProblem, NotAllowed, Outdated
from operator_app.files import sync_folder
from operator_app.services.backup_places import SPARE_BYTES, said
from operator_app.services.restore_place import (
    WORKPLACE,
    clear_left_overs,
    finish_restore,
    swap_in,
)

NUMBERS_SKIPPED = 1_000
"""Calls and cases saved after the backup have numbers that people were told: they are not given
to others again. No office saves more between two backups."""


class Here(StrEnum):
    """What the data folder holds before the restore."""

    NOTHING = "nothing"
    SAME = "same"
    """The database that the backup was made of."""
    OTHER = "other"
    """A database of another office or PC."""
    UNREADABLE = "unreadable"
    """An office whose key file is lost or damaged: whose it is cannot be told."""


@dataclass(frozen=True)
class Proven:
    """A backup that a person may restore. `key` opens it; `user_id` is "" for the recovery key."""

    backup: BackupFile
    contents: Contents
    key: bytes
    user_id: str
    here: Here

    @property
    def head(self) -> Head:
        """Whose backup it is and when it was made."""
        return self.backup.head


@dataclass(frozen=True)
class Restored:
    """The office is in place; `aside` is where the one before is kept, None if there was none."""

    aside: Path | None


class Restore:
    """Brings a backup back into the data folder. Nobody else may work there meanwhile."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._paths = paths
        self._clock = clock

    def known(self, folders: Sequence[Path] = ()) -> list[BackupFile]:
        """The readable backups of this PC and of further folders, newest first."""
        found = []
        for folder in (self._paths.backups, *folders):
            for file in _backups_in(folder):
                try:
                    found.append(look(file))
                except AppError:
                    # It is chosen by hand then, and told what is wrong with it.
                    continue
        return sorted(found, key=lambda backup: backup.head.made_at, reverse=True)

    def prove(self, backup: BackupFile, login: str, secret: str) -> Proven:
        """Open the backup with the recovery key (login ""), or with a password that held when it
        was made, by somebody who keeps backups.

        Raises NotAllowed("sign_in.refused" | "restore.not_by_role"), EnvironmentProblem.
        """
        # Never while the key is changing: a backup has one key (db/backup.py).
        key = parse_keyring(backup.keyring).open(login, secret)
        contents = open_contents(backup, key)
        user_id = ""
        if login != RECOVERY_LOGIN:
            with frozen(backup.file, key, lambda: False) as connection:
                actor = _actor(connection, login)
            if actor is None or not actor.may(Right.MANAGE_BACKUPS):
                raise NotAllowed("restore.not_by_role")
            user_id = actor.user_id
        return Proven(backup, contents, key, user_id, self._here(backup.head))

    def put_in_place(self, proven: Proven, watch: Watch) -> Restored:
        """Check the backup whole, then make it the office of this PC, as a new incarnation.

        Until the last step nothing changes here; an office that was here is kept aside.
        Raises EnvironmentProblem, Stopped.
        """
        workplace = self._paths.data / f"{WORKPLACE}{os.getpid()}"
        with said():
            self._paths.data.mkdir(parents=True, exist_ok=True)
            finish_restore(self._paths)
            clear_left_overs(self._paths)
            if shutil.disk_usage(self._paths.data).free < proven.backup.size + SPARE_BYTES:
                raise EnvironmentProblem("backup.disk_full")
            check_backup(proven.backup, proven.key, watch)
            try:
                workplace.mkdir()
                self._unpack(proven, workplace, watch)
                aside = swap_in(self._paths, workplace, self._clock().astimezone(BISHKEK))
            finally:
                shutil.rmtree(workplace, ignore_errors=True)
        self._paths.sign_in_delay.unlink(missing_ok=True)
        return Restored(aside)

    def _unpack(self, proven: Proven, workplace: Path, watch: Watch) -> None:
        backup = proven.backup
        file = workplace / self._paths.database.name
        copied = copy_bytes(backup.file, file, backup.pages_size, watch.within(COPY))
        if copied != backup.head.pages_sha256:
            raise EnvironmentProblem("backup.damaged")
        slots = workplace / self._paths.keyring.name
        slots.write_bytes(backup.keyring)
        database = Database(file, proven.key)
        try:
            if database.verify():
                raise EnvironmentProblem("backup.damaged")
            with database.write() as connection:
                self._renew(connection, proven)
            with database.bare_connection() as bare:
                bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()
        for part in (file, slots):
            with part.open("r+b") as stream:
                os.fsync(stream.fileno())
        sync_folder(workplace)

    def _renew(self, connection: Connection, proven: Proven) -> None:
        """Another life of the same PC: its next revisions must not look like those it lost."""
        device = settings.read_device(connection)
        settings.write_device(connection, replace(device, inc=new_incarnation()))
        connection.execute(
            text(
                "UPDATE setting SET value = CAST(CAST(value AS INTEGER) + :more AS TEXT) "
                "WHERE key GLOB 'counter.*'"
            ),
            {"more": NUMBERS_SKIPPED},
        )
        sync_state.start_anew(connection)
        audit.append(
            connection,
            at=to_ms(self._clock()),
            user_id=proven.user_id,
            action="office.restored",
            details={
                "made_at": proven.head.made_at,
                "by": "password" if proven.user_id else "recovery_key",
                "before": proven.here.value,
            },
        )

    def _here(self, head: Head) -> Here:
        if not self._paths.is_set_up:
            return Here.NOTHING
        try:
            known = read_keyring(self._paths.keyring).database_id
        except AppError:
            return Here.UNREADABLE
        return Here.SAME if known == head.database_id else Here.OTHER


def look(file: Path) -> BackupFile:
    """A backup that this program can restore, by its form.

    Raises EnvironmentProblem as `read_backup`, Outdated("backup.newer").
    """
    backup = read_backup(file)
    if backup.head.schema not in KNOWN:
        raise Outdated("backup.newer", found=backup.head.schema)
    parse_keyring(backup.keyring)
    return backup


def _actor(connection: Connection, login: str) -> Actor | None:
    row = connection.execute(
        select(app_user).where(app_user.c.login == login, app_user.c.active == 1)
    ).first()
    return Actor(row.user_id, row.login, row.full_name, Role(row.role)) if row else None


def _backups_in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob(f"*{SUFFIX}"))
    except OSError:
        return []
