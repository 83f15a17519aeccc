"""The one process that works with an office at a time: the window, or a command for IT."""

from __future__ import annotations

from PySide6.QtCore import QLockFile

from operator_app.config import Paths

PATIENCE_MS = 100


class InstanceLock:
    """A file in the data folder that says who works there."""

    def __init__(self, paths: Paths) -> None:
        self._file = QLockFile(str(paths.lock))
        # However long the program runs: no other process may think that it has died.
        self._file.setStaleLockTime(0)
        self.problem = "instance.running"
        """Why it could not be taken, as the code of a sentence."""

    def take(self) -> bool:
        """Whether this process is the one now."""
        if self._file.tryLock(PATIENCE_MS):
            return True
        # A power cut can leave the file empty: Qt then cannot tell whose it was and waits forever.
        # Only a file that no living process holds can be removed.
        nobody = not self._file.getLockInfo()[0]
        if nobody and self._file.removeStaleLockFile() and self._file.tryLock(PATIENCE_MS):
            return True
        if self._file.error() == QLockFile.LockError.PermissionError:
            self.problem = "instance.no_rights"
        return False

    def release(self) -> None:
        """Let others work with the office."""
        self._file.unlock()
