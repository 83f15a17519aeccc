"""Making a backup of an open database, and proving that a backup is whole.

Nothing takes its final name before it was opened by its key and checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from operator_app.db import audit, outbox, settings
from operator_app.db.backup_file import (
    BackupFile,
    Contents,
    Head,
    append_tail,
    copy_bytes,
    hash_of_pages,
    open_contents,
    read_backup,
)
from operator_app.db.case_models import case_file
from operator_app.db.engine import Database, frozen
from operator_app.db.keyring import parse_keyring, read_keyring
from operator_app.db.models import call, revision
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.files import sync_folder

PAGES_AT_ONCE = 256
"""A megabyte: then whoever waits for the disk or the interpreter goes first."""
PAUSE_SECONDS = 0.004
TEMPORARY = ".new"

OnProgress = Callable[[str, int, int], None]
"""Called with the stage (COPY, CHECK or CARRY) and how much of how much of it is done."""
COPY, CHECK, CARRY = "copy", "check", "carry"


class Stopped(AppError):
    """The work was asked to end; nothing of it stays."""


@dataclass(frozen=True)
class Watch:
    """Who looks on: told how far it is, asked whether to go on. Called off the main thread."""

    on_progress: OnProgress
    stopped: Callable[[], bool]

    def at(self, stage: str, done: int, total: int) -> None:
        """Tell; raises Stopped("backup.stopped") when the work is to end."""
        if self.stopped():
            raise Stopped("backup.stopped")
        self.on_progress(stage, done, total)

    def within(self, stage: str) -> Callable[[int, int], None]:
        """For work that knows (done, total) only."""
        return lambda done, total: self.at(stage, done, total)


def make_backup(
    database: Database, keyring_file: Path, target: Path, made_at: int, watch: Watch
) -> BackupFile:
    """A checked backup under a temporary name beside `target`; `put_in_place` gives it its name.

    Raises EnvironmentProblem: what the database raises, `backup.failed_check`, and
    `backup.key_changing` when the database gets another key just now; Stopped; OSError. What was
    written of it is taken away again then.
    """
    temporary, key = _temporary(target), database.key
    try:
        _discard(temporary)
        before = read_keyring(keyring_file)
        counted = database.copy_pages(temporary, PAGES_AT_ONCE, _with_pauses(watch))
        pages = hash_of_pages(temporary, temporary.stat().st_size, watch.within(CHECK))
        with _opened(temporary, key, watch) as copy:
            damage = _damage(copy, "cipher_integrity_check", "integrity_check")
            schema, contents = _schema(copy), _contents(copy)
            office = settings.read_office(copy).code
        if damage or (contents.revisions, contents.audit_rows) != counted:
            raise EnvironmentProblem("backup.failed_check", found=len(damage))
        slots = keyring_file.read_bytes()
        keyring = parse_keyring(slots)
        if keyring.pending or keyring.generation != before.generation or database.key != key:
            raise EnvironmentProblem("backup.key_changing")
        slots_sha256 = hashlib.sha256(slots).hexdigest()
        head = Head(keyring.database_id, office, made_at, schema, pages, slots_sha256)
        append_tail(temporary, head, slots, contents, key)
        return read_backup(temporary)
    except BaseException:
        _discard(temporary)
        raise


def put_in_place(backup: BackupFile, target: Path) -> None:
    """Give a backup that was checked its name, over an older one. Raises OSError."""
    backup.file.replace(target)
    sync_folder(target.parent)


def carry(backup: BackupFile, target: Path, key: bytes, watch: Watch) -> None:
    """Copy a backup to another place: read back, compared, opened there, then named.

    Raises EnvironmentProblem("backup.failed_check"), Stopped, OSError.
    """
    temporary = _temporary(target)
    try:
        written = copy_bytes(backup.file, temporary, backup.size, watch.within(CARRY))
        if hash_of_pages(temporary, backup.size, watch.within(CHECK)) != written:
            raise EnvironmentProblem("backup.failed_check")
        open_contents(read_backup(temporary), key)
        put_in_place(read_backup(temporary), target)
    except BaseException:
        _discard(temporary)
        raise


def check_backup(backup: BackupFile, key: bytes, watch: Watch) -> Contents:
    """Every byte against what was sealed, every page against its code, the tables, the audit log.

    Raises EnvironmentProblem: `backup.damaged`; Stopped; OSError.
    """
    sealed = open_contents(backup, key)
    if hash_of_pages(backup.file, backup.pages_size, watch.within(CHECK)) != (
        backup.head.pages_sha256
    ):
        raise EnvironmentProblem("backup.damaged")
    with _opened(backup.file, key, watch) as inside:
        # Codes of unused pages cannot be looked at here; their bytes were, by the hash.
        if _damage(inside, "integrity_check") or _contents(inside) != sealed:
            raise EnvironmentProblem("backup.damaged")
    return sealed


@contextlib.contextmanager
def _opened(file: Path, key: bytes, watch: Watch) -> Iterator[Connection]:
    """The database inside a file, for looking only; damage met on the way is `backup.damaged`."""
    try:
        with frozen(file, key, watch.stopped) as connection:
            yield connection
    except EnvironmentProblem as problem:
        if problem.code == "database.interrupted":
            raise Stopped("backup.stopped") from problem
        if problem.code in ("database.damaged", "database.key_wrong"):
            raise EnvironmentProblem("backup.damaged") from problem
        raise


def _damage(connection: Connection, *checks: str) -> list[str]:
    rows = [connection.exec_driver_sql(f"PRAGMA {check}").scalars().all() for check in checks]
    return [str(row) for found in rows for row in found if row != "ok"]


def _schema(connection: Connection) -> str:
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return str(version.scalar_one())


def _contents(connection: Connection) -> Contents:
    inc = settings.read_device(connection).inc
    calls, cases, revisions = (
        int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in (call, case_file, revision)
    )
    return Contents(
        names=dict(settings.read_office(connection).names),
        calls=calls,
        cases=cases,
        revisions=revisions,
        inc=inc,
        seq=outbox.last_number(connection, inc),
        audit_rows=audit.head(connection)[0],
        audit_broken=audit.first_broken(connection) or 0,
    )


def _with_pauses(watch: Watch) -> Callable[[int, int], None]:
    def on_step(done: int, total: int) -> None:
        watch.at(COPY, done, total)
        time.sleep(PAUSE_SECONDS)

    return on_step


def _temporary(target: Path) -> Path:
    return target.with_name(target.name + TEMPORARY)


def _discard(temporary: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
