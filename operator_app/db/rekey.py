"""Another database key, for when somebody left who may have copied key file and backup.

Not PRAGMA rekey: it writes over the only copy, and in WAL mode puts the whole database into the
log first. The file is copied page by page under the new key (SQLite's backup interface, which
SQLCipher has between files of the same settings), so that row numbers and everything else stay
as they were; the copy is checked; then one rename makes it the database. The key slots get to it
by bridges (db/key_bridge.py): everybody's password goes on, and so does the recovery key.

Killed at any moment, the office opens with the same passwords:

1. The copy is made under a name that nothing reads. The keyring is as it was.
2. The keyring is replaced by one that opens both keys, marked pending.
3. The log is folded in and gone, then the copy takes the place of the database: the one moment
   at which the key changes. Before it the old key fits, after it the new one.
4. The keyring is settled: not pending any more. If that was missed, the next sign-in does it,
   by trying which of the two keys fits (`settle`).

Only while it is pending a former key is tried: an old copy of the database that somebody puts in
place later does not open.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from operator_app.db.engine import KEY_BYTES, Database, connect_derived
from operator_app.db.keyring import Keyring, write_keyring
from operator_app.errors import EnvironmentProblem
from operator_app.files import sync_folder

PAGES_A_STEP = 500
"""Two megabytes between two looks at whether it is to stop."""
SPARE_BYTES = 64 * 2**20
"""What must stay free on the disk beside the copy."""

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


class Stopped(Exception):
    """The person wanted it to end early; nothing was changed."""


def space_needed(database: Database) -> int:
    """Bytes that have to be free for the copy."""
    log_file = _beside(database.file, "-wal")
    sizes = [file.stat().st_size for file in (database.file, log_file) if file.exists()]
    return sum(sizes) + SPARE_BYTES


def check_space(database: Database) -> None:
    """Raises EnvironmentProblem `rekey.no_space` when the copy does not fit on the disk."""
    needed, free = space_needed(database), shutil.disk_usage(database.file.parent).free
    if free < needed:
        raise EnvironmentProblem("rekey.no_space", needed=-(-needed // 2**20), free=free // 2**20)


def change_key(
    database: Database,
    keyring_file: Path,
    keyring: Keyring,
    record: Callable[[Connection], None],
    progress: Progress = lambda _done, _all: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Keyring:
    """Give the database a new key and the slots of `keyring` bridges to it.

    Nobody reads or writes meanwhile. `record` writes into the new file only: what it says
    happened exactly if the key was changed. Raises Stopped, or EnvironmentProblem when it could
    not be done; the old key holds then.
    """
    check_space(database)
    new_key = os.urandom(KEY_BYTES)
    copy = _staged(database.file)
    bridged = keyring.bridged(database.key, new_key)
    with database.alone():
        try:
            _remove(copy)
            _copy(database, copy, new_key, progress, stopped)
            _finish_copy(copy, new_key, record)
            write_keyring(bridged, keyring_file)
            _clear_logs(database.file, copy)
            copy.replace(database.file)
        except BaseException as error:
            _undo(keyring, keyring_file, copy)
            if isinstance(error, OSError):
                raise EnvironmentProblem("rekey.not_written") from error
            raise
        database.use_key(new_key)
    settled = bridged.settled(new_key)
    try:
        sync_folder(database.file.parent)
        write_keyring(settled, keyring_file)
    except OSError as error:
        # The next sign-in does it.
        log.warning("keyring not settled: %s", type(error).__name__)
    return settled


def forget_copy(database_file: Path) -> None:
    """Remove the copy of a change that was cut: its key is gone. Only before the office is open."""
    with contextlib.suppress(OSError):
        _remove(_staged(database_file))


def settle(
    database_file: Path, keyring_file: Path, keyring: Keyring, keys: tuple[bytes, ...]
) -> bytes:
    """The key that fits, of those that a pending keyring gave; ends the change that was cut.

    Raises EnvironmentProblem when none fits.
    """
    for number, key in enumerate(keys):
        database = Database(database_file, key)
        try:
            database.prove_key()
        except EnvironmentProblem as error:
            if error.code != "database.key_wrong" or number == len(keys) - 1:
                raise
            continue
        finally:
            database.close()
        try:
            write_keyring(keyring.settled(key), keyring_file)
        except OSError as error:
            # It opens as it is; the next sign-in tries again.
            log.warning("keyring not settled: %s", type(error).__name__)
        return key
    raise EnvironmentProblem("database.key_wrong")


def _copy(
    database: Database, copy: Path, key: bytes, progress: Progress, stopped: Callable[[], bool]
) -> None:
    def on_step(_status: int, left: int, total: int) -> None:
        progress(total - left, total)
        if stopped():
            raise Stopped

    with database.bare_connection() as source:
        busy, _frames, _moved = source.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise EnvironmentProblem("database.locked")
        target = connect_derived(copy, key, cache_kb=16_000)
        try:
            # Nothing is lost with it: a copy that was cut short is never used.
            target.execute("PRAGMA journal_mode = OFF").fetchall()
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target, pages=PAGES_A_STEP, progress=on_step)
        finally:
            target.close()


def _finish_copy(copy: Path, key: bytes, record: Callable[[Connection], None]) -> None:
    """Say in it that the key was changed, check all of it, and get it on the disk."""
    made = Database(copy, key)
    try:
        with made.write() as connection:
            record(connection)
        if made.verify():
            raise EnvironmentProblem("rekey.copy_damaged")
        with made.bare_connection() as bare:
            bare.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        made.close()
    with copy.open("r+b") as stream:
        os.fsync(stream.fileno())


def _clear_logs(file: Path, copy: Path) -> None:
    """The log of the one is not for the other, and a rename leaves it where it is."""
    for database_file in (file, copy):
        if (log_file := _beside(database_file, "-wal")).exists() and log_file.stat().st_size:
            raise EnvironmentProblem("database.locked")
        for suffix in ("-wal", "-shm"):
            _beside(database_file, suffix).unlink(missing_ok=True)
    sync_folder(file.parent)


def _undo(keyring: Keyring, keyring_file: Path, copy: Path) -> None:
    with contextlib.suppress(OSError):
        # Else the next sign-in finds that the old key fits.
        write_keyring(keyring, keyring_file)
    with contextlib.suppress(OSError):
        _remove(copy)


def _staged(file: Path) -> Path:
    return file.with_name("operator-rekeyed.db")


def _remove(copy: Path) -> None:
    # The journals too: another copy of this name must not be mended with them.
    for suffix in ("", "-journal", "-wal", "-shm"):
        _beside(copy, suffix).unlink(missing_ok=True)


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)
