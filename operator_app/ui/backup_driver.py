"""Makes backups by itself beside the work, and runs those that a person asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from operator_app.db.backup import Stopped, Watch
from operator_app.errors import AppError
from operator_app.services.backups import Backups
from operator_app.ui.tasks import Tasks

T = TypeVar("T")

log = logging.getLogger(__name__)

FIRST_LOOK_MS = 2 * 60_000
"""After the sign-in: the first call of the day goes before."""
LOOK_EVERY_MS = 10 * 60_000
SHOW_EVERY_MS = 200


@dataclass
class _Work:
    """What the worker writes and the window reads, and the other way round; never both."""

    stage: str = ""
    done: int = 0
    total: int = 0
    stopped: bool = False

    def watch(self) -> Watch:
        return Watch(self._on_progress, lambda: self.stopped)

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total


class BackupDriver(QObject):
    """One piece of work at a time. `progressed(stage, done, total)`; `ended()` after each, also
    after one that began by itself."""

    progressed = Signal(str, int, int)
    ended = Signal()

    def __init__(self, backups: Backups, tasks: Tasks, quiet: Callable[[], bool]) -> None:
        """`quiet` tells whether this is a moment at which nobody is busy with a caller."""
        super().__init__()
        self.backups = backups
        self._tasks = tasks
        self._quiet = quiet
        self._work: _Work | None = None
        self._look = QTimer(self, singleShot=True, interval=FIRST_LOOK_MS)
        self._look.timeout.connect(self.look)
        self._show = QTimer(self, interval=SHOW_EVERY_MS)
        self._show.timeout.connect(self._on_show)

    def start(self) -> None:
        """Begin to look whether a backup is due."""
        self._look.start()

    def stop(self) -> None:
        """Begin nothing more; what is under way ends as soon as it can and leaves nothing."""
        self._look.stop()
        self._show.stop()
        self.cancel()

    @property
    def busy(self) -> bool:
        """Whether a backup is being made or checked."""
        return self._work is not None

    def cancel(self) -> None:
        """Let the work under way end."""
        if self._work is not None:
            self._work.stopped = True

    def look(self) -> None:
        """Make a backup if one is due and the moment is quiet."""
        self._look.start(LOOK_EVERY_MS)
        if self._quiet() and not self.busy:
            self.run(self.backups.make_if_due, _nothing, _note)

    def run(
        self,
        work: Callable[[Watch], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run it off the main thread; not while another one is under way (see `busy`)."""
        mine = self._work = _Work()
        self._show.start()

        def on_done(result: T) -> None:
            self._end()
            done(result)

        def on_failed(error: Exception) -> None:
            self._end()
            failed(error)

        self._tasks.background(self, lambda: work(mine.watch()), on_done, on_failed)

    def _end(self) -> None:
        self._work = None
        self._show.stop()
        self.ended.emit()

    def _on_show(self) -> None:
        if self._work is not None and self._work.stage:
            self.progressed.emit(self._work.stage, self._work.done, self._work.total)


def _nothing(_result: object) -> None:
    """Nobody waits for it."""


def _note(error: Exception) -> None:
    if not isinstance(error, Stopped):
        # The page of backups tells it; here it is for the log.
        log.warning("backup: %s", error if isinstance(error, AppError) else type(error).__name__)
