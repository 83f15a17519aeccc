"""Looks into the shared folders beside the work, and tells the screens when that changed something."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from operator_app.db.engine import Database
from operator_app.domain.clock import Clock
from operator_app.errors import AppError
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.seats import OfficeSeats
from operator_app.sync.status import SyncStatus, read_status
from operator_app.ui.events import Events
from operator_app.ui.tasks import Tasks

log = logging.getLogger(__name__)

LOOK_EVERY_MS = 60_000
"""Not after every save: a bundle a call would be many small files."""


@dataclass(frozen=True)
class _Looked:
    """The state of sync when anything changed, and whether seats of the office were the cause."""

    status: SyncStatus | None
    by_seats: bool


class FolderDriver(QObject):
    """One look at a time, on a worker of long work: a share that hangs delays no sending."""

    def __init__(
        self,
        post: BundlePost,
        seats: OfficeSeats,
        database: Database,
        tasks: Tasks,
        events: Events,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._post = post
        self._seats = seats
        self._database = database
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._busy = False
        self._tick = QTimer(self, interval=LOOK_EVERY_MS)
        self._tick.timeout.connect(self.look)
        events.send_now_asked.connect(self.look)

    def start(self) -> None:
        """Begin; the first look is at once."""
        self._tick.start()
        self.look()

    def stop(self) -> None:
        """Begin no further look."""
        self._tick.stop()

    def look(self) -> None:
        """Read receipts that came, write what is new; hand over to the station, or take in there."""
        if self._busy:
            return
        self._busy = True

        def work() -> _Looked:
            posted, seated = self._post.run_once(), self._seats.run_once()
            changed = posted or seated
            status = read_status(self._database, self._clock) if changed else None
            return _Looked(status, seated)

        self._tasks.background(self, work, self._on_looked, self._on_failed)

    def _on_looked(self, looked: _Looked) -> None:
        self._busy = False
        if looked.status is not None:
            self._events.sync_changed.emit(looked.status)
        if looked.by_seats:
            self._events.calls_changed.emit("")
            self._events.cases_changed.emit("")

    def _on_failed(self, error: Exception) -> None:
        # The next look tries again, and nothing is lost by it.
        self._busy = False
        log.warning("bundles: %s", error if isinstance(error, AppError) else type(error))
