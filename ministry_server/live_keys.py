"""Keys of a running process: a file that was replaced is read again, without a restart."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from operator_app.errors import EnvironmentProblem

log = logging.getLogger("ministry_server.keys")

Keys = TypeVar("Keys")
_Mark = tuple[int, int, int]


class LiveKeys(Generic[Keys]):
    """What a key file says now. Safe from any thread."""

    def __init__(self, file: Path, read: Callable[[Path], Keys]) -> None:
        """`read` gets the folder of the file. Raises what it raises, here and nowhere later."""
        self._file = file
        self._read = read
        self._mark = _mark(file)
        self._keys = read(file.parent)

    def __call__(self) -> Keys:
        """The keys. A file that cannot be read now, because somebody is just copying it, leaves
        the ones before in use."""
        mark = _mark(self._file)
        if mark != self._mark:
            try:
                self._keys = self._read(self._file.parent)
                log.info("read again: %s", self._file.name)
            except (EnvironmentProblem, OSError) as problem:
                code = getattr(problem, "code", type(problem).__name__)
                log.error("cannot be read again: %s, %s", self._file.name, code)
            self._mark = mark
        return self._keys


def _mark(file: Path) -> _Mark:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino
