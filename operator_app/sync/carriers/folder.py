"""Files on a stick or in a shared folder: written whole or not at all, read with a limit.

What a disk, a share or a stick says becomes an EnvironmentProblem: `folder.gone` (pulled out, not
reachable), `folder.full`, `folder.read_only`, `folder.locked` (another program holds the file),
`folder.differs` (it does not give back what was written), `folder.not_a_file`, `bundle.too_large`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from operator_app.errors import EnvironmentProblem
from operator_app.files import sync_folder
from operator_app.sync.bundle import MOST_BYTES

MOST_FILES = 2_000
PART = ".part"
"""A file that was being written when the power went; nobody reads it."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)
_HELD_ON_WINDOWS = (32, 33)
"""ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION."""


def write_whole(file: Path, data: bytes) -> None:
    """Write beside it under a name of its own, read that again and compare, then rename.

    A file that was there before stays until the last step, and stays when one fails.
    """
    # A fresh name, never an existing file or link: others may write in this folder, too.
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}{PART}")
    with _said():
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if temporary.read_bytes() != data:
                raise EnvironmentProblem("folder.differs")
            temporary.replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        # Many shares cannot do this; the file itself is on the disk, and what is lost is sent again.
        with contextlib.suppress(OSError):
            sync_folder(file.parent)


def read_whole(file: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of an ordinary file, when it is not too large."""
    # A pipe would be waited for; the kind is asked of what was opened, so that it cannot change.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with _said():
        handle = os.open(file, flags)
        with os.fdopen(handle, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise EnvironmentProblem("folder.not_a_file")
            if found.st_size > most:
                raise EnvironmentProblem("bundle.too_large")
            data = stream.read(most + 1)
    if len(data) > most:
        raise EnvironmentProblem("bundle.too_large")
    return data


def files_of(folder: Path, beginning: str, ending: str) -> list[Path]:
    """The ordinary files whose names begin and end so, by name; links are left alone."""
    with _said(), os.scandir(folder) as entries:
        names = [
            entry.name
            for entry in entries
            if entry.name.startswith(beginning)
            and entry.name.endswith(ending)
            and entry.is_file(follow_symlinks=False)
        ]
    return [folder / name for name in sorted(names)[:MOST_FILES]]


def remove(file: Path) -> None:
    """Take a file away if that can be done: it has served, and hinders nobody if it stays."""
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentProblem(_code_of(error)) from error


def _code_of(error: OSError) -> str:
    if getattr(error, "winerror", None) in _HELD_ON_WINDOWS:
        return "folder.locked"
    if error.errno in _FULL:
        return "folder.full"
    if error.errno in _REFUSED:
        return "folder.read_only"
    if error.errno == errno.EISDIR:
        return "folder.not_a_file"
    return "folder.gone"
