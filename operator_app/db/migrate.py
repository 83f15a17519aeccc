"""Bringing the file to the schema this program knows: backed up, in one transaction, checked.

Alembic is imported only when the file is behind (its import costs 200 ms).
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
from pathlib import Path

from operator_app.db.engine import Database, driver
from operator_app.errors import EnvironmentProblem, Outdated
from operator_app.files import sync_folder

HEAD = "0005"
KNOWN = ("0001", "0002", "0003", "0004", "0005")

BACKUP_PREFIX = "before-migration-from-"
"""Of the copy that is made before; only the newest is kept."""

log = logging.getLogger(__name__)


def current_revision(database: Database) -> str | None:
    """The revision of the file, or None for an empty one."""
    with database.read() as connection:
        exists = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        ).scalar()
        if not exists:
            return None
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(version) if version else None


def bring_up_to_date(database: Database, migrations: Path, backups: Path) -> str | None:
    """Upgrade to HEAD when behind; returns the revision the file had before, None if it was new.

    Raises Outdated("database.newer") for a file of a newer program,
    EnvironmentProblem("database.backup_full" | "database.backup_failed" | "database.backup_damaged")
    when no copy could be made before, and ("database.migration_failed") after it was put back.
    """
    before = current_revision(database)
    if before == HEAD:
        return before
    if before is not None and before not in KNOWN:
        raise Outdated("database.newer", found=before)
    backup = _back_up(database, backups, before) if before else None
    try:
        _upgrade(database, migrations)
    except Exception as error:
        log.exception("migration from %s failed", before)
        if backup is not None:
            _restore(database, backup)
        raise EnvironmentProblem("database.migration_failed", found=before or "new") from error
    log.info("migrated from %s to %s", before, HEAD)
    if backup is not None:
        _keep_only(backup)
    return before


def _upgrade(database: Database, migrations: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    from operator_app.db.metadata import metadata

    with database.bare_connection() as driver_connection:
        # Foreign keys can be switched only outside a transaction (SQLite, PRAGMA foreign_keys).
        driver_connection.execute("PRAGMA foreign_keys = OFF")
        engine = create_engine(
            "sqlite://",
            module=driver(),
            creator=lambda: driver_connection,
            poolclass=StaticPool,
        )
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        config = Config()
        config.set_main_option("script_location", str(migrations).replace("%", "%%"))
        config.attributes["metadata"] = metadata
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise EnvironmentProblem("database.foreign_keys_broken")


def _back_up(database: Database, backups: Path, revision: str) -> Path:
    """Copy the closed file; the copy is encrypted by the same key and is opened and checked.

    It gets its name when it is whole.
    """
    with database.bare_connection() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    copy = backups / f"{BACKUP_PREFIX}{revision}.db"
    unfinished = copy.with_name(copy.name + ".new")
    try:
        backups.mkdir(parents=True, exist_ok=True)
        _copy(database.file, unfinished)
        sibling = database.sibling(unfinished)
        damage = sibling.verify()
        sibling.close()
        if damage:
            raise EnvironmentProblem("database.backup_damaged", found=len(damage))
        unfinished.replace(copy)
        sync_folder(backups)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
        code = "database.backup_full" if full else "database.backup_failed"
        raise EnvironmentProblem(code) from error
    finally:
        for left in (unfinished, *(Path(f"{unfinished}{end}") for end in ("-wal", "-shm"))):
            with contextlib.suppress(OSError):
                left.unlink()
    return copy


def _keep_only(backup: Path) -> None:
    for older in backup.parent.glob(f"{BACKUP_PREFIX}*"):
        if older != backup:
            with contextlib.suppress(OSError):
                older.unlink()


def _restore(database: Database, backup: Path) -> None:
    database.close()
    for suffix in ("-wal", "-shm"):
        database.file.with_name(database.file.name + suffix).unlink(missing_ok=True)
    temporary = database.file.with_name(database.file.name + ".restoring")
    _copy(backup, temporary)
    temporary.replace(database.file)
    sync_folder(database.file.parent)


def _copy(source: Path, target: Path) -> None:
    """Copy a file and wait until the copy is on the disk."""
    shutil.copyfile(source, target)
    with target.open("r+b") as stream:
        os.fsync(stream.fileno())
