"""Where the backups of an office lie, and what is remembered of them."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection

from operator_app.db import settings
from operator_app.db.backup_file import SUFFIX, read_backup
from operator_app.errors import AppError, EnvironmentProblem

SETTING = "backup"
SPARE_BYTES = 16 << 20
"""What is left free on a disk beside a backup: the program goes on writing there."""
ID_LETTERS = 8
SLOTS = ("1", "2")
"""Two take turns: while one is made, the other is whole."""


class Where(StrEnum):
    """Where a backup lies."""

    HERE = "here"
    FOLDER = "folder"
    DOUBTFUL = "doubtful"
    """Here, but its audit log does not hold together: it takes the place of no other."""


@dataclass(frozen=True)
class Copy:
    """A backup as the list shows it. Times in UTC milliseconds, `size` in bytes.

    `problem`: the code of what is wrong with it, as far as is known without reading it whole;
    `checked_at`: when a person had it checked last, else when it was made.
    """

    file: Path
    where: Where
    size: int
    made_at: int | None
    checked_at: int | None
    problem: str | None


@dataclass(frozen=True)
class BackupState:
    """Where IT points ("" for nowhere), how the last try went, and what people had checked: when,
    and the code of what was wrong, by file."""

    folder: str = ""
    tried_at: int | None = None
    problem: str | None = None
    folder_problem: str | None = None
    checks: dict[str, tuple[int, str | None]] = field(default_factory=dict)


@contextlib.contextmanager
def said(*, elsewhere: bool = False) -> Iterator[None]:
    """Turn what a disk, a share or a stick says into an EnvironmentProblem.

    `elsewhere`: it is about the folder where IT points, not about this PC's disk.
    """
    try:
        yield
    except OSError as error:
        raise EnvironmentProblem(_code_of(error.errno, elsewhere)) from error
    except EnvironmentProblem as problem:
        code = {"database.disk_full": "backup.disk_full"}.get(problem.code)
        if code is None:
            raise
        raise EnvironmentProblem(code) from problem


def _code_of(number: int | None, elsewhere: bool) -> str:
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "backup.folder_full" if elsewhere else "backup.disk_full"
    if number in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "backup.folder_read_only" if elsewhere else "backup.read_only"
    return "backup.folder_gone" if elsewhere else "backup.not_written"


def look_at(file: Path, where: Where, checked: tuple[int, str | None] | None) -> Copy:
    """A backup by its end; `checked`: when somebody had it checked, and what was wrong."""
    try:
        backup = read_backup(file)
    except AppError as error:
        return Copy(file, where, 0, None, None, error.code)
    made_at = backup.head.made_at
    at, problem = checked if checked is not None and checked[0] >= made_at else (made_at, None)
    return Copy(file, where, backup.size, made_at, at, problem)


def exists(file: Path) -> bool:
    """Whether there is such a file; a share that does not answer holds none."""
    try:
        return file.exists()
    except OSError:
        return False


def slot(folder: Path, database_id: str, name: str) -> Path:
    """A backup beside the database; `name` is one of SLOTS, or "doubtful"."""
    return folder / f"{database_id[:ID_LETTERS]}-{name}{SUFFIX}"


def name_elsewhere(office_code: str, database_id: str) -> str:
    """Offices share the folder: each writes its own file."""
    return f"{office_code}-{database_id[:ID_LETTERS]}{SUFFIX}"


def read_state(connection: Connection) -> BackupState:
    """What is known of earlier backups."""
    data = settings.get(connection, SETTING) or {}
    checks = {name: (int(at), problem) for name, (at, problem) in data.get("checks", {}).items()}
    return BackupState(
        data.get("folder", ""),
        data.get("tried_at"),
        data.get("problem"),
        data.get("folder_problem"),
        checks,
    )


def write_state(connection: Connection, state: BackupState) -> None:
    """Remember it."""
    settings.put(
        connection,
        SETTING,
        {
            "folder": state.folder,
            "tried_at": state.tried_at,
            "problem": state.problem,
            "folder_problem": state.folder_problem,
            "checks": state.checks,
        },
    )
