"""Writes the files of the scheduled export when they are due, beside the work."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer, Signal

from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.schedule import Due
from operator_app.errors import AppError, Cancelled
from operator_app.services.scheduled_export import ScheduledExport
from operator_app.ui.long_work import LongWork
from operator_app.ui.tasks import Tasks

log = logging.getLogger(__name__)

TICK_MS = 30_000
AGAIN_AFTER_MS = 5 * 60_000
"""After trouble: a folder on another PC may be back."""
SLEPT_MS = 3 * TICK_MS
"""A longer gap between two ticks means that the PC slept: whatever was the trouble may be over."""


class ExportDriver(QObject):
    """One file at a time. `changed()`: a file was written, or there is trouble, or none any more."""

    changed = Signal()

    def __init__(self, scheduled: ScheduledExport, tasks: Tasks, clock: Clock) -> None:
        super().__init__()
        self._scheduled = scheduled
        self._clock = clock
        self._work = LongWork(tasks, self)
        self._running = False
        self._looked_at = to_ms(clock())
        self._failed_at: int | None = None
        self.trouble: Exception | None = None
        """Why the last try failed, until one succeeds."""
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.look)

    def start(self) -> None:
        """Begin: what was missed while the office was closed is made up at the first tick, not in
        the moment in which somebody has just signed in and may have a caller."""
        self._tick.start()

    def stop(self) -> None:
        """Begin nothing more; a file under way is not left."""
        self._tick.stop()
        self._work.cancel()

    def hurry(self) -> None:
        """Try at once: the schedule was changed."""
        self._failed_at = None
        self.look()

    def look(self) -> None:
        """Write the next file if one is due."""
        now = to_ms(self._clock())
        if abs(now - self._looked_at) > SLEPT_MS:
            self._failed_at = None
        self._looked_at = now
        # A clock set back must not put the next try off for long: hence abs().
        if self._failed_at is not None and abs(now - self._failed_at) < AGAIN_AFTER_MS:
            return
        if self._running:
            return
        self._running = True
        self._work.run(self._scheduled.write_next, self._on_written, self._on_failed)

    def _on_written(self, due: Due | None) -> None:
        self._running = False
        had_trouble, self.trouble = self.trouble, None
        if due is not None:
            self.changed.emit()
            QTimer.singleShot(0, self, self.look)
        elif had_trouble:
            self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        self._running = False
        if isinstance(error, Cancelled):
            return
        log.warning("scheduled export: %s", error if isinstance(error, AppError) else type(error))
        self.trouble = error
        self._failed_at = to_ms(self._clock())
        self.changed.emit()
