"""A file that is written bit by bit and has its name only once it is whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

from operator_app.errors import EnvironmentProblem
from operator_app.files import sync_folder

log = logging.getLogger(__name__)


class NewFile:
    """Write to `stream`, then `finish`, then `take_place`; what raises before leaves nothing.

    An older file of that name is as it was until `take_place`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._temporary = file.with_name(file.name + ".new")
        self.stream: BufferedRandom

    def finish(self) -> str:
        """Flush to the disk; the SHA-256 of the content in hex."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.seek(0)
        return hashlib.file_digest(self.stream, "sha256").hexdigest()

    def take_place(self) -> None:
        """Give the file its name."""
        self.stream.close()
        self._temporary.replace(self._file)
        sync_folder(self._file.parent)

    def open(self) -> None:
        """Begin to write."""
        self.stream = self._temporary.open("w+b")

    def leave(self) -> None:
        """Close and remove what did not take its place."""
        # Closing writes what is left, and a full disk is full then, too.
        with contextlib.suppress(OSError):
            self.stream.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink()


@contextlib.contextmanager
def new_file(file: Path) -> Iterator[NewFile]:
    """Raises EnvironmentProblem: "export.folder_missing", "export.not_writable",
    "export.disk_full", "export.not_written"."""
    try:
        made = NewFile(file)
        made.open()
        try:
            yield made
        finally:
            made.leave()
    except OSError as error:
        raise problem_of(error, file) from error


def problem_of(error: OSError, file: Path) -> EnvironmentProblem:
    """Why a file could not be written, without its name."""
    log.warning("export failed: %s", errno.errorcode.get(error.errno or 0, "?"))
    return EnvironmentProblem(_code(error, file))


def _code(error: OSError, file: Path) -> str:
    if error.errno == errno.ENOSPC:
        return "export.disk_full"
    if isinstance(error, PermissionError | IsADirectoryError) or error.errno == errno.EROFS:
        return "export.not_writable"
    if not file.parent.is_dir():
        return "export.folder_missing"
    return "export.not_written"
